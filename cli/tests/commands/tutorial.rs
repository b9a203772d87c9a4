//! The README's tutorial, done as it is written: its files are made, its commands are run, and what
//! they print is what stands there.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Run};

/// A piece of the tutorial.
enum Step<'t> {
    /// A file, named in the text before it.
    File(&'t str),
    /// A command, and the lines that it prints.
    Command(&'t str, Vec<&'t str>),
}

fn tutorial(readme: &str) -> &str {
    let (_, tutorial) = readme.split_once("\n## Tutorial\n").expect("there is a tutorial");
    tutorial.split_once("\n## ").map_or(tutorial, |(tutorial, _)| tutorial)
}

fn steps(tutorial: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (position, block) in tutorial.split("```").enumerate() {
        let Some((language, text)) = block.split_once('\n').filter(|_| position % 2 == 1) else {
            continue;
        };
        if language != "console" {
            steps.push(Step::File(text));
            continue;
        }
        for line in text.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step::Command(command, Vec::new())),
                (None, Some(Step::Command(_, printed))) => printed.push(line),
                (None, _) => unreachable!("`{line}` stands before any command"),
            }
        }
    }
    steps
}

/// Without how long it took.
fn timeless(line: &str) -> &str {
    match line.rsplit_once(" checked in ") {
        Some((line, _)) => line,
        None => line,
    }
}

#[test]
fn the_tutorial_goes_as_it_says() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).expect("there is a README");
    let folder = Folder::with(&[]);
    let mut names = ["arena.json", "arena.scenario.jsonl"].iter();
    let binaries = Path::new(env!("CARGO_BIN_EXE_rallypoint")).parent().expect("it is in a folder");
    let mut commands = 0;
    for step in steps(tutorial(&readme)) {
        let (command, expected) = match step {
            Step::File(text) => {
                let name = names.next().expect("the tutorial has two files");
                folder.write(name, text.as_bytes());
                continue;
            }
            Step::Command(command, printed) => (command, printed),
        };
        let mut shell = Command::new("sh");
        let script = format!("PATH=\"{}:$PATH\"; {{ {command}; }} 2>&1", binaries.display());
        shell.args(["-c", &script]);
        let run = Run::of(shell.current_dir(folder.path()).output().expect("there is a shell"));
        let printed: Vec<&str> = run.stdout.trim_end().lines().map(timeless).collect();
        let expected: Vec<&str> = expected.into_iter().map(timeless).collect();
        assert_eq!(printed, expected, "{command}");
        commands += 1;
    }
    assert_eq!((commands, names.next()), (9, None), "the tutorial has more or less");
    assert!(folder.path().join("arena.html").is_file());
}
