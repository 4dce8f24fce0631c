//! The page in a browser: where Chromium is on the PATH it opens pages without a window, and a script at their end tries what people do.
//! Where it is not, a note says so and nothing is tried.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use doorspec::record::{CaseRecord, Mismatch, Record};
use doorspec::requirement::Strength;
use doorspec::verdict::Verdict;
use doorspec::{records, report};

/// What a device might send so that a browser acts on it.
const POISON: &str =
    "</script><script>window.acted=1</script><img src=x onerror=\"window.acted=1\"><b id=\"evil\">x</b>\u{1b}[31m\u{202e}\u{0}";

/// A browser that is there and starts.
fn browser() -> Option<&'static PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        let named = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        let starts =
            |path: &PathBuf| String::from_utf8_lossy(&dump(path, "data:text/html,<p>ready</p>", &[]).0).contains("ready");
        let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(named).filter(starts);
        if found.is_none() {
            // Past the test runner, which keeps what a test that passes says.
            drop(writeln!(io::stderr(), "note: no Chromium on the PATH: the page was not tried in a browser"));
        }
        found
    });
    found.as_ref()
}

/// What the browser makes of an address, and what it said meanwhile.
fn dump(browser: &PathBuf, address: &str, flags: &[&str]) -> (Vec<u8>, String) {
    let profile = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr", "--timeout=60000"]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).args(flags).arg("--dump-dom").arg(address);
    let output = command.output();
    output.map(|output| (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())).unwrap_or_default()
}

/// Opens the page of a record, runs a script in it that gives a text, and gives the text.
fn tried(record: &Record, hash: &str, flags: &[&str], script: &str) -> Option<String> {
    tried_in(&report::html(record), hash, flags, script)
}

/// The same for any page. Nothing may be said on the console.
fn tried_in(page: &str, hash: &str, flags: &[&str], script: &str) -> Option<String> {
    let browser = browser()?;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    let probe = format!("<script>document.title = \"<<\" + (() => {{ {script} }})() + \">>\";</script>");
    // A page without scripts forbids them all: this one has to run.
    let page = match page.contains("script-src") {
        true => page.to_owned(),
        false => page.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';"),
    };
    fs::write(&path, page + &probe).expect("it can be written");
    let (dom, said) = dump(browser, &format!("file://{}#{hash}", path.display()), flags);
    let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
    let dom = String::from_utf8_lossy(&dom).into_owned();
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("the page has a title");
    let title = title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let text = title.strip_prefix("<<").and_then(|text| text.strip_suffix(">>"));
    Some(text.unwrap_or_else(|| panic!("the script came to no end: {title}")).to_owned())
}

/// The sample, in which three cases fail, one of them waived.
fn record() -> Record {
    let text = fs::read_to_string("reports/sample/record.json").expect("the sample");
    let mut record: Record = serde_json::from_str(&text).expect("it is a record");
    for (number, case) in record.cases.iter_mut().filter(|case| case.id.starts_with("2n/dir/delete/")).take(3).enumerate() {
        case.verdict = Verdict::Fail;
        case.mismatches = vec![mismatch(case)];
        case.waived = (number == 2).then(|| "agreed".to_owned());
    }
    record
}

fn mismatch(case: &CaseRecord) -> Mismatch {
    Mismatch {
        requirement: case.requirements[0].clone(),
        level: Strength::Must,
        at: "/response/body/result/users/0/errors".into(),
        expected: "present".into(),
        actual: "absent".into(),
        kind: "body".into(),
        exchange: case.exchanges.iter().position(|exchange| exchange.purpose == "judged").expect("one is judged"),
        step: None,
    }
}

/// What the list of cases shows, as text: how many, of how many, which verdicts.
const SEEN: &str = "const seen = () => { \
    const rows = [...document.querySelectorAll('#list > .case')]; \
    const verdicts = [...new Set(rows.map((row) => row.querySelector('.badge').textContent))].join('+'); \
    return document.getElementById('count').textContent + ': ' + verdicts; }; \
  const go = (hash) => { history.replaceState(null, '', '#' + hash); dispatchEvent(new HashChangeEvent('hashchange')); return seen(); };";

#[test]
fn the_filters_in_the_address_show_the_cases_they_name() {
    let record = record();
    let all = record.cases.len();
    let of = |wanted: &dyn Fn(&CaseRecord) -> bool| record.cases.iter().filter(|case| wanted(case)).count();
    let cited = record.cases[0].requirements[0].clone();
    let citing = of(&|case| case.requirements.contains(&cited));
    let in_area = of(&|case| case.id.starts_with("bas-ip/link/delete/"));
    let named = of(&|case| {
        let texts = [case.id.clone(), case.title.to_string()].into_iter().chain(case.requirements.iter().map(|id| id.0.clone()));
        texts.collect::<Vec<_>>().join("\n").to_lowercase().contains("uuid")
    });
    let rows = [
        (String::new(), format!("{all} cases")),
        ("verdict=fail".to_owned(), format!("2 of {all} cases: fail")),
        ("verdict=fail,waived".to_owned(), format!("3 of {all} cases: fail+waived")),
        ("verdict=error".to_owned(), format!("0 of {all} cases: ")),
        (format!("requirement={cited}"), format!("{citing} of {all} cases")),
        ("area=bas-ip.link.delete".to_owned(), format!("{in_area} of {all} cases")),
        ("text=UUID".to_owned(), format!("{named} of {all} cases")),
        ("text=nowhere+at+all".to_owned(), format!("0 of {all} cases: ")),
        ("area=bas-ip.link.delete&verdict=fail".to_owned(), format!("0 of {all} cases: ")),
    ];
    let steps: Vec<String> = rows.iter().map(|(hash, _)| format!("go('{hash}')")).collect();
    let script = format!("{SEEN} return [{}].join('|');", steps.join(", "));
    let Some(seen) = tried(&record, "", &[], &script) else { return };
    for ((hash, expected), seen) in rows.iter().zip(seen.split('|')) {
        assert!(seen.starts_with(expected), "#{hash}: {seen}, not {expected}");
    }
    // What an address names is there when the page opens, not only when it changes.
    let opened = tried(&record, "verdict=fail", &[], &format!("{SEEN} return seen();"));
    assert_eq!(opened, Some(format!("2 of {all} cases: fail")));
}

#[test]
fn what_is_typed_gets_into_the_address_and_a_case_opens_with_its_evidence() {
    let record = record();
    let failing = record.cases.iter().find(|case| case.verdict == Verdict::Fail).expect("one fails");
    let script = format!(
        "{SEEN} const form = document.getElementById('filters'); \
         document.dispatchEvent(new KeyboardEvent('keydown', {{ key: '/', bubbles: true }})); \
         const focused = document.activeElement === form.elements.text; \
         form.elements.text.value = 'unknown uuid'; form.elements.text.dispatchEvent(new Event('input', {{ bubbles: true }})); \
         const hash = location.hash; \
         go('case={id}'); \
         const open = [...document.querySelectorAll('#list > .case[open]')]; \
         open.forEach((one) => one.dispatchEvent(new Event('toggle'))); \
         const inside = open[0]?.querySelector('.inside'); \
         const has = (text) => inside?.textContent.includes(text) ?? false; \
         return [focused, hash, open.length, open[0]?.dataset.id, has('expected') && has('absent'), has('curl --globoff'), \
                 has('doorspec run'), inside?.querySelectorAll('mark').length > 0].join('|');",
        id = failing.id
    );
    let Some(seen) = tried(&record, "", &[], &script) else { return };
    assert_eq!(seen, format!("true|#text=unknown+uuid|1|{}|true|true|true|true", failing.id));
}

#[test]
fn it_is_light_or_dark_as_the_reader_is_and_fits_a_phone() {
    let record = record();
    let script = "const [, r, g, b] = /(\\d+), (\\d+), (\\d+)/.exec(getComputedStyle(document.body).backgroundColor).map(Number); \
                  const width = Math.min(innerWidth, WIDTH); document.documentElement.style.width = width + 'px'; \
                  return [r + g + b > 380 ? 'light' : 'dark', document.body.scrollWidth <= width].join(' ');";
    // A window is never narrower than 500 px here; the page itself can be.
    for (flags, width, expected) in [
        (&["--window-size=500,844"][..], "390", "light true"),
        (&["--window-size=500,844", "--force-dark-mode"], "390", "dark true"),
        (&["--window-size=1280,900"], "1280", "light true"),
    ] {
        let Some(seen) = tried(&record, "", flags, &script.replace("WIDTH", width)) else { return };
        assert_eq!(seen, expected, "{flags:?}");
    }
}

#[test]
fn nothing_a_device_sent_acts_in_a_browser() {
    let mut record = record();
    record.target.identity.insert("firmware".into(), POISON.into());
    record.untouched.changes = vec![POISON.into()];
    let poisoned = record.cases.iter_mut().find(|case| case.verdict == Verdict::Fail).expect("one fails");
    poisoned.title = POISON.into();
    poisoned.mismatches[0].actual = POISON.into();
    poisoned.mismatches[0].at = format!("/response/headers/{POISON}");
    for exchange in &mut poisoned.exchanges {
        let response = exchange.response.as_mut().expect("it was answered");
        response.headers.push(("X-Evil".into(), POISON.into()));
        response.body.text = Some(POISON.into());
    }
    let script = format!(
        "{SEEN} go('case={}'); document.querySelectorAll('#list > .case').forEach((one) => one.dispatchEvent(new Event('toggle'))); \
         const inside = document.querySelector('#list .inside').textContent; \
         return [window.acted === undefined, document.getElementById('evil') === null, document.images.length, \
                 inside.includes('X-Evil: <' + '/script>'), inside.includes('\\\\u{{1b}}[31m')].join('|');",
        poisoned.id
    );
    let Some(seen) = tried(&record, "", &[], &script) else { return };
    assert_eq!(seen, "true|true|0|true|true");
}

#[test]
fn the_pages_of_a_comparison_and_of_a_fleet_fit_a_phone_and_nothing_acts_in_them() {
    let plain = record();
    let mut poisoned = plain.clone();
    poisoned.target.identity.extend(["model", "firmware"].map(|name| (name.to_owned(), POISON.to_owned())));
    poisoned.profile.values_mut().for_each(|profile| drop(profile.dialect.insert(POISON.into(), POISON.into())));
    poisoned.reasons = vec![POISON.into()];
    let is_judged = |case: &CaseRecord| case.exchanges.iter().any(|exchange| exchange.purpose == "judged");
    for case in poisoned.cases.iter_mut().filter(|case| is_judged(case)) {
        case.verdict = Verdict::Fail;
        case.mismatches = vec![mismatch(case)];
        for response in case.exchanges.iter_mut().filter_map(|exchange| exchange.response.as_mut()) {
            response.body.text = Some(serde_json::json!({ POISON: POISON }).to_string());
        }
    }
    let found = records::compare(&plain, &poisoned);
    assert!(!found.changes.is_empty());
    let mut units = vec![report::Unit::new("lobby", &plain), report::Unit::new("other", &poisoned)];
    units[1].model = units[0].model.clone();
    let fleet = report::Fleet::new(units, plain.started.clone(), 1000);
    assert!(!fleet.contrasts.is_empty());
    let script = "const width = Math.min(innerWidth, WIDTH); document.documentElement.style.width = width + 'px'; \
                  return [document.body.scrollWidth <= width, window.acted === undefined, document.getElementById('evil') === null, \
                          document.images.length, document.querySelectorAll('main a, main summary').length > 0].join('|');";
    for page in [report::comparison_html(&plain, &poisoned, &found), report::fleet_html(&fleet)] {
        assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{0}']));
        for (flag, width) in [("--window-size=500,844", "390"), ("--window-size=1280,900", "1280")] {
            let Some(seen) = tried_in(&page, "", &[flag], &script.replace("WIDTH", width)) else { return };
            assert_eq!(seen, "true|true|true|0|true", "{width}");
        }
    }
}

#[test]
fn two_thousand_cases_open_at_once() {
    let mut record = record();
    let some = record.cases.clone();
    for number in record.cases.len()..2000 {
        let mut case = some[number % some.len()].clone();
        case.id = format!("{}/{number}", case.id);
        record.cases.push(case);
    }
    let script =
        format!("{SEEN} const opened = performance.now(); const found = seen(); return opened.toFixed(0) + '|' + found;");
    let Some(seen) = tried(&record, "", &[], &script) else { return };
    let (milliseconds, found) = seen.split_once('|').expect("two parts");
    assert!(found.starts_with("2000 cases: "), "{found}");
    // How long it takes is told, and fails nobody: machines differ.
    drop(writeln!(io::stderr(), "note: a page of 2000 cases opened in {milliseconds} ms"));
}
