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
    let script = script(shell);
    match console.format() {
        Format::Text => console.text(script)?,
        Format::Json => console.json(&json!({ "shell": shell.to_string(), "script": script }))?,
    }
    Ok(Verdict::Good)
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::Arguments::command(), "rallypoint", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::{Command, ValueEnum};

    use super::*;

    /// The words of a script.
    fn has_word(script: &str, word: &str) -> bool {
        script
            .split(|it: char| !it.is_alphanumeric() && it != '-' && it != '_')
            .any(|it| it == word)
    }

    fn options(command: &Command) -> impl Iterator<Item = &str> {
        command.get_arguments().filter_map(|argument| argument.get_long())
    }

    fn definitions() -> Command {
        let mut command = crate::Arguments::command();
        command.build();
        command
    }

    #[test]
    fn every_shell_gets_every_subcommand_option_and_value() {
        let command = definitions();
        let mut count = 0;
        for &shell in Shell::value_variants() {
            let script = script(shell);
            for subcommand in command.get_subcommands() {
                assert!(has_word(&script, subcommand.get_name()), "{shell}: {subcommand}");
                for option in options(subcommand) {
                    // fish has `-l format`, the others `--format`
                    let found = [format!("--{option}"), option.into()];
                    assert!(found.iter().any(|it| has_word(&script, it)), "{shell}: --{option}");
                    count += 1;
                }
            }
        }
        assert!(count > 200, "only {count} options");
    }

    #[test]
    fn in_bash_each_subcommand_has_its_own_options() {
        let (script, command) = (script(Shell::Bash), definitions());
        for subcommand in command.get_subcommands().filter(|it| it.get_name() != "help") {
            let name = subcommand.get_name();
            let (_, part) = script
                .split_once(&format!("\n        rallypoint__subcmd__{name})"))
                .unwrap_or_else(|| panic!("no {name}: {script}"));
            let words = part.split('"').nth(1).expect("the list of words");
            let words: Vec<_> = words.split(' ').collect();
            for option in options(subcommand) {
                assert!(words.contains(&format!("--{option}").as_str()), "{name}: {words:?}");
            }
        }
    }
}
