//! JSON as it really came: a strict RFC 8259 reader that keeps places and names every fault instead of repairing it.
