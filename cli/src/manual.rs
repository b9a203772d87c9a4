//! `rallypoint man`: the manual, from the same definitions as `--help`.

use std::io;
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use serde_json::json;

use crate::console::{Console, Fault, Format, Verdict, visible};
use crate::files;

/// Print the manual page, or write a page for each subcommand
///
/// The page that is printed holds everything, subcommand by subcommand. With `--dir`, `rallypoint.1`
/// and a page for each subcommand, such as `rallypoint-check.1`, are written, and their names are
/// printed.
///
/// With `--format json`: an object with `page`; with `--dir` one with `written`, a list of paths.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  rallypoint man > rallypoint.1\n  \
                  rallypoint man --dir ~/.local/share/man/man1")]
pub struct Arguments {
    /// Write the pages into this folder, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    let Some(dir) = &arguments.dir else {
        let page =
            whole_page().map_err(|error| Fault(format!("cannot write the manual: {error}")))?;
        match console.format() {
            Format::Text => console.text(page)?,
            Format::Json => console.json(&json!({ "page": page }))?,
        }
        return Ok(Verdict::Good);
    };
    let mut written = Vec::new();
    for command in commands() {
        let path = dir.join(format!("{}.1", name(&command)));
        let result = std::fs::create_dir_all(dir)
            .and_then(|()| page_of(command))
            .and_then(|page| std::fs::write(&path, page));
        result.map_err(|error| {
            let problem = files::in_words(&error);
            Fault(format!("cannot write `{}`: {problem}", visible(&path.display().to_string())))
        })?;
        written.push(path.display().to_string());
    }
    match console.format() {
        Format::Json => console.json(&json!({ "written": written }))?,
        Format::Text => {
            for path in written {
                console.text(format_args!("{}\n", visible(&path)))?;
            }
        }
    }
    Ok(Verdict::Good)
}

/// The command, then each subcommand.
fn commands() -> impl Iterator<Item = Command> {
    let mut command = crate::Arguments::command().disable_help_subcommand(true);
    command.build();
    let subcommands: Vec<_> = command.get_subcommands().cloned().collect();
    std::iter::once(command).chain(subcommands)
}

/// `rallypoint-check`
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// All of it in one page: a chapter for each subcommand.
fn whole_page() -> io::Result<String> {
    let mut page = String::new();
    for (chapter, command) in commands().enumerate() {
        if chapter == 0 {
            page += &page_of(command)?;
            continue;
        }
        let mut heading = Roff::new();
        heading.control("SH", [name(&command).replacen('-', " ", 1).as_str()]);
        page += &heading.render();
        // The sections of a page are subsections of a chapter.
        page += &sections(command)?.replace("\n.SH ", "\n.SS ");
    }
    Ok(page)
}

fn page_of(command: Command) -> io::Result<String> {
    let version = concat!("rallypoint ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version);
    let mut start = Vec::new();
    man.render_title(&mut start)?;
    man.render_name_section(&mut start)?;
    Ok(String::from_utf8_lossy(&start).into_owned() + &sections(command)?)
}

/// What comes after the name.
fn sections(command: Command) -> io::Result<String> {
    let examples = command.get_after_help().map(ToString::to_string);
    let has_subcommands = command.has_subcommands();
    let man = Man::new(command);
    let mut sections = Vec::new();
    man.render_synopsis_section(&mut sections)?;
    man.render_description_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    if has_subcommands {
        man.render_subcommands_section(&mut sections)?;
    }
    if let Some(examples) = examples {
        // Filled and justified lines could not be copied.
        let mut lines = Roff::new();
        lines.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.trim_start_matches("Examples:\n").lines() {
            lines.text([roman(line)]);
        }
        lines.control("fi", []);
        lines.to_writer(&mut sections)?;
    }
    Ok(String::from_utf8_lossy(&sections).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a page without its escapes.
    fn plain(page: &str) -> String {
        page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "")
    }

    /// Every option and argument of a command stands in its page or chapter.
    fn assert_complete(command: &Command, text: &str) -> usize {
        let name = name(command);
        let mut count = 0;
        for argument in command.get_arguments() {
            let shown = match argument.get_long() {
                Some(long) => format!("--{long}"),
                None => argument.get_value_names().expect("it takes a value").join(" "),
            };
            // As the head of an entry of its own, below `.TP`.
            let is_head = |line: &str| {
                let words = line.trim_start_matches(['[', '<']);
                words.split([' ', ',', ']', '>']).any(|word| word == shown)
            };
            let heads = text.lines().zip(text.lines().skip(1));
            let found = heads.filter(|(above, head)| *above == ".TP" && is_head(head)).count();
            assert_eq!(found, 1, "{name} {shown}: {text}");
            count += 1;
        }
        count
    }

    #[test]
    fn the_whole_page_has_every_subcommand_and_option() {
        let page = plain(&whole_page().expect("a page can be made"));
        let mut chapters: Vec<_> = page.split(".SH \"rallypoint ").collect();
        let start = chapters.remove(0);
        let mut commands = commands();
        let mut count = assert_complete(&commands.next().expect("the command itself"), start);
        let subcommands: Vec<_> = commands.collect();
        assert_eq!(chapters.len(), subcommands.len());
        assert!(subcommands.len() >= 8, "{}", subcommands.len());
        for (command, chapter) in subcommands.iter().zip(chapters) {
            assert!(chapter.starts_with(&format!("{}\"\n", command.get_name())), "{chapter}");
            assert!(!chapter.contains("\n.SH "), "{chapter}");
            let about = command.get_about().expect("it has help").to_string();
            assert!(chapter.contains(&about), "{about}: {chapter}");
            let examples = format!(".SS EXAMPLES\n.nf\n  rallypoint {} ", command.get_name());
            let examples = examples.trim_end();
            assert!(chapter.contains(examples), "{examples}: {chapter}");
            assert!(start.contains(&format!(".TP\n{}(1)\n", name(command))), "{start}");
            count += assert_complete(command, chapter);
        }
        assert!(count > 40, "only {count} options");
    }

    #[test]
    fn a_page_of_its_own_has_the_same() {
        for command in commands() {
            let page = plain(&page_of(command.clone()).expect("a page can be made"));
            let title =
                format!(".TH {} 1  \"rallypoint {}\"", name(&command), env!("CARGO_PKG_VERSION"));
            assert!(page.contains(&title), "{page}");
            assert_complete(&command, &page);
        }
    }
}
