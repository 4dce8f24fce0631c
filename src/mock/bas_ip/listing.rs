//! Lists: paging, sorting and filtering, in the grammar of the edition.

use super::defect::Defect;
use super::edition::Grammar;
use super::fault::Fault;
use super::filter::Filter;
use super::nature::Nature;
use super::quirk::Quirk;
use crate::mock::device::Request;
use serde_json::{Value, json};
use std::cmp::Ordering;

/// A value that lists sort and filter by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Number(i64),
    Text(String),
}

/// A field that a list can be sorted and filtered by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub name: &'static str,
    pub is_number: bool,
    pub options: &'static [&'static str],
}

/// One page of a list.
pub(super) struct Page<'a, T> {
    pub rows: Vec<&'a T>,
    /// The value of `list_option`.
    pub option: Value,
}

/// What a kind of entity can be sorted and filtered by.
pub(super) struct Shape<'a, T> {
    pub fields: &'a [Field],
    pub cell: &'a dyn Fn(&T, &str) -> Option<Cell>,
    /// False where `limit` and `page_number` may be left out in every edition.
    pub strict: bool,
}

struct Order {
    fields: Vec<String>,
    ascending: bool,
}

/// Cuts the page out of all rows that the request asks for.
pub(super) fn page<'a, T>(
    nature: &Nature,
    request: &Request,
    mut rows: Vec<&'a T>,
    shape: &Shape<T>,
    deleted: usize,
) -> Result<Page<'a, T>, Fault> {
    let (limit, number) = paging(nature, request, shape.strict)?;
    let filter = Filter::read(nature, request, shape.fields)?;
    let order = order(nature, request, shape.fields)?;
    if let Some(filter) = &filter {
        rows.retain(|row| filter.admits(|field| (shape.cell)(row, field)));
    }
    if let Some(order) = &order {
        rows.sort_by(|left, right| compare(nature, order, shape, left, right));
    }
    if order.is_none() && shape.strict && nature.quirky(Quirk::NewestFirst) {
        rows.reverse();
    }
    let total = rows.len();
    let rows = cut(nature, rows, limit, number);
    let shown_total = match nature {
        _ if nature.wrong(Defect::TotalStale) => total + deleted,
        _ if nature.wrong(Defect::TotalOfPage) => rows.len(),
        _ => total,
    };
    let option = option(nature, request, shape.fields, (filter.is_some(), order), (shown_total, limit, number));
    Ok(Page { rows, option })
}

fn paging(nature: &Nature, request: &Request, strict: bool) -> Result<(usize, usize), Fault> {
    let needed = (strict && nature.edition.paging_required) || nature.wrong(Defect::PagingRequired);
    let (limit, number) = (request.query("limit"), request.query("page_number"));
    if needed && (limit.is_none() || number.is_none()) {
        if nature.wrong(Defect::PagingLeftOutCrash) {
            return Err(Fault::Crash);
        }
        return Err(Fault::Parameters);
    }
    let default = if nature.wrong(Defect::DefaultLimitFifty) { 50 } else { 10 };
    let limit = match limit {
        None => default,
        Some("20") if nature.wrong(Defect::LimitTwentyRefused) => return Err(Fault::Body),
        Some("50") if nature.wrong(Defect::LimitFiftyRefused) => return Err(Fault::Body),
        Some("25") if nature.wrong(Defect::OddLimitCrash) => return Err(Fault::Crash),
        Some("10") => 10,
        Some("20") => 20,
        Some("30") => 30,
        Some("50") => 50,
        Some(other) => odd_limit(nature, other)?,
    };
    let page = match number.map(str::parse::<usize>) {
        None => 1,
        Some(Ok(page)) if page >= 1 => page,
        Some(_) if nature.quirky(Quirk::OddPageRefused) => return Err(Fault::Body),
        Some(_) => 1,
    };
    Ok((limit, page))
}

fn odd_limit(nature: &Nature, text: &str) -> Result<usize, Fault> {
    if nature.quirky(Quirk::OddLimitRefused) {
        return Err(Fault::Body);
    }
    if nature.quirky(Quirk::AnyLimit) {
        return Ok(text.parse().ok().filter(|limit| (1..=1000).contains(limit)).unwrap_or(10));
    }
    Ok(10)
}

fn order(nature: &Nature, request: &Request, fields: &[Field]) -> Result<Option<Order>, Fault> {
    let (names, direction): (Vec<String>, &str) = match nature.edition.grammar {
        Grammar::Fields => {
            let Some(field) = request.query("sort_field") else { return Ok(None) };
            (vec![field.into()], request.query("sort_type").unwrap_or("asc"))
        }
        Grammar::Expression => {
            let Some((names, direction)) = request.query("order_by").and_then(|text| text.trim().rsplit_once(' ')) else {
                return Ok(None);
            };
            (names.split(',').map(|name| name.trim().to_owned()).collect(), direction)
        }
    };
    let known = names.iter().all(|name| is_sortable(name, fields));
    if !known && nature.quirky(Quirk::UnknownSortRefused) {
        return Err(Fault::Body);
    }
    let ascending = !direction.eq_ignore_ascii_case("desc") || nature.wrong(Defect::DescendingIgnored);
    Ok((known && !nature.wrong(Defect::OrderIgnored)).then_some(Order { fields: names, ascending }))
}

fn is_sortable(name: &str, fields: &[Field]) -> bool {
    fields.iter().any(|field| field.name == name) || matches!(name, "identifier_owner" | "identifier_owner.name" | "link_id")
}

fn compare<T>(nature: &Nature, order: &Order, shape: &Shape<T>, left: &T, right: &T) -> Ordering {
    let cell = |row: &T, field: &str| match (shape.cell)(row, field) {
        Some(Cell::Text(text)) if nature.quirky(Quirk::SortIgnoresCase) => Some(Cell::Text(text.to_lowercase())),
        cell => cell,
    };
    let forward = order.fields.iter().map(|field| cell(left, field).cmp(&cell(right, field))).find(|order| order.is_ne());
    let forward = forward.unwrap_or(Ordering::Equal);
    if order.ascending { forward } else { forward.reverse() }
}

fn cut<'a, T>(nature: &Nature, rows: Vec<&'a T>, limit: usize, number: usize) -> Vec<&'a T> {
    let number = if nature.wrong(Defect::PageClamped) { number.min(rows.len().div_ceil(limit).max(1)) } else { number };
    let mut start = (number - 1).saturating_mul(limit);
    if nature.wrong(Defect::PagesOverlap) && number > 1 {
        start -= 1;
    }
    if nature.wrong(Defect::PagesSkip) && number > 1 {
        start += 1;
    }
    let count = if nature.wrong(Defect::LimitIgnored) { usize::MAX } else { limit };
    rows.into_iter().skip(start).take(count).collect()
}

type Chosen = (bool, Option<Order>);

fn option(
    nature: &Nature,
    request: &Request,
    fields: &[Field],
    (filtered, order): Chosen,
    (total, limit, number): (usize, usize, usize),
) -> Value {
    let current = if nature.wrong(Defect::CurrentPageOne) { 1 } else { number };
    let pages = total.div_ceil(limit).max(nature.edition.least_pages);
    let shown_limit = match limit {
        20 if nature.quirky(Quirk::LimitEchoFromEnum) => 25,
        30 if nature.quirky(Quirk::LimitEchoFromEnum) => 50,
        _ => limit,
    };
    let pagination = json!({"total_items": total, "items_limit": shown_limit, "total_pages": pages, "current_page": current});
    if nature.quirky(Quirk::PaginationOnly) {
        return json!({"pagination": pagination});
    }
    let names: Vec<&str> = fields.iter().filter(|field| !field.is_number).map(|field| field.name).take(2).collect();
    let direction = order.as_ref().is_none_or(|order| order.ascending);
    let (filter, sort) = match nature.edition.grammar {
        Grammar::Fields => (
            json!({"is_filtered": filtered, "available_filtering": true, "available_fields": names}),
            json!({"field": request.query("sort_field").or(names.first().copied()), "asc": direction, "available_fields": names}),
        ),
        Grammar::Expression => (
            json!({"available_filtering": true, "is_filtered": filtered, "available_fields": described(nature, fields)}),
            json!({"is_sorted": order.is_some(), "order": if direction { "asc" } else { "desc" },
                "available_fields": fields.iter().map(|field| field.name).collect::<Vec<_>>()}),
        ),
    };
    json!({"pagination": pagination, "filter": filter, "sort": sort})
}

fn described(nature: &Nature, fields: &[Field]) -> Vec<Value> {
    let mut all: Vec<Value> = fields
        .iter()
        .map(|field| {
            let operators = ["eq", "nq", "gt", "lt", "ge", "le"];
            let kind = if field.is_number { "integer" } else { "string" };
            json!({"field_name": field.name, "data_type": kind, "options": field.options, "compare_operators": operators})
        })
        .collect();
    if nature.wrong(Defect::DeadFieldAdvertised) {
        all.push(json!({"field_name": "floor", "data_type": "integer", "options": [], "compare_operators": ["eq", "gt"]}));
    }
    all
}
