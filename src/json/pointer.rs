//! JSON pointers (RFC 6901): how a fault, a mismatch and an author's mistake say where they are.

/// How much of one member's name a pointer in a fault shows: names in a text may be megabytes long.
const TOKEN_LIMIT: usize = 1024;

/// A pointer one step longer, with `~` and `/` escaped in the step (RFC 6901 section 3).
///
/// ```
/// use doorspec::json::pointer_join;
/// assert_eq!(pointer_join("/users/0", "a/b~c"), "/users/0/a~1b~0c");
/// ```
pub fn pointer_join(base: &str, token: &str) -> String {
    let mut pointer = String::with_capacity(base.len() + 1 + token.len());
    pointer.push_str(base);
    push_token(&mut pointer, token);
    pointer
}

fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
}

/// The way from the root to where a reader is; becomes a pointer only when there is a fault to name.
pub(super) enum Trail<'t> {
    Root,
    Member(&'t Trail<'t>, &'t str),
    Element(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.push_onto(&mut pointer);
        pointer
    }

    fn push_onto(&self, pointer: &mut String) {
        match self {
            Trail::Root => {}
            Trail::Member(parent, name) => {
                parent.push_onto(pointer);
                match name.char_indices().nth(TOKEN_LIMIT) {
                    Some((end, _)) => push_token(pointer, &format!("{}…", &name[..end])),
                    None => push_token(pointer, name),
                }
            }
            Trail::Element(parent, index) => {
                parent.push_onto(pointer);
                push_token(pointer, &index.to_string());
            }
        }
    }
}

/// An index as RFC 6901 section 4 allows it: digits without a leading zero.
pub(super) fn element_index(token: &str) -> Option<usize> {
    let plain = token == "0" || (!token.starts_with(['0', '+']) && !token.is_empty());
    plain.then(|| token.parse().ok())?
}

/// A reference token with `~1` and `~0` resolved; nothing where a `~` stands for neither.
pub(super) fn unescape(token: &str) -> Option<String> {
    let mut name = String::with_capacity(token.len());
    let mut parts = token.split('~');
    name.push_str(parts.next()?);
    for part in parts {
        let (escaped, rest) = part.split_at_checked(1)?;
        name.push(match escaped {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        name.push_str(rest);
    }
    Some(name)
}
