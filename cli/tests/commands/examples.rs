//! The examples in the help of every subcommand, run on the project's own files.

use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Run};

/// Examples that are not run, and why.
const NOT_RUN: [(&str, &str); 2] = [
    ("rallypoint test rulesets --filter duel --watch", "it does not end"),
    ("rallypoint bench --format json > rows.jsonl", "it takes minutes"),
];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is a folder of it")
}

/// The names that `rallypoint --help` lists.
fn subcommands(folder: &Folder) -> Vec<String> {
    let help = folder.run(&["--help"]);
    let (_, list) = help.ended(0).split_once("Commands:\n").expect("there is a list");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).map(String::from).collect()
}

/// The examples of a subcommand. One may go on after a `\` at the end of a line.
fn examples(subcommand: &str, folder: &Folder) -> Vec<String> {
    let help = folder.run(&[subcommand, "--help"]);
    let list = help.ended(0).split_once("Examples:\n").map(|(_, list)| list);
    assert!(list.is_some(), "the help of {subcommand} has no example: {}", help.stdout);
    let list = list.unwrap_or_default().replace("\\\n", "");
    list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_subcommand_has_examples() {
    let folder = Folder::with(&[]);
    let subcommands = subcommands(&folder);
    assert!(subcommands.len() >= 8, "{subcommands:?}");
    let mut all = Vec::new();
    for subcommand in &subcommands {
        let examples = examples(subcommand, &folder);
        let own = format!("rallypoint {subcommand}");
        assert!(examples.iter().any(|example| example.starts_with(&own)), "{examples:?}");
        for example in &examples {
            assert!(example.starts_with("rallypoint "), "{subcommand}: {example}");
        }
        all.extend(examples);
    }
    for (example, why) in NOT_RUN {
        assert!(all.iter().any(|it| it == example), "`{example}`: {why}, but nobody names it");
    }
}

/// Where the command is piped into a program that need not be installed, what comes before it.
#[cfg(unix)]
fn runnable(example: &str) -> &str {
    example.split(" | ").next().unwrap_or(example)
}

#[cfg(unix)]
#[test]
fn the_examples_run_on_the_files_of_the_project() {
    let folder = Folder::with(&[("match.json", &a_match()), (".zfunc/it", "")]);
    folder.write(".config/fish/completions/it", b"");
    let home = folder.path();
    for shared in ["rulesets", "scenarios"] {
        copy(&repository().join(shared), &home.join(shared));
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_rallypoint"));
    let programs = binary.parent().expect("it is in a folder");
    let mut count = 0;
    for subcommand in subcommands(&folder) {
        for example in examples(&subcommand, &folder) {
            if NOT_RUN.iter().any(|(not_run, _)| *not_run == example) {
                continue;
            }
            let mut shell = Command::new("bash");
            let command = format!("PATH=\"$PROGRAMS:$PATH\"; {}", runnable(&example));
            shell.args(["-c", &command]).current_dir(home);
            shell.env("PROGRAMS", programs).env("HOME", home);
            let run = Run::of(shell.output().expect("bash starts"));
            assert_eq!(run.status, Some(0), "{example}\n{}{}", run.stdout, run.stderr);
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} examples");
}

#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => {
                std::fs::copy(from, to).expect("a file can be copied");
            }
        }
    }
}

/// A match of `duel` in the form that `judge` reads.
#[cfg(unix)]
fn a_match() -> String {
    let rulesets = repository().join("rulesets");
    let file = |name: &str| rulesets.join(name).display().to_string();
    let (rules, pool) = (file("duel.json"), file("duel.tickets.jsonl"));
    let arguments = ["match", &rules, &pool, "--format", "json", "--full"];
    Folder::with(&[]).run(&arguments).json(0)["matches"][0]["judge"].to_string()
}
