//! A mistake of an author, with its place and what to do.
//!
//! Reading a case, a schema, a profile or a waiver never stops at the first mistake: each one becomes a [`Diagnostic`], and
//! all of them are shown together, sorted by file and place.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

pub use crate::json::Place;
use crate::json::{JsonFault, Places, Reading, printable};

/// How much of a message is shown: enough for a sentence with two values in it.
const MESSAGE_LIMIT: usize = 600;

/// One mistake in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The path as the author knows it.
    pub file: String,
    /// Where it is; absent when the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What the caret says: short, and only where the message does not say it.
    pub label: Option<String>,
    /// Another place in the same file that has to do with it, and what to say there ("first written here").
    pub related: Option<(Place, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake of the file as a whole; the other methods add to it.
    ///
    /// ```
    /// use doorspec::diagnostic::{Diagnostic, did_you_mean};
    /// let (_, places) = doorspec::json::read_with_places(br#"{"expct": {}}"#);
    /// let mistake = Diagnostic::new("cases/a.json", "unknown key `expct`")
    ///     .at(places.key_of("/expct"))
    ///     .help_with(did_you_mean("expct", ["send", "expect"]).map(|word| format!("did you mean `{word}`?")));
    /// assert_eq!(mistake.to_string(), "cases/a.json:1:2: unknown key `expct` (did you mean `expect`?)");
    /// ```
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), place: None, message: message.into(), label: None, related: None, help: None }
    }

    /// What the strict reader found, at its place.
    pub fn of_fault(file: impl Into<String>, fault: &JsonFault, places: &Places) -> Self {
        let diagnostic = Self::new(file, fault.to_string());
        match fault {
            JsonFault::Further { .. } => diagnostic,
            JsonFault::DuplicateMember { first, again, .. } => diagnostic
                .at(places.at(again.clone()))
                .related_to(places.at(first.clone()), "first written here")
                .help("keep one of them"),
            JsonFault::ByteOrderMark | JsonFault::Encoding { .. } => {
                diagnostic.at(places.at(fault.range())).help("save the file as UTF-8 without a byte order mark")
            }
            _ => diagnostic.at(places.at(fault.range())),
        }
    }

    /// At this place; `None` (a place that is not known) leaves the file as a whole.
    pub fn at(self, place: impl Into<Option<Place>>) -> Self {
        Self { place: place.into(), ..self }
    }

    /// With words at the caret.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// With a second place, and what to say there.
    pub fn related_to(self, place: Place, label: impl Into<String>) -> Self {
        Self { related: Some((place, label.into())), ..self }
    }

    /// With what to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// With what to do about it, if there is something to say.
    pub fn help_with(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// As `error: message`, `--> file:line:column`, the line of the source with a caret, and `help:`. Without the source
    /// (`None`, or a text that does not reach the place) the line is left out.
    pub fn render(&self, source: Option<&str>, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let excerpt = self.place.and_then(|place| Excerpt::new(source?, place, self.related.as_ref().map(|(place, _)| *place)));
        let path = printable(&self.file, MESSAGE_LIMIT);
        let mut group = Group::with_title(Level::ERROR.primary_title(printable(&self.message, MESSAGE_LIMIT)));
        group = match &excerpt {
            Some(excerpt) => group.element(self.snippet(excerpt, path)),
            None => group.element(self.origin(path)),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(printable(help, MESSAGE_LIMIT)));
        }
        renderer.render(&[group])
    }

    fn snippet<'a>(&'a self, excerpt: &'a Excerpt, path: Cow<'a, str>) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let label = self.label.as_deref().map(|label| printable(label, MESSAGE_LIMIT));
        let primary = AnnotationKind::Primary.span(excerpt.primary.clone()).label(label);
        let related = self
            .related
            .as_ref()
            .zip(excerpt.related.clone())
            .map(|((_, label), span)| AnnotationKind::Context.span(span).label(printable(label, MESSAGE_LIMIT)));
        let snippet = Snippet::source(excerpt.text.as_str()).line_start(excerpt.line).path(path);
        snippet.annotation(primary).annotations(related)
    }

    fn origin<'a>(&self, path: Cow<'a, str>) -> Origin<'a> {
        match self.place {
            Some(place) => Origin::path(path).line(place.line).char_column(place.column),
            None => Origin::path(path),
        }
    }
}

/// One line: `file:line:column: message (help)`.
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable(&self.file, MESSAGE_LIMIT))?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", printable(&self.message, MESSAGE_LIMIT))?;
        match &self.help {
            Some(help) => write!(f, " ({})", printable(help, MESSAGE_LIMIT)),
            None => Ok(()),
        }
    }
}

/// The lines of a source that a diagnostic shows, and the bytes of them to underline.
///
/// Lines and columns decide, not byte positions: the source at hand may have lost its byte order mark, or have got
/// replacement characters for bytes that were not UTF-8.
struct Excerpt {
    text: String,
    line: usize,
    primary: Range<usize>,
    related: Option<Range<usize>>,
}

impl Excerpt {
    fn new(source: &str, place: Place, related: Option<Place>) -> Option<Self> {
        let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
        let first = place.line.min(related.map_or(place.line, |related| related.line));
        let from = line_start(source, first)?;
        let primary = span(source, place)?;
        let related = related.and_then(|related| span(source, related));
        let reach = primary.end.max(related.as_ref().map_or(0, |related| related.end));
        let to = source[reach..].find('\n').map_or(source.len(), |end| reach + end);
        let shift = |range: Range<usize>| range.start - from..range.end - from;
        let text = source[from..to].strip_suffix('\r').unwrap_or(&source[from..to]);
        Some(Self { primary: shift(primary), related: related.map(shift), ..Self::of_lines(text, first) })
    }

    /// With every character that a terminal might obey replaced by one that takes as many bytes.
    fn of_lines(text: &str, line: usize) -> Self {
        let text = text.chars().map(|c| match c {
            '\u{80}'..='\u{9F}' => '\u{B7}',
            c => c,
        });
        Self { text: text.collect(), line, primary: 0..0, related: None }
    }
}

fn line_start(source: &str, line: usize) -> Option<usize> {
    match line {
        0 | 1 => Some(0),
        _ => source.match_indices('\n').nth(line - 2).map(|(end, _)| end + 1),
    }
}

/// The bytes of a place in the source, cut at the end of its first line: a caret under one line says enough.
fn span(source: &str, place: Place) -> Option<Range<usize>> {
    let line = line_start(source, place.line)?;
    let text = source[line..].split('\n').next().unwrap_or_default();
    let text = text.strip_suffix('\r').unwrap_or(text);
    let start = text.char_indices().nth(place.column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let wanted = start.saturating_add(place.end.saturating_sub(place.start)).min(text.len());
    let end = (wanted..text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
    Some(line + start..line + end)
}

/// All mistakes that were found, always sorted by file and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Takes one more mistake, behind those that are before it in the files.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let place = self.0.partition_point(|have| (&have.file, have.place) <= (&diagnostic.file, diagnostic.place));
        self.0.insert(place, diagnostic);
    }

    /// Takes every fault that the strict reader found in an author's file.
    pub fn push_faults(&mut self, file: &str, reading: &Reading, places: &Places) {
        self.extend(reading.faults.iter().map(|fault| Diagnostic::of_fault(file, fault, places)));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Every mistake in full, an empty line between two; nothing at all where there is none. `sources` gives the text of a
    /// file by the name that the diagnostic has for it.
    pub fn render(&self, sources: &dyn Fn(&str) -> Option<String>, color: bool) -> String {
        let mut text = String::new();
        for same_file in self.0.chunk_by(|a, b| a.file == b.file) {
            let source = sources(&same_file[0].file);
            for diagnostic in same_file {
                let gap = if text.is_empty() { "" } else { "\n" };
                text.push_str(gap);
                text.push_str(&diagnostic.render(source.as_deref(), color));
                text.push('\n');
            }
        }
        text
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut all = Self::default();
        all.extend(diagnostics);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'d> IntoIterator for &'d Diagnostics {
    type Item = &'d Diagnostic;
    type IntoIter = std::slice::Iter<'d, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The known word that somebody most likely meant: one slip for a short word, three for a long one, letter case and the
/// kind of dash for free. Nothing where no word is near.
///
/// ```
/// use doorspec::diagnostic::did_you_mean;
/// assert_eq!(did_you_mean("requirments", ["title", "requirements"]), Some("requirements".to_owned()));
/// assert_eq!(did_you_mean("colour", ["title", "requirements"]), None);
/// ```
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let length = word.chars().take(100).count();
    let slips = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        9..=99 => 3,
        _ => return None,
    };
    let folded = fold(word);
    let distances = known.into_iter().map(|known| (strsim::osa_distance(&folded, &fold(known)), known));
    let nearest = distances.filter(|(distance, _)| *distance <= slips).min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, known)| known.to_owned())
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests;
