//! Another rule set or configuration while tickets wait (decision 32).

use std::sync::Arc;

use super::input::{Input, InputError, Reconfigure};
use super::options::{BackfillMode, Configuration, FlexMatchMode};
use super::response::Response;
use super::{Matchmaker, validate};
use crate::base::time::{Millis, Timestamp};
use crate::lifecycle::state::metrics;
use crate::lifecycle::status::TicketStatus;
use crate::ruleset::RuleSet;

impl Matchmaker {
    /// Goes on with another rule set, another configuration, or both, from `now` on: the command
    /// [`Input::Reconfigure`].
    ///
    /// Every ticket stays. Those that wait are judged anew; one that lacks what the new rules need
    /// can never be matched, and [`why_waiting`](Self::why_waiting) says so. Their request timeout
    /// becomes that of the new configuration, counted from their start, but not before `now`.
    /// Matches that are formed go on as they began. Sessions that fill up by themselves keep the
    /// ticket that they have, and get one if the new rules leave them an open place; without
    /// `BackfillMode` AUTOMATIC they get no other when it ends, not even when the mode comes back.
    /// Tallies of rules start anew with another rule set.
    ///
    /// ```
    /// # use rallypoint::*;
    /// # fn widen(matchmaker: &mut Matchmaker, now: Timestamp, text: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// // Compile first: a rule set that does not compile leaves the matchmaker as it is.
    /// let rules = RuleSet::from_json(text)?;
    /// matchmaker.reconfigure(now, Some(rules), None)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InputError`]: the name of the configuration must stay, and what [`Matchmaker::new`]
    /// refuses is refused. Nothing has changed.
    pub fn reconfigure(
        &mut self,
        now: Timestamp,
        rule_set: Option<RuleSet>,
        configuration: Option<Configuration>,
    ) -> Result<(), InputError> {
        let request = Reconfigure { rule_set, configuration };
        self.handle_input(now, Input::Reconfigure(Box::new(request))).map(|_| ())
    }

    pub(super) fn apply_reconfigure(
        &mut self,
        request: Reconfigure,
    ) -> Result<Response, InputError> {
        let Reconfigure { rule_set, configuration } = request;
        if let Some(configuration) = &configuration {
            let (found, own) = (&configuration.name, &self.configuration.name);
            if found != own {
                return Err(InputError::invalid(format!(
                    "`Configuration.Name` is `{}`, but must stay `{own}`; another configuration needs a matchmaker of its own",
                    validate::shown(found)
                )));
            }
            validate::configuration(configuration)
                .map_err(|error| InputError::invalid(format!("`Configuration`: {error}")))?;
            self.check_sessions(configuration)?;
        }
        if let Some(configuration) = configuration {
            self.outbox.set_custom_event_data(configuration.custom_event_data.as_deref());
            self.configuration = configuration;
            self.set_queue();
        }
        if let Some(rule_set) = rule_set.filter(|it| *it != self.rule_set) {
            self.change_rule_set(rule_set);
        }
        self.set_terms();
        self.begin_anew();
        self.continue_sessions();
        Ok(Response::Reconfigure)
    }

    /// Whether every ticket that waits could become a session (decision 31).
    fn check_sessions(&self, configuration: &Configuration) -> Result<(), InputError> {
        match configuration.flex_match_mode {
            FlexMatchMode::Standalone => Ok(()),
            FlexMatchMode::WithQueue => self.check_room_for_sessions(self.requested(), 0),
        }
    }

    /// Sessions that fill up by themselves may have an open place under new rules. Under a
    /// configuration without them they go on until their ticket ends.
    fn continue_sessions(&mut self) {
        let announced = self.sessions.iter().filter(|(_, session)| session.announced.is_some());
        let arns: Vec<Arc<str>> = announced.map(|(arn, _)| Arc::clone(arn)).collect();
        let is_automatic = self.configuration.backfill_mode == BackfillMode::Automatic;
        for arn in arns {
            if is_automatic {
                self.continue_backfill(&arn, self.now);
            } else {
                self.sessions.change(&arn, None, |session| {
                    if session.backfill.is_none() {
                        session.announced = None;
                    }
                });
            }
        }
    }

    fn change_rule_set(&mut self, rule_set: RuleSet) {
        self.rule_names = enforced_rules(&rule_set);
        self.counters.rule_evaluations = metrics(&self.rule_names, std::iter::empty()).into();
        self.rule_set = rule_set;
        for key in self.active_keys() {
            if let Some(record) = self.book.record_mut(key) {
                record.tallies = Box::default();
            }
        }
    }

    /// Takes every waiting ticket for one that has just come, but for its age.
    fn begin_anew(&mut self) {
        let keys = self.active_keys();
        for &key in &keys {
            self.stop_waiting_timers(key);
        }
        self.ingest_all();
        self.waiting = self.waiting.anew(self.rule_set.plan());
        self.pass.due = true;
        let (now, timeout) = (self.now, self.configuration.request_timeout_seconds);
        for key in keys {
            let Some(record) = self.book.record_mut(key) else { continue };
            record.due = record.start_time.plus(Millis::from_secs(timeout)).max(now);
            let status = record.status;
            if !status.is_waiting() {
                continue;
            }
            if let Some(row) = self.rows[key].filter(|_| status == TicketStatus::Searching) {
                self.join_search(row);
            }
            self.set_waiting_timers(key, now);
            self.mark_changed(key);
        }
    }
}

/// The names of the rules that every match must satisfy, in the order in which they are tallied.
pub(super) fn enforced_rules(rule_set: &RuleSet) -> Vec<Arc<str>> {
    let plan = rule_set.plan();
    let rules = plan.enforced.iter().filter_map(|it| plan.ast.rules.get(it.position));
    rules.map(|rule| rule.name.as_str().into()).collect()
}
