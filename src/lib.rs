//! doorspec: the conformance test suite for door devices that speak HTTP and JSON.

pub mod client;
pub mod diagnostic;
pub mod exchange;
pub mod json;
pub mod mock;
pub mod record;
pub mod report;
pub mod requirement;
pub mod verdict;
