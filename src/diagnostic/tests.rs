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
