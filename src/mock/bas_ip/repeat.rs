//! How a time profile repeats: the checks, with the words of the manuals.

use super::body::{boolean, inner, integer, needed_inner, needed_text};
use super::defect::Defect;
use super::fault::Fault;
use super::nature::Nature;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

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
    check_end(nature, format)?;
    match needed_text(format, "repeat_type")? {
        "day" | "week" | "twoWeeks" | "month" | "year" => Ok(()),
        "custom" => check_custom(nature, needed_inner(format, "repeat_custom")?),
        _ => Err(said("Wrong repeat_type")),
    }
}

fn check_end(nature: &Nature, format: &Object) -> Result<(), Fault> {
    let Some(end) = inner(format, "repeat_end")? else { return Ok(()) };
    match needed_text(end, "format")? {
        "never" => Ok(()),
        "date" if integer(end, "date")?.is_some() || nature.wrong(Defect::EndDateOptional) => Ok(()),
        "date" => Err(Fault::Missing("date".into())),
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
        ("month", Some(Value::Object(month))) => check_month(nature, month),
        ("year", Some(Value::Object(year))) => check_year(nature, year),
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

fn check_month(nature: &Nature, month: &Object) -> Result<(), Fault> {
    match (needed_text(month, "format")?, month.get("range")) {
        ("dayNumbers", Some(Value::Array(numbers))) if numbers.is_empty() && !nature.wrong(Defect::EmptyDayNumbersAccepted) => {
            Err(said("Set in dayNumbers can't be empty"))
        }
        ("dayNumbers", Some(Value::Array(numbers))) => within(numbers, &days_of_month(nature), "Wrong DayOfMonth range"),
        ("parameterizedDay", Some(Value::Object(day))) => check_day(nature, day, "Wrong DayOfMonth range"),
        ("dayNumbers" | "parameterizedDay", None) => Err(Fault::Missing("range".into())),
        ("dayNumbers" | "parameterizedDay", Some(_)) => Err(Fault::Type("range".into())),
        _ => Err(said("Wrong format enum name")),
    }
}

fn check_year(nature: &Nature, year: &Object) -> Result<(), Fault> {
    match year.get("months") {
        Some(Value::Array(months)) if months.is_empty() => return Err(said("Set in YearOptions can't be empty")),
        Some(Value::Array(months)) => within(months, &months_of_year(nature), "Wrong months range")?,
        Some(_) => return Err(Fault::Type("months".into())),
        None => return Err(Fault::Missing("months".into())),
    }
    inner(year, "range")?.map_or(Ok(()), |day| check_day(nature, day, "Wrong year range"))
}

fn days_of_month(nature: &Nature) -> RangeInclusive<i64> {
    numbers(nature, 31, [Defect::DayZeroAccepted, Defect::DayBeyondAccepted, Defect::LastDayRefused])
}

fn months_of_year(nature: &Nature) -> RangeInclusive<i64> {
    numbers(nature, 12, [Defect::MonthZeroAccepted, Defect::MonthBeyondAccepted, Defect::LastMonthRefused])
}

/// The numbers from 1 to `last`, moved by the defects that take 0, take one more, or refuse the last.
fn numbers(nature: &Nature, last: i64, [zero, beyond, short]: [Defect; 3]) -> RangeInclusive<i64> {
    let moved = |defect| i64::from(nature.wrong(defect));
    1 - moved(zero)..=last + moved(beyond) - moved(short)
}

fn check_day(nature: &Nature, day: &Object, wrong: &'static str) -> Result<(), Fault> {
    let week = needed_text(day, "week_order")?;
    let kind = needed_text(day, "day_type")?;
    let known_week = WEEKS.contains(&week) || nature.wrong(Defect::AnyWeekOrderAccepted);
    let known_day = DAYS.contains(&kind) || matches!(kind, "WEEK_DAY" | "DAY_OFF") || nature.wrong(Defect::AnyDayTypeAccepted);
    if known_week && known_day { Ok(()) } else { Err(said(wrong)) }
}

fn within(numbers: &[Value], range: &RangeInclusive<i64>, wrong: &'static str) -> Result<(), Fault> {
    let fits = numbers.iter().all(|number| number.as_i64().is_some_and(|number| range.contains(&number)));
    if fits { Ok(()) } else { Err(said(wrong)) }
}
