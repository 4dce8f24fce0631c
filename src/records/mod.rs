//! What can be made of records alone: sums, waivers. Pure: records in, values out.

mod sum;
mod waive;

pub use sum::{exit, sum_up};
pub use waive::{waive, waivers_of};
