//! How often each transition and each race has happened.

use std::collections::BTreeMap;

use rallypoint::{Acceptance, StatusCause, TicketStatus, UpdateReason};

/// The rows of facts 6.1, and QUEUED to TIMED_OUT (decision 4).
const TRANSITIONS: [(TicketStatus, TicketStatus); 13] = {
    use TicketStatus::*;
    [
        (Queued, Searching),
        (Queued, Cancelled),
        (Queued, TimedOut),
        (Searching, RequiresAcceptance),
        (Searching, Placing),
        (Searching, Cancelled),
        (Searching, TimedOut),
        (RequiresAcceptance, Placing),
        (RequiresAcceptance, Searching),
        (RequiresAcceptance, Cancelled),
        (Placing, Completed),
        (Placing, Searching),
        (Placing, Failed),
    ]
};

/// What must happen beside the transitions, in the words that the model notes it with.
const RACES: [&str; 62] = [
    "a ticket is QUEUED",
    "answer at the deadline: Accept",
    "answer at the deadline: Reject",
    "answer at the deadline completes the match",
    "answer given again",
    "answer changed, refused",
    "answer too late",
    "answer for a backfill ticket, refused",
    "stop in QUEUED",
    "stop in SEARCHING",
    "stop in REQUIRES_ACCEPTANCE",
    "stop in PLACING, refused",
    "stop in COMPLETED, refused",
    "stop in FAILED, refused",
    "stop in CANCELLED, refused",
    "stop in TIMED_OUT, refused",
    "stop of a proposed backfill ticket",
    "stop of an announced id before the session",
    "stop of an announced id before the ticket",
    "stop of a running automatic ticket",
    "stop of a manual ticket in an automatic session",
    "player leaves while the backfill is proposed",
    "player starts anew while the backfill is proposed",
    "last player leaves while the backfill is proposed",
    "last player leaves a waiting backfill",
    "player leaves a full automatic session",
    "player leaves a waiting backfill",
    "replacement while proposed",
    "replacement of a waiting backfill",
    "replacement of an automatic ticket by a manual one",
    "session ends while its backfill is proposed",
    "session ends while its backfill waits",
    "session ends without a backfill",
    "duplicate in QUEUED",
    "duplicate in SEARCHING",
    "duplicate in REQUIRES_ACCEPTANCE",
    "duplicate in PLACING, refused",
    "player of a COMPLETED ticket starts anew",
    "player of a FAILED ticket starts anew",
    "player of a CANCELLED ticket starts anew",
    "player of a TIMED_OUT ticket starts anew",
    "two duplicates in one proposal",
    "duplicate of a manual backfill",
    "duplicate of an automatic backfill",
    "overdue after its proposal",
    "overdue after its placement",
    "placement completed at its deadline",
    "placement failed at its deadline",
    "placement completed too late",
    "placement failed too late",
    "placement while proposed, refused",
    "session ARN in use, refused",
    "id of an active ticket, refused",
    "id of a retained ticket, refused",
    "id of a forgotten ticket used again",
    "announced id, refused",
    "limit of active tickets",
    "limit of sessions",
    "limit of undrained events",
    "deadlines cut by the limit of undrained events",
    "several deadlines settled late",
    "time backwards, refused",
];

/// More of the same, about backfill and the ways through a pass.
const EVENTS: [&str; 13] = [
    "match formed",
    "backfill matched",
    "backfill accepted",
    "proposed backfill dropped",
    "proposed backfill timed out",
    "automatic session starts with a ticket",
    "automatic session is full",
    "automatic ticket timed out and renewed",
    "match waits for its session",
    "pass cut by a limit",
    "session forgotten",
    "ticket forgotten",
    "malformed request, refused",
];

#[derive(Clone, Default)]
pub struct Coverage {
    counts: BTreeMap<String, u64>,
}

impl Coverage {
    pub fn note(&mut self, what: &str) {
        match self.counts.get_mut(what) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(what.into(), 1);
            }
        }
    }

    pub fn transition(&mut self, from: TicketStatus, to: TicketStatus) {
        assert!(TRANSITIONS.contains(&(from, to)), "the model goes from {from:?} to {to:?}");
        self.note(&transition(from, to));
    }

    pub fn cause(&mut self, cause: StatusCause) {
        self.note(&format!("cause {cause:?}"));
    }

    pub fn update(&mut self, reason: UpdateReason) {
        self.note(&format!("update {}", reason.as_str()));
    }

    pub fn acceptance(&mut self, acceptance: Acceptance) {
        self.note(&format!("proposal {}", acceptance.as_str()));
    }

    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            *self.counts.entry(what.clone()).or_default() += count;
        }
    }

    /// Everything that must happen, in the order of the report.
    fn rows() -> Vec<String> {
        let transitions = TRANSITIONS.iter().map(|&(from, to)| transition(from, to));
        let causes = StatusCause::ALL.iter().map(|cause| format!("cause {cause:?}"));
        let updates = [
            UpdateReason::MatchmakingDataUpdated,
            UpdateReason::BackfillTimedOut,
            UpdateReason::BackfillCancelled,
        ];
        let updates = updates.iter().map(|reason| format!("update {}", reason.as_str()));
        let acceptances = [Acceptance::Accepted, Acceptance::Rejected, Acceptance::TimedOut];
        let acceptances = acceptances.iter().map(|it| format!("proposal {}", it.as_str()));
        let notes = EVENTS.iter().chain(&RACES).map(|&row| row.to_owned());
        transitions.chain(causes).chain(acceptances).chain(updates).chain(notes).collect()
    }

    /// The table, and the rows that never happened.
    pub fn report(&self) -> (String, Vec<String>) {
        let mut table = String::new();
        let mut missing = Vec::new();
        let rows = Self::rows();
        let unknown: Vec<_> = self.counts.keys().filter(|it| !rows.contains(it)).collect();
        assert!(unknown.is_empty(), "{unknown:?} are in no list");
        for row in rows {
            let count = self.counts.get(&row).copied().unwrap_or(0);
            table += &format!("{count:>10}  {row}\n");
            if count == 0 {
                missing.push(row);
            }
        }
        (table, missing)
    }
}

fn transition(from: TicketStatus, to: TicketStatus) -> String {
    format!("{} to {}", from.as_str(), to.as_str())
}
