//! `doorspec run`: the main job.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use url::Url;

use super::args::RunArgs;
use super::progress::Progress;
use super::signal::Ending;
use super::spawn::{Recipe, Spawned};
use super::style;
use super::{accounts, choice, fleet, ledger, library, stored, target_url, targets};
use crate::case::Risk;
use crate::catalogue::{self, Catalogue, Sources, SuiteCatalogue, lint, load};
use crate::exchange::Fault;
use crate::mock::device::Settings;
use crate::plan::{Choice, chosen};
use crate::profile::Known;
use crate::record::{Record, Target};
use crate::records::{exit, sum_up, waive};
use crate::report;
use crate::runner::{Backup, Circumstances, Event, Journal, Manner, SuiteRun, assemble};
use crate::session::{Obstacle, Patience, Session, connections, is_loopback};
use crate::suite::Profile;
use crate::verdict::Exit;
use crate::waiver::Waiver;

/// How long a server that was started here may take until it answers, unless `--wait-ready` says otherwise.
const START: Duration = Duration::from_secs(10);

/// Everything that was read and checked before the first request leaves.
pub(super) struct Prepared<'c> {
    suites: Vec<&'c SuiteCatalogue>,
    url: Option<Url>,
    profile: Option<Profile>,
    choice: Choice,
    manner: Manner,
    waivers: Vec<Waiver>,
    recipe: Option<Recipe>,
    /// The server under test, while it is ours.
    server: RefCell<Option<Spawned>>,
}

impl Prepared<'_> {
    /// How the server under test ended, where it is ours and did.
    fn death(&self) -> Option<String> {
        self.server.borrow_mut().as_mut().and_then(Spawned::death)
    }
}

/// A message for the user, and exit 2.
pub(super) struct Wrong(pub(super) String);

/// Runs the cases, writes the reports and says what was found.
pub async fn run(args: &RunArgs, out: &mut dyn Write) -> io::Result<Exit> {
    if let Some(file) = args.fleet.clone() {
        return super::beside(|text| fleet::run(args, &file, text), out);
    }
    let args = &match with_target(args) {
        Ok(args) => args,
        Err(message) => return usage(&message),
    };
    let mut own = None;
    let catalogue = match cases(args.cases.as_deref(), &mut own) {
        Ok(catalogue) => catalogue,
        Err(Wrong(message)) => return usage(&message),
    };
    replay(args, catalogue, &Ending::watch(last_words(args)), out).await
}

/// Runs these cases until they are done or the end is asked for, writes the reports and says what was found.
pub(super) async fn replay(args: &RunArgs, catalogue: &Catalogue, ending: &Ending, out: &mut dyn Write) -> io::Result<Exit> {
    let prepared = match prepare(args, catalogue) {
        Ok(prepared) => prepared,
        Err(Wrong(message)) => return usage(&message),
    };
    if args.dry_run {
        return dry_run(&prepared, out);
    }
    let record = match recorded(args, catalogue, &prepared, ending).await {
        Ok(record) => record,
        Err(Wrong(message)) => return usage(&message),
    };
    args.formats.tell(&record, &told(&record, args), out)?;
    Ok(exit(&record))
}

/// Runs what was prepared, and writes the reports of its record.
pub(super) async fn recorded(
    args: &RunArgs,
    catalogue: &Catalogue,
    prepared: &Prepared<'_>,
    ending: &Ending,
) -> Result<Record, Wrong> {
    if let Some(recipe) = &prepared.recipe {
        let server = recipe.start().map_err(Wrong)?;
        prepared.server.replace(Some(server));
    }
    let mut record = carry_out(args, prepared, ending).await;
    if let Some(death) = prepared.death().filter(|death| !record.reasons.contains(death)) {
        record.reasons.push(death);
        sum_up(&mut record);
    }
    prepared.server.replace(None);
    if args.waivers.is_some() {
        waive(&mut record, prepared.waivers.clone(), &|id| catalogue.case(id).is_some());
    }
    write_reports(&record, args).and_then(|()| args.formats.write(&record)).map_err(Wrong)?;
    Ok(record)
}

/// The arguments with what `doorspec.toml` says of a named target; what was typed wins.
pub(super) fn with_target(args: &RunArgs) -> Result<Cow<'_, RunArgs>, String> {
    let Some(target) = args.url.as_deref().map(targets::named).transpose()?.flatten() else { return Ok(Cow::Borrowed(args)) };
    Ok(Cow::Owned(RunArgs { named: args.url.clone(), ..of_target(args, target) }))
}

/// The arguments of a run on one target.
pub(super) fn of_target(args: &RunArgs, target: targets::Target) -> RunArgs {
    let args = args.clone();
    RunArgs {
        url: Some(target.url),
        suite: if args.suite.is_empty() { target.suite } else { args.suite },
        profile: args.profile.or(target.profile),
        waivers: args.waivers.or(target.waivers),
        cacert: args.cacert.or(target.cacert),
        insecure: args.insecure || target.insecure,
        accounts: target.accounts,
        ..args
    }
}

/// What was typed of the target and of where the cases are, for whoever repeats a case.
fn again(args: &RunArgs, url: Option<&Url>) -> Vec<String> {
    let option = |name: &str, value: Option<String>| value.map_or_else(Vec::new, |value| vec![name.to_owned(), value]);
    let path = |path: Option<&Path>| path.map(|path| path.display().to_string());
    let mut words = option("--cases", path(args.cases.as_deref()));
    match (&args.named, &args.spawn) {
        (Some(name), _) => words.insert(0, name.clone()),
        (None, Some(command)) => words.extend(option("--spawn", Some(command.clone()))),
        (None, None) => {
            words.splice(0..0, url.map(target_url::shown)).for_each(drop);
            words.extend(option("--cacert", path(args.cacert.as_deref())));
            words.extend(args.insecure.then(|| "--insecure".to_owned()));
        }
    }
    if args.named.is_none() {
        words.extend(option("--profile", path(args.profile.as_deref())));
    }
    words
}

/// What is said when a run ends at once.
fn last_words(args: &RunArgs) -> String {
    let url = args.url.as_deref().unwrap_or("URL");
    format!("ended at once: `doorspec clean {url}` removes what may be left, and no reports were written")
}

fn usage(message: &str) -> io::Result<Exit> {
    writeln!(io::stderr(), "error: {message}")?;
    Ok(Exit::Usage)
}

/// The catalogue in a folder, or what is wrong with it.
pub(super) fn read_cases(folder: &Path) -> Result<Catalogue, String> {
    read(folder).map_err(|Wrong(message)| message)
}

/// The cases in a folder, which `own` then holds, or the built-in ones.
pub(super) fn cases<'o>(folder: Option<&Path>, own: &'o mut Option<Catalogue>) -> Result<&'o Catalogue, Wrong> {
    match folder {
        None => Ok(Catalogue::embedded()),
        Some(folder) => Ok(own.insert(read(folder)?)),
    }
}

fn read(folder: &Path) -> Result<Catalogue, Wrong> {
    let sources = Sources::folder(folder).map_err(|error| Wrong(error.to_string()))?;
    let diagnostics = lint(&sources);
    if diagnostics.is_empty() {
        return Ok(load(&sources).0);
    }
    let text = |shown: &str| sources.iter().find(|(name, _)| sources.shown(name) == shown).map(|(_, text)| text.to_owned());
    let rendered = diagnostics.render(&text, io::stderr().is_terminal());
    let noun = if diagnostics.len() == 1 { "mistake" } else { "mistakes" };
    Err(Wrong(format!("{} {noun} in {}\n{rendered}", diagnostics.len(), folder.display())))
}

pub(super) fn prepare<'c>(args: &RunArgs, catalogue: &'c Catalogue) -> Result<Prepared<'c>, Wrong> {
    let recipe = args.spawn.as_deref().map(Recipe::read).transpose().map_err(Wrong)?;
    let spawned = recipe.as_ref().map(|recipe| format!("http://127.0.0.1:{}", recipe.port));
    let url = args.url.as_deref().or(spawned.as_deref()).map(target_url::read).transpose().map_err(Wrong)?;
    let suites = suites(args, catalogue)?;
    let waivers = args.waivers.as_deref().map(stored::waivers).transpose().map_err(Wrong)?.unwrap_or_default();
    let profile = args.profile.as_deref().map(|path| read_profile(path, catalogue)).transpose()?;
    if let Some(cacert) = &args.cacert {
        fs::read(cacert).map_err(|error| Wrong(format!("cannot read {}: {error}", cacert.display())))?;
    }
    check_writable(args)?;
    let mut choice = Choice {
        filters: args.filter.clone(),
        allow: args.allow.iter().map(|class| Risk::from(*class)).collect(),
        shard: choice::shard(args.shard.as_deref()).map_err(Wrong)?,
        only: match &args.only {
            Some(only) => Some(only.clone()),
            None => args.rerun_failed.as_deref().map(|record| choice::failed(record, &suites)).transpose().map_err(Wrong)?,
        },
    };
    if url.is_none() {
        choice.allow.extend([Risk::Disturb, Risk::Destroy]);
    }
    library::check_filters(&suites, &args.filter).map_err(Wrong)?;
    let manner = Manner {
        seed: args.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0 >> 16),
        jobs: url.as_ref().map_or_else(|| args.jobs.unwrap_or(16), |url| connections(url, args.jobs)),
        pause: pause(url.as_ref()),
        shuffle: args.shuffle,
        cautious: url.is_some(),
        journal: journal(args, url.as_ref())?,
        evidence: true,
        backup: backup(args, url.as_ref())?,
    };
    Ok(Prepared { suites, url, profile, choice, manner, waivers, recipe, server: RefCell::new(None) })
}

/// The time between two requests: twenty a second for what is not on this machine.
pub(super) fn pause(url: Option<&Url>) -> Duration {
    if url.is_none_or(is_loopback) { Duration::ZERO } else { Duration::from_millis(50) }
}

/// The journal of a run on a device; the mock devices of this process need one only when asked for.
fn journal(args: &RunArgs, url: Option<&Url>) -> Result<Journal, Wrong> {
    if args.dry_run || (url.is_none() && args.journal.is_none()) {
        return Ok(Journal::default());
    }
    let path = ledger::path(args.journal.as_deref(), &args.out);
    let target = url.map_or_else(|| "embedded".to_owned(), target_url::shown);
    let (journal, is_carried_on) = ledger::begin(&path, &target).map_err(Wrong)?;
    if is_carried_on {
        let words =
            "note: an earlier run may have left entries on a device: see `doorspec clean --help`; its journal is carried on in";
        drop(writeln!(io::stderr(), "{words} {}", path.display()));
    }
    Ok(journal)
}

/// Where the entries of others on a device are written down. The one of the run before is kept: that run may have changed some of them.
fn backup(args: &RunArgs, url: Option<&Url>) -> Result<Backup, Wrong> {
    if args.dry_run || url.is_none() {
        return Ok(Backup::default());
    }
    let path = args.out.join("backup.jsonl");
    let wrong = |error: io::Error| Wrong(stored::cannot_write(&path, &error));
    if fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
        fs::rename(&path, args.out.join("backup.previous.jsonl")).map_err(wrong)?;
    }
    fs::File::create(&path).map(Backup::keep).map_err(wrong)
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

pub(super) fn read_profile(path: &Path, catalogue: &Catalogue) -> Result<Profile, Wrong> {
    let text = fs::read(path).map_err(|error| Wrong(format!("cannot read the profile {}: {error}", path.display())))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let (profile, mistakes) = catalogue::read_profile(&path.display().to_string(), &text, catalogue);
    match profile.filter(|_| mistakes.is_empty()) {
        Some(profile) => Ok(profile),
        None => {
            let rendered = mistakes.render(&|_| Some(text.clone()), io::stderr().is_terminal());
            Err(Wrong(format!("there are mistakes in the profile {}\n{rendered}", path.display())))
        }
    }
}

/// Every file that will be written can be: found out before a request leaves.
fn check_writable(args: &RunArgs) -> Result<(), Wrong> {
    if args.dry_run {
        return Ok(());
    }
    let inside = ["record.json", "junit.xml", "report.html"].map(|name| args.out.join(name));
    let copies = [&args.junit, &args.record, &args.html].into_iter().flatten().cloned();
    inside.into_iter().chain(copies).try_for_each(|file| stored::writable(&file)).map_err(Wrong)?;
    args.formats.check().map_err(Wrong)
}

pub(super) fn dry_run(prepared: &Prepared<'_>, out: &mut dyn Write) -> io::Result<Exit> {
    for suite in &prepared.suites {
        let mut known = Known::of_suite(suite);
        if let Some(profile) = &prepared.profile {
            known.take_profile(suite, profile);
        }
        let selected = chosen(suite, &prepared.choice);
        let allowed = selected.iter().filter(|case| case.risk <= Risk::Own || prepared.choice.allow.contains(&case.risk));
        writeln!(
            out,
            "{}: {} of {} cases selected, {} allowed; nothing was sent",
            suite.suite.suite,
            selected.len(),
            suite.cases.len(),
            allowed.count()
        )?;
        for case in selected {
            let needs = if case.needs.is_empty() { String::new() } else { format!("  needs {}", case.needs.join(", ")) };
            writeln!(out, "  {}{needs}", case.id)?;
        }
    }
    Ok(Exit::Conforms)
}

/// Probes, plans and runs every suite; what stood in the way is in the record.
async fn carry_out(args: &RunArgs, prepared: &Prepared<'_>, ending: &Ending) -> Record {
    let started = jiff::Timestamp::now();
    let clock = Instant::now();
    let mut judged = Vec::new();
    let mut runs = Vec::new();
    let mut obstacles = Vec::new();
    let mut transport = String::new();
    for suite in &prepared.suites {
        match run_one(args, prepared, suite, &mut transport, ending).await {
            Ok(run) => {
                judged.push(*suite);
                runs.push(run);
            }
            Err(obstacle) => obstacles.push(obstacle),
        }
    }
    let is_known = !runs.is_empty() || obstacles.iter().any(|obstacle| !matches!(obstacle, Obstacle::Stranger(_)));
    let in_the_way = obstacles.iter().filter(|obstacle| match obstacle {
        // Without `--suite` a target is what it turns out to be: that it is not the other device is no news.
        Obstacle::Stranger(_) => !(args.suite.is_empty() && is_known),
        // What was run before says by itself that it was stopped.
        Obstacle::Stopped => runs.is_empty(),
        _ => true,
    });
    let mut reasons: Vec<String> = in_the_way.map(ToString::to_string).collect();
    reasons.dedup();
    let url = prepared.url.as_ref().map_or_else(|| "embedded".to_owned(), target_url::shown);
    let circumstances = Circumstances {
        seed: prepared.manner.seed,
        strict: args.strict,
        started: started.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        target: Target {
            again: again(args, prepared.url.as_ref()),
            url,
            transport: (!transport.is_empty()).then_some(transport),
            ..Target::default()
        },
        obstacles: reasons,
        shard: prepared.choice.shard.map(|shard| shard.to_string()),
    };
    let suites = if judged.is_empty() { prepared.suites.clone() } else { judged };
    let mut record = assemble(&suites, runs, circumstances);
    args.accounts.redaction(prepared.url.is_none()).around_the_cases(&mut record);
    record
}

async fn run_one(
    args: &RunArgs,
    prepared: &Prepared<'_>,
    suite: &SuiteCatalogue,
    transport: &mut String,
    ending: &Ending,
) -> Result<SuiteRun, Obstacle> {
    if ending.is_asked() {
        return Err(Obstacle::Stopped);
    }
    let patience = Patience {
        timeout: args.timeout,
        connections: args.jobs,
        cacert: args.cacert.clone(),
        insecure: args.insecure,
        ..Patience::default()
    };
    let profile = prepared.profile.clone().filter(|profile| profile.suite == suite.suite.suite);
    let session = match &prepared.url {
        Some(url) => Session::device(suite, url, args.accounts.credentials(), profile, &patience)?,
        None => {
            let settings = Settings { accounts: accounts::of_mock(), ..Session::plain_mock(prepared.manner.seed) };
            if prepared.manner.jobs > 1 {
                Session::embedded_apart(suite, &settings, patience).await?
            } else {
                // One request at a time: device and suite take turns anyway, and on one thread they do so sooner.
                Session::embedded(suite, &settings, patience).await?
            }
        }
    };
    let outcome = run_session(args, prepared, &session, ending).await;
    if let Some(url) = &prepared.url {
        *transport = describe_transport(url, args, session.basic_in_clear());
    }
    outcome
}

async fn run_session(
    args: &RunArgs,
    prepared: &Prepared<'_>,
    session: &Session<'_>,
    ending: &Ending,
) -> Result<SuiteRun, Obstacle> {
    let known = ending.or(recognise(args, prepared, session)).await.ok_or(Obstacle::Stopped)??;
    let progress = Progress::new(args.quiet);
    let tell = |event: Event| progress.tell(&event);
    let outcome = session.run_known(known, &prepared.choice, &prepared.manner, ending.flag(), &tell).await;
    progress.clear();
    outcome
}

/// Recognises the target; while `--wait-ready` lasts, a target that does not answer yet is asked again. A server of ours is waited for anyway,
/// as long as it lives.
async fn recognise(args: &RunArgs, prepared: &Prepared<'_>, session: &Session<'_>) -> Result<Known, Obstacle> {
    let patience = Instant::now();
    let wait = args.wait_ready.or(prepared.recipe.as_ref().map(|_| START)).unwrap_or_default();
    loop {
        match session.recognise(prepared.manner.seed).await {
            Err(Obstacle::Unreachable(fault)) if may_come(&fault) => {
                if let Some(death) = prepared.death() {
                    return Err(Obstacle::Setup(death));
                }
                if patience.elapsed() >= wait {
                    return Err(Obstacle::Unreachable(fault));
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            other => return other,
        }
    }
}

fn may_come(fault: &Fault) -> bool {
    !matches!(fault, Fault::Login { .. } | Fault::Tls { .. } | Fault::Firewall { .. })
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
    let dialect = args.junit_dialect.into();
    let json = || write_report(args, "record.json", args.record.as_deref(), |out| report::write_json(record, out));
    let junit = || write_report(args, "junit.xml", args.junit.as_deref(), |out| report::write_junit(record, dialect, out));
    let html = || write_report(args, "report.html", args.html.as_deref(), |out| report::write_html(record, out));
    // They know nothing of each other, and the page alone takes as long as the others together.
    thread::scope(|scope| {
        let others = scope.spawn(|| json().and_then(|()| junit()));
        let html = html();
        others.join().unwrap_or_else(|panic| resume_unwind(panic)).and(html)
    })
}

/// Writes one report below `--out`, and its extra copy.
fn write_report(
    args: &RunArgs,
    name: &str,
    copy: Option<&Path>,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> io::Result<()>,
) -> Result<(), String> {
    let path = args.out.join(name);
    let written = fs::File::create(&path).map(BufWriter::new).and_then(|mut file| {
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| stored::cannot_write(&path, &error))?;
    match copy.filter(|copy| fs::canonicalize(copy).ok() != fs::canonicalize(&path).ok()) {
        Some(copy) => fs::copy(&path, copy).map(drop).map_err(|error| stored::cannot_write(copy, &error)),
        None => Ok(()),
    }
}

/// What is said at the end.
fn told(record: &Record, args: &RunArgs) -> String {
    let style = style::of(args.color);
    if args.quiet {
        return report::outcome(record) + "\n";
    }
    if args.is_brief {
        return format!("{}{}; {}\n", report::failures(record, style), report::counts(record), report::outcome(record));
    }
    let reports = args.out.display();
    format!("{}{}reports: {reports}\n", report::failures(record, style), report::summary(record, style))
}
