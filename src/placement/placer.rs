//! The placements of some queues: a state machine that asks for game sessions and takes answers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::check::{self, Checked, PlacementError, refuse};
use super::plan::QueuePlan;
use super::queue::GameSessionQueue;
use super::record::{Details, Record};
use super::records::{PlacementKey, Records};
use super::search::{Search, WaitsFor};
use super::timers::{TimerKey, TimerKind};
use crate::base::rng::DetRng;
use crate::base::shown::shown;
use crate::base::time::{Millis, Timestamp};
use crate::model::placement::{
    GameSessionPlacement, PlacementAction, PlacementEvent, PlacementStatus,
    StartGameSessionPlacement,
};
use crate::model::ticket::{MatchId, PlacementId};

/// How placements are kept in bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacerLimits {
    /// Placements that requests may have pending; those of matches come on top.
    pub(crate) pending_max: usize,
    /// Ended placements that are remembered.
    pub(crate) retained_max: usize,
    /// For how long.
    pub(crate) retention: Millis,
}

/// All placements that are known.
#[derive(Debug)]
pub(crate) struct Placer {
    queues: BTreeMap<Arc<str>, Arc<QueuePlan>>,
    limits: PlacerLimits,
    pub(super) records: Records,
    /// The running game sessions of placements that are known.
    pub(super) by_arn: BTreeMap<Arc<str>, PlacementKey>,
    pub(super) timers: BTreeMap<TimerKey, PlacementKey>,
    /// Those that have ended, the earliest first.
    pub(super) ended: VecDeque<PlacementKey>,
    pub(super) submissions: u64,
    /// Pending placements that no match has asked for.
    pub(super) requested: usize,
    pub(super) rng: DetRng,
    pub(super) actions: VecDeque<PlacementAction>,
    /// Always drained by who called.
    events: VecDeque<PlacementEvent>,
    /// Places looked at in the search for the next one to ask: what the work grows with.
    #[cfg(test)]
    pub(super) looked_at: u64,
}

impl Placer {
    pub(crate) fn new(limits: PlacerLimits, seed: u64) -> Self {
        Self {
            queues: BTreeMap::new(),
            limits,
            records: Records::new(seed),
            by_arn: BTreeMap::new(),
            timers: BTreeMap::new(),
            ended: VecDeque::new(),
            submissions: 0,
            requested: 0,
            // another stream than that of the matchmaker, which has the same seed
            rng: DetRng::new(seed ^ 0x706c_6163_656d_656e),
            actions: VecDeque::new(),
            events: VecDeque::new(),
            #[cfg(test)]
            looked_at: 0,
        }
    }

    /// Takes up a queue that has passed its check; it takes the place of one of its name.
    pub(crate) fn add_queue(&mut self, queue: GameSessionQueue, prefer_cost: bool) {
        let name = queue.name.as_str().into();
        self.queues.insert(name, Arc::new(QueuePlan::new(queue, prefer_cost)));
    }

    /// Forgets the queues. Placements that have begun go on in theirs.
    pub(crate) fn clear_queues(&mut self) {
        self.queues.clear();
    }

    pub(super) fn queue(&self, name: &str) -> Option<&Arc<QueuePlan>> {
        self.queues.get(name)
    }

    /// How many of its requests wait to be read.
    pub(crate) fn undrained(&self) -> usize {
        self.actions.len()
    }

    pub(crate) fn poll_action(&mut self) -> Option<PlacementAction> {
        self.actions.pop_front()
    }

    /// What has ended. Every caller takes all of it.
    pub(crate) fn poll_event(&mut self) -> Option<PlacementEvent> {
        self.events.pop_front()
    }

    /// When [`fire_next`](Self::fire_next) is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.timers.first_key_value().map(|(&(at, ..), _)| at)
    }

    /// Does what is due next, at its own time.
    pub(crate) fn fire_next(&mut self) {
        let Some(((at, kind, ..), key)) = self.timers.pop_first() else { return };
        match kind {
            TimerKind::Deadline => self.finish(key, PlacementStatus::TimedOut, at),
            TimerKind::Retry => self.ask_next(key, at),
        }
    }

    /// Takes a request up and asks for a session at the first place.
    ///
    /// # Errors
    /// The first constraint that the request breaks; nothing has changed.
    pub(crate) fn start(
        &mut self,
        now: Timestamp,
        request: StartGameSessionPlacement,
    ) -> Checked<GameSessionPlacement> {
        let plan = self.check(&request)?;
        if self.requested >= self.limits.pending_max {
            let limit = self.limits.pending_max;
            return Err(PlacementError::LimitExceeded(format!(
                "{limit} placements are pending, the limit; try again when some have ended"
            )));
        }
        self.requested += 1;
        let key = self.insert(now, plan, request, None, None);
        Ok(self.view(key))
    }

    /// Begins the placement of a match, with the number of its first ticket, in no other locations
    /// than those given: its deadline. There is always room, and what the configuration, the
    /// players and [`id_for_match`](Self::id_for_match) give makes a good request. None when there
    /// is no queue of that name.
    pub(crate) fn start_for_match(
        &mut self,
        now: Timestamp,
        request: StartGameSessionPlacement,
        of: (MatchId, u64),
        only: Option<&[Arc<str>]>,
    ) -> Option<Timestamp> {
        let plan = self.queues.get(&*request.game_session_queue_name).map(Arc::clone)?;
        debug_assert!(self.check(&request).is_ok(), "{:?}", self.check(&request).err());
        let key = self.insert(now, plan, request, Some(of), only);
        self.records.get(key).map(Record::deadline)
    }

    fn check(&self, request: &StartGameSessionPlacement) -> Checked<Arc<QueuePlan>> {
        check::placement_id(&request.placement_id)?;
        let name = check::queue_name(&request.game_session_queue_name)?;
        let Some(plan) = self.queues.get(name) else {
            let message = format!("there is no game session queue `{}`", shown(name));
            return Err(PlacementError::NotFound(message));
        };
        check::start(request)?;
        let overrides = request.priority_configuration_override.is_some();
        if overrides && !plan.puts_location_first() {
            return refuse(format!(
                "`PriorityConfigurationOverride` needs a queue whose `PriorityOrder` begins with LOCATION, and that of `{name}` does not"
            ));
        }
        if self.records.find(&request.placement_id).is_some() {
            return refuse(format!(
                "`PlacementId`: the placement `{}` is known; every placement needs an id of its own",
                request.placement_id
            ));
        }
        Ok(Arc::clone(plan))
    }

    fn insert(
        &mut self,
        now: Timestamp,
        plan: Arc<QueuePlan>,
        mut request: StartGameSessionPlacement,
        of: Option<(MatchId, u64)>,
        only: Option<&[Arc<str>]>,
    ) -> PlacementKey {
        request.game_session_queue_name.clone_from(&plan.queue.name);
        let number = self.submissions;
        self.submissions += 1;
        let id = request.placement_id.clone();
        let mut details = Details::of(request, &plan);
        let given = details.request().priority_configuration_override.as_ref();
        let search = Search::new(&plan, details.reports(), given, only);
        let (match_id, first_ticket) = of.unzip();
        details.match_id = match_id;
        let record = Record {
            id,
            number,
            first_ticket,
            queue: plan,
            start: now,
            search: Some(search),
            attempts: 0,
            status: PlacementStatus::Pending,
            details,
        };
        let timer = record.timer(record.deadline(), TimerKind::Deadline);
        let key = self.records.insert(record);
        self.timers.insert(timer, key);
        self.ask_next(key, now);
        key
    }

    /// Asks for a session at the next place that is allowed; when none is left in this pass, sets
    /// the time of the next pass.
    pub(super) fn ask_next(&mut self, key: PlacementKey, now: Timestamp) {
        let Some(record) = self.records.get_mut(key) else { return };
        let deadline = record.deadline();
        let plan = &*record.queue;
        let Some(search) = &mut record.search else { return };
        #[cfg(test)]
        let cursor = search.cursor();
        let next = search.next(plan, plan.cap(now.since(record.start)));
        #[cfg(test)]
        {
            self.looked_at += u64::from(search.cursor() - cursor);
        }
        if let Some((place, at)) = next.and_then(|place| Some((place, plan.place(place)?))) {
            search.waits_for = WaitsFor::Answer(place);
            record.attempts += 1;
            self.actions.push_back(PlacementAction::StartGameSession {
                placement_id: record.id.clone(),
                attempt: record.attempts,
                destination: Arc::clone(&plan.destinations[usize::from(at.destination)]),
                location: Arc::clone(&plan.locations[usize::from(at.location)]),
            });
            return;
        }
        search.begin_pass();
        let next_pass = search.next_pass(plan, record.start, now).filter(|&at| at < deadline);
        search.waits_for = next_pass.map_or(WaitsFor::Nothing, WaitsFor::Retry);
        if let Some(at) = next_pass {
            self.timers.insert(record.timer(at, TimerKind::Retry), key);
        }
    }

    /// Ends a placement and tells of it.
    pub(super) fn finish(&mut self, key: PlacementKey, status: PlacementStatus, at: Timestamp) {
        let Some(record) = self.records.get_mut(key) else { return };
        self.timers.remove(&record.timer(record.deadline(), TimerKind::Deadline));
        let waits_for = record.search.as_ref().map(|search| search.waits_for);
        if let Some(WaitsFor::Retry(retry)) = waits_for {
            self.timers.remove(&record.timer(retry, TimerKind::Retry));
        }
        record.advance(status, at);
        if record.details.match_id.is_none() {
            self.requested -= 1;
        }
        self.ended.push_back(key);
        self.events.push_back(PlacementEvent {
            placement_id: record.id.clone(),
            queue_arn: Arc::clone(&record.queue.arn),
            status,
            start_time: record.start,
            end_time: at,
            game_session: record.details.session.clone(),
            match_id: record.details.match_id.clone(),
        });
    }

    /// The placement that a caller names.
    pub(super) fn key(&self, id: &PlacementId) -> Checked<PlacementKey> {
        check::placement_id(id)?;
        self.records.find(id).ok_or_else(|| {
            let message = format!("there is no placement `{}`", shown(id.as_str()));
            PlacementError::NotFound(message)
        })
    }

    pub(super) fn find(&self, id: &PlacementId) -> Option<&Record> {
        self.records.get(self.records.find(id)?)
    }

    /// Ends a placement that is PENDING.
    ///
    /// # Errors
    /// When there is no such placement, or it has ended; nothing has changed.
    pub(crate) fn stop(
        &mut self,
        now: Timestamp,
        id: &PlacementId,
    ) -> Checked<GameSessionPlacement> {
        let key = self.key(id)?;
        let status = self.records.get(key).map(|record| record.status);
        if let Some(status) = status.filter(|&it| it != PlacementStatus::Pending) {
            return refuse(format!(
                "the placement `{id}` is in {} status; only one in PENDING can be stopped",
                status.as_str()
            ));
        }
        self.finish(key, PlacementStatus::Cancelled, now);
        Ok(self.view(key))
    }

    /// An id for the placement of a match: that of the match, or, if a request has taken it or a
    /// snapshot has made it up, another one.
    pub(crate) fn id_for_match(&mut self, match_id: &MatchId) -> PlacementId {
        let mut id = PlacementId::from(match_id.as_str());
        while check::placement_id(&id).is_err() || self.records.find(&id).is_some() {
            id = PlacementId::from(self.rng.uuid().as_str());
        }
        id
    }

    /// Forgets placements that ended long ago.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        while let Some(&key) = self.ended.front() {
            let end = self.records.get(key).and_then(|record| record.details.end);
            let is_old = end.is_none_or(|end| now.since(end) >= self.limits.retention);
            if !is_old && self.ended.len() <= self.limits.retained_max {
                return;
            }
            self.ended.pop_front();
            let Some(record) = self.records.remove(key) else { continue };
            let arn = record.details.session.and_then(|session| session.game_session_arn);
            if let Some(arn) = arn.filter(|arn| self.by_arn.get(arn.as_str()) == Some(&key)) {
                self.by_arn.remove(arn.as_str());
            }
        }
    }
}
