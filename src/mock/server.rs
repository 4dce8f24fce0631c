//! The HTTP server around a mock device.
