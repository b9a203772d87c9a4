//! Placements in a snapshot: a form of their own, and what must hold of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check;
use super::placer::Placer;
use super::plan::QueuePlan;
use super::queue::{self, GameSessionQueue};
use super::record::{Details, Record};
use super::records::PlacementKey;
use super::search::{Search, WaitsFor};
use super::timers::TimerKind;
use crate::base::rng::{DetRng, RngPosition};
use crate::base::time::Timestamp;
use crate::model::placement::{PlacementAction, PlacementStatus, StartGameSessionPlacement};
use crate::model::session::GameSessionConnectionInfo;
use crate::model::ticket::MatchId;

/// No count ever comes near; beyond it, one more could be one too many.
const COUNT_MAX: u64 = 1 << 62;
/// Nor does a number of attempts.
const ATTEMPTS_MAX: u32 = 1 << 30;

/// All placements that are known.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PlacerForm {
    /// The queues that the placements began in.
    queues: Vec<GameSessionQueue>,
    /// Those that are PENDING, in the order in which they began.
    pending: Vec<PlacementForm>,
    /// In the order in which they ended.
    ended: Vec<PlacementForm>,
    submissions: u64,
    generator: RngPosition,
    /// Requests that wait to be read.
    actions: Vec<PlacementAction>,
}

#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
struct PlacementForm {
    number: u64,
    request: StartGameSessionPlacement,
    match_id: Option<MatchId>,
    first_ticket: Option<u64>,
    /// By position among the queues.
    queue: usize,
    status: PlacementStatus,
    start: Timestamp,
    end: Option<Timestamp>,
    attempts: u32,
    search: Option<SearchForm>,
    session: Option<GameSessionConnectionInfo>,
    /// Whether the session is running.
    is_running: bool,
}

#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
struct SearchForm {
    /// Places by position in the queue; none: all, in the order of the queue.
    order: Option<Vec<u16>>,
    single_pass: bool,
    cursor: usize,
    waits_for: WaitForm,
}

#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Debug)]
enum WaitForm {
    Answer,
    Retry(Timestamp),
    Nothing,
}

impl PlacerForm {
    /// The same without what waits to be read.
    #[cfg(feature = "wire")]
    pub(crate) fn drained(self) -> Self {
        Self { actions: Vec::new(), ..self }
    }
}

impl Placer {
    /// Its whole state; none while it has never placed anything.
    pub(crate) fn stored(&self) -> Option<PlacerForm> {
        if self.submissions == 0 {
            return None;
        }
        // A queue that came back is stored once, so that what is restored is stored the same.
        let mut queues: Vec<GameSessionQueue> = Vec::new();
        let mut plans: BTreeMap<*const QueuePlan, usize> = BTreeMap::new();
        for record in self.records.iter() {
            plans.entry(Arc::as_ptr(&record.queue)).or_insert_with(|| {
                let queue = &record.queue.queue;
                let known = queues.iter().position(|it| it == queue);
                known.unwrap_or_else(|| {
                    queues.push(queue.clone());
                    queues.len() - 1
                })
            });
        }
        let running: BTreeSet<PlacementKey> = self.by_arn.values().copied().collect();
        let form = |record: &Record, is_running| placement_form(record, is_running, &plans);
        let ended = self.ended.iter().filter_map(|&key| Some((key, self.records.get(key)?)));
        Some(PlacerForm {
            pending: self.records.pending().map(|record| form(record, false)).collect(),
            ended: ended.map(|(key, record)| form(record, running.contains(&key))).collect(),
            queues,
            submissions: self.submissions,
            generator: self.rng.position(),
            actions: self.actions.iter().cloned().collect(),
        })
    }

    /// Takes up the placements of an earlier run. Whatever the form says, there comes a placer of
    /// it that keeps its own rules, or what is wrong with it.
    ///
    /// # Errors
    /// What contradicts what.
    pub(crate) fn restore(
        &mut self,
        form: PlacerForm,
        now: Timestamp,
        prefer_cost: bool,
    ) -> Result<(), String> {
        let PlacerForm { queues, pending, ended, submissions, generator, actions } = form;
        let mut plans = Vec::new();
        for queue in queues {
            queue::check(&queue)
                .map_err(|(member, problem)| format!("a queue: {member} {problem}"))?;
            let known = self.queue(&queue.name).filter(|plan| plan.queue == queue).cloned();
            plans.push(known.unwrap_or_else(|| Arc::new(QueuePlan::new(queue, prefer_cost))));
        }
        if submissions > COUNT_MAX {
            return Err("the placements are beyond counting".into());
        }
        self.submissions = submissions;
        self.rng = DetRng::at(generator).ok_or("no generator of placements stands there")?;
        self.actions = actions.into();
        let mut last_end = None;
        let count = ended.len();
        for (position, form) in ended.into_iter().chain(pending).enumerate() {
            let of = format!("placement {}", form.number);
            if form.end < last_end && position < count || (form.end.is_some() != (position < count))
            {
                return Err(format!("{of} does not stand where it ended"));
            }
            last_end = form.end;
            let queue = plans.get(form.queue).cloned();
            let queue = queue.ok_or_else(|| format!("{of} has a queue that is not there"))?;
            let is_running = form.is_running;
            let record = record(form, queue, now, submissions)
                .map_err(|problem| format!("{of} {problem}"))?;
            if self.records.find(&record.id).is_some() || self.records.has_number(record.number) {
                return Err(format!("{of} is there twice"));
            }
            let session = record.details.session.as_ref();
            let arn = session.and_then(|it| it.game_session_arn.as_deref()).map(Arc::from);
            let key = self.take_up(record);
            if is_running {
                let arn = arn.ok_or_else(|| format!("{of} has no session that could run"))?;
                if self.by_arn.insert(arn, key).is_some() {
                    return Err(format!("{of} has the session of another"));
                }
            }
        }
        Ok(())
    }

    /// Takes up a placement of an earlier run.
    fn take_up(&mut self, record: Record) -> PlacementKey {
        let is_requested = record.details.match_id.is_none();
        let deadline = record.timer(record.deadline(), TimerKind::Deadline);
        let waits_for = record.search.as_ref().map(|search| search.waits_for);
        let retry = match waits_for {
            Some(WaitsFor::Retry(at)) => Some(record.timer(at, TimerKind::Retry)),
            _ => None,
        };
        let key = self.records.insert(record);
        if waits_for.is_none() {
            self.ended.push_back(key);
            return key;
        }
        self.timers.insert(deadline, key);
        self.timers.extend(retry.map(|retry| (retry, key)));
        self.requested += usize::from(is_requested);
        key
    }
}

fn placement_form(
    record: &Record,
    is_running: bool,
    plans: &BTreeMap<*const QueuePlan, usize>,
) -> PlacementForm {
    let search = record.search.as_ref().map(|search| SearchForm {
        order: search.own_order(),
        single_pass: search.is_single_pass(),
        cursor: usize::from(search.cursor()),
        waits_for: match search.waits_for {
            WaitsFor::Answer(_) => WaitForm::Answer,
            WaitsFor::Retry(at) => WaitForm::Retry(at),
            WaitsFor::Nothing => WaitForm::Nothing,
        },
    });
    let details = &record.details;
    PlacementForm {
        number: record.number,
        request: details.whole_request(),
        match_id: details.match_id.clone(),
        first_ticket: record.first_ticket,
        queue: plans.get(&Arc::as_ptr(&record.queue)).copied().unwrap_or(0),
        status: record.status,
        start: record.start,
        end: details.end,
        attempts: record.attempts,
        search,
        session: details.session.as_deref().cloned(),
        is_running,
    }
}

fn record(
    form: PlacementForm,
    queue: Arc<QueuePlan>,
    now: Timestamp,
    submissions: u64,
) -> Result<Record, String> {
    let request = &form.request;
    let refused = |error: check::PlacementError| match error {
        check::PlacementError::Invalid(message)
        | check::PlacementError::NotFound(message)
        | check::PlacementError::LimitExceeded(message) => format!("has a bad request: {message}"),
    };
    check::placement_id(&request.placement_id).map_err(refused)?;
    check::start(request).map_err(refused)?;
    let is_pending = form.status == PlacementStatus::Pending;
    let is_fulfilled = form.status == PlacementStatus::Fulfilled;
    let has_arn = form.session.as_ref().is_some_and(|it| it.game_session_arn.is_some());
    let fits = request.game_session_queue_name == queue.queue.name
        && form.number < submissions
        && form.start <= now
        && form.end.is_none_or(|end| end >= form.start && end <= now)
        && form.attempts <= ATTEMPTS_MAX
        && form.match_id.is_some() == form.first_ticket.is_some()
        && is_pending == (form.search.is_some() && form.end.is_none())
        && form.search.is_some() != form.end.is_some()
        && form.session.is_some() == is_fulfilled
        && has_arn == is_fulfilled;
    if !fits {
        return Err(format!("is {}, but not stored like that", form.status.as_str()));
    }
    let mut details = Details::of(form.request, &queue);
    details.match_id = form.match_id;
    details.end = form.end;
    details.session = form.session.map(Box::new);
    let mut record = Record {
        id: details.request().placement_id.clone(),
        number: form.number,
        first_ticket: form.first_ticket,
        status: form.status,
        start: form.start,
        attempts: form.attempts,
        search: None,
        details,
        queue,
    };
    if let Some(stored) = form.search {
        record.search = Some(search(stored, &record)?);
    }
    Ok(record)
}

fn search(form: SearchForm, record: &Record) -> Result<Search, String> {
    let plan = &record.queue;
    let places = form.order.iter().flatten();
    let distinct: BTreeSet<u16> = places.clone().copied().collect();
    let known = distinct.last().is_none_or(|&last| usize::from(last) < plan.places.len());
    if !known || distinct.len() != places.count() {
        return Err("has places that its queue does not have".into());
    }
    let lost = "does not stand among its places";
    let cursor = u16::try_from(form.cursor).map_err(|_| lost)?;
    let (order, reports) = (form.order.as_deref(), record.details.reports());
    let mut search = Search::resumed(plan, reports, order, form.single_pass, cursor);
    let waits_for = match form.waits_for {
        WaitForm::Answer if record.attempts > 0 => search.last(plan).map(WaitsFor::Answer),
        WaitForm::Retry(at) if cursor == 0 => {
            Some(WaitsFor::Retry(at)).filter(|_| at > record.start && at < record.deadline())
        }
        WaitForm::Nothing if cursor == 0 => Some(WaitsFor::Nothing),
        WaitForm::Answer | WaitForm::Retry(_) | WaitForm::Nothing => None,
    };
    search.waits_for = waits_for.ok_or(lost)?;
    Ok(search)
}
