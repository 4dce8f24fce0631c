//! Named targets: `doorspec.toml`, so that `doorspec run lobby` knows the address, the files and which environment variables hold the
//! credentials. Credentials themselves never stand in it, and no line of it is ever shown, in case they do.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::accounts::Names;
use super::target_url;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::json::{Places, read_with_places};

/// The file, in the folder where doorspec is started.
const FILE: &str = "doorspec.toml";

/// What the file says of one target. Paths are as seen from the file's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) suite: Vec<String>,
    pub(super) profile: Option<PathBuf>,
    pub(super) waivers: Option<PathBuf>,
    pub(super) cacert: Option<PathBuf>,
    pub(super) insecure: bool,
    pub(super) accounts: Names,
}

/// Every key of a target.
const KEYS: [&str; 10] = [
    "url",
    "suite",
    "profile",
    "waivers",
    "cacert",
    "insecure",
    "user-from",
    "password-from",
    "limited-user-from",
    "limited-password-from",
];

/// The target of this name, where what was given is no address; `None` for an address.
///
/// # Errors
/// A message for the user: there is no such target, the file is wrong, or a variable is not set.
pub(super) fn named(given: &str) -> Result<Option<Target>, String> {
    if given.is_empty() || given.contains([':', '/', '.']) {
        return Ok(None);
    }
    let text = match fs::read_to_string(FILE) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!(
                "`{given}` is no URL, and there is no {FILE} here that names a target: write e.g. http://192.0.2.40"
            ));
        }
        Err(error) => return Err(format!("cannot read {FILE}: {error}")),
    };
    let mut targets = sound(FILE, &text)?;
    let Some(target) = targets.remove(given) else {
        let known = || targets.keys().map(String::as_str);
        let near = did_you_mean(given, known()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        let known = known().collect::<Vec<_>>().join(", ");
        return Err(format!("there is no target `{given}` in {FILE}\nhelp: {near}known targets: {known}"));
    };
    check_set(given, &target)?;
    Ok(Some(target))
}

/// Every target of a fleet's file, by name, each with credentials that are there.
///
/// # Errors
/// A message for the user: there is no target, the file is wrong, a name is none for a folder, or a variable is not set.
pub(super) fn fleet(file: &Path) -> Result<BTreeMap<String, Target>, String> {
    let shown = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let targets = sound(&shown, &text)?;
    if targets.is_empty() {
        return Err(format!("there is no target in {shown}\nhelp: write each as `[target.lobby]`, with a `url` below"));
    }
    for (name, target) in &targets {
        let is_plain = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
        if name.is_empty() || !name.chars().all(is_plain) {
            return Err(format!(
                "the target `{name}` in {shown} cannot give a folder its name\nhelp: use letters, digits, `-` and `_`"
            ));
        }
        check_set(name, target)?;
    }
    Ok(targets)
}

/// The targets of a file in which nothing is wrong.
fn sound(shown: &str, text: &str) -> Result<BTreeMap<String, Target>, String> {
    let (targets, mistakes) = read(shown, text);
    if mistakes.is_empty() {
        return Ok(targets);
    }
    Err(format!("there are mistakes in {shown}\n{}", mistakes.render(&|_| None, false)))
}

/// Whether the variables that a target names are there.
fn check_set(name: &str, target: &Target) -> Result<(), String> {
    let unset = target.accounts.named().find(|name| env::var_os(name).is_none_or(|value| value.is_empty()));
    match unset {
        Some(variable) if target.accounts != Names::default() => Err(format!(
            "the target `{name}` takes a credential from {variable}, which is not set\nhelp: export {variable}=... before"
        )),
        _ => Ok(()),
    }
}

/// Every target of a file, and every mistake in it.
fn read(shown: &str, text: &str) -> (BTreeMap<String, Target>, Diagnostics) {
    let (_, places) = read_with_places(text.as_bytes());
    let mut page =
        Page { shown, places, mistakes: Diagnostics::default(), folder: Path::new(shown).parent().unwrap_or(Path::new("")) };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        page.say(error.span().unwrap_or_default(), error.message().to_owned(), None);
    }
    let mut targets = BTreeMap::new();
    for (key, value) in root.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("target", DeValue::Table(all)) => {
                targets.extend(all.iter().map(|(name, value)| (name.get_ref().to_string(), page.target(name, value))));
            }
            (word, _) => {
                let help = "write a target as `[target.lobby]`, with its keys below";
                page.say(key.span(), format!("unknown key `{word}`"), Some(help.to_owned()));
            }
        }
    }
    (targets, page.mistakes)
}

/// A file that is being read.
struct Page<'p> {
    shown: &'p str,
    places: Places,
    mistakes: Diagnostics,
    folder: &'p Path,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Page<'_> {
    fn say(&mut self, span: std::ops::Range<usize>, message: String, help: Option<String>) {
        let mistake = Diagnostic::new(self.shown, message).at(self.places.at(span)).help_with(help);
        self.mistakes.push(mistake);
    }

    fn target(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) -> Target {
        let mut target = Target::default();
        let DeValue::Table(members) = value.get_ref() else {
            self.say(
                value.span(),
                format!("the target `{}` is no table", name.get_ref()),
                Some("write it as `[target.lobby]`".to_owned()),
            );
            return target;
        };
        let mut names = BTreeMap::new();
        for (key, value) in members {
            match key.get_ref().as_ref() {
                "url" => target.url = self.url(value).unwrap_or_default(),
                "suite" => target.suite = self.texts(value),
                "profile" => target.profile = self.file(value),
                "waivers" => target.waivers = self.file(value),
                "cacert" => target.cacert = self.file(value),
                "insecure" => target.insecure = self.flag(value),
                word if word.ends_with("-from") && KEYS.contains(&word) => {
                    names.extend(self.variable(word, value).map(|variable| (word.to_owned(), variable)));
                }
                word => self.unknown(word, key.span()),
            }
        }
        if !members.iter().any(|(key, _)| key.get_ref() == "url") {
            self.say(
                name.span(),
                format!("the target `{}` has no `url`", name.get_ref()),
                Some("write e.g. url = \"http://192.0.2.40\"".to_owned()),
            );
        }
        target.accounts = self.accounts(&names, name);
        target
    }

    fn unknown(&mut self, word: &str, span: std::ops::Range<usize>) {
        let is_secret = ["password", "user", "secret", "token", "pin", "login"].iter().any(|secret| word.contains(secret));
        let near = did_you_mean(word, KEYS);
        if is_secret && near.is_none() {
            let own = KEYS.iter().find(|key| key.strip_suffix("-from") == Some(word)).unwrap_or(&"password-from");
            let help = format!("write `{own} = \"NAME\"`, the name of the environment variable that holds it");
            return self.say(span, format!("credentials never stand in this file, as `{word}` would"), Some(help));
        }
        let help = near.map_or_else(|| format!("known keys: {}", KEYS.join(", ")), |near| format!("did you mean `{near}`?"));
        self.say(span, format!("unknown key `{word}`"), Some(help));
    }

    /// Which variables hold the credentials: those named, else those that every run looks at.
    fn accounts(&mut self, names: &BTreeMap<String, String>, target: &Spanned<std::borrow::Cow<'_, str>>) -> Names {
        let pair = |user: &str, password: &str| (names.get(user).cloned(), names.get(password).cloned());
        let admin = pair("user-from", "password-from");
        let limited = pair("limited-user-from", "limited-password-from");
        for (half, user) in [(&admin, "user-from"), (&limited, "limited-user-from")] {
            if half.0.is_some() != half.1.is_some() {
                let password = user.replace("user", "password");
                self.say(
                    target.span(),
                    format!("of `{user}` and `{password}` only one is given"),
                    Some("name both variables".to_owned()),
                );
            }
        }
        match (admin, limited) {
            ((None, None), (None, None)) => Names::default(),
            (admin, limited) => Names { admin: admin.0.zip(admin.1), limited: limited.0.zip(limited.1) },
        }
    }

    fn wrong_type(&mut self, value: &Value<'_>, wanted: &str) {
        self.say(value.span(), format!("this is not {wanted}"), None);
    }

    fn text(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong_type(value, "a text in quotes");
                None
            }
        }
    }

    fn texts(&mut self, value: &Value<'_>) -> Vec<String> {
        match value.get_ref() {
            DeValue::Array(all) => all.iter().filter_map(|one| self.text(one)).collect(),
            _ => self.text(value).into_iter().collect(),
        }
    }

    fn file(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        self.text(value).map(|path| self.folder.join(path))
    }

    fn flag(&mut self, value: &Value<'_>) -> bool {
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            _ => {
                self.wrong_type(value, "true or false");
                false
            }
        }
    }

    fn url(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.text(value)?;
        if text.contains('@') {
            let help = "name the variables that hold them with `user-from` and `password-from`";
            self.say(value.span(), "credentials never stand in this file, as in this address".to_owned(), Some(help.to_owned()));
        } else if let Err(why) = target_url::read(&text) {
            self.say(value.span(), why, None);
        }
        Some(text)
    }

    /// The name of an environment variable. What is none may be the secret itself, and is not repeated.
    fn variable(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let name = self.text(value)?;
        let is_name = name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
            && name.starts_with(|letter: char| letter.is_ascii_uppercase() || letter == '_');
        if !is_name {
            let help = "write e.g. LOBBY_PASSWORD, in capitals, and export it where doorspec is started";
            self.say(
                value.span(),
                format!("`{key}` is the name of an environment variable, not what it holds"),
                Some(help.to_owned()),
            );
        }
        is_name.then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        read("doorspec.toml", text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_target_says_where_it_is_and_where_its_credentials_are() {
        let text = "[target.lobby]\nurl = \"https://192.0.2.40\"\nsuite = \"2n\"\nprofile = \"p.json\"\ncacert = \"ca.pem\"\n\
                    user-from = \"LOBBY_USER\"\npassword-from = \"LOBBY_PASSWORD\"\n\n\
                    [target.gate]\nurl = \"http://192.0.2.41\"\nsuite = [\"2n\", \"bas-ip\"]\ninsecure = true\n";
        let (targets, mistakes) = read("site/doorspec.toml", text);
        assert!(mistakes.is_empty(), "{}", mistakes.render(&|_| None, false));
        let lobby = Target {
            url: "https://192.0.2.40".into(),
            suite: vec!["2n".into()],
            profile: Some("site/p.json".into()),
            cacert: Some("site/ca.pem".into()),
            accounts: Names { admin: Some(("LOBBY_USER".into(), "LOBBY_PASSWORD".into())), limited: None },
            ..Target::default()
        };
        assert_eq!(targets["lobby"], lobby);
        assert_eq!(
            (targets["gate"].suite.len(), targets["gate"].insecure, &targets["gate"].accounts),
            (2, true, &Names::default())
        );
    }

    #[test]
    fn every_mistake_has_its_place_and_says_what_to_do() {
        let rows = [
            (
                "[target.a]\nurl = \"http://x\"\nprofil = \"p\"",
                "doorspec.toml:3:1: unknown key `profil` (did you mean `profile`?)",
            ),
            (
                "[targets.a]\nurl = \"http://x\"",
                "doorspec.toml:1:2: unknown key `targets` (write a target as `[target.lobby]`, with its keys below)",
            ),
            (
                "[target.a]\nsuite = \"2n\"",
                "doorspec.toml:1:9: the target `a` has no `url` (write e.g. url = \"http://192.0.2.40\")",
            ),
            ("[target.a]\nurl = 7", "doorspec.toml:2:7: this is not a text in quotes"),
            ("[target.a]\nurl = \"192.0.2.40\"", "doorspec.toml:2:7: `192.0.2.40` is no URL"),
            ("[target.a]\nurl = \"http://x\"\ninsecure = \"yes\"", "doorspec.toml:3:12: this is not true or false"),
            (
                "[target.a]\nurl = \"http://x\"\nuser-from = \"A\"",
                "doorspec.toml:1:9: of `user-from` and `password-from` only one is given",
            ),
            (
                "[target.a]\nurl = \"http://x\"\npasword-from = \"A\"",
                "doorspec.toml:3:1: unknown key `pasword-from` (did you mean `password-from`?)",
            ),
            ("[target.a\nurl = \"http://x\"", "doorspec.toml:1:10: "),
            ("target = 3", "doorspec.toml:1:1: unknown key `target`"),
        ];
        for (text, expected) in rows {
            let said = mistakes(text);
            assert!(said.first().is_some_and(|first| first.starts_with(expected)), "{text}: {said:#?}");
        }
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        let rows = [
            (
                "[target.a]\nurl = \"http://x\"\npassword = \"hunter2\"",
                "doorspec.toml:3:1: credentials never stand in this file",
                "`password-from = \"NAME\"`",
            ),
            (
                "[target.a]\nurl = \"http://x\"\nuser = \"hunter2\"",
                "doorspec.toml:3:1: credentials never",
                "`user-from = \"NAME\"`",
            ),
            (
                "[target.a]\nurl = \"http://x\"\nlimited-password = \"hunter2\"",
                "doorspec.toml:3:1: credentials never",
                "`limited-password-from",
            ),
            (
                "[target.a]\nurl = \"http://x\"\napi-token = \"hunter2\"",
                "doorspec.toml:3:1: credentials never",
                "environment variable",
            ),
            ("[target.a]\nurl = \"http://qa:hunter2@x\"", "doorspec.toml:2:7: credentials never", "`password-from`"),
            (
                "[target.a]\nurl = \"http://x\"\nuser-from = \"QA\"\npassword-from = \"hunter2\"",
                "doorspec.toml:4:17: `password-from` is the name",
                "LOBBY_PASSWORD",
            ),
            ("[target.a]\nurl = \"http://x\"\npassword-from = hunter2", "doorspec.toml:3:17: ", ""),
        ];
        for (text, expected, help) in rows {
            let said = mistakes(text);
            assert!(said.iter().any(|one| one.starts_with(expected) && one.contains(help)), "{text}: {said:#?}");
            assert!(!said.concat().contains("hunter2"), "{said:#?}");
        }
    }

    #[test]
    fn editors_complete_every_key() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../schemas/suite/target.schema.json")).expect("the schema is JSON");
        let known = schema["$defs"]["target"]["properties"].as_object().expect("properties");
        assert!(known.keys().eq(KEYS), "{:?}", known.keys().collect::<Vec<_>>());
    }
}
