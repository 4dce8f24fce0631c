//! The 2N unit.
