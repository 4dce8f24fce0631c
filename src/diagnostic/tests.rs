use super::*;
use crate::json::read_with_places;

const SOURCE: &str = "{\n  \"about\": \"Dveře\",\n\t\"č\": \"🚪\", \"expct\": {},\r\n  \"about\": 1\n}\n";

#[track_caller]
fn check(diagnostic: Diagnostic, source: Option<&str>, expected: &[&str]) {
    let rendered = diagnostic.render(source, false);
    assert_eq!(rendered.lines().collect::<Vec<_>>(), expected, "\n{rendered}");
}

fn places() -> Places {
    read_with_places(SOURCE.as_bytes()).1
}

#[test]
fn a_mistake_with_its_line() {
    let mistake = Diagnostic::new("cases/a.json", "unknown key `expct`").at(places().key_of("/expct"));
    check(
        mistake.help("did you mean `expect`?"),
        Some(SOURCE),
        &[
            "error: unknown key `expct`",
            " --> cases/a.json:3:12",
            "  |",
            "3 |     \"č\": \"🚪\", \"expct\": {},",
            "  |                ^^^^^^^",
            "  |",
            "  = help: did you mean `expect`?",
        ],
    );
}

#[test]
fn two_places_in_one_file() {
    let source = "{\r\n  \"a\": 1,\r\n  \"b\": 2,\r\n  \"a\": 3\r\n}";
    let (reading, places) = read_with_places(source.as_bytes());
    check(
        Diagnostic::of_fault("x.json", &reading.faults[0], &places),
        Some(source),
        &[
            "error: the member \"a\" is written twice in one object",
            " --> x.json:4:3",
            "  |",
            "2 |   \"a\": 1,",
            "  |   --- first written here",
            "3 |   \"b\": 2,",
            "4 |   \"a\": 3",
            "  |   ^^^",
            "  |",
            "  = help: keep one of them",
        ],
    );
}

#[test]
fn a_value_of_many_lines_is_marked_on_its_first() {
    let mistake = Diagnostic::new("a.json", "not a case").at(places().of("")).label("an object");
    check(mistake, Some(SOURCE), &["error: not a case", " --> a.json:1:1", "  |", "1 | {", "  | ^ an object"]);
}

#[test]
fn a_byte_order_mark_and_the_end_of_the_text() {
    let source = "\u{feff}{\"a\":";
    let (reading, places) = read_with_places(source.as_bytes());
    let [mark, end] = [0, 1].map(|nth| Diagnostic::of_fault("x.json", &reading.faults[nth], &places));
    check(
        mark,
        Some(source),
        &[
            "error: a byte order mark before the JSON text",
            " --> x.json:1:1",
            "  |",
            "1 | {\"a\":",
            "  | ^",
            "  |",
            "  = help: save the file as UTF-8 without a byte order mark",
        ],
    );
    check(
        end,
        Some(source),
        &["error: the text ends where a value was expected", " --> x.json:1:6", "  |", "1 | {\"a\":", "  |      ^"],
    );
}

#[test]
fn a_source_that_had_to_be_repaired_still_fits() {
    let bytes = b"[\"\xe2\x82\xff\", tru, 3";
    let (reading, places) = read_with_places(bytes);
    let word = Diagnostic::of_fault("x.json", &reading.faults[2], &places);
    check(
        word,
        Some(&String::from_utf8_lossy(bytes)),
        &["error: `tru` is not a JSON value", " --> x.json:1:8", "  |", "1 | [\"\u{fffd}\u{fffd}\", tru, 3", "  |        ^^^"],
    );
}

#[test]
fn without_a_source() {
    let place = Place { line: 7, column: 3, start: 40, end: 42 };
    check(Diagnostic::new("a.json", "is not there"), None, &["error: is not there", "--> a.json"]);
    check(Diagnostic::new("a.json", "bad").at(place), None, &["error: bad", "--> a.json:7:3"]);
    check(
        Diagnostic::new("a.json", "bad").at(place).help("mend it"),
        Some("short"),
        &["error: bad", "--> a.json:7:3", " = help: mend it"],
    );
}

#[test]
fn nothing_raw_reaches_a_terminal() {
    let source = "{\"\u{1b}[31m\u{9b}\u{202e}\": 1}";
    let (_, places) = read_with_places(source.as_bytes());
    let everything = Diagnostic::new("\u{1b}a\n.json", "\u{1b}]0;x\u{7}\n")
        .at(places.of("/\u{1b}[31m\u{9b}\u{202e}"))
        .label("\u{1b}")
        .related_to(places.at(0..1), "\u{9b}\n")
        .help("\u{1b}\n");
    for text in [everything.render(Some(source), false), everything.to_string()] {
        let raw = text.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(raw, None, "{text}");
    }
    assert_eq!(everything.render(Some(source), true).matches("\u{1b}]").count(), 0);
}

#[test]
fn sorted_by_file_and_place() {
    let at = |file: &str, line: usize| {
        Diagnostic::new(file, format!("{file} {line}")).at((line > 0).then_some(Place { line, column: 1, start: 0, end: 1 }))
    };
    let all: Diagnostics = [at("b", 2), at("a", 9), at("b", 0), at("a", 10), at("b", 1)].into_iter().collect();
    let order: Vec<&str> = all.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(order, ["a 9", "a 10", "b 0", "b 1", "b 2"]);
    let rendered = all.render(&|file| (file == "b").then(|| "one\ntwo".to_owned()), false);
    assert!(rendered.contains("error: b 2\n --> b:2:1\n  |\n2 | two\n  | ^\n"), "{rendered}");
    assert_eq!(rendered.matches("\n\nerror: ").count(), 4, "{rendered}");
    assert_eq!(Diagnostics::default().render(&|_| None, false), "");
}

#[test]
fn near_words() {
    let known = ["send", "expect", "setup", "keep", "one-of", "requirements", "if"];
    let rows = [
        ("expct", Some("expect")),
        ("Expect", Some("expect")),
        ("stepup", Some("setup")),
        ("one_of", Some("one-of")),
        ("esnd", Some("send")),
        ("requirement", Some("requirements")),
        ("fi", None),
        ("x", None),
        ("", None),
        ("body", None),
        ("žž", None),
    ];
    for (word, expected) in rows {
        assert_eq!(did_you_mean(word, known).as_deref(), expected, "{word}");
    }
    assert_eq!(did_you_mean(&"a".repeat(5000), known), None);
}

#[test]
fn no_place_is_too_wrong_to_show() {
    let sources =
        ["", "\n", "a", "\u{feff}", "\r\n\r\n", "ž🚪\n\tx\r\nlast", "{\"a\": \"\u{0}\u{85}\u{2028}\"}", &"long ".repeat(400)];
    let numbers = [0, 1, 2, 3, 7, 5000, usize::MAX];
    for source in sources {
        for (line, column, width) in numbers.iter().flat_map(|a| numbers.iter().flat_map(move |b| numbers.map(|c| (*a, *b, c)))) {
            let place = Place { line, column, start: 0, end: width };
            let other = Place { line: column, column: line, start: width, end: 1 };
            let mistake = Diagnostic::new("a.json", "bad").at(place).related_to(other, "here");
            assert!(mistake.render(Some(source), true).contains("bad"));
        }
    }
}
