//! A port that nobody listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// A port of this machine that was free just now, for a server that has to be told one.
///
/// # Errors
/// When no port is free.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
