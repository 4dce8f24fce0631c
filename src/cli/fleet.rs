//! `doorspec run --fleet FILE`: every target of a file at once, each in its own pace, and one page over all of them.
//!
//! The devices are dealt out to as many threads as the machine has cores; a thread serves its devices beside each other, so that one that
//! is slow, stuck or hostile delays no other. Of a record only what the overview shows is kept once its reports are written.

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Instant;

use tokio::runtime;
use tokio::sync::mpsc;

use super::args::RunArgs;
use super::progress::Progress;
use super::run::{Prepared, Wrong, cases, dry_run, of_target, prepare, recorded};
use super::signal::Ending;
use super::{library, stored, style, targets};
use crate::catalogue::Catalogue;
use crate::report::{self, Fleet, Unit};
use crate::verdict::Exit;

/// The overview, for people and for programs.
const PAGE: &str = "fleet.html";
const DATA: &str = "fleet.json";

/// One device: its name, what is run on it and how.
struct Device<'c> {
    name: String,
    args: RunArgs,
    prepared: Prepared<'c>,
}

/// Runs on every target of the file, writes the reports of each and the overview, and says what was found.
///
/// # Errors
/// When the text cannot be written.
pub(super) fn run(args: &RunArgs, file: &Path, out: &mut dyn Write) -> io::Result<Exit> {
    let mut own = None;
    let ready = cases(args.cases.as_deref(), &mut own).and_then(|catalogue| Ok((catalogue, devices(args, file, catalogue)?)));
    let (catalogue, devices) = match ready {
        Ok(ready) => ready,
        Err(Wrong(message)) => return library::usage(&message),
    };
    if args.dry_run {
        for device in &devices {
            writeln!(out, "{}: {}", device.name, device.args.url.as_deref().unwrap_or_default())?;
            dry_run(&device.prepared, out)?;
        }
        return Ok(Exit::Conforms);
    }
    let started = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let clock = Instant::now();
    let units = match carry_out(devices, args, catalogue)? {
        Ok(units) => units,
        Err(Wrong(message)) => return library::usage(&message),
    };
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let fleet = Fleet::new(units, started, duration_ms);
    let page = args.out.join(PAGE);
    let written = stored::write(&page, report::fleet_html(&fleet));
    if let Err(message) = written.and_then(|()| stored::write(&args.out.join(DATA), report::fleet_json(&fleet))) {
        return library::usage(&message);
    }
    let text = match args.quiet {
        true => report::fleet_outcome(&fleet),
        false => format!("{}overview: {}\n", report::fleet(&fleet, style::of(args.color)), page.display()),
    };
    library::write_all(out, &text)?;
    Ok(fleet.exit())
}

/// Every device, read and checked before the first request leaves to any of them.
fn devices<'c>(args: &RunArgs, file: &Path, catalogue: &'c Catalogue) -> Result<Vec<Device<'c>>, Wrong> {
    if !args.dry_run {
        [PAGE, DATA].iter().try_for_each(|name| stored::writable(&args.out.join(name))).map_err(Wrong)?;
    }
    let targets = targets::fleet(file).map_err(Wrong)?;
    let device = |(name, target): (String, targets::Target)| {
        let mut own = of_target(args, target);
        own.out = args.out.join(&name);
        own.jobs = own.jobs.or(Some(1));
        own.quiet = true;
        let prepared = prepare(&own, catalogue).map_err(|Wrong(message)| Wrong(format!("{name}: {message}")))?;
        Ok(Device { name, args: own, prepared })
    };
    targets.into_iter().map(device).collect()
}

/// Deals the devices out to threads; the units come back in the order of their names.
fn carry_out(devices: Vec<Device<'_>>, args: &RunArgs, catalogue: &Catalogue) -> io::Result<Result<Vec<Unit>, Wrong>> {
    let all = devices.len();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(all);
    let mut shares: Vec<Vec<Device<'_>>> = (0..threads).map(|_| Vec::new()).collect();
    devices.into_iter().enumerate().for_each(|(at, device)| shares[at % threads].push(device));
    let (teller, mut told) = mpsc::unbounded_channel();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let outcomes = thread::scope(|scope| {
        runtime.block_on(async {
            let words =
                "ended at once: `doorspec clean URL --journal` with the journal in a device's folder removes what may be left";
            let ending = Ending::watch(words.to_owned());
            for share in shares {
                let (teller, ending) = (teller.clone(), ending.clone());
                scope.spawn(move || serve(share, catalogue, &ending, &teller));
            }
            drop(teller);
            let progress = Progress::new(args.quiet);
            let mut outcomes = Vec::with_capacity(all);
            while let Some(outcome) = told.recv().await {
                outcomes.push(outcome);
                progress.show(&format!("{} of {all} devices done", outcomes.len()));
            }
            progress.clear();
            outcomes
        })
    });
    let mut units = outcomes.into_iter().collect::<Result<Vec<Unit>, Wrong>>();
    if let Ok(units) = &mut units {
        units.sort_by(|one, other| one.name.cmp(&other.name));
    }
    Ok(units)
}

/// Serves the devices of one thread beside each other, and tells what became of each as soon as it is known.
fn serve(share: Vec<Device<'_>>, catalogue: &Catalogue, ending: &Ending, teller: &mpsc::UnboundedSender<Result<Unit, Wrong>>) {
    let served = runtime::Builder::new_current_thread().enable_all().build().map(|runtime| {
        runtime.block_on(futures_util::future::join_all(share.into_iter().map(|device| async move {
            let record = recorded(&device.args, catalogue, &device.prepared, ending).await;
            let named = |Wrong(message)| Wrong(format!("{}: {message}", device.name));
            drop(teller.send(record.map(|record| Unit::new(&device.name, &record)).map_err(named)));
        })))
    });
    if let Err(error) = served {
        drop(teller.send(Err(Wrong(format!("no runtime could be started: {error}")))));
    }
}
