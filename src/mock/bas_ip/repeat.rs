//! How a time profile repeats: the checks, with the words of the manuals.

use super::body::{boolean, inner, integer, needed_inner, needed_text};
use super::defect::Defect;
use super::fault::Fault;
use super::nature::Nature;
use serde_json::{Map, Value};

const DAYS: &[&str] = &["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const WEEKS: &[&str] = &["first", "second", "third", "fourth", "fifth", "last"];

type Object = Map<String, Value>;

const fn said(text: &'static str) -> Fault {
    Fault::Said(400, text)
}

/// Checks the options of a time profile.
pub(super) fn check(nature: &Nature, time: &Object, repeat: &Object) -> Result<(), Fault> {
    for key in ["date_from", "date_to"] {
        integer(time, key)?;
    }
    boolean(time, "is_all_day")?;
    boolean(repeat, "repeat_enable")?;
    let Some(format) = inner(repeat, "repeat_format")? else { return Ok(()) };
    if nature.wrong(Defect::AnyRepeatAccepted) {
        return Ok(());
    }
    check_end(format)?;
    match needed_text(format, "repeat_type")? {
        "day" | "week" | "twoWeeks" | "month" | "year" => Ok(()),
        "custom" => check_custom(nature, needed_inner(format, "repeat_custom")?),
        _ => Err(said("Wrong repeat_type")),
    }
}

fn check_end(format: &Object) -> Result<(), Fault> {
    let Some(end) = inner(format, "repeat_end")? else { return Ok(()) };
    match needed_text(end, "format")? {
        "never" => Ok(()),
        "date" => integer(end, "date")?.map(|_| ()).ok_or_else(|| Fault::Missing("date".into())),
        _ => Err(said("Wrong format enum name")),
    }
}

fn check_custom(nature: &Nature, custom: &Object) -> Result<(), Fault> {
    let point = needed_text(custom, "repeat_point_type")?;
    if !matches!(point, "day" | "week" | "month" | "year") {
        return Err(said("Wrong repeat_point_type enum name"));
    }
    let looper = integer(custom, "repeat_looper")?.ok_or_else(|| Fault::Missing("repeat_looper".into()))?;
    if !(1..=1000).contains(&looper) && !nature.wrong(Defect::AnyLooperAccepted) {
        return Err(said("Wrong repeat_looper range"));
    }
    match (point, custom.get("repeat_options")) {
        ("week", Some(Value::Array(days))) => check_days(days),
        ("month", Some(Value::Object(month))) => check_month(month),
        ("year", Some(Value::Object(year))) => check_year(year),
        ("day", _) => Ok(()),
        (_, None) => Err(Fault::Missing("repeat_options".into())),
        (_, Some(_)) => Err(Fault::Type("repeat_options".into())),
    }
}

fn check_days(days: &[Value]) -> Result<(), Fault> {
    if days.is_empty() {
        return Err(said("Set in WeekOptions can't be empty"));
    }
    let known = days.iter().all(|day| day.as_str().is_some_and(|day| DAYS.contains(&day)));
    if known { Ok(()) } else { Err(said("Wrong repeat_options enum name")) }
}

fn check_month(month: &Object) -> Result<(), Fault> {
    match (needed_text(month, "format")?, month.get("range")) {
        ("dayNumbers", Some(Value::Array(numbers))) if numbers.is_empty() => Err(said("Set in dayNumbers can't be empty")),
        ("dayNumbers", Some(Value::Array(numbers))) => within(numbers, 31, "Wrong DayOfMonth range"),
        ("parameterizedDay", Some(Value::Object(day))) => check_day(day, "Wrong DayOfMonth range"),
        ("dayNumbers" | "parameterizedDay", None) => Err(Fault::Missing("range".into())),
        ("dayNumbers" | "parameterizedDay", Some(_)) => Err(Fault::Type("range".into())),
        _ => Err(said("Wrong format enum name")),
    }
}

fn check_year(year: &Object) -> Result<(), Fault> {
    match year.get("months") {
        Some(Value::Array(months)) if months.is_empty() => return Err(said("Set in YearOptions can't be empty")),
        Some(Value::Array(months)) => within(months, 12, "Wrong months range")?,
        Some(_) => return Err(Fault::Type("months".into())),
        None => return Err(Fault::Missing("months".into())),
    }
    inner(year, "range")?.map_or(Ok(()), |day| check_day(day, "Wrong year range"))
}

fn check_day(day: &Object, wrong: &'static str) -> Result<(), Fault> {
    let week = needed_text(day, "week_order")?;
    let kind = needed_text(day, "day_type")?;
    let known = WEEKS.contains(&week) && (DAYS.contains(&kind) || matches!(kind, "WEEK_DAY" | "DAY_OFF"));
    if known { Ok(()) } else { Err(said(wrong)) }
}

fn within(numbers: &[Value], most: i64, wrong: &'static str) -> Result<(), Fault> {
    let fits = numbers.iter().all(|number| number.as_i64().is_some_and(|number| (1..=most).contains(&number)));
    if fits { Ok(()) } else { Err(said(wrong)) }
}
