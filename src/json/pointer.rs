//! JSON pointers (RFC 6901): how a fault, a mismatch and an author's mistake say where they are.

use serde_json::Value;

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

/// Every value at a pointer in which `*` stands for any element; without `*` at most one.
pub fn pointer_all<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        found = found.into_iter().flat_map(|value| step(value, &name)).collect();
    }
    found
}

fn step<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Array(elements) if name == "*" => elements.iter().collect(),
        Value::Object(members) if name == "*" => members.values().collect(),
        Value::Array(elements) => name.parse::<usize>().ok().and_then(|index| elements.get(index)).into_iter().collect(),
        Value::Object(members) => members.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Changes the value at a pointer, be it the whole; `None` takes the member away. Says whether the place was there (or, for a member, could be
/// added).
///
/// ```
/// use doorspec::json::pointer_put;
/// let mut body = serde_json::json!({ "users": [{ "uuid": "a" }] });
/// assert!(pointer_put(&mut body, "/users/0/uuid", None));
/// assert!(pointer_put(&mut body, "/users/0/name", Some("b".into())));
/// assert_eq!(body, serde_json::json!({ "users": [{ "name": "b" }] }));
/// ```
pub fn pointer_put(value: &mut Value, pointer: &str, new: Option<Value>) -> bool {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        let whole = new.filter(|_| pointer.is_empty());
        return whole.map(|new| *value = new).is_some();
    };
    let name = last.replace("~1", "/").replace("~0", "~");
    match (value.pointer_mut(parent), new) {
        (Some(Value::Object(members)), Some(new)) => drop(members.insert(name, new)),
        (Some(Value::Object(members)), None) => return members.shift_remove(&name).is_some(),
        (Some(Value::Array(elements)), new) => {
            let Ok(index) = name.parse::<usize>() else { return false };
            match new {
                Some(new) if index < elements.len() => elements[index] = new,
                Some(new) if index == elements.len() => elements.push(new),
                None if index < elements.len() => drop(elements.remove(index)),
                _ => return false,
            }
        }
        _ => return false,
    }
    true
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
