//! Why a ticket waits, or why it is in the match that it is in. Reads the state and changes none of
//! it.

mod closest;
mod company;
mod expansion;
mod locations;
mod matched;
mod nearest;
mod never;
mod reason;

pub use closest::ClosestMatch;
pub use company::Company;
pub use expansion::{BlockingRule, EffectiveValue, PropertyChange, PropertyValue, UpcomingStep};
pub use locations::LocationOutlook;
pub use matched::{InMatch, MatchWaitsFor, MatchedTicket};
pub use nearest::{CandidateMiss, NearCandidate, Relief};
pub use never::NeverReason;
pub use reason::WaitReason;

use super::Matchmaker;
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::book::TicketRecord;
use crate::lifecycle::status::TicketStatus;
use crate::model::matched::PlacedTicket;
use crate::model::ticket::TicketId;

/// Why a ticket is not matched yet, or where it stands if it is. In JSON, moments are milliseconds
/// since 1970 and lengths of time are milliseconds.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct WhyWaiting {
    /// Where the ticket stands. In JSON as the API has it: `SEARCHING`.
    #[cfg_attr(feature = "wire", serde(serialize_with = "serialize_status"))]
    pub status: TicketStatus,
    /// The time of the latest call: that of all that is said here.
    pub now: Timestamp,
    /// When it was submitted.
    pub start_time: Timestamp,
    /// Its age, which picks the values in force: until now, until its match was formed, or until
    /// it ended.
    pub waited: Millis,
    /// When its request times out; none of a ticket that does not wait.
    pub times_out_at: Option<Timestamp>,
    /// The reasons in short, what weighs most first. Never empty.
    pub reasons: Vec<WaitReason>,
    /// Why no match can ever hold it, whoever else comes; empty when nothing is known to keep it
    /// out.
    pub never: Vec<NeverReason>,
    /// Whether the last search for it ran out of `nodes_per_anchor`, or saw no more than a batch of
    /// its part of the pool, so that a match may have been overlooked. It is searched again when its
    /// part of the pool has changed, or in another batch.
    pub search_exhausted: bool,
    /// The rules that refuse others beside it, or complete matches with it, what refuses most
    /// first.
    pub blocking: Vec<BlockingRule>,
    /// How many others could be in a match with it; none of a ticket that no pass has seen.
    pub company: Option<Company>,
    /// The waiting tickets that come nearest to a match with it without being able to be in one,
    /// at most five, the nearest first.
    pub nearest: Vec<NearCandidate>,
    /// A match of it and others that could each be in one with it, full enough but not valid,
    /// unless a pass has yet to find it. None when there are too few, and of a backfill ticket.
    pub closest_match: Option<ClosestMatch>,
    /// The locations that its players report, by name, with what rules say of it alone at its age.
    /// None when they report none.
    pub locations: Option<Vec<LocationOutlook>>,
    /// What expansions will change from its age on, the next step first, at most eight of them.
    pub expansions: Vec<UpcomingStep>,
    /// The match that it is in, while that waits for answers or for its game session. Of a match
    /// that is complete the matchmaker keeps the tickets, not the match: `MatchmakingSucceeded` has
    /// it, and [`RuleSet::judge`](crate::RuleSet::judge) says how its rules came out.
    pub in_match: Option<InMatch>,
}

#[cfg(feature = "wire")]
fn serialize_status<S: serde::Serializer>(
    status: &TicketStatus,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

impl Matchmaker {
    /// Why a ticket waits, or where it stands; `None` for a ticket that is not known.
    ///
    /// It changes nothing, no later output either. With the same state it says the same. Its work
    /// has bounds that do not grow with the pool: it glances at no more than 131,072 tickets, asks
    /// the rules of 1,024 that could be in a match with this one and of 256 others, puts two tickets
    /// into teams at most 65,536 times, tickets into one larger match as often, and judges at most
    /// 32 of the pairs with [`RuleSet::judge`](crate::RuleSet::judge), once more for each step of an
    /// expansion that may help, up to 256 times. In a larger pool nearer candidates may be among
    /// those that it has not glanced at. [`why_never`](Self::why_never) and
    /// [`search_exhausted`](Self::search_exhausted) are for those who ask of many tickets.
    ///
    /// **What a miss is.** Another ticket *misses by a rule* when in every choice of teams for the
    /// two some rule is false of every match that holds both there, whoever of those waiting joins
    /// them. Shown are teams where the fewest rules are: there, on the two alone, the smallest match
    /// that holds both, [`RuleSet::judge`](crate::RuleSet::judge) finds the rule false at the values
    /// in force after the wait of the two. That teams lack players is no miss; it is a reason of
    /// its own.
    ///
    /// ```
    /// use rallypoint::*;
    ///
    /// let rules = RuleSet::from_json(include_str!("../../../rulesets/duel.json"))?;
    /// let now = Timestamp::from_millis(0);
    /// let mut matchmaker =
    ///     Matchmaker::new(rules, Configuration::default(), EngineOptions::default(), now, 7)?;
    /// for (name, skill) in [("ana", 1500.0), ("ben", 2900.0)] {
    ///     let players = vec![Player::new(name).with_number("skill", skill)];
    ///     let ticket_id = Some(TicketId::from(name));
    ///     let start = StartMatchmaking { ticket_id, players, ..Default::default() };
    ///     matchmaker.handle_input(now, start)?;
    /// }
    /// matchmaker.handle_timeout(now)?;
    /// let why = matchmaker.why_waiting(&"ana".into()).expect("a ticket");
    /// let nearest = &why.nearest[0];
    /// assert_eq!(nearest.ticket_id.as_str(), "ben");
    /// let CandidateMiss::Rule { rule_name, by, .. } = &nearest.misses[0] else {
    ///     unreachable!("latencies play no part in a duel, and both teams have room");
    /// };
    /// println!("{rule_name} is missed by {by:?}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn why_waiting(&self, id: &TicketId) -> Option<WhyWaiting> {
        let key = self.book.find(id)?;
        let record = self.book.record(key)?;
        let waits = record.status.is_waiting();
        let in_match = self.in_match(record);
        let until = match (&in_match, record.end_time) {
            (Some(in_match), _) => in_match.formed,
            (None, Some(end)) => end,
            (None, None) => self.now,
        };
        let mut why = WhyWaiting {
            status: record.status,
            now: self.now,
            start_time: record.start_time,
            waited: until.since(record.start_time),
            times_out_at: waits.then_some(record.due),
            reasons: Vec::new(),
            never: if waits { self.never(key, record) } else { Vec::new() },
            search_exhausted: self.search_exhausted(id),
            blocking: Vec::new(),
            company: None,
            nearest: Vec::new(),
            closest_match: None,
            locations: None,
            expansions: Vec::new(),
            in_match,
        };
        if waits {
            why.expansions = self.upcoming_steps(record);
            why.locations = self.location_outlook(key, record);
            let mut refusals = vec![0; self.rule_names.len()];
            if record.status == TicketStatus::Searching && why.never.is_empty() {
                self.look_around(key, record, &mut why, &mut refusals);
            }
            why.blocking = self.blocking_rules(record, &refusals);
        }
        why.reasons = self.reasons(key, record, &why);
        Some(why)
    }

    /// Whether the last search for a waiting ticket ran out of nodes or saw a batch of the pool
    /// alone, so that a match may have been overlooked: [`WhyWaiting::search_exhausted`] without the
    /// work of the others. False for a ticket that does not wait.
    pub fn search_exhausted(&self, id: &TicketId) -> bool {
        let key = self.book.find(id);
        key.is_some_and(|key| {
            let record = self.book.record(key);
            record.is_some_and(|it| it.status == TicketStatus::Searching) && self.was_given_up(key)
        })
    }

    /// Why no match can ever hold a waiting ticket, whoever else comes; empty when nothing is known
    /// to keep it out, and for a ticket that does not wait. It looks at this ticket alone.
    pub fn why_never(&self, id: &TicketId) -> Vec<NeverReason> {
        let known = self.book.find(id).and_then(|key| Some((key, self.book.record(key)?)));
        match known {
            Some((key, record)) if record.status.is_waiting() => self.never(key, record),
            _ => Vec::new(),
        }
    }

    /// A ticket as `judge` takes it, at its age at a moment: in a team, or of a backfill ticket
    /// each part in its own.
    fn placed(
        &self,
        record: &TicketRecord,
        at: Timestamp,
        team: Option<&str>,
    ) -> Vec<PlacedTicket> {
        let age = at.since(record.start_time);
        let players = self.book.players(record);
        let Some(backfill) = &record.backfill else {
            let team = team.unwrap_or_default().to_owned();
            return vec![PlacedTicket { team, age, players, backfill: false }];
        };
        let mut parts: Vec<PlacedTicket> = Vec::new();
        for (player, team) in players.into_iter().zip(&backfill.teams) {
            match parts.iter_mut().find(|part| part.team == **team) {
                Some(part) => part.players.push(player),
                None => parts.push(PlacedTicket {
                    team: team.to_string(),
                    age,
                    players: vec![player],
                    backfill: true,
                }),
            }
        }
        parts
    }
}
