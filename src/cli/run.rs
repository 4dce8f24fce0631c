//! `doorspec run`: the main job.

use std::cell::Cell;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use url::Url;

use super::args::{JunitDialect, RunArgs};
use super::progress::Progress;
use super::signal::ended;
use super::style;
use super::target::{self, Target};
use crate::case::Risk;
use crate::catalogue::{Catalogue, SuiteCatalogue, Sources, load};
use crate::exchange::Fault;
use crate::plan::{Choice, Plan, select};
use crate::record::{Record, Target as TargetRecord};
use crate::report;
use crate::runner::{Circumstances, Known, Manner, Probed, Redaction, Scope, SuiteRun, assemble, probe, run as run_suite};
use crate::suite::Profile;
use crate::verdict::Exit;

/// Everything that was read and checked before the first request leaves.
struct Prepared<'c> {
    suites: Vec<&'c SuiteCatalogue>,
    url: Option<Url>,
    profile: Option<Profile>,
    choice: Choice,
    manner: Manner,
}

/// A message for the user, and exit 2.
struct Wrong(String);

/// Runs the cases, writes the reports and says what was found.
pub async fn run(args: &RunArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let own;
    let catalogue = match &args.cases {
        None => Catalogue::embedded(),
        Some(folder) => match read(folder) {
            Ok(read) => {
                own = read;
                &own
            }
            Err(Wrong(message)) => return usage(&message),
        },
    };
    let prepared = match prepare(args, catalogue) {
        Ok(prepared) => prepared,
        Err(Wrong(message)) => return usage(&message),
    };
    if args.dry_run {
        return dry_run(&prepared, out);
    }
    let record = carry_out(args, &prepared).await;
    if let Err(error) = write_reports(&record, args) {
        return usage(&error);
    }
    show(&record, args, out)?;
    Ok(exit_of(&record))
}

fn usage(message: &str) -> io::Result<Exit> {
    writeln!(io::stderr(), "error: {message}")?;
    Ok(Exit::Usage)
}

fn read(folder: &Path) -> Result<Catalogue, Wrong> {
    let sources = Sources::folder(folder).map_err(|error| Wrong(error.to_string()))?;
    let (catalogue, diagnostics) = load(&sources);
    if diagnostics.is_empty() {
        return Ok(catalogue);
    }
    let text = |shown: &str| sources.iter().find(|(name, _)| sources.shown(name) == shown).map(|(_, text)| text.to_owned());
    let rendered = diagnostics.render(&text, io::stderr().is_terminal());
    Err(Wrong(format!("{} mistakes in {}\n{rendered}", diagnostics.len(), folder.display())))
}

fn prepare<'c>(args: &RunArgs, catalogue: &'c Catalogue) -> Result<Prepared<'c>, Wrong> {
    let url = args.url.as_deref().map(target::url).transpose().map_err(Wrong)?;
    let suites = suites(args, catalogue)?;
    let profile = args.profile.as_deref().map(read_profile).transpose()?;
    if let Some(cacert) = &args.cacert {
        target::check_readable(cacert).map_err(Wrong)?;
    }
    check_writable(args)?;
    let mut choice = Choice { filters: args.filter.clone(), allow: args.allow.iter().map(|class| Risk::from(*class)).collect() };
    if url.is_none() {
        choice.allow.extend([Risk::Disturb, Risk::Destroy]);
    }
    for filter in &args.filter {
        if suites.iter().all(|suite| select(suite, std::slice::from_ref(filter)).is_empty()) {
            return Err(Wrong(format!("the filter `{filter}` matches no case\nhelp: `doorspec list` shows them all; `*` stands for anything")));
        }
    }
    let near = url.as_ref().is_none_or(target::is_loopback);
    let manner = Manner {
        seed: args.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0 >> 16),
        jobs: url.as_ref().map_or_else(|| args.jobs.unwrap_or(16), |url| target::jobs(url, args)),
        pause: if near { Duration::ZERO } else { Duration::from_millis(25) },
        shuffle: args.shuffle,
    };
    Ok(Prepared { suites, url, profile, choice, manner })
}

fn suites<'c>(args: &RunArgs, catalogue: &'c Catalogue) -> Result<Vec<&'c SuiteCatalogue>, Wrong> {
    if args.suite.is_empty() {
        return Ok(catalogue.suites.values().collect());
    }
    let known = || catalogue.suites.keys().map(String::as_str).collect::<Vec<_>>();
    let one = |name: &String| {
        let near = crate::diagnostic::did_you_mean(name, known());
        let help = near.map_or_else(|| format!("known suites: {}", known().join(", ")), |near| format!("did you mean `{near}`?"));
        catalogue.suites.get(name).ok_or_else(|| Wrong(format!("there is no suite `{name}`\nhelp: {help}")))
    };
    args.suite.iter().map(one).collect()
}

fn read_profile(path: &Path) -> Result<Profile, Wrong> {
    let text = fs::read(path).map_err(|error| Wrong(format!("cannot read the profile {}: {error}", path.display())))?;
    let (reading, places) = crate::json::read_with_places(&text);
    if let Some(fault) = reading.faults.first() {
        let place = places.at(fault.range());
        return Err(Wrong(format!("{}:{}:{}: {fault}", path.display(), place.line, place.column)));
    }
    let value = reading.value.unwrap_or_default();
    serde_path_to_error::deserialize(value).map_err(|error| Wrong(format!("{}: at {}: {}", path.display(), error.path(), error.inner())))
}

/// Every file that will be written can be: found out before a request leaves.
fn check_writable(args: &RunArgs) -> Result<(), Wrong> {
    let cannot = |path: &Path, error: io::Error| Wrong(format!("cannot write {}: {error}", path.display()));
    if !args.dry_run {
        fs::create_dir_all(&args.out).map_err(|error| cannot(&args.out, error))?;
    }
    let inside = ["record.json", "junit.xml", "report.html"].map(|name| args.out.join(name));
    let copies = [&args.junit, &args.record, &args.html].into_iter().flatten().cloned();
    for file in copies.chain(inside).filter(|_| !args.dry_run) {
        if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(|error| cannot(parent, error))?;
        }
        fs::OpenOptions::new().append(true).create(true).open(&file).map_err(|error| cannot(&file, error))?;
    }
    Ok(())
}

fn dry_run(prepared: &Prepared<'_>, out: &mut dyn Write) -> io::Result<Exit> {
    for suite in &prepared.suites {
        let mut known = Known::of_suite(suite);
        if let Some(profile) = &prepared.profile {
            known.take_profile(suite, profile);
        }
        let selected = select(suite, &prepared.choice.filters);
        let allowed = selected.iter().filter(|case| case.risk <= Risk::Own || prepared.choice.allow.contains(&case.risk));
        writeln!(out, "{}: {} of {} cases selected, {} allowed; nothing was sent", suite.suite.suite, selected.len(), suite.cases.len(), allowed.count())?;
        for case in selected {
            let needs = if case.needs.is_empty() { String::new() } else { format!("  needs {}", case.needs.join(", ")) };
            writeln!(out, "  {}{needs}", case.id)?;
        }
    }
    Ok(Exit::Conforms)
}

/// Probes, plans and runs every suite; what stood in the way is in the record.
async fn carry_out(args: &RunArgs, prepared: &Prepared<'_>) -> Record {
    let started = jiff::Timestamp::now();
    let clock = Instant::now();
    let mut judged = Vec::new();
    let mut runs = Vec::new();
    let mut obstacles = Vec::new();
    let mut transport = String::new();
    for suite in &prepared.suites {
        match run_one(args, prepared, suite, &mut transport).await {
            Ok(run) => {
                judged.push(*suite);
                runs.push(run);
            }
            Err(obstacle) => obstacles.push((suite, obstacle)),
        }
    }
    let strangers_count = args.suite.is_empty() && !runs.is_empty();
    let obstacles = obstacles.into_iter().filter(|(_, obstacle)| !(strangers_count && obstacle.is_stranger()));
    let mut reasons: Vec<String> = obstacles.map(|(_, obstacle)| obstacle.sentence()).collect();
    reasons.dedup();
    let url = prepared.url.as_ref().map_or_else(|| "embedded".to_owned(), |url| url.as_str().trim_end_matches('/').to_owned());
    let circumstances = Circumstances {
        seed: prepared.manner.seed,
        strict: args.strict,
        started: started.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        target: TargetRecord { url, transport: (!transport.is_empty()).then_some(transport), ..TargetRecord::default() },
        obstacles: reasons,
    };
    let suites = if judged.is_empty() { prepared.suites.clone() } else { judged };
    assemble(&suites, runs, circumstances)
}

/// Why a suite could not be run at all.
enum Obstacle {
    Stranger(String),
    Other(String),
}

impl Obstacle {
    fn is_stranger(&self) -> bool {
        matches!(self, Self::Stranger(_))
    }

    fn sentence(self) -> String {
        match self {
            Self::Stranger(why) => format!("this is no such device: {why}"),
            Self::Other(why) => why,
        }
    }
}

async fn run_one(args: &RunArgs, prepared: &Prepared<'_>, suite: &SuiteCatalogue, transport: &mut String) -> Result<SuiteRun, Obstacle> {
    let login_path = |path: &str| fill_path(suite, prepared.profile.as_ref(), path);
    let target = match &prepared.url {
        Some(url) => Target::device(url, suite, args, &login_path).map_err(|error| Obstacle::Other(error.to_string()))?,
        None => Target::embedded(suite, args, prepared.manner.seed, &login_path).await.map_err(Obstacle::Other)?,
    };
    let profile = prepared.profile.as_ref().filter(|profile| profile.suite == suite.suite.suite);
    let known = recognise(args, suite, &target, profile, prepared.manner.seed).await?;
    let redaction = Redaction::new(&target.secrets());
    let progress = Progress::new(args.quiet);
    let stop = Cell::new(false);
    let running = run_suite(suite, known, &prepared.choice, &prepared.manner, &target, &redaction, &stop, &|event| progress.tell(&event));
    let outcome = until_ended(running, &stop).await;
    progress.clear();
    if let Some(url) = &prepared.url {
        *transport = describe_transport(url, args, target.basic_in_clear());
    }
    outcome.map_err(Obstacle::Other)
}

/// Lets a run finish; when the user ends it, no new case begins.
async fn until_ended<F: Future>(running: F, stop: &Cell<bool>) -> F::Output {
    let mut running = std::pin::pin!(running);
    tokio::select! {
        outcome = &mut running => return outcome,
        () = ended() => stop.set(true),
    }
    running.await
}

async fn recognise(args: &RunArgs, suite: &SuiteCatalogue, target: &Target, profile: Option<&Profile>, seed: u64) -> Result<Known, Obstacle> {
    let patience = Instant::now();
    loop {
        match probe(suite, target, profile, seed).await.map_err(Obstacle::Other)? {
            Probed::Recognised(known) => return Ok(*known),
            Probed::Stranger(why) => return Err(Obstacle::Stranger(why)),
            Probed::Unreachable(fault) if args.wait_ready.is_some_and(|wait| patience.elapsed() < wait) && may_come(&fault) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Probed::Unreachable(fault) => return Err(Obstacle::Other(fault.to_string())),
        }
    }
}

fn may_come(fault: &Fault) -> bool {
    !matches!(fault, Fault::Login { .. } | Fault::Tls { .. } | Fault::Firewall { .. })
}

/// A path of the suite with the values of its profile.
fn fill_path(suite: &SuiteCatalogue, profile: Option<&Profile>, path: &str) -> String {
    let mut known = Known::of_suite(suite);
    match profile.or(suite.profiles.iter().find(|profile| profile.is_default).or(suite.profiles.first())) {
        Some(profile) => known.take_profile(suite, profile),
        None => {}
    }
    let ours = crate::runner::Ours::default();
    let maker = crate::runner::Maker::new(0, "login", 0, &ours);
    Scope::new(&known.values, &maker).text(path).unwrap_or_else(|_| path.to_owned())
}

fn describe_transport(url: &Url, args: &RunArgs, basic_in_clear: bool) -> String {
    let mut words = vec![url.scheme()];
    if args.insecure && url.scheme() == "https" {
        words.push("certificate not checked");
    }
    if args.cacert.is_some() && url.scheme() == "https" {
        words.push("certificate checked against the given file");
    }
    if basic_in_clear {
        words.push("the password went out readable (Basic over plain HTTP)");
    }
    words.join(", ")
}

fn write_reports(record: &Record, args: &RunArgs) -> Result<(), String> {
    let dialect = match args.junit_dialect {
        JunitDialect::Common => report::Dialect::Common,
        JunitDialect::Strict => report::Dialect::Strict,
    };
    let (json, junit) = (report::json(record), report::junit(record, dialect));
    let write = |path: &Path, text: &str| fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()));
    write(&args.out.join("record.json"), &json)?;
    write(&args.out.join("junit.xml"), &junit)?;
    args.record.iter().try_for_each(|path| write(path, &json))?;
    args.junit.iter().try_for_each(|path| write(path, &junit))
}

fn show(record: &Record, args: &RunArgs, out: &mut dyn Write) -> io::Result<()> {
    let style = style::of(args.color);
    if args.quiet {
        return writeln!(out, "{}", exit_of(record).sentence());
    }
    write!(out, "{}{}", report::failures(record, style), report::summary(record, style))?;
    writeln!(out, "reports: {}", args.out.display())
}

fn exit_of(record: &Record) -> Exit {
    let all = [Exit::Conforms, Exit::DoesNotConform, Exit::Usage, Exit::Incomplete, Exit::DataChanged, Exit::Fault];
    all.into_iter().find(|exit| exit.code() == record.exit).unwrap_or(Exit::Fault)
}

/// What a plan would run; used by the tests of the command line.
pub fn planned(suite: &SuiteCatalogue, choice: &Choice) -> usize {
    Plan::new(suite, &Known::of_suite(suite), choice).running().count()
}
