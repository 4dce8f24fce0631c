//! A mistake of an author, with its place and what to do.
