//! `rallypoint match`: one pool of tickets, matched until nothing more can be formed.

mod outcome;
mod pool;
mod ticket_forms;

use std::path::PathBuf;

use rallypoint::EngineOptions;

use self::pool::Pool;
use crate::console::{Console, Fault, Format, Verdict};
use crate::files;
use crate::number::whole_number;
use crate::rule_sets::{self, Reading};
use crate::tickets::TicketLines;

/// The longest `RequestTimeoutSeconds` of the service (facts 6.2). A pool that waits less than
/// this never meets its request timeout.
const REQUEST_TIMEOUT_SECONDS: u32 = 43_200;

/// Form matches out of a pool of tickets
///
/// Every line of TICKETS.jsonl is the input of `StartMatchmaking` as JSON, or of
/// `StartMatchBackfill` when its players have a `Team`; blank lines and lines that begin with `//`
/// are skipped. All tickets are submitted at one time, in the order of the file, then matched until
/// nothing more can be formed.
///
/// With `--format json`: one object with `matches`, `unmatched`, `cancelled` and `stats`; or, when
/// the input is bad, `{"errors": [{"file", "line", "message"}, ...]}`, where errors of the rule set
/// have the members that `check` gives them, too. `stats` counts in `anchorsExhausted` the tickets
/// whose search was given up at its limit, in `fullnessUnproven` the matches that might have been
/// fuller, and in `exchanged` those that became two so that more players are matched.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  rallypoint match rulesets/duel.json rulesets/duel.tickets.jsonl --wait 30\n  \
                  rallypoint match rulesets/duel.json rulesets/duel.tickets.jsonl --format json --full"
)]
pub struct Arguments {
    /// The rule set file; `-` is standard input
    #[arg(value_name = "RULESET")]
    rule_set: PathBuf,
    /// The file of tickets; `-` is standard input
    #[arg(value_name = "TICKETS.jsonl")]
    tickets: PathBuf,
    /// Let every ticket wait this long before the first match, so that expansions apply; at most
    /// 43199
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = wait)]
    #[arg(allow_negative_numbers = true)]
    wait: u32,
    #[command(flatten)]
    reading: Reading,
    /// Seed of every random choice
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole_number(0..=u64::MAX))]
    #[arg(allow_negative_numbers = true)]
    seed: u64,
    /// Search nodes (tickets tentatively put into a team) spent on one ticket before its search is
    /// given up
    #[arg(long, value_name = "N", default_value_t = EngineOptions::default().nodes_per_anchor)]
    #[arg(value_parser = whole_number(1..=u64::MAX), allow_negative_numbers = true)]
    nodes_per_anchor: u64,
    /// Name every ticket that is left over; JSON always does
    #[arg(long)]
    all: bool,
    /// With `--format json`: give each match a `judge`, the MATCH.json that `judge` reads
    #[arg(long)]
    full: bool,
}

fn wait(text: &str) -> Result<u32, String> {
    let longest = REQUEST_TIMEOUT_SECONDS - 1;
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= u64::from(longest) => Ok(seconds as u32),
        Ok(_) => Err(format!(
            "the longest wait is {longest} seconds: after {REQUEST_TIMEOUT_SECONDS} a request has \
             timed out"
        )),
        Err(_) => Err(format!("not a whole number of seconds from 0 to {longest}")),
    }
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Result<Verdict, Fault> {
    if files::is_stdin(&arguments.rule_set) && files::is_stdin(&arguments.tickets) {
        let message = "only one of RULESET and TICKETS.jsonl can be standard input";
        return Err(Fault(message.into()));
    }
    if arguments.full && console.format() != Format::Json {
        return Err(Fault("`--full` needs `--format json`".into()));
    }
    let lines = TicketLines::open(&arguments.tickets);
    let Some(rule_set) =
        rule_sets::read(&arguments.rule_set, arguments.reading.options(), console)?
    else {
        return Ok(Verdict::Bad);
    };
    let mut pool = match Pool::new(rule_set, arguments) {
        Ok(pool) => pool,
        Err(error) => {
            let file = files::name(&arguments.rule_set);
            console.problem(Some(&file), None, error.to_string())?;
            return Ok(Verdict::Bad);
        }
    };
    if pool.fill(lines?, console)? == Verdict::Bad {
        return Ok(Verdict::Bad);
    }
    pool.search()?;
    let outcome = pool.finish();
    match console.format() {
        Format::Text => outcome.print(arguments.all, console)?,
        Format::Json => console.json(&outcome)?,
    }
    Ok(Verdict::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_before_the_request_timeout() {
        assert_eq!(wait("0"), Ok(0));
        assert_eq!(wait("43199"), Ok(43_199));
        let message = "the longest wait is 43199 seconds: after 43200 a request has timed out";
        assert_eq!(wait("43200"), Err(message.into()));
        assert_eq!(wait("18446744073709551615"), Err(message.into()));
        for bad in ["", "-1", "1.5", "1m"] {
            let message = "not a whole number of seconds from 0 to 43199";
            assert_eq!(wait(bad), Err(message.into()), "{bad}");
        }
    }
}
