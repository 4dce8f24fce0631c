//! doorspec: the conformance test suite for door devices that speak HTTP and JSON.

pub mod case;
pub mod catalogue;
pub mod cli;
pub mod client;
pub mod diagnostic;
pub mod exchange;
pub mod json;
pub mod judge;
pub mod mock;
pub mod plan;
pub mod profile;
pub mod record;
pub mod records;
pub mod report;
pub mod requirement;
pub mod runner;
pub mod schema;
pub mod selftest;
pub mod session;
pub mod suite;
pub mod template;
pub mod verdict;
pub mod waiver;
