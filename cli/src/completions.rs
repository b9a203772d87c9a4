//! `rallypoint completions`: what a shell needs to complete arguments.

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use crate::console::{Console, Fault, Format, Verdict};

/// Print a script that lets a shell complete arguments
///
/// The script completes subcommands, options and their values, and is made from the same definitions
/// as `--help`. With `--format json`: an object with `shell` and `script`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  rallypoint completions bash >> ~/.bash_completion\n  \
                  rallypoint completions zsh > ~/.zfunc/_rallypoint\n  \
                  rallypoint completions fish > ~/.config/fish/completions/rallypoint.fish")]
pub struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let shell = arguments.shell;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::Arguments::command(), "rallypoint", &mut script);
    let script = String::from_utf8_lossy(&script);
    match console.format() {
        Format::Text => console.text(script)?,
        Format::Json => console.json(&json!({ "shell": shell.to_string(), "script": script }))?,
    }
    Ok(Verdict::Good)
}
