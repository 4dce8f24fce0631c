//! What the program can print about itself: shell completions, its man page, the schemas of its files.

use std::io::{self, Write};

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use super::{Cli, library};
use crate::catalogue::Sources;
use crate::verdict::Exit;

/// `doorspec completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  doorspec completions bash > ~/.local/share/bash-completion/completions/doorspec")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `doorspec schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which file it describes
    #[arg(value_enum)]
    pub file: File,
}

/// The files that people and programs write and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum File {
    Case,
    Waivers,
    Record,
    Profile,
    Suite,
    Requirements,
    Target,
}

/// Prints a script that completes commands and options.
///
/// # Errors
/// When the text cannot be written.
pub fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "doorspec", &mut text);
    library::write_all(out, &String::from_utf8_lossy(&text))?;
    Ok(Exit::Conforms)
}

/// Prints the man page, every command with its options included.
///
/// # Errors
/// When the text cannot be written.
pub fn man(out: &mut dyn Write) -> io::Result<Exit> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let page = clap_mangen::Man::new(inner.clone());
        writeln!(text, ".SH {}", inner.get_name().to_uppercase())?;
        page.render_synopsis_section(&mut text)?;
        page.render_description_section(&mut text)?;
        page.render_options_section(&mut text)?;
    }
    library::write_all(out, &String::from_utf8_lossy(&text))?;
    Ok(Exit::Conforms)
}

/// Prints a published schema, as the binary carries it.
///
/// # Errors
/// When the text cannot be written.
pub fn schema(args: &SchemaArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let name = match args.file {
        File::Case => "case",
        File::Waivers => "waivers",
        File::Record => "record",
        File::Profile => "profile",
        File::Suite => "suite",
        File::Requirements => "requirements",
        File::Target => "target",
    };
    let sources = Sources::embedded();
    let text = sources.get(&format!("schemas/suite/{name}.schema.json")).unwrap_or_default();
    library::write_all(out, text)?;
    Ok(Exit::Conforms)
}
