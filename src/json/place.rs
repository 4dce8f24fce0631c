//! Places: from a JSON pointer to the bytes, the line and the column.

use std::ops::Range;
use std::sync::OnceLock;

use super::pointer::{element_index, unescape};
use super::string;

/// A place in a text, as an editor shows it and as the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Counted from 1; a line ends with LF or CRLF.
    pub line: usize,
    /// Counted from 1, in characters: a tab is one, a byte order mark none, bytes that are no UTF-8 as many as are shown.
    pub column: usize,
    /// The first byte, counted from the beginning of the text.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// Where one value is. The nodes stand in the order of the text, so the first child follows its parent.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The name with its quotes; empty for whatever is not a member.
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    /// The index of the first node that is not inside this one.
    pub(super) next: usize,
}

/// Where every value of a text is: answers an RFC 6901 pointer with a [`Place`].
///
/// Knows no place of a value where the text gave none; [`Places::at`] still turns bytes into lines and columns then.
#[derive(Debug)]
pub struct Places {
    text: Box<[u8]>,
    nodes: Vec<Node>,
    /// Where each line begins; made when the first line is asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Places {
    pub(super) fn new(text: &[u8], nodes: Vec<Node>) -> Self {
        Self { text: text.into(), nodes, lines: OnceLock::new() }
    }

    /// Where the value at `pointer` is. Of a member that is written twice, the last one, as in the value.
    pub fn of(&self, pointer: &str) -> Option<Place> {
        self.find(pointer).map(|node| self.at(node.value.clone()))
    }

    /// Where the name of the member at `pointer` is, with its quotes; nothing for an element of an array.
    pub fn key_of(&self, pointer: &str) -> Option<Place> {
        let node = self.find(pointer)?;
        (!node.key.is_empty()).then(|| self.at(node.key.clone()))
    }

    /// Where the value at `pointer` is, or the innermost value around it that exists: the object that lacks a member.
    pub fn nearest(&self, pointer: &str) -> Option<Place> {
        let ends = pointer.rmatch_indices('/').map(|(end, _)| end);
        std::iter::once(pointer.len()).chain(ends).find_map(|end| self.of(&pointer[..end]))
    }

    /// The place of a range of bytes, such as [`super::JsonFault::range`]; what lies beyond the text is cut off.
    pub fn at(&self, range: Range<usize>) -> Place {
        let start = range.start.min(self.text.len());
        let lines = self.lines.get_or_init(|| line_starts(&self.text));
        let line = lines.partition_point(|first| *first <= start).max(1);
        let mut before = &self.text[lines[line - 1].min(start)..start];
        if line == 1 {
            before = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before);
        }
        Place { line, column: characters(before) + 1, start, end: range.end.clamp(start, self.text.len()) }
    }

    fn find(&self, pointer: &str) -> Option<&Node> {
        let mut index = 0;
        if !pointer.is_empty() {
            for token in pointer.strip_prefix('/')?.split('/') {
                index = self.child(index, token)?;
            }
        }
        self.nodes.get(index)
    }

    fn child(&self, parent: usize, token: &str) -> Option<usize> {
        match self.text.get(self.nodes.get(parent)?.value.start)? {
            b'[' => self.children(parent).nth(element_index(token)?),
            b'{' => {
                let name = unescape(token)?;
                self.children(parent).filter(|child| string::name_of(&self.text[self.nodes[*child].key.clone()]) == name).last()
            }
            _ => None,
        }
    }

    fn children(&self, parent: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[parent].next;
        let first = Some(parent + 1).filter(|first| *first < end);
        std::iter::successors(first, move |child| Some(self.nodes[*child].next).filter(|next| *next < end))
    }
}

fn line_starts(text: &[u8]) -> Vec<usize> {
    let breaks = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).collect()
}

fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())).sum()
}
