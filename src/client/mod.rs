//! The only room that opens a socket to a device.
