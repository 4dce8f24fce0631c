//! What can be made of records alone: sums, waivers, one record of several, one beside another. Pure: records in, values out.

mod compare;
mod latency;
mod merge;
mod sum;
mod waive;

pub use compare::{Change, Class, Comparison, Difference, compare};
pub use merge::merge;
pub use sum::{exit, sum_up};
pub use waive::{waive, waivers_of};
