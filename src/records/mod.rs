//! What can be made of records alone: sums, waivers, one record of several. Pure: records in, values out.

mod merge;
mod sum;
mod waive;

pub use merge::merge;
pub use sum::{exit, sum_up};
pub use waive::{waive, waivers_of};
