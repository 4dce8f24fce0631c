//! JSON as it really came: a strict RFC 8259 reader that keeps places and names every fault instead of repairing it.
//!
//! One reader serves two trades. A device's reply is read so that a duplicate member, a byte order mark or bytes after the
//! end become findings; an author's file is read so that every mistake has a line and a column.
//!
//! ```
//! use doorspec::json;
//!
//! let reading = json::read(br#"{"success": true, "success": false,}"#);
//! assert_eq!(reading.value, Some(serde_json::json!({"success": false})));
//! let faults: Vec<String> = reading.faults.iter().map(ToString::to_string).collect();
//! assert_eq!(faults, ["the member \"success\" is written twice in one object", "trailing comma before `}`"]);
//! ```

mod fault;
mod number;
mod place;
mod pointer;
mod reader;
mod string;
mod token;
mod words;

pub use fault::JsonFault;
pub use place::{Place, Places};
pub use pointer::{pointer_all, pointer_join, pointer_put};
pub use reader::{DEPTH_LIMIT, FAULT_LIMIT, Reading, VALUE_LIMIT, read, read_with_places};
pub use words::{describe, printable};

#[cfg(test)]
mod tests;
