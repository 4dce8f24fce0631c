//! Regular expressions, compiled once: the same few are met in every reply, and by every device of a fleet.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// How many compiled patterns a thread keeps: some are made from values of one case and never met again.
const AT_MOST: usize = 256;

/// A pattern, compiled once on each thread. It is shared, for a copy would begin with nothing to work in.
///
/// # Errors
/// What is wrong with the pattern.
pub fn compiled(pattern: &str, ignore_case: bool) -> Result<Arc<Regex>, regex::Error> {
    thread_local! {
        static COMPILED: RefCell<[HashMap<String, Arc<Regex>>; 2]> = RefCell::default();
    }
    COMPILED.with_borrow_mut(|both| {
        let known = &mut both[usize::from(ignore_case)];
        if let Some(regex) = known.get(pattern) {
            return Ok(Arc::clone(regex));
        }
        let regex = Arc::new(RegexBuilder::new(pattern).case_insensitive(ignore_case).build()?);
        if known.len() < AT_MOST {
            known.insert(pattern.to_owned(), Arc::clone(&regex));
        }
        Ok(regex)
    })
}
