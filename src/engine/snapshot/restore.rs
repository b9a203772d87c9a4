//! From a snapshot back to a matchmaker. A snapshot is data from outside: whatever it says, there
//! comes a matchmaker of it that keeps its own rules, or an error.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checks::{self, COUNT_MAX, SUBMISSIONS_MAX, holds};
use super::forms::{
    ActiveForm, AnchorForm, BackfillForm, CuttingForm, MatchForm, PassForm, ProgressForm,
    ProgressOfAllForm, RangeForm, RowForm, SessionForm, StageForm, TicketForm, UnderWayForm,
};
use super::{RestoreError, Snapshot, VERSION, VERSION_MIN};
use crate::base::rng::DetRng;
use crate::base::time::{Millis, Timestamp, TimestampCell};
use crate::engine::rows::RowOf;
use crate::engine::{Matchmaker, set, validate};
use crate::lifecycle::book::{Placed, Taken, TicketKey, TicketRecord};
use crate::lifecycle::counters::Counters;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::lifecycle::status::TicketStatus;
use crate::lifecycle::timers::Timer;
use crate::model::limits;
use crate::model::ticket::{MatchId, Player, PlayerId, TicketId};
use crate::pool::columns::{NumberRange, TicketRow};
use crate::ruleset::RuleSet;
use crate::search::{AnchorKey, Cutting, Keys, Progress, Reading, Stage, UnderWay};

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

    fn take_up_ticket(
        &mut self,
        form: TicketForm,
        tickets: &mut ByNumber,
    ) -> Result<(), RestoreError> {
        checks::ticket(&form, self.now, self.submissions, self.rule_names.len())?;
        let TicketForm { id, number, status, start_time, players, backfill, active, .. } = form;
        let backfill = backfill.map(|BackfillForm { session, automatic }| {
            Box::new(self.backfill(session, automatic, &players))
        });
        let record = TicketRecord {
            number,
            status,
            cause: form.cause,
            start_time,
            end_time: form.end_time,
            due: form.due,
            party: self.book.pack(id, start_time, &players),
            backfill,
            was_matched: form.was_matched,
            team: form.team.map(|team| self.team_name(team)),
            pending: None,
            placed: form.placed.map(|placed| {
                let (session, player_sessions) = (Arc::new(placed.session), placed.player_sessions);
                Box::new(Placed { session, player_sessions })
            }),
            tallies: active.as_ref().map_or(&[][..], |active| &active.tallies).into(),
        };
        let released = active.as_ref().map_or(&[][..], |active| &active.released);
        let key = self.book.take_up(record, released).map_err(|taken| {
            RestoreError::damaged(match taken {
                Taken::Id => format!("ticket {number} has the id of another"),
                Taken::Player(player) => {
                    let player = validate::shown(player.as_str());
                    format!("the player `{player}` of ticket {number} is in another")
                }
            })
        })?;
        let is_new = tickets.insert(number, key).is_none();
        holds(is_new, || format!("there are two tickets {number}"))?;
        set(&mut self.rows, key, None);
        set(&mut self.epoch_timers, key, TimestampCell::NONE);
        active.map_or(Ok(()), |active| self.take_up_active(key, &players, &active))
    }

    /// The name of a team as the rule set holds it, if it has one of this name.
    fn team_name(&self, name: Arc<str>) -> Arc<str> {
        let schema = &self.rule_set.plan().ast.schema;
        schema.instance(&name).map_or(name, |it| Arc::clone(&schema.instances[it].name))
    }

    fn take_up_active(
        &mut self,
        key: TicketKey,
        players: &[Player],
        form: &ActiveForm,
    ) -> Result<(), RestoreError> {
        let Some(record) = self.book.record(key) else { return Ok(()) };
        let (number, status, due) = (record.number, record.status, record.due);
        if let Some(arn) = record.session().cloned() {
            let backfill =
                self.sessions.change(&arn, None, |session| session.backfill.replace(key));
            holds(backfill == Some(None), || {
                format!("the game session of ticket {number} is not known, or has another ticket")
            })?;
            self.check_roster(number, &arn, players, &form.released)?;
        }
        let row = self.take_up_row(key, players, form.row)?;
        self.set_row(key, row);
        let waits = matches!(status, TicketStatus::Queued | TicketStatus::Searching);
        self.check_timers(key, form, waits)?;
        let Some(record) = self.book.record(key).filter(|_| waits) else { return Ok(()) };
        self.timers.set(due, Timer::RequestTimeout(key), number);
        if let Some(end) = self.guard_end(record).filter(|_| form.is_guarded) {
            self.timers.set(end, Timer::GuardEnd(key), number);
        }
        if let Some(next) = form.next_epoch {
            self.timers.set(next, Timer::EpochStart(key), number);
            self.epoch_timers[key] = Some(next).into();
        }
        match (status, row) {
            (TicketStatus::Queued, _) => _ = self.queued.insert(number, key),
            (_, Some(row)) => self.join_search(row),
            (_, None) => {}
        }
        Ok(())
    }

    /// A backfill ticket has the players of its session, and those who have left it meanwhile.
    fn check_roster(
        &self,
        number: u64,
        arn: &str,
        players: &[Player],
        released: &[PlayerId],
    ) -> Result<(), RestoreError> {
        let roster = self.sessions.get(arn).into_iter().flat_map(|session| &session.roster);
        let roster: BTreeSet<&PlayerId> = roster.map(|player| &player.player_id).collect();
        let staying = players.iter().map(|player| &player.player_id);
        let staying: BTreeSet<&PlayerId> = staying.filter(|it| !released.contains(it)).collect();
        holds(!staying.is_empty() && staying == roster, || {
            format!("ticket {number} has not the players of its game session")
        })
    }

    fn take_up_row(
        &mut self,
        key: TicketKey,
        players: &[Player],
        form: RowForm,
    ) -> Result<Option<TicketRow>, RestoreError> {
        let Some(record) = self.book.record(key).filter(|_| form != RowForm::None) else {
            return Ok(None);
        };
        let (number, is_backfill) = (record.number, record.backfill.is_some());
        let location = self.session_location(record.session().map(Arc::as_ref));
        let is_nowhere = form == RowForm::Nowhere;
        holds(!is_nowhere || is_backfill && location.is_some(), || {
            format!("ticket {number} has no session that it could have no room for")
        })?;
        let of = RowOf {
            players,
            is_backfill,
            location: location.as_deref().filter(|_| !is_nowhere),
            start_time: record.start_time,
            number,
        };
        let row = self.ingest(&of).ok().flatten().ok_or_else(|| {
            RestoreError::damaged(format!("ticket {number} does not suit the rule set"))
        })?;
        if is_nowhere {
            self.pool.put_nowhere(row);
        }
        Ok(Some(row))
    }

    /// A timer that is due may have fired or not: settling ends where undrained events reach their
    /// limit. For any other there is no choice.
    fn check_timers(
        &self,
        key: TicketKey,
        form: &ActiveForm,
        waits: bool,
    ) -> Result<(), RestoreError> {
        let Some(record) = self.book.record(key) else { return Ok(()) };
        let (now, number, start_time) = (self.now, record.number, record.start_time);
        let guarded_well = match self.guard_end(record).filter(|_| waits) {
            Some(end) => form.is_guarded || end <= now,
            None => !form.is_guarded,
        };
        let epochs = &self.rule_set.plan().epochs;
        let next = epochs.next_start(now.since(start_time)).map(|next| start_time.plus(next));
        let begins = |at: Timestamp| {
            let wait = at.since(start_time);
            wait > Millis::new(0) && epochs.start(epochs.at(wait)) == wait
        };
        let timed_well = match form.next_epoch {
            _ if !waits || form.row == RowForm::None => form.next_epoch.is_none(),
            Some(at) if at <= now && begins(at) => true,
            at => at == next,
        };
        holds(guarded_well && timed_well, || {
            format!("the timers of ticket {number} are not those of its age")
        })
    }

    fn take_up_match(&mut self, form: MatchForm, tickets: &ByNumber) -> Result<(), RestoreError> {
        checks::pending(&form, self.now)?;
        let MatchForm { id, location, locations, formed, deadline, answers, announced, .. } = form;
        let (needs_session, fills_up) = (form.needs_session, form.fills_up);
        let of = format!("match `{}`", validate::shown(id.as_str()));
        let status = match answers {
            Some(_) => TicketStatus::RequiresAcceptance,
            None => TicketStatus::Placing,
        };
        holds(self.pending.find(&id).is_none(), || format!("{of} is there twice"))?;
        let mut keys = Vec::new();
        let mut players = BTreeSet::new();
        let mut backfill = None;
        for (position, number) in form.tickets.iter().enumerate() {
            let key = tickets.get(number).copied();
            let record = key.and_then(|key| Some((key, self.book.record(key)?)));
            let (key, record) = record
                .filter(|(key, it)| {
                    it.status == status && it.pending.is_none() && !keys.contains(key)
                })
                .ok_or_else(|| {
                    RestoreError::damaged(format!("{of} has the ticket {number}, which is not its"))
                })?;
            if record.backfill.is_some() {
                holds(position == 0 && status == TicketStatus::RequiresAcceptance, || {
                    format!("{of} has the backfill {number} where none can be")
                })?;
                backfill = Some(key);
            } else {
                let is_new = record.party.ids().all(|id| players.insert(id.clone()));
                holds(is_new, || format!("{of} has a player twice"))?;
            }
            keys.push(key);
        }
        let answered = answers.iter().flat_map(BTreeMap::keys);
        let strange = answered.filter(|player| !players.contains(*player)).count();
        let complete = answers.as_ref().is_some_and(|it| it.len() >= players.len());
        holds(
            strange == 0 && !complete && players.len() <= limits::MATCH_PLAYERS_MAX as usize,
            || format!("{of} has not the answers that its players could have given"),
        )?;
        if let Some(id) = &announced {
            self.check_announced(id, None)?;
        }
        if let Some(placement) = &form.placement {
            let is_its = self.placer.waits_for(placement, &id, deadline);
            holds(answers.is_none() && is_its, || {
                format!("{of} waits for a placement that is not its")
            })?;
        }
        let record = MatchRecord {
            id,
            number: form.tickets.iter().copied().min().unwrap_or(u64::MAX),
            tickets: keys,
            backfill,
            location,
            locations,
            formed,
            stage: match (answers, form.placement) {
                (Some(answers), _) => MatchStage::Accepting { deadline, answers },
                (None, Some(placement)) => MatchStage::InQueue { deadline, placement },
                (None, None) => MatchStage::Placing { deadline },
            },
            announced: announced.clone(),
            needs_session,
            fills_up,
        };
        let key = self.wait(record);
        if let Some(id) = announced {
            self.sessions.announce(id, key);
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

    /// Every pending placement of a match has the match.
    fn check_all_placed(&self) -> Result<(), RestoreError> {
        let in_queue = |match_id: &MatchId| {
            let record = self.pending.find(match_id).and_then(|key| self.pending.get(key));
            record.is_some_and(|record| matches!(record.stage, MatchStage::InQueue { .. }))
        };
        let mut seen = BTreeSet::new();
        match self.placer.pending_matches().find(|&id| !in_queue(id) || !seen.insert(id)) {
            None => Ok(()),
            Some(id) => {
                let id = validate::shown(id.as_str());
                let message =
                    format!("the match `{id}` of a placement is not there, or has another");
                Err(RestoreError::damaged(message))
            }
        }
    }

    fn check_all_matched(&self) -> Result<(), RestoreError> {
        for key in self.active_keys() {
            let Some(record) = self.book.record(key) else { continue };
            let waits = matches!(record.status, TicketStatus::Queued | TicketStatus::Searching);
            holds(waits || record.pending.is_some(), || {
                let (number, status) = (record.number, record.status.as_str());
                format!("ticket {number} is {status}, but in no match")
            })?;
        }
        Ok(())
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

    fn take_up_pass(&mut self, form: PassForm) {
        self.pass.due = form.due;
        self.pass.last_start = form.last_start;
        let rows = self.active_keys().into_iter().filter_map(|key| {
            let number = self.book.record(key)?.number;
            self.rows[key].map(|row| (number, row))
        });
        let rows: BTreeMap<u64, TicketRow> = rows.collect();
        // That tickets have just been put in is not news.
        self.waiting.forget_progress();
        for form in form.partitions {
            let AnchorForm(_, number, _) = form.oldest;
            if let Some(&row) = rows.get(&number) {
                self.take_up_progress(row, form);
            }
        }
        if let Some(of_all) = form.of_all {
            self.take_up_all(&of_all, &rows);
        }
    }

    fn take_up_progress(&mut self, row: TicketRow, form: ProgressForm) {
        let priority = self.rule_set.plan().ast.algorithm.backfill_priority;
        let key = |AnchorForm(start_time, number, is_backfill)| {
            AnchorKey::new(priority, is_backfill, start_time, number)
        };
        let keys = |forms: Vec<AnchorForm>| {
            let mut keys = Keys::default();
            forms.into_iter().for_each(|form| _ = keys.insert(key(form), ()));
            keys
        };
        let CuttingForm { arrangement, fruitless, retry_at, readings, tickets_read } = form.cutting;
        let reading = Reading { times: readings, tickets: tickets_read };
        let batches = form.under_way.as_ref().and_then(|it| it.batches.as_ref());
        let batches = batches.map(|batches| {
            let keys = |forms: &Vec<AnchorForm>| forms.iter().map(|&form| key(form)).collect();
            batches.iter().map(keys).collect()
        });
        let progress = Progress {
            changed: keys(form.changed),
            given_up: keys(form.given_up),
            departed: form.departed,
            sets_free: form.sets_free,
            cutting: Cutting { arrangement, fruitless, retry_at, reading }.taken_up(self.now),
            under_way: form.under_way.map(|under_way| UnderWay {
                turn: key(under_way.turn.unwrap_or(form.oldest)),
                changed: keys(under_way.changed),
                stage: match under_way.stage {
                    StageForm::Asking(after) => Stage::Asking(after.map(key)),
                    StageForm::Matching(after) => Stage::Matching(after.map(key)),
                },
                exhausted: keys(under_way.exhausted),
                batches: None,
            }),
        };
        self.waiting.take_up(row, progress, batches);
    }

    /// Version 1 knew no partitions: each has what is said of its own tickets.
    fn take_up_all(&mut self, form: &ProgressOfAllForm, rows: &BTreeMap<u64, TicketRow>) {
        for members in self.waiting.members(rows.values().copied()) {
            let columns = &self.pool.columns;
            let numbers: BTreeSet<u64> = members.iter().map(|&row| columns.number[row]).collect();
            let own = |forms: &[AnchorForm]| -> Vec<AnchorForm> {
                forms.iter().copied().filter(|form| numbers.contains(&form.1)).collect()
            };
            let under_way = form.under_way.as_ref().map(|under_way| UnderWayForm {
                turn: None,
                changed: own(&under_way.changed),
                stage: under_way.stage,
                exhausted: own(&under_way.exhausted),
                batches: None,
            });
            let Some(&row) = members.first() else { continue };
            let form = ProgressForm {
                oldest: AnchorForm(columns.start_time[row], columns.number[row], false),
                changed: own(&form.changed),
                given_up: own(&form.given_up),
                departed: form.departed,
                sets_free: form.sets_free,
                cutting: CuttingForm::default(),
                under_way,
            };
            self.take_up_progress(row, form);
        }
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
