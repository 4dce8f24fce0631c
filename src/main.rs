//! The door: reads the command line, hands it on, and turns the outcome into an exit status.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;
use doorspec::cli::{Cli, dispatch};
use doorspec::verdict::Exit;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fault(&format!("no runtime could be started: {error}")),
    };
    let mut out = io::stdout();
    match runtime.block_on(dispatch(&cli, &mut out)) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(Exit::Conforms.code()),
        Err(error) => fault(&error.to_string()),
    }
}

fn fault(message: &str) -> ExitCode {
    drop(writeln!(io::stderr(), "error: {message}"));
    ExitCode::from(Exit::Fault.code())
}
