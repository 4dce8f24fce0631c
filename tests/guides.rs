//! What the guides say can be typed: every command and option in them is one of the program.

use std::collections::BTreeMap;
use std::fs;

use program::doorspec;

mod program;

#[test]
fn every_command_and_option_in_the_guides_exists() {
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    for guide in ["README.md", "CONTRIBUTING.md", "cases/README.md"] {
        let text = fs::read_to_string(guide).expect("the guide");
        for line in text.lines() {
            for (command, options) in commands(line) {
                count += 1;
                let help = helps.entry(command.clone()).or_insert_with(|| {
                    let output = doorspec(&[&command, "--help"]).output().expect("it runs");
                    if output.status.success() { String::from_utf8_lossy(&output.stdout).into_owned() } else { String::new() }
                });
                if help.is_empty() {
                    wrong.push(format!("{guide}: there is no command `{command}`"));
                }
                let unknown = options.iter().filter(|option| !help.contains(option.as_str()));
                wrong.extend(unknown.map(|option| format!("{guide}: `{command}` knows no {option}")));
            }
        }
    }
    assert!(wrong.is_empty() && count > 40, "{count}\n{}", wrong.join("\n"));
}

#[test]
fn the_action_asks_for_options_that_exist() {
    let text = fs::read_to_string(".github/actions/doorspec/action.yml").expect("the action");
    let help = String::from_utf8(doorspec(&["run", "--help"]).output().expect("it runs").stdout).expect("it is text");
    let lines = text.lines().filter(|line| line.trim_start().starts_with("arguments=(") || line.contains("arguments+=("));
    let options: Vec<String> = lines
        .flat_map(|line| line.split("--").skip(1))
        .map(|rest| rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect())
        .filter(|option: &String| !option.is_empty())
        .collect();
    assert_eq!(options, ["format", "out", "spawn", "suite", "waivers"]);
    assert!(options.iter().all(|option| help.contains(&format!("--{option}"))), "{help}");
    // Inputs reach the script by the environment only: an input that stands in a script is read as shell.
    let script = text.split("run: |").nth(1).expect("a script");
    assert!(!script.contains("${{"), "{script}");
}

/// The commands of a line of code, each with its options: `doorspec run URL --strict` is `run` with `--strict`.
fn commands(line: &str) -> Vec<(String, Vec<String>)> {
    let of = |rest: &str| {
        let rest = rest.split(['`', '#']).next().unwrap_or_default();
        // What stands in quotes is an argument, whatever it holds.
        let rest: String = rest.split('\'').step_by(2).collect();
        let words: Vec<&str> = rest.split_whitespace().collect();
        let command = words.first().filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))?;
        let is_option = |word: &&str| word.starts_with("--") && word.len() > 2;
        let name = |word: &str| word.split(['=', ',', ')', ';']).next().unwrap_or_default().to_owned();
        Some(((*command).to_owned(), words.iter().filter(|word| is_option(word)).map(|word| name(word)).collect()))
    };
    let starts = ["`doorspec ", "run: doorspec ", "- doorspec ", "cargo run -- ", "cargo run --release -- "];
    let begins = line.strip_prefix("doorspec ").into_iter();
    let inside = starts.iter().flat_map(|start| line.split(start).skip(1));
    begins.chain(inside).filter_map(of).collect()
}
