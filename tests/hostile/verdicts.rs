//! A run that is watched while it lasts, and what has to hold of it whatever the device did.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use quick_junit::Report;
use serde_json::Value;
use tempfile::TempDir;

/// More memory than this no device may cost.
const MEMORY_KIB: u64 = 256 * 1024;

/// Texts that a device sends and that may nowhere come out as they are: they act on a terminal or in a browser.
pub const ACTIVE: [&str; 3] = ["\u{1b}[31mred", "<img src=x onerror=alert(4711)>", "<script>alert(4711)</script>"];

/// Reports on request, and how many bytes each may have.
const FORMATS: [(&str, usize); 5] =
    [("github", 120_000), ("gitlab", 2_000_000), ("markdown", 220_000), ("tap", 4_000_000), ("ctrf", 4_000_000)];

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../schemas/suite/record.schema.json")).expect("the schema is JSON");
    jsonschema::options().offline().build(&schema).expect("the schema is a schema")
});

/// A run that has ended.
pub struct Ended {
    pub exit: Option<i32>,
    pub said: String,
    pub took: Duration,
    pub memory_kib: u64,
    pub out: TempDir,
}

/// Starts a run that writes its reports into a folder of its own, and watches it to the end.
pub fn watch(command: &mut Command, limit: Duration) -> Ended {
    let out = tempfile::tempdir().expect("a folder");
    let (stdout, stderr) = (out.path().join("stdout"), out.path().join("stderr"));
    let file = |path: &Path| fs::File::create(path).expect("a file can be made");
    command.arg("--out").arg(out.path()).stdout(file(&stdout)).stderr(file(&stderr)).stdin(Stdio::null());
    for (format, _) in FORMATS {
        command.arg("--format").arg(format!("{format}={}", out.path().join(format).display()));
    }
    let began = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut memory_kib = 0;
    let exit = loop {
        memory_kib = memory_kib.max(peak_kib(child.id()));
        if let Some(status) = child.try_wait().expect("it is our child") {
            break status.code();
        }
        if began.elapsed() > limit {
            drop(child.kill());
            break child.wait().expect("it is our child").code();
        }
        thread::sleep(Duration::from_millis(4));
    };
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let said = format!("{}{}", read(&stdout), read(&stderr));
    Ended { exit, said, took: began.elapsed(), memory_kib, out }
}

/// The most memory that a process has had so far; nothing where the system does not say so in this way.
fn peak_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

impl Ended {
    /// Everything that is wrong with how the run ended.
    pub fn faults(&self, exits: &[i32]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut note = |holds: bool, what: String| faults.extend((!holds).then_some(what));
        note(self.exit.is_some_and(|exit| exits.contains(&exit)), format!("exit {:?} after {:?}", self.exit, self.took));
        note(self.memory_kib < MEMORY_KIB, format!("{} MiB of memory", self.memory_kib / 1024));
        note(!self.said.contains("panicked"), "a panic".to_owned());
        note(is_calm(&self.said), "control bytes on the terminal".to_owned());
        note(self.said.len() < 200_000, format!("{} bytes on the terminal", self.said.len()));
        faults.extend(self.report_faults());
        faults
    }

    fn report_faults(&self) -> Vec<String> {
        let read = |name: &str| fs::read_to_string(self.out.path().join(name)).map_err(|error| format!("{name}: {error}"));
        let mut faults = Vec::new();
        match read("record.json").and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())) {
            Ok(record) => faults.extend(SCHEMA.iter_errors(&record).map(|error| format!("{}: {error}", error.instance_path()))),
            Err(why) => faults.push(format!("record: {why}")),
        }
        match read("junit.xml") {
            Ok(text) => {
                faults.extend(Report::deserialize_from_str(&text).err().map(|error| format!("junit.xml: {error}")));
                faults.extend((!is_calm(&text)).then(|| "control bytes in junit.xml".to_owned()));
            }
            Err(why) => faults.push(why),
        }
        match read("report.html") {
            Ok(text) => {
                faults.extend((!is_calm(&text)).then(|| "control bytes in report.html".to_owned()));
                let raw = ACTIVE.iter().find(|active| text.contains(**active));
                faults.extend(raw.map(|active| format!("report.html has {active:?} as it came")));
            }
            Err(why) => faults.push(why),
        }
        for (format, most) in FORMATS {
            match read(format) {
                Ok(text) => {
                    faults.extend(format_fault(format, &text));
                    faults.extend((!is_calm(&text)).then(|| format!("control bytes in {format}")));
                    faults.extend((text.len() > most).then(|| format!("{format} has {} bytes", text.len())));
                }
                Err(why) => faults.push(why),
            }
        }
        faults
    }

    /// The record that was written; null where there is none.
    pub fn record(&self) -> Value {
        let text = fs::read_to_string(self.out.path().join("record.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// What a reader of this format would not take.
fn format_fault(format: &str, text: &str) -> Option<String> {
    let is_command = |line: &str| ["::error ", "::warning "].iter().any(|start| line.starts_with(start));
    let is_point = |line: &str| ["ok ", "not ok ", "  ", "1..", "TAP version 14"].iter().any(|start| line.starts_with(start));
    let is_right = match format {
        "github" => text.lines().all(is_command),
        "tap" => text.lines().all(is_point),
        "markdown" => !text.contains("<img") && !text.contains("<script"),
        _ => serde_json::from_str::<Value>(text).is_ok(),
    };
    (!is_right).then(|| format!("{format} is not what it is said to be: {}", text.chars().take(2000).collect::<String>()))
}

/// Whether a text has no character that a terminal would act on.
fn is_calm(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t'))
}
