//! Which cases and rows somebody means: a piece of an id, or a pattern for all of it.

/// A text to look for in ids: `delete` means every id that contains it, `2n/dir/*/unknown-uuid` every id that is like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// A filter as somebody typed it. Letter case does not matter.
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Whether an id is meant: `*` stands for any text, `?` for any character; without them a piece of the id is enough.
    ///
    /// ```
    /// use doorspec::catalogue::Filter;
    /// assert!(Filter::new("delete").matches("2n/dir/delete/unknown-uuid"));
    /// assert!(Filter::new("2n/*/unknown-*").matches("2n/dir/delete/unknown-uuid"));
    /// assert!(Filter::new("2n-dir-del-???").matches("2N-DIR-DEL-007"));
    /// assert!(!Filter::new("2n/*").matches("bas-ip/2n/x"));
    /// ```
    pub fn matches(&self, id: &str) -> bool {
        let id = id.to_lowercase();
        if self.0.contains(['*', '?']) { is_like(self.0.as_bytes(), id.as_bytes()) } else { id.contains(&self.0) }
    }
}

/// Goes along the text, and back to the last `*` where something does not fit.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut here) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                last_star = Some((at, here));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || *wanted == text[here] => {
                at += 1;
                here += 1;
            }
            _ => {
                let Some((star, from)) = last_star else { return false };
                last_star = Some((star, from + 1));
                (at, here) = (star + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}
