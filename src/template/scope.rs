//! Templates: what `{{name}}`, its filters and the makers of long values come to.

use std::borrow::Cow;
use std::cell::Cell;

use base64::Engine as _;
use indexmap::IndexMap;
use md5::{Digest, Md5};
use serde_json::{Map, Number, Value, json};

use super::fresh::Maker;

/// Values by name: those of the suite, the profile and the dialects.
pub type Values = IndexMap<String, Value>;

/// Words of an error that a device can cause, by giving a value of another type than the documents say.
pub const UNFIT: &str = "does not fit";

/// How deep one value may refer to another before it is taken for a circle.
const DEEPEST: usize = 8;

/// The most elements or characters a maker makes.
const MOST: usize = 16 * 1024 * 1024;

/// The makers of long values, for the linter.
pub const MAKERS: &[&str] = &["$times", "$repeat", "$for", "$concat", "$nest"];

/// The filters, for the linter.
pub const FILTERS: &[&str] = &[
    "upper",
    "lower",
    "flip",
    "no-dashes",
    "url",
    "md5",
    "MD5",
    "base64",
    "length",
    "last",
    "first",
    "plus",
    "minus",
    "json",
    "neighbour",
    "version",
    "slice",
];

/// The names that one case may use, and what they stand for.
pub struct Scope<'v> {
    /// What the suite, the profile and the dialects give.
    values: &'v Values,
    /// Fresh and kept values, and a set-up's arguments.
    names: IndexMap<String, Value>,
    maker: &'v Maker<'v>,
    made: Cell<u64>,
}

/// Where a value is used: a request leaves out what is absent, a matcher keeps saying so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Request,
    Matcher,
}

impl<'v> Scope<'v> {
    /// A scope that knows only the given values.
    pub fn new(values: &'v Values, maker: &'v Maker<'v>) -> Self {
        Self { values, names: IndexMap::new(), maker, made: Cell::new(0) }
    }

    /// A scope for a set-up: the same values, names of its own.
    pub fn inner(&self) -> Self {
        Self { values: self.values, names: IndexMap::new(), maker: self.maker, made: Cell::new(self.made.get() + 1000) }
    }

    /// Gives a name a value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.names.insert(name.to_owned(), value);
    }

    /// The value of a name, where it has one.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.values.get(name))
    }

    /// Fills a value of a request in; `None` when it is absent.
    ///
    /// # Errors
    /// When a name is not known, a filter does not exist or does not fit, or values refer to each other in a circle.
    pub fn request(&self, value: &Value) -> Result<Option<Value>, String> {
        let filled = self.fill(value, &[], Use::Request, 0)?;
        Ok((!is_absent(&filled)).then_some(filled))
    }

    /// Fills a matcher in; one without templates stays where it is.
    ///
    /// # Errors
    /// As [`Scope::request`].
    pub fn matcher<'m>(&self, value: &'m Value) -> Result<Cow<'m, Value>, String> {
        if is_plain(value) { Ok(Cow::Borrowed(value)) } else { self.fill(value, &[], Use::Matcher, 0).map(Cow::Owned) }
    }

    /// Fills a text in.
    ///
    /// # Errors
    /// As [`Scope::request`], and when it comes out as something that is no scalar.
    pub fn text(&self, text: &str) -> Result<String, String> {
        match self.string(text, &[], Use::Request, 0)? {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }

    /// A copy that is changed in place is cheaper than a new map: names are not hashed again.
    fn fill(&self, value: &Value, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<Value, String> {
        let mut filled = value.clone();
        self.fill_in(&mut filled, locals, used, depth)?;
        Ok(filled)
    }

    fn fill_in(&self, value: &mut Value, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<(), String> {
        match value {
            Value::String(text) if has_place(text) => *value = self.string(text, locals, used, depth)?,
            Value::Array(elements) => {
                elements.iter_mut().try_for_each(|one| self.fill_in(one, locals, used, depth))?;
                if used == Use::Request {
                    elements.retain(|one| !is_absent(one));
                }
            }
            Value::Object(members) => match made(members) {
                Some((name, argument)) => *value = self.make(name, argument, members, locals, used, depth)?,
                None => self.object(members, locals, used, depth)?,
            },
            _ => {}
        }
        Ok(())
    }

    fn object(&self, members: &mut Map<String, Value>, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<(), String> {
        members.values_mut().try_for_each(|inner| self.fill_in(inner, locals, used, depth))?;
        if used == Use::Request {
            members.retain(|_, inner| !is_absent(inner));
        }
        if members.keys().any(|name| has_place(name)) {
            let named = std::mem::take(members).into_iter();
            let named = named.map(|(name, inner)| Ok((if has_place(&name) { self.text(&name)? } else { name }, inner)));
            *members = named.collect::<Result<_, String>>()?;
        }
        Ok(())
    }

    fn string(&self, text: &str, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!("`{text}` refers to itself"));
        }
        let whole = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        if let Some(inside) = whole.filter(|inside| !inside.contains("}}")) {
            return self.lookup(inside, locals, used, depth);
        }
        let mut result = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            result.push_str(before);
            let (inside, after) = after.split_once("}}").ok_or_else(|| format!("`{text}` has `{{{{` without `}}}}`"))?;
            match self.lookup(inside, locals, used, depth)? {
                Value::String(inner) => result.push_str(&inner),
                absent if is_absent(&absent) => {}
                other => result.push_str(&other.to_string()),
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(Value::String(result))
    }

    fn lookup(&self, inside: &str, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<Value, String> {
        let mut parts = inside.split('|');
        let name = parts.next().unwrap_or_default().trim();
        let mut value = self.named(name, locals, used, depth)?;
        for filter in parts {
            value = self.filter(filter.trim(), value)?;
        }
        Ok(value)
    }

    fn named(&self, name: &str, locals: &[(&str, Value)], used: Use, depth: usize) -> Result<Value, String> {
        if name == "new-uuid" {
            self.made.set(self.made.get() + 1);
            return Ok(Value::String(self.maker.uuid(&format!("new-{}", self.made.get()))));
        }
        if let Some((_, value)) = locals.iter().find(|(local, _)| *local == name) {
            return Ok(value.clone());
        }
        let value = self.get(name).ok_or_else(|| format!("`{{{{{name}}}}}` is not known here"))?;
        self.fill(value, locals, used, depth + 1)
    }

    fn filter(&self, filter: &str, value: Value) -> Result<Value, String> {
        let (name, argument) = filter.split_once(':').unwrap_or((filter, ""));
        let wrong = || format!("the filter `{filter}` {UNFIT} {}", crate::json::describe(&value));
        Ok(match (name, &value) {
            ("upper", Value::String(text)) => json!(text.to_uppercase()),
            ("lower", Value::String(text)) => json!(text.to_lowercase()),
            ("flip", Value::String(text)) => json!(flipped(text)),
            ("no-dashes", Value::String(text)) => json!(text.replace('-', "")),
            ("url", Value::String(text)) => json!(encoded(text)),
            ("md5", Value::String(text)) => json!(hex(&Md5::digest(text.as_bytes()))),
            ("MD5", Value::String(text)) => json!(hex(&Md5::digest(text.as_bytes())).to_uppercase()),
            ("base64", Value::String(text)) => json!(base64::engine::general_purpose::STANDARD.encode(text)),
            ("neighbour", Value::String(text)) => json!(self.maker.neighbour(text)),
            ("version", Value::String(text)) => json!(self.maker.version(text, argument)),
            ("slice", Value::String(text)) => json!(sliced(text, argument).ok_or_else(wrong)?),
            ("length", Value::Array(elements)) => json!(elements.len()),
            ("length", Value::String(text)) => json!(text.chars().count()),
            ("first", Value::Array(elements)) => elements.first().cloned().ok_or_else(wrong)?,
            ("last", Value::Array(elements)) => elements.last().cloned().ok_or_else(wrong)?,
            ("plus", Value::Number(number)) => shifted(number, argument, 1).ok_or_else(wrong)?,
            ("minus", Value::Number(number)) => shifted(number, argument, -1).ok_or_else(wrong)?,
            ("json", any) => json!(any.to_string()),
            _ => return Err(wrong()),
        })
    }

    fn make(
        &self,
        name: &str,
        argument: &Value,
        members: &Map<String, Value>,
        locals: &[(&str, Value)],
        used: Use,
        depth: usize,
    ) -> Result<Value, String> {
        let argument = self.fill(argument, locals, used, depth)?;
        let times = members.get("times").and_then(Value::as_u64).and_then(|times| usize::try_from(times).ok()).unwrap_or(0);
        match (name, &argument) {
            ("$times", Value::Number(count)) => {
                let count = count.as_u64().and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= MOST);
                let count = count.ok_or("`$times` takes a count")?;
                let elements = (0..count).map(|index| (json!(index), json!(index)));
                self.each(members, elements, locals, used, depth)
            }
            ("$for", Value::Array(items)) => {
                let elements = items.iter().enumerate().map(|(index, item)| (json!(index), item.clone()));
                self.each(members, elements, locals, used, depth)
            }
            ("$repeat", Value::String(text)) if text.len().saturating_mul(times) <= MOST => Ok(json!(text.repeat(times))),
            ("$nest", Value::String(text)) if times <= MOST => {
                let with = members.get("with").and_then(Value::as_str).unwrap_or_default();
                let inside = members.get("inside").and_then(Value::as_str).unwrap_or_default();
                Ok(json!(format!("{}{inside}{}", text.repeat(times), with.repeat(times))))
            }
            ("$concat", Value::Array(parts)) => Ok(json!(parts.iter().map(as_text).collect::<String>())),
            ("$for", other) => Err(format!("`$for` {UNFIT} {}", crate::json::describe(other))),
            _ => Err(format!("`{name}` is not used as cases/README.md describes it")),
        }
    }

    fn each(
        &self,
        members: &Map<String, Value>,
        elements: impl Iterator<Item = (Value, Value)>,
        locals: &[(&str, Value)],
        used: Use,
        depth: usize,
    ) -> Result<Value, String> {
        let give = members.get("give").ok_or("`give` says what each element is")?;
        let mut made = Vec::new();
        for (index, item) in elements {
            let mut inner = vec![("index", index), ("item", item)];
            inner.extend(locals.iter().cloned());
            made.push(self.fill(give, &inner, used, depth)?);
        }
        Ok(Value::Array(made))
    }
}

/// Whether a value has nothing to fill in.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => !has_place(text),
        Value::Array(elements) => elements.iter().all(is_plain),
        Value::Object(members) => {
            made(members).is_none() && members.iter().all(|(name, inner)| !has_place(name) && is_plain(inner))
        }
        _ => true,
    }
}

/// Whether something in a text is to be filled in. (Most texts have no brace at all, and one letter is quickly looked for.)
fn has_place(text: &str) -> bool {
    text.as_bytes().contains(&b'{') && text.contains("{{")
}

/// What an object makes, where it stands for something made: how, and of what.
fn made(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next()?;
    (name.starts_with('$') && MAKERS.contains(&name.as_str())).then_some((name.as_str(), argument))
}

/// Whether a value says that the member that has it is left out.
pub fn is_absent(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && members.get("$absent") == Some(&Value::Bool(true)))
}

fn as_text(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}

fn flipped(text: &str) -> String {
    let flip = |letter: char| if letter.is_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
    text.chars().map(flip).collect()
}

/// The characters from one position up to another: `0:35`.
fn sliced(text: &str, range: &str) -> Option<String> {
    let (from, to) = range.split_once(':')?;
    let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
    Some(text.chars().skip(from).take(to.checked_sub(from)?).collect())
}

/// A whole number of at most 64 bits, signed or not, moved by another one.
fn shifted(number: &Number, by: &str, sign: i128) -> Option<Value> {
    let moved = number.as_i128()?.checked_add(by.parse::<i128>().ok()?.checked_mul(sign)?)?;
    i64::try_from(moved).map(Value::from).or_else(|_| u64::try_from(moved).map(Value::from)).ok()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A text as it may stand in a URL: everything but unreserved characters percent-encoded.
pub fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::fresh::Ours;
    use super::*;

    fn check(template: &Value, expected: &Value) {
        let ours = Ours::default();
        let maker = Maker::new(7, "2n/x", 0, &ours);
        let values: Values = [
            ("base".to_owned(), json!("/api/v1")),
            ("path".to_owned(), json!("{{base}}/items")),
            ("gone".to_owned(), json!({ "$absent": true })),
        ]
        .into_iter()
        .collect();
        let mut scope = Scope::new(&values, &maker);
        scope.set("mine", json!("ab-CD"));
        scope.set("t1", json!(41));
        scope.set("late", json!(9_223_372_036_854_775_000_u64));
        scope.set("ids", json!(["a", "b"]));
        assert_eq!(scope.request(template).expect("the template is right").unwrap_or(Value::Null), *expected, "{template}");
    }

    #[test]
    fn templates_are_filled_in() {
        check(&json!("{{t1}}"), &json!(41));
        check(&json!("x{{t1}}y"), &json!("x41y"));
        check(&json!("{{t1|plus:2}}"), &json!(43));
        check(&json!("{{late|plus:1000}}"), &json!(9_223_372_036_854_776_000_u64));
        check(&json!("{{late|minus:9223372036854775001}}"), &json!(-1));
        check(&json!("{{mine|upper}}"), &json!("AB-CD"));
        check(&json!("{{mine|flip}}"), &json!("AB-cd"));
        check(&json!("{{mine|no-dashes}}"), &json!("abCD"));
        check(&json!("{{mine|slice:0:4}}"), &json!("ab-C"));
        check(&json!("{{path}}"), &json!("/api/v1/items"));
        check(&json!({ "a": "{{gone}}", "b": 1 }), &json!({ "b": 1 }));
        check(&json!({ "{{mine}}": 1 }), &json!({ "ab-CD": 1 }));
        check(&json!({ "$times": 2, "give": { "i": "{{index}}" } }), &json!([{ "i": 0 }, { "i": 1 }]));
        check(&json!({ "$for": "{{ids}}", "give": { "uuid": "{{item}}" } }), &json!([{ "uuid": "a" }, { "uuid": "b" }]));
        check(&json!({ "$repeat": "ab", "times": 2 }), &json!("abab"));
        check(&json!({ "$nest": "[", "times": 3, "with": "]" }), &json!("[[[]]]"));
        check(&json!({ "$concat": ["{{mine}}", { "$repeat": "x", "times": 2 }] }), &json!("ab-CDxx"));
        check(&json!("{{ids|length}}"), &json!(2));
        check(&json!("{{mine|url}}"), &json!("ab-CD"));
        check(&json!("{{mine|slice:1:4}}"), &json!("b-C"));
    }

    #[test]
    fn an_unknown_name_is_said() {
        let ours = Ours::default();
        let maker = Maker::new(7, "2n/x", 0, &ours);
        let values = Values::default();
        assert!(Scope::new(&values, &maker).request(&json!("{{nobody}}")).is_err());
    }
}
