//! The inputs of a simulation, and the command that has them again.

use std::path::Path;

use rallypoint::EngineOptions;

use super::super::Arguments;
use super::run::Run;
use crate::files;
use crate::simulate::quantities::Given;
use crate::simulate::readable::time;
use crate::simulate::text::Line;

/// The command that makes the page again, with what was given as it was written. What the output does
/// not depend on is left out, and what was not given is there with its default.
pub fn again(arguments: &Arguments) -> String {
    let mut words: Vec<String> = vec!["rallypoint".into(), "simulate".into()];
    words.push(files::name_as_argument(&arguments.rule_set));
    let mut add = |name: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    let path = |path: &Option<std::path::PathBuf>| path.as_deref().map(files::name_as_argument);
    add("--compare", path(&arguments.compare));
    add("--arrivals", path(&arguments.arrivals));
    add("--population", path(&arguments.population));
    if arguments.arrivals.is_none() {
        let written = |given: &Given| given.text.clone();
        let arrival = arguments.arrival.as_ref().map(written);
        add("--arrival", arrival.or(Some(format!("{}/s", arguments.per_second()))));
        add("--players", arguments.players.map(|count| count.to_string()));
        add("--tickets", arguments.tickets.map(|count| count.to_string()));
        let by_default = arguments.seconds().map(|seconds| format!("{seconds}s"));
        add("--duration", arguments.duration.as_ref().map(written).or(by_default));
    }
    add("--drain", arguments.drain.as_ref().map(|given| given.text.clone()));
    add("--seed", Some(arguments.seed.to_string()));
    add("--configuration", path(&arguments.configuration));
    add("--request-timeout", arguments.request_timeout.map(|seconds| seconds.to_string()));
    add("--acceptance", arguments.acceptance.map(|seconds| seconds.to_string()));
    if arguments.pass_interval > 0 {
        add("--pass-interval", Some(arguments.pass_interval.to_string()));
    }
    if arguments.nodes_per_anchor != EngineOptions::default().nodes_per_anchor {
        add("--nodes-per-anchor", Some(arguments.nodes_per_anchor.to_string()));
    }
    words.extend(arguments.reading.given());
    let report = arguments.report.as_deref().map(files::name_as_argument);
    words.extend(report.into_iter().flat_map(|report| ["--report".to_owned(), report]));
    let quoted = |word: &String| {
        // There is no NUL in an argument.
        shlex::try_quote(word).map_or_else(|_| String::new(), |word| word.into_owned())
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// What went in, for the table at the top.
pub fn inputs(arguments: &Arguments, runs: &[Run<'_>]) -> Vec<Line> {
    let of_runs = |label: &str, value: &dyn Fn(&Run<'_>) -> String| Line {
        label: label.to_owned(),
        values: runs.iter().map(value).collect(),
    };
    let one = |label: &str, value: String| Line { label: label.to_owned(), values: vec![value] };
    let file = |path: &Path| files::name(path);
    let named = |run: &Run<'_>| run.summary.rule_set_name.clone();
    let mut lines = vec![of_runs("rule set", &|run| named(run).unwrap_or_else(|| "-".into()))];
    let mut paths = vec![file(&arguments.rule_set)];
    paths.extend(arguments.compare.as_deref().map(file));
    lines.push(Line { label: "file".into(), values: paths });
    lines.push(of_runs("fingerprint", &|run| run.summary.rule_set_fingerprint.clone()));
    lines.push(one("seed", arguments.seed.to_string()));
    lines.push(one("arrivals", arrivals(arguments)));
    let population = match (&arguments.population, &arguments.arrivals) {
        (Some(path), _) => file(path),
        (None, Some(_)) => "as recorded; all accept, nobody gives up".into(),
        (None, None) => "made up to suit the rules".into(),
    };
    lines.push(one("population", population));
    if let Some(path) = &arguments.configuration {
        lines.push(one("configuration", file(path)));
    }
    if let Some(run) = runs.first() {
        let summary = run.summary;
        lines.push(one("request timeout", format!("{} s", summary.request_timeout_seconds)));
        lines
            .push(one("least time between passes", format!("{} ms", summary.pass_interval_millis)));
    }
    if let Some(seconds) = arguments.acceptance {
        lines.push(one("acceptance", format!("required within {seconds} s")));
    }
    lines.push(one("virtual time of the last arrival", last_arrival(runs)));
    lines.push(one("rallypoint", env!("CARGO_PKG_VERSION").to_owned()));
    lines
}

fn last_arrival(runs: &[Run<'_>]) -> String {
    runs.first().map_or_else(String::new, |run| time(run.summary.arrivals.last_seconds))
}

fn arrivals(arguments: &Arguments) -> String {
    if let Some(path) = &arguments.arrivals {
        return format!("recorded in {}", files::name(path));
    }
    let rate = arguments.per_second();
    let mut text = format!("Poisson, on average {rate} a second");
    let counts = [(arguments.players, "players"), (arguments.tickets, "tickets")];
    for (count, what) in counts {
        if let Some(count) = count {
            text.push_str(&format!(", until {count} {what} have come"));
        }
    }
    if let Some(seconds) = arguments.seconds() {
        text.push_str(&format!(", for {}", time(seconds)));
    }
    text
}
