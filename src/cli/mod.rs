//! The command line: arguments in, files and text out, an exit status at the end.

mod accounts;
mod args;
pub mod check;
mod choice;
mod clean;
mod compare;
pub mod explain;
mod fleet;
mod format;
mod ledger;
mod library;
pub mod list;
mod matrix;
mod merge;
mod mock;
mod print;
mod probe;
mod progress;
mod rejudge;
mod run;
mod selftest;
mod signal;
mod spawn;
mod stored;
mod style;
mod target_url;
mod targets;
mod waive;
mod watch;

use std::io::{self, Write};

pub use args::{Cli, Command, MockArgs, RunArgs};

use crate::verdict::Exit;

/// Does what the command line says.
///
/// # Errors
/// When standard output cannot be written.
pub async fn dispatch(cli: &Cli, out: &mut dyn Write) -> io::Result<Exit> {
    match &cli.command {
        Command::Run(args) => run::run(args, out).await,
        Command::Watch(args) => watch::watch(args, out).await,
        Command::Clean(args) => clean::clean(args, out).await,
        Command::Mock(args) => mock::mock(args, out).await,
        Command::Check(args) => check::check(args, out),
        Command::Rejudge(args) => rejudge::rejudge(args, out).await,
        Command::Merge(args) => merge::merge(args, out),
        Command::Compare(args) => compare::compare(args, out),
        Command::Probe(args) => probe::probe(args, out).await,
        Command::Completions(args) => print::completions(args, out),
        Command::Man => print::man(out),
        Command::Schema(args) => print::schema(args, out),
        Command::Waive(args) => waive::waive(args, out),
        Command::List(args) => list::list(args, out),
        Command::Explain(args) => explain::explain(args, out),
        Command::Selftest(args) => beside(|text| selftest::selftest(args, text), out),
    }
}

/// Works on a thread of its own, where other runtimes may be started; what was said comes out at the end.
fn beside(work: impl FnOnce(&mut Vec<u8>) -> io::Result<Exit> + Send, out: &mut dyn Write) -> io::Result<Exit> {
    let mut text = Vec::new();
    let exit = std::thread::scope(|scope| scope.spawn(|| work(&mut text)).join());
    out.write_all(&text)?;
    exit.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
