//! From a snapshot back to a matchmaker. A snapshot is data from outside: whatever it says, there
//! comes a matchmaker of it that keeps its own rules, or an error.

mod matches;
mod progress;
mod tickets;

use std::collections::BTreeMap;

use super::checks::{self, COUNT_MAX, SUBMISSIONS_MAX, holds};
use super::forms::{RangeForm, SessionForm};
use super::{RestoreError, Snapshot, VERSION, VERSION_MIN};
use crate::base::rng::DetRng;
use crate::engine::{Matchmaker, validate};
use crate::lifecycle::book::TicketKey;
use crate::lifecycle::counters::Counters;
use crate::model::ticket::TicketId;
use crate::pool::columns::NumberRange;
use crate::ruleset::RuleSet;

/// The tickets of a snapshot by number of submission.
type ByNumber = BTreeMap<u64, TicketKey>;

impl Matchmaker {
    /// A matchmaker that goes on where the snapshot was taken: the same calls give the same
    /// answers, events and ids as they would have without a stop.
    ///
    /// `rule_set` is that of the snapshot, to the letter. To go on with another, restore and then
    /// [`reconfigure`](Self::reconfigure).
    ///
    /// # Errors
    /// [`RestoreError`], whatever is wrong with the snapshot; it may come from anywhere.
    pub fn restore(rule_set: RuleSet, snapshot: Snapshot) -> Result<Self, RestoreError> {
        if !(VERSION_MIN..=VERSION).contains(&snapshot.version) {
            return Err(RestoreError::OtherVersion { found: snapshot.version, supported: VERSION });
        }
        let given = rule_set.fingerprint();
        if snapshot.rule_set != given {
            let found = validate::shown(&snapshot.rule_set);
            return Err(RestoreError::OtherRuleSet { found, given });
        }
        let Snapshot { configuration, options, now, seed, submissions, .. } = snapshot;
        let mut matchmaker = Self::new(rule_set, configuration, options, now, seed)?;
        let it = &mut matchmaker;
        holds(submissions <= SUBMISSIONS_MAX, || "`submissions` is beyond counting".into())?;
        it.submissions = submissions;
        it.rng = DetRng::at(snapshot.generator)
            .ok_or_else(|| RestoreError::damaged("no generator stands where `generator` says"))?;
        if let Some(placements) = snapshot.placements {
            let prefer_cost = it.options.prefer_cost_without_latency;
            it.placer.restore(placements, now, prefer_cost).map_err(RestoreError::damaged)?;
        }
        it.take_up_sessions(&snapshot.sessions)?;
        let mut tickets = ByNumber::new();
        for form in snapshot.finished {
            let number = form.number;
            holds(form.status.is_end(), || format!("ticket {number} has not ended"))?;
            it.take_up_ticket(form, &mut tickets)?;
        }
        for form in snapshot.active {
            let number = form.number;
            holds(!form.status.is_end(), || format!("ticket {number} has ended"))?;
            it.take_up_ticket(form, &mut tickets)?;
        }
        for form in snapshot.matches {
            it.take_up_match(form, &tickets)?;
        }
        it.check_all_matched()?;
        it.check_all_placed()?;
        for form in snapshot.sessions {
            it.announce_again(form)?;
        }
        it.take_up_pass(snapshot.pass);
        it.take_up_counters(snapshot.counters)?;
        for wait in snapshot.waits {
            it.estimate.add(wait);
        }
        let sequence = snapshot.event_sequence;
        holds(sequence <= COUNT_MAX && it.outbox.take_up(snapshot.events, sequence), || {
            format!("the events do not lead up to number {sequence}")
        })?;
        it.updates = snapshot.updates.into();
        it.take_up_ranges(&snapshot.number_ranges)?;
        Ok(matchmaker)
    }

    fn take_up_sessions(&mut self, forms: &[SessionForm]) -> Result<(), RestoreError> {
        for form in forms {
            let arn = checks::session(form)?;
            let is_new = self.sessions.get(arn).is_none();
            holds(is_new, || format!("the game session `{arn}` is there twice"))?;
            let SessionForm { info, match_id, roster, used, .. } = form.clone();
            self.sessions.insert(arn, info, match_id, roster, used);
        }
        Ok(())
    }

    /// An id that is kept for an automatic backfill is no ticket's but that of its session.
    fn check_announced(&self, id: &TicketId, own: Option<TicketKey>) -> Result<(), RestoreError> {
        checks::request("an announced id", validate::ticket_id("TicketId", id))?;
        let known = self.book.find(id);
        let is_free = known.is_none_or(|key| Some(key) == own);
        holds(is_free && self.sessions.announced_by(id).is_none(), || {
            format!("the id `{id}` is announced, and in use")
        })
    }

    fn announce_again(&mut self, form: SessionForm) -> Result<(), RestoreError> {
        let (Some(arn), Some(id)) = (form.info.game_session_arn, form.announced) else {
            return Ok(());
        };
        let own = self.sessions.get(&arn).and_then(|session| session.backfill);
        self.check_announced(&id, own)?;
        self.sessions.change(&arn, None, |session| session.announced = Some(id));
        Ok(())
    }

    fn take_up_counters(&mut self, counters: Counters) -> Result<(), RestoreError> {
        let names = counters.rule_evaluations.iter().map(|rule| &rule.rule_name);
        holds(names.eq(&self.rule_names) && counters.largest() <= COUNT_MAX, || {
            "the counters are not of these rules, or beyond counting".into()
        })?;
        self.counters = counters;
        Ok(())
    }

    fn take_up_ranges(&mut self, forms: &[RangeForm]) -> Result<(), RestoreError> {
        let columns = &mut self.pool.columns.numbers;
        holds(forms.len() == columns.len(), || {
            format!("{} columns have a range, and {} there are", forms.len(), columns.len())
        })?;
        for (column, RangeForm(form)) in columns.iter_mut().zip(forms) {
            let NumberRange { low, high } = column.range;
            let stored = form.filter(|range| range.0.is_finite() && range.1.is_finite());
            let wide_enough = match stored {
                Some(range) => range.0 <= low && range.1 >= high && range.0 <= range.1,
                None => form.is_none() && low > high,
            };
            holds(wide_enough, || "a number lies out of the range of its column".into())?;
            if let Some((low, high)) = stored {
                column.range = NumberRange { low, high };
            }
        }
        Ok(())
    }
}
