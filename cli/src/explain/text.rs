//! An explanation in plain words.

mod in_match;
mod waiting;

use std::fmt::Write;

use rallypoint::{Millis, Timestamp};

use super::Explanation;
use crate::console::{STRONG, visible};

/// All lines, with colour.
pub fn render(explanation: &Explanation) -> String {
    let Explanation { ticket_id, why, start, formed, batching_preference, .. } = explanation;
    let clock = Clock { start: *start, now: why.now };
    let mut text = String::new();
    let now = clock.moment(why.now);
    let status = why.status.as_str();
    let ticket = visible(ticket_id);
    let mut line = format!("{STRONG}ticket {ticket}{STRONG:#} at {now}: {status}");
    if let Some(due) = why.times_out_at {
        let waited = seconds(why.waited);
        line += &format!(", has waited {waited}, times out {}", clock.later(due));
    }
    text += &(line + "\n");
    if why.times_out_at.is_some() {
        waiting::tell(&mut text, why, &clock);
    } else if let Some(in_match) = &why.in_match {
        in_match::pending(&mut text, in_match, &clock);
        in_match::verdict(&mut text, in_match.judgement.as_ref(), batching_preference);
    } else if let Some(formed) = formed {
        in_match::complete(&mut text, formed, &clock);
        in_match::verdict(&mut text, formed.judgement.as_ref(), batching_preference);
    } else {
        ended(&mut text, explanation, &clock);
    }
    text
}

fn ended(text: &mut String, explanation: &Explanation, clock: &Clock) {
    let Explanation { why, cause, .. } = explanation;
    let cause = cause.as_ref().map_or(String::new(), |cause| format!(": {}", visible(cause)));
    let _ = writeln!(text, "\nIt waits no more{cause}");
    let (from, millis) = (why.start_time.since(clock.start), why.waited.get());
    if millis > 0 {
        let last = from.get() + millis - 1;
        let _ = writeln!(text, "It waited from {} ms on; `--at {last}` shows why.", from.get());
    }
}

/// Times as a reader of the scenario knows them.
struct Clock {
    start: Timestamp,
    now: Timestamp,
}

impl Clock {
    fn moment(&self, at: Timestamp) -> String {
        seconds(at.since(self.start))
    }

    /// `at 30 s (in 16 s)`.
    fn later(&self, at: Timestamp) -> String {
        format!("at {} (in {})", self.moment(at), seconds(at.since(self.now)))
    }
}

fn seconds(length: Millis) -> String {
    let (whole, millis) = (length.get() / 1000, length.get() % 1000);
    match millis {
        0 => format!("{whole} s"),
        _ => format!("{}.{} s", whole, format!("{millis:03}").trim_end_matches('0')),
    }
}

fn heading(text: &mut String, words: &str) {
    let _ = writeln!(text, "\n{STRONG}{words}{STRONG:#}");
}
