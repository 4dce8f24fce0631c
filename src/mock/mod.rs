//! Conforming mock devices behind real HTTP on loopback, and every named way to make one defective or merely different.
//!
//! The mock is written from the API documents and never sees a case: when mock and cases agree, two readings agree.

pub mod bas_ip;
pub mod device;
pub mod reply;
pub mod request;
pub mod server;
pub mod two_n;
