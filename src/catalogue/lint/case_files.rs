//! Case files: every case, row by row, as it will run.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::rows::{expand_faults, unfold_rows, unfold_short_forms};
use super::knowledge::{Knowledge, shaped};
use super::names::{Giver, Names, say_unused};
use super::page::{Page, meant};
use super::site::Site;
use super::steps::{check_steps, give_fresh};
use super::structure::{Kind, mended};
use super::{controls, demands, risk};
use crate::case::{Case, CaseFile, Risk};
use crate::json::pointer_join;

/// Checks a file of cases. `ids` are those of the files before it, with their place.
pub(super) fn check_case_file(page: &Page, knowledge: &Knowledge, ids: &mut BTreeMap<String, String>) {
    let mut value = mended(page, Kind::Case);
    let cases = value.get_mut("cases").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    check_case_names(page, &cases);
    let shell: Option<CaseFile> = shaped(value);
    let risk = shell.as_ref().map(|shell| shell.risk).unwrap_or_default();
    check_needs(&Site::new(page, ""), knowledge, shell.map(|shell| shell.needs).unwrap_or_default().as_slice());
    for (index, case) in cases.into_iter().enumerate() {
        check_written(page, knowledge, index, case, risk, ids);
    }
}

fn check_case_names(page: &Page, cases: &[Value]) {
    let name = |case: &Value| case.get("name").and_then(Value::as_str).map(str::to_owned);
    for (index, case) in cases.iter().enumerate() {
        let Some(wanted) = name(case) else { continue };
        if let Some(earlier) = cases[..index].iter().position(|case| name(case).as_ref() == Some(&wanted)) {
            let (here, there) = (format!("/cases/{index}/name"), format!("/cases/{earlier}/name"));
            page.say_beside(
                &here,
                format!("two cases are named `{wanted}`"),
                &there,
                "the other one",
                "a name is unique in its file",
            );
        }
    }
}

/// Checks a case as it was written: each of its rows as the case that it makes.
fn check_written(
    page: &Page,
    knowledge: &Knowledge,
    index: usize,
    mut written: Value,
    file_risk: Risk,
    ids: &mut BTreeMap<String, String>,
) {
    let base = format!("/cases/{index}");
    let has_rows = written.get("rows").is_some_and(Value::is_array);
    if let Some(Value::Array(rows)) = written.get("rows") {
        check_rows(page, &base, rows, &written);
    }
    if let Err(misfits) = expand_faults(&mut written, &knowledge.schema_texts) {
        misfits.into_iter().for_each(|misfit| page.say(&format!("{base}/rows{}", misfit.pointer), misfit.message, misfit.help));
        return;
    }
    unfold_short_forms(&mut written);
    let mut unused: Option<Vec<(String, Giver, String)>> = None;
    for (row, (name, value)) in unfold_rows(written).enumerate() {
        let site = if has_rows { Site::row(page, &base, row) } else { Site::new(page, &base) };
        let Some(case) = shaped::<Case>(value) else { continue };
        check_id(&site, &case, name.as_deref(), ids);
        let of_row = check_case(&site, knowledge, &case, file_risk);
        unused = Some(match unused {
            Some(before) => before.into_iter().filter(|name| of_row.contains(name)).collect(),
            None => of_row,
        });
    }
    unused.iter().flatten().for_each(|name| say_unused(&Site::new(page, &base), name));
}

fn check_rows(page: &Page, base: &str, rows: &[Value], written: &Value) {
    let rows: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
    let mut body = written.clone();
    if let Some(members) = body.as_object_mut() {
        members.shift_remove("rows");
    }
    let text = body.to_string();
    let names: Vec<Option<&str>> = rows.iter().map(|row| row.get("name").and_then(Value::as_str)).collect();
    for (index, row) in rows.iter().enumerate() {
        if let Some(name) = names[index]
            && let Some(earlier) = names[..index].iter().position(|other| *other == Some(name))
        {
            let (here, there) = (format!("{base}/rows/{index}/name"), format!("{base}/rows/{earlier}/name"));
            page.say_beside(&here, format!("two rows are named `{name}`"), &there, "the other one", "a row's name ends its id");
        }
        for member in row.keys().filter(|member| *member != "name" && !uses(&text, &rows, member)) {
            let help = format!("write `{{{{{member}}}}}` where its value belongs, or take it out");
            page.say_of_key(
                &pointer_join(&format!("{base}/rows/{index}"), member),
                format!("the case never says `{{{{{member}}}}}`"),
                Some(help),
            );
        }
    }
    check_gaps(page, base, &rows, &text);
}

fn uses(text: &str, rows: &[&Map<String, Value>], member: &str) -> bool {
    let marker = format!("{{{{{member}}}}}");
    text.contains(&marker) || rows.iter().any(|row| row.values().any(|value| value.to_string().contains(&marker)))
}

/// A member that only some rows have leaves `{{member}}` standing in the others.
fn check_gaps(page: &Page, base: &str, rows: &[&Map<String, Value>], text: &str) {
    for (index, row) in rows.iter().enumerate() {
        let others = rows.iter().flat_map(|row| row.keys()).filter(|member| !row.contains_key(*member));
        let mut missing: Vec<&String> = others.filter(|member| text.contains(&format!("{{{{{member}}}}}"))).collect();
        missing.sort();
        missing.dedup();
        for member in missing {
            page.say(
                &format!("{base}/rows/{index}"),
                format!("this row has no `{member}`, and the case says `{{{{{member}}}}}`"),
                None,
            );
        }
    }
}

fn check_id(site: &Site<'_>, case: &Case, row: Option<&str>, ids: &mut BTreeMap<String, String>) {
    let file = &site.page.name;
    let stem = file.strip_prefix("cases/").and_then(|rest| rest.strip_suffix(".json")).unwrap_or(file);
    let id = row.map_or_else(|| format!("{stem}/{}", case.name), |row| format!("{stem}/{}/{row}", case.name));
    match ids.get(&id) {
        Some(other) if other != file => site.say("/name", format!("a case of {other} has the id `{id}` too"), None),
        Some(_) => {}
        None => drop(ids.insert(id, file.clone())),
    }
}

/// Checks one case, and gives back the names that it does not use.
fn check_case(site: &Site<'_>, knowledge: &Knowledge, case: &Case, file_risk: Risk) -> Vec<(String, Giver, String)> {
    check_words(site, case);
    check_needs(site, knowledge, &case.needs);
    demands::check_demands(site, knowledge, case);
    controls::check_case(site, case);
    risk::check_risk(site, knowledge, &case.steps, case.risk.unwrap_or(file_risk));
    let mut names = Names::new(knowledge);
    give_fresh(&mut names, site, &case.fresh);
    check_steps(&mut names, site, &case.steps);
    names.unused()
}

/// Words that nobody fills in but a row.
fn check_words(site: &Site<'_>, case: &Case) {
    let words = [("/title", &*case.title)].into_iter().chain(case.uncontrolled.iter().map(|why| ("/uncontrolled", why.as_str())));
    for (pointer, text) in words.filter(|(_, text)| text.contains("{{")) {
        let name = text.split("{{").nth(1).and_then(|rest| rest.split("}}").next()).unwrap_or_default();
        let near = meant(name, site.row_members()).filter(|help| help.starts_with("did you mean"));
        let help = near.or_else(|| Some("only the members of a row are filled in here".to_owned()));
        site.say(pointer, format!("`{{{{{name}}}}}` would be shown as it stands"), help);
    }
}

fn check_needs(site: &Site<'_>, knowledge: &Knowledge, needs: &[String]) {
    let Some(known) = &knowledge.capabilities else { return };
    for (index, need) in needs.iter().enumerate() {
        let pointer = format!("/needs/{index}");
        let name = need.strip_prefix('!').unwrap_or(need);
        if needs[..index].iter().any(|earlier| earlier.strip_prefix('!').unwrap_or(earlier) == name) {
            site.say(&pointer, format!("`{name}` is needed twice"), None);
        } else if !known.contains(name) && !knowledge.field_prefixes().any(|prefix| name.starts_with(prefix)) {
            let help = meant(name, known.iter().map(String::as_str));
            site.say(&pointer, format!("no profile or probe knows the capability `{name}`"), help);
        }
    }
}
