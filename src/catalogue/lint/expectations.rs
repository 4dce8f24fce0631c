//! Expectations and observations: what they refer to, and their matchers.

use serde_json::Value;

use super::matchers::check_matcher;
use super::names::{Names, take_text};
use super::page::meant;
use super::requests::is_template;
use super::site::Site;
use crate::case::{Class, Classes, Expectation, Observe};
use crate::json::{describe, pointer_join};

/// Where an expectation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It is judged by itself: it may cite a row.
    Whole,
    /// It belongs to another one (`any`, `if`, a class, a named reply): the other one cites.
    Inner,
}

/// Checks everything that an expectation says.
pub(super) fn check_expectation(names: &Names<'_>, site: &Site<'_>, at: &str, expectation: &Expectation, part: Part) {
    if part == Part::Inner {
        check_inner(site, at, expectation);
    }
    check_references(names, site, at, expectation);
    for (key, matcher) in [
        ("sent", &expectation.sent),
        ("status", &expectation.status),
        ("content-type", &expectation.content_type),
        ("body", &expectation.body),
        ("text", &expectation.text),
    ] {
        if let Some(matcher) = matcher {
            check_matcher(names, site, &format!("{at}/{key}"), matcher, &[]);
        }
    }
    check_head(site, at, expectation);
    for (name, matcher) in &expectation.headers {
        check_matcher(names, site, &pointer_join(&format!("{at}/headers"), name), matcher, &[]);
    }
    for (name, matcher) in &expectation.kept {
        let pointer = pointer_join(&format!("{at}/kept"), name);
        names.take_member(site, &pointer, name);
        check_matcher(names, site, &pointer, matcher, &[]);
    }
    for (index, inner) in expectation.any.iter().enumerate() {
        check_expectation(names, site, &format!("{at}/any/{index}"), inner, Part::Inner);
    }
    if let Some(condition) = &expectation.condition {
        check_expectation(names, site, &format!("{at}/if"), condition, Part::Inner);
    }
}

fn check_inner(site: &Site<'_>, at: &str, expectation: &Expectation) {
    let keys = [
        ("requirement", expectation.requirement.is_some()),
        ("level", expectation.level.is_some()),
        ("refusal", expectation.refusal),
    ];
    for (key, _) in keys.iter().filter(|(_, given)| *given) {
        let help = format!("`{key}` belongs to the expectation of the step");
        site.say_of_key(&format!("{at}/{key}"), format!("`{key}` is not looked at here"), Some(help));
    }
}

fn check_references(names: &Names<'_>, site: &Site<'_>, at: &str, expectation: &Expectation) {
    if let Some(schema) = &expectation.schema {
        check_schema(names, site, &format!("{at}/schema"), schema);
    }
    let (Some(reply), Some(suite)) = (&expectation.reply, &names.knowledge.suite) else { return };
    let pointer = format!("{at}/reply");
    if suite.replies.contains_key(reply) {
        names.take_all(site, &pointer, names.knowledge.names_of_reply(reply));
    } else {
        let known = suite.replies.keys().map(String::as_str);
        let help = meant(reply, known).or_else(|| Some("the `replies` of suite.json are the named replies".to_owned()));
        site.say(&pointer, format!("the suite has no reply `{reply}`"), help);
    }
}

fn check_schema(names: &Names<'_>, site: &Site<'_>, pointer: &str, schema: &str) {
    take_text(names, site, pointer, schema, &[]);
    let knowledge = names.knowledge;
    for path in knowledge.fillings(schema) {
        let unsure = path.contains("{{") || (schema.contains("{{") && path == "null");
        if !unsure && !knowledge.schemas.contains(&path) {
            let file = format!("it would be schemas/{}/{path}.schema.json", knowledge.name);
            let known = knowledge.schemas.iter().map(String::as_str);
            let near = crate::diagnostic::did_you_mean(&path, known).map(|near| format!("did you mean `{near}`?"));
            site.say(pointer, format!("there is no schema `{path}`"), near.or(Some(file)));
        }
    }
}

/// Values that no reply could ever equal.
fn check_head(site: &Site<'_>, at: &str, expectation: &Expectation) {
    if let Some(status) = &expectation.status
        && !is_template(status)
        && (status.is_string() || status.is_boolean() || status.is_array())
    {
        let help = "a status code is a number, or a matcher such as `{\"$one-of\": [200, 401]}`".to_owned();
        site.say(&format!("{at}/status"), format!("{} is no status code", describe(status)), Some(help));
    }
    if let Some(Value::String(media_type)) = &expectation.content_type
        && !media_type.contains("{{")
        && (media_type.contains(';') || media_type.chars().any(|letter| letter.is_ascii_uppercase()))
    {
        let help = "write it in lower case, without parameters".to_owned();
        site.say(&format!("{at}/content-type"), format!("no media type is compared as `{media_type}`"), Some(help));
    }
}

/// Checks an observation: its classes, and the dialect that it settles.
pub(super) fn check_observation(names: &Names<'_>, site: &Site<'_>, at: &str, observation: &Observe) {
    let Some(suite) = &names.knowledge.suite else { return };
    let classes: &[Class] = match &observation.classes {
        Classes::Own(classes) => {
            check_classes(names, site, &format!("{at}/classes/own"), classes);
            classes
        }
        Classes::Named(list) => match suite.classes.get(list) {
            Some(classes) => {
                names.take_all(site, &format!("{at}/classes/named"), names.knowledge.names_of_classes(list));
                classes
            }
            None => {
                let help = meant(list, suite.classes.keys().map(String::as_str));
                site.say(&format!("{at}/classes/named"), format!("the suite has no list of classes `{list}`"), help);
                return;
            }
        },
    };
    let Some(dialect) = &observation.settles else { return };
    let pointer = format!("{at}/settles");
    match suite.dialects.get(dialect) {
        None => {
            let help = meant(dialect, suite.dialects.keys().map(String::as_str));
            site.say(&pointer, format!("the suite has no dialect `{dialect}`"), help);
        }
        Some(known) => {
            let plain = classes.iter().map(|class| class.class.as_str()).filter(|class| !class.contains('{'));
            for class in plain.filter(|class| !known.classes.contains_key(*class)) {
                let help = meant(class, known.classes.keys().map(String::as_str));
                site.say(&pointer, format!("the dialect `{dialect}` has no class `{class}`"), help);
            }
        }
    }
}

/// Checks a list of classes.
pub(super) fn check_classes(names: &Names<'_>, site: &Site<'_>, at: &str, classes: &[Class]) {
    for (index, class) in classes.iter().enumerate() {
        if classes[..index].iter().any(|earlier| earlier.class == class.class && earlier.when == class.when) {
            site.say(&format!("{at}/{index}/class"), format!("the class `{}` is there twice", class.class), None);
        }
        check_expectation(names, site, &format!("{at}/{index}/when"), &class.when, Part::Inner);
    }
}
