//! Filters of a list: the flat `filter_*` parameters of Android panels and the expressions of the others, one meaning for both.

use super::defect::Defect;
use super::draft::normalised;
use super::edition::Grammar;
use super::fault::Fault;
use super::listing::{Cell, Field};
use super::nature::Nature;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::Value;
use std::cmp::Ordering;

/// How deep parentheses may nest.
const DEEPEST: usize = 32;

/// What a row must be like to be listed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(String, Operator, Cell),
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Different,
    Greater,
    Less,
    AtLeast,
    AtMost,
}

impl Filter {
    /// The filter a request carries; one that cannot be read is a fault, so that nobody takes all rows for the rows that match.
    pub fn read(nature: &Nature, request: &Request, fields: &[Field]) -> Result<Option<Self>, Fault> {
        if nature.wrong(Defect::FilterIgnored) || nature.wrong(Defect::ExpressionIgnored) {
            return Ok(None);
        }
        let filter = match nature.edition.grammar {
            Grammar::Fields => flat(request, fields),
            Grammar::Expression => expression(nature, request, fields),
        };
        match filter {
            Err(()) if nature.wrong(Defect::MalformedFilterCrash) => Err(Fault::Crash),
            Err(()) if nature.quirky(Quirk::BadFilterMatchesNothing) => Ok(Some(Self::Nothing)),
            Err(()) => Err(Fault::Body),
            Ok(filter) => Ok(filter.map(|filter| filter.for_stored_numbers(nature))),
        }
    }

    /// Where numbers are stored in another spelling, the spelling they came in finds them too.
    fn for_stored_numbers(self, nature: &Nature) -> Self {
        match self {
            Self::Compare(field, Operator::Equal, Cell::Text(number)) if nature.quirky(Quirk::NumbersNormalised) => {
                let stored = Self::Compare(field.clone(), Operator::Equal, Cell::Text(normalised(nature, "card", &number)));
                Self::Or(Box::new(Self::Compare(field, Operator::Equal, Cell::Text(number))), Box::new(stored))
            }
            filter => filter,
        }
    }

    /// True when the row whose fields `cell` reads is to be listed.
    pub fn admits(&self, cell: impl Fn(&str) -> Option<Cell> + Copy) -> bool {
        match self {
            Self::And(left, right) => left.admits(cell) && right.admits(cell),
            Self::Or(left, right) => left.admits(cell) || right.admits(cell),
            Self::Not(inner) => !inner.admits(cell),
            Self::Compare(field, operator, wanted) => operator.holds(cell(field).as_ref(), wanted),
            Self::Nothing => false,
        }
    }
}

impl Operator {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "eq" | "equal" => Self::Equal,
            "nq" => Self::Different,
            "gt" | "more" => Self::Greater,
            "lt" | "less" => Self::Less,
            "ge" => Self::AtLeast,
            "le" => Self::AtMost,
            _ => return None,
        })
    }

    fn holds(self, have: Option<&Cell>, wanted: &Cell) -> bool {
        let order = have.and_then(|have| match (have, wanted) {
            (Cell::Text(have), Cell::Number(wanted)) => have.parse::<i64>().ok().map(|have| have.cmp(wanted)),
            (Cell::Number(have), Cell::Text(wanted)) => wanted.parse::<i64>().ok().map(|wanted| have.cmp(&wanted)),
            (have, wanted) => Some(have.cmp(wanted)),
        });
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Different => order != Some(Ordering::Equal),
            Self::Greater => order == Some(Ordering::Greater),
            Self::Less => order == Some(Ordering::Less),
            Self::AtLeast => order.is_some_and(Ordering::is_ge),
            Self::AtMost => order.is_some_and(Ordering::is_le),
        }
    }
}

fn is_known(name: &str, fields: &[Field]) -> bool {
    name == "link_id" || fields.iter().any(|field| field.name == name)
}

/// The members of the filter as single parameters, or as one JSON object in `filter`.
fn flat(request: &Request, fields: &[Field]) -> Result<Option<Filter>, ()> {
    let object = match request.query("filter") {
        Some(text) => Some(serde_json::from_str::<Value>(text).map_err(|_| ())?),
        None => None,
    };
    let member = |name: &str| match (request.query(name), &object) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some(object)) => object.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        (None, None) => None,
    };
    let Some(field) = member("filter_field") else {
        return if object.is_some() || member("filter_value").is_some() { Err(()) } else { Ok(None) };
    };
    let operator = Operator::named(&member("filter_type").unwrap_or_else(|| "equal".into())).ok_or(())?;
    let value = member("filter_value").ok_or(())?;
    let wanted = match member("filter_format").as_deref() {
        Some("integer") => Cell::Number(value.parse().map_err(|_| ())?),
        Some("string") | None => Cell::Text(value),
        Some(_) => return Err(()),
    };
    if is_known(&field, fields) { Ok(Some(Filter::Compare(field, operator, wanted))) } else { Err(()) }
}

fn expression(nature: &Nature, request: &Request, fields: &[Field]) -> Result<Option<Filter>, ()> {
    let Some(text) = request.query("filter").filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let tokens = tokens(text)?;
    let mut reader = Reader { nature, fields, tokens: &tokens, depth: 0 };
    let filter = reader.any()?;
    if reader.tokens.is_empty() { Ok(Some(filter)) } else { Err(()) }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, ()> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => {
                tokens.push(if first == '(' { Token::Open } else { Token::Close });
                1
            }
            '\'' => {
                let end = rest[1..].find('\'').ok_or(())?;
                tokens.push(Token::Text(rest[1..=end].into()));
                end + 2
            }
            _ => {
                let end = rest.find(|next: char| next.is_whitespace() || "()'".contains(next)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].into()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Reader<'a> {
    nature: &'a Nature,
    fields: &'a [Field],
    tokens: &'a [Token],
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Token, ()> {
        let (first, rest) = self.tokens.split_first().ok_or(())?;
        self.tokens = rest;
        Ok(first.clone())
    }

    fn any(&mut self) -> Result<Filter, ()> {
        let mut left = self.term()?;
        while let Some(Token::Word(word)) = self.tokens.first().cloned() {
            self.next()?;
            let right = Box::new(self.term()?);
            left = match word.as_str() {
                "and" if self.nature.wrong(Defect::AndAsOr) => Filter::Or(Box::new(left), right),
                "and" => Filter::And(Box::new(left), right),
                "or" if self.nature.wrong(Defect::OrAsAnd) => Filter::And(Box::new(left), right),
                "or" => Filter::Or(Box::new(left), right),
                _ => return Err(()),
            };
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, ()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(());
        }
        let filter = match self.next()? {
            Token::Open => {
                let inner = self.any()?;
                if self.next()? == Token::Close { Ok(inner) } else { Err(()) }
            }
            Token::Word(word) if word == "not" => Ok(Filter::Not(Box::new(self.term()?))),
            Token::Word(field) if is_known(&field, self.fields) => self.comparison(field),
            _ => Err(()),
        };
        self.depth -= 1;
        filter
    }

    fn comparison(&mut self, field: String) -> Result<Filter, ()> {
        let Token::Word(word) = self.next()? else { return Err(()) };
        let operator = match Operator::named(&word).filter(|_| word.len() == 2).ok_or(())? {
            Operator::Different if self.nature.wrong(Defect::NqAsEq) => Operator::Equal,
            Operator::Greater if self.nature.wrong(Defect::GreaterAsAtLeast) => Operator::AtLeast,
            Operator::Less if self.nature.wrong(Defect::LessAsAtMost) => Operator::AtMost,
            Operator::AtLeast | Operator::AtMost if self.nature.wrong(Defect::OrderOperatorsRefused) => return Err(()),
            operator => operator,
        };
        let wanted = match self.next()? {
            Token::Text(text) => Cell::Text(text),
            Token::Word(word) => Cell::Number(word.parse().map_err(|_| ())?),
            _ => return Err(()),
        };
        Ok(Filter::Compare(field, operator, wanted))
    }
}
