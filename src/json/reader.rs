//! The reader: one pass over the bytes, iterative in breadth and bounded in depth, that goes on wherever the meaning is plain.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::str::from_utf8;

use serde_json::{Map, Value};

use super::fault::{JsonFault, foreign_encoding, found};
use super::place::{Node, Places};
use super::pointer::Trail;
use super::string;
use super::token::is_word;

/// How deeply arrays and objects may be nested. A reader may set a limit (RFC 8259 section 9); a hostile device must not be
/// able to overflow our stack.
pub const DEPTH_LIMIT: usize = 256;

/// How many values one text may hold: more than a directory of ten thousand entries needs. A value takes many times the memory of its
/// bytes, so that a hostile device could fill ours with a few megabytes.
pub const VALUE_LIMIT: usize = 500_000;

/// How many faults are named one by one; the rest is counted. Keeps ten megabytes of garbage from becoming a gigabyte.
pub const FAULT_LIMIT: usize = 100;

/// What was read, and everything that was wrong with it, in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value; `None` when nothing usable was there. With faults it is the best guess, so look at both.
    pub value: Option<Value>,
    pub faults: Vec<JsonFault>,
}

impl Reading {
    /// Whether there is nothing to say about the text: every reader understands it in the same way.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Reads bytes as a JSON text (RFC 8259) and names every deviation; nothing is repaired silently.
///
/// Never fails and never panics: garbage is a [`Reading`] without a value. Integers of 64 bits stay integers, `-0` and
/// whatever has a fraction or an exponent is a double. Takes time and memory in proportion to the bytes, up to
/// [`VALUE_LIMIT`] values.
pub fn read(bytes: &[u8]) -> Reading {
    Reader::new(bytes, None).read().0
}

/// Reads like [`read`], and remembers where every value and every member's name is.
///
/// ```
/// let (_, places) = doorspec::json::read_with_places(b"{\n  \"method\": \"GTE\"\n}");
/// let place = places.of("/method").unwrap();
/// assert_eq!((place.line, place.column), (2, 13));
/// ```
pub fn read_with_places(bytes: &[u8]) -> (Reading, Places) {
    let (reading, nodes) = Reader::new(bytes, Some(Vec::new())).read();
    (reading, Places::new(bytes, nodes))
}

/// Reading cannot go on; the fault that says why is already named.
pub(super) struct Stopped;

/// A member of an object that is still open.
struct Member {
    name: String,
    key: Range<usize>,
    value: Value,
}

pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    /// The whole text, where all of it is UTF-8: then strings are cut out of it without another check.
    pub(super) text: Option<&'b str>,
    pub(super) at: usize,
    faults: Vec<JsonFault>,
    unnamed: usize,
    values: usize,
    /// The members of all open objects: they move into a map once their number is known.
    members: Vec<Member>,
    /// Where every value is, in the order of the text, when somebody wants to know.
    nodes: Option<Vec<Node>>,
}

impl<'b> Reader<'b> {
    fn new(bytes: &'b [u8], nodes: Option<Vec<Node>>) -> Self {
        let text = from_utf8(bytes).ok();
        Self { bytes, text, at: 0, faults: Vec::new(), unnamed: 0, values: 0, members: Vec::new(), nodes }
    }

    fn read(mut self) -> (Reading, Vec<Node>) {
        let value = self.text_as_value().ok();
        if value.is_none() {
            self.nodes = None;
        }
        self.faults.sort_by_key(|fault| fault.range().start);
        if self.unnamed > 0 {
            self.faults.push(JsonFault::Further { count: self.unnamed });
        }
        (Reading { value, faults: self.faults }, self.nodes.unwrap_or_default())
    }

    fn text_as_value(&mut self) -> Result<Value, Stopped> {
        if let Some(which) = foreign_encoding(self.bytes) {
            return self.stop(|| JsonFault::Encoding { which });
        }
        if self.bytes.starts_with(b"\xEF\xBB\xBF") {
            self.name(|| JsonFault::ByteOrderMark);
            self.at = 3;
        }
        self.skip_space()?;
        if self.at == self.bytes.len() {
            return self.stop(|| JsonFault::Empty);
        }
        let value = self.value(&Trail::Root, 0, 0..0)?;
        self.end();
        Ok(value)
    }

    /// Only white space may follow the value.
    fn end(&mut self) {
        if self.skip_space().is_err() || self.at == self.bytes.len() {
            return;
        }
        let trailing = self.bytes[self.at..].trim_ascii_end();
        let (at, bytes) = (self.at, trailing.len().max(1));
        self.name(|| JsonFault::Trailing { at, bytes });
    }

    fn value(&mut self, trail: &Trail<'_>, depth: usize, key: Range<usize>) -> Result<Value, Stopped> {
        self.values += 1;
        if self.values > VALUE_LIMIT {
            let at = self.at;
            return self.stop(|| JsonFault::TooMany { limit: VALUE_LIMIT, at });
        }
        let node = self.open_node(key);
        let value = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => Value::String(self.string(trail, quote)?),
            Some(b'{') => self.object(trail, depth)?,
            Some(b'[') => self.array(trail, depth)?,
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(trail),
            Some(byte) if is_word(byte) => self.literal()?,
            _ => return self.unexpected("a value"),
        };
        self.close_node(node);
        Ok(value)
    }

    fn array(&mut self, trail: &Trail<'_>, depth: usize) -> Result<Value, Stopped> {
        let open = self.descend(depth)?;
        let mut items = Vec::new();
        while self.another(b']', open, items.is_empty())? {
            let item = self.value(&Trail::Element(trail, items.len()), depth + 1, 0..0)?;
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn object(&mut self, trail: &Trail<'_>, depth: usize) -> Result<Value, Stopped> {
        let open = self.descend(depth)?;
        let base = self.members.len();
        while self.another(b'}', open, self.members.len() == base)? {
            let (name, key) = self.member_name(trail)?;
            let value = self.value(&Trail::Member(trail, &name), depth + 1, key.clone())?;
            self.members.push(Member { name, key, value });
        }
        Ok(self.gather(trail, base))
    }

    /// Makes an object of the members from `base` on; of a name that is there twice, the last value wins.
    fn gather(&mut self, trail: &Trail<'_>, base: usize) -> Value {
        let count = self.members.len() - base;
        let mut object = Map::with_capacity(count);
        for member in &mut self.members[base..] {
            object.insert(std::mem::take(&mut member.name), member.value.take());
        }
        if object.len() < count {
            self.name_repeated(trail, base);
        }
        self.members.truncate(base);
        Value::Object(object)
    }

    fn name_repeated(&mut self, trail: &Trail<'_>, base: usize) {
        let mut seen = HashMap::new();
        let keys: Vec<_> = self.members[base..].iter().map(|member| member.key.clone()).collect();
        for again in keys {
            match seen.entry(string::name_of(&self.bytes[again.clone()])) {
                Entry::Vacant(vacant) => drop(vacant.insert(again)),
                Entry::Occupied(occupied) => {
                    let (name, first) = (occupied.key().clone().into_owned(), occupied.get().clone());
                    self.name(|| JsonFault::DuplicateMember { pointer: trail.pointer(), name, first, again });
                }
            }
        }
    }

    fn descend(&mut self, depth: usize) -> Result<usize, Stopped> {
        let open = self.at;
        if depth == DEPTH_LIMIT {
            return self.stop(|| JsonFault::TooDeep { limit: DEPTH_LIMIT, at: open });
        }
        self.at += 1;
        Ok(open)
    }

    /// Whether another item follows in the array or object that began at `open`; takes the comma before it, or the end.
    fn another(&mut self, close: u8, open: usize, first: bool) -> Result<bool, Stopped> {
        self.skip_space()?;
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => self.after_comma(close, open),
            Some(_) if first => Ok(true),
            Some(byte) if starts_value(byte) => {
                let at = self.at;
                self.complain(at, 1, || "a comma is missing before this".to_owned());
                Ok(true)
            }
            None => self.cut(close, open),
            Some(_) => self.unexpected(if close == b']' { "`,` or `]`" } else { "`,` or `}`" }),
        }
    }

    fn after_comma(&mut self, close: u8, open: usize) -> Result<bool, Stopped> {
        let comma = self.at;
        self.at += 1;
        self.skip_space()?;
        match self.peek() {
            Some(byte) if byte == close => {
                self.complain(comma, 1, || format!("trailing comma before `{}`", char::from(close)));
                self.at += 1;
                Ok(false)
            }
            None => self.cut(close, open),
            Some(_) => Ok(true),
        }
    }

    fn cut<T>(&mut self, close: u8, open: usize) -> Result<T, Stopped> {
        let what = if close == b']' { "array" } else { "object" };
        self.stop(|| JsonFault::Syntax {
            at: open,
            bytes: 1,
            message: format!("the text ends inside the {what} that begins here"),
        })
    }

    /// A member's name and the colon after it.
    fn member_name(&mut self, trail: &Trail<'_>) -> Result<(String, Range<usize>), Stopped> {
        let start = self.at;
        let name = match self.peek() {
            Some(quote @ (b'"' | b'\'')) => self.string(trail, quote)?,
            Some(byte) if is_word(byte) => self.bare_name(),
            _ => return self.unexpected("a member name in double quotes"),
        };
        let key = start..self.at;
        self.skip_space()?;
        if self.peek() != Some(b':') {
            return self.unexpected("`:` after the member name");
        }
        self.at += 1;
        self.skip_space()?;
        Ok((name, key))
    }

    fn unexpected<T>(&mut self, wanted: &str) -> Result<T, Stopped> {
        let at = self.at;
        let rest = &self.bytes[at..];
        if rest.is_empty() {
            return self.stop(|| syntax(at, 0, format!("the text ends where {wanted} was expected")));
        }
        let (length, found) = found(rest);
        self.stop(|| syntax(at, length, format!("expected {wanted}, found {found}")))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn complain(&mut self, at: usize, bytes: usize, message: impl FnOnce() -> String) {
        self.name(|| syntax(at, bytes, message()));
    }

    pub(super) fn name(&mut self, fault: impl FnOnce() -> JsonFault) {
        if self.faults.len() < FAULT_LIMIT {
            self.faults.push(fault());
        } else {
            self.unnamed += 1;
        }
    }

    /// Names the fault that ends the reading: it is always named, whatever came before.
    pub(super) fn stop<T>(&mut self, fault: impl FnOnce() -> JsonFault) -> Result<T, Stopped> {
        self.faults.push(fault());
        Err(Stopped)
    }

    fn open_node(&mut self, key: Range<usize>) -> usize {
        let Some(nodes) = &mut self.nodes else { return 0 };
        nodes.push(Node { key, value: self.at..self.at, next: 0 });
        nodes.len() - 1
    }

    fn close_node(&mut self, index: usize) {
        let Some(nodes) = &mut self.nodes else { return };
        let next = nodes.len();
        let node = &mut nodes[index];
        node.value.end = self.at;
        node.next = next;
    }
}

pub(super) fn syntax(at: usize, bytes: usize, message: String) -> JsonFault {
    JsonFault::Syntax { at, bytes, message }
}

fn starts_value(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'"' | b'\'' | b'{' | b'[' | b'-')
}
