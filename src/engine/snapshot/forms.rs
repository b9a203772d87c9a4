//! What a snapshot says of tickets, matches, sessions and the pass. Tickets are named by their
//! number of submission: keys and rows are of one run only.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::lifecycle::cause::StatusCause;
use crate::lifecycle::event::EventGameSession;
use crate::lifecycle::pending::{MatchRecord, MatchStage};
use crate::lifecycle::session::Session;
use crate::lifecycle::status::TicketStatus;
use crate::lifecycle::timers::TimerKind;
use crate::model::ticket::{MatchId, PlacementId, Player, PlayerId, TicketId};
use crate::pool::columns::NumberRange;
use crate::search::{AnchorKey, Cutting, Keys, Progress, Reading, Stage, UnderWay};

/// A ticket. Of a finished one the fields that only an active one has are empty.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct TicketForm {
    pub(super) id: TicketId,
    pub(super) number: u64,
    pub(super) status: TicketStatus,
    pub(super) cause: Option<StatusCause>,
    pub(super) start_time: Timestamp,
    pub(super) end_time: Option<Timestamp>,
    pub(super) due: Timestamp,
    pub(super) players: Vec<Player>,
    pub(super) backfill: Option<BackfillForm>,
    pub(super) was_matched: bool,
    pub(super) team: Option<Arc<str>>,
    pub(super) placed: Option<PlacedForm>,
    pub(super) active: Option<ActiveForm>,
}

/// What a ticket has until it ends.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct ActiveForm {
    pub(super) tallies: Vec<(u64, u64)>,
    pub(super) row: RowForm,
    /// When its next epoch begins, if a timer is set for that.
    pub(super) next_epoch: Option<Timestamp>,
    /// Whether a timer is set for the end of the storm guard.
    pub(super) is_guarded: bool,
    /// Players of it who may be in another ticket.
    pub(super) released: Vec<PlayerId>,
}

/// Whether a ticket can be matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum RowForm {
    /// It has no row: the rule set has no place for it.
    None,
    /// It has a row.
    Row,
    /// It has a row, but there was no room for the location of its session.
    Nowhere,
}

#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct BackfillForm {
    pub(super) session: Option<Arc<str>>,
    pub(super) automatic: bool,
}

#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct PlacedForm {
    pub(super) session: EventGameSession,
    pub(super) player_sessions: Vec<Arc<str>>,
}

/// A match that is not complete.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct MatchForm {
    pub(super) id: MatchId,
    pub(super) tickets: Vec<u64>,
    pub(super) location: Option<Arc<str>>,
    #[cfg_attr(feature = "wire", serde(default))]
    pub(super) locations: Vec<Arc<str>>,
    /// Of a match that its queue places.
    pub(super) placement: Option<PlacementId>,
    pub(super) formed: Timestamp,
    pub(super) deadline: Timestamp,
    /// None of a match that waits for its game session.
    pub(super) answers: Option<BTreeMap<PlayerId, bool>>,
    pub(super) announced: Option<TicketId>,
    pub(super) needs_session: bool,
    pub(super) fills_up: bool,
}

#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct SessionForm {
    /// Its ARN among the rest.
    pub(super) info: EventGameSession,
    pub(super) match_id: Option<MatchId>,
    pub(super) roster: Vec<Player>,
    pub(super) announced: Option<TicketId>,
    pub(super) used: Timestamp,
}

/// A ticket in the order of anchors: its start, its number, and whether it is a backfill. The pass
/// may know some that have ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct AnchorForm(pub(super) Timestamp, pub(super) u64, pub(super) bool);

#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct PassForm {
    pub(super) due: bool,
    pub(super) last_start: Option<Timestamp>,
    /// By the oldest ticket of each partition. Those of which there is nothing to say are left out.
    #[cfg_attr(feature = "wire", serde(default))]
    pub(super) partitions: Vec<ProgressForm>,
    /// What version 1 has instead: of all partitions together.
    #[cfg_attr(feature = "wire", serde(flatten, skip_serializing))]
    pub(super) of_all: Option<ProgressOfAllForm>,
}

/// How far passes are in a partition.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct ProgressForm {
    /// One of its tickets.
    pub(super) oldest: AnchorForm,
    pub(super) changed: Vec<AnchorForm>,
    pub(super) given_up: Vec<AnchorForm>,
    pub(super) departed: bool,
    pub(super) sets_free: bool,
    /// Left out while the partition was not cut.
    #[cfg_attr(feature = "wire", serde(default, skip_serializing_if = "CuttingForm::is_none"))]
    pub(super) cutting: CuttingForm,
    pub(super) under_way: Option<UnderWayForm>,
}

/// How passes over batches of a partition have gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct CuttingForm {
    pub(super) arrangement: u64,
    pub(super) fruitless: u32,
    pub(super) retry_at: Option<Timestamp>,
    /// How often searches have read all tickets in reach, and how many those were.
    #[cfg_attr(feature = "wire", serde(default))]
    pub(super) readings: u64,
    #[cfg_attr(feature = "wire", serde(default))]
    pub(super) tickets_read: u64,
}

#[cfg(feature = "wire")]
impl CuttingForm {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// How far passes are, in version 1.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub(super) struct ProgressOfAllForm {
    pub(super) changed: Vec<AnchorForm>,
    pub(super) given_up: Vec<AnchorForm>,
    pub(super) departed: bool,
    pub(super) sets_free: bool,
    pub(super) under_way: Option<UnderWayForm>,
}

/// A pass that has begun.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct UnderWayForm {
    /// Unknown in version 1.
    #[cfg_attr(feature = "wire", serde(default))]
    pub(super) turn: Option<AnchorForm>,
    pub(super) changed: Vec<AnchorForm>,
    pub(super) stage: StageForm,
    pub(super) exhausted: Vec<AnchorForm>,
    /// The tickets of each batch, if the partition is cut.
    #[cfg_attr(feature = "wire", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) batches: Option<Vec<Vec<AnchorForm>>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum StageForm {
    Asking(Option<AnchorForm>),
    Matching(Option<AnchorForm>),
}

/// The smallest and the largest number; none while there was no number.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct RangeForm(pub(super) Option<(f64, f64)>);

impl Matchmaker {
    pub(super) fn ticket_form(&self, record: &TicketRecord) -> TicketForm {
        TicketForm {
            id: record.id().clone(),
            number: record.number,
            status: record.status,
            cause: record.cause,
            start_time: record.start_time,
            end_time: record.end_time,
            due: record.due,
            players: self.book.players(record),
            backfill: record.backfill.as_ref().map(|backfill| BackfillForm {
                session: backfill.session.clone(),
                automatic: backfill.automatic,
            }),
            was_matched: record.was_matched,
            team: record.team.clone(),
            placed: record.placed.as_ref().map(|placed| PlacedForm {
                session: EventGameSession::clone(&placed.session),
                player_sessions: placed.player_sessions.clone(),
            }),
            active: None,
        }
    }

    pub(super) fn active_form(&self, key: TicketKey, record: &TicketRecord) -> TicketForm {
        let location = self.session_location(record.session().map(Arc::as_ref));
        let row = match self.rows[key] {
            None => RowForm::None,
            Some(row) if self.pool.is_nowhere(row, location.as_deref()) => RowForm::Nowhere,
            Some(_) => RowForm::Row,
        };
        let is_guarded = self
            .guard_end(record)
            .is_some_and(|end| self.timers.is_set(end, TimerKind::GuardEnd, record.number));
        let active = ActiveForm {
            tallies: record.tallies.to_vec(),
            row,
            next_epoch: self.epoch_timers[key].get(),
            is_guarded,
            released: self.book.released_of(key).cloned().collect(),
        };
        TicketForm { active: Some(active), ..self.ticket_form(record) }
    }

    /// None of a match that waits for nothing, which there is only inside a call.
    pub(super) fn match_form(&self, record: &MatchRecord) -> Option<MatchForm> {
        let (deadline, answers) = match &record.stage {
            MatchStage::Passing => return None,
            MatchStage::Accepting { deadline, answers } => (*deadline, Some(answers.clone())),
            MatchStage::Placing { deadline } | MatchStage::InQueue { deadline, .. } => {
                (*deadline, None)
            }
        };
        let placement = match &record.stage {
            MatchStage::InQueue { placement, .. } => Some(placement.clone()),
            _ => None,
        };
        let tickets = record.tickets.iter().filter_map(|&key| self.book.record(key));
        Some(MatchForm {
            id: record.id.clone(),
            tickets: tickets.map(|ticket| ticket.number).collect(),
            location: record.location.clone(),
            locations: record.locations.clone(),
            placement,
            formed: record.formed,
            deadline,
            answers,
            announced: record.announced.clone(),
            needs_session: record.needs_session,
            fills_up: record.fills_up,
        })
    }
}

pub(super) fn session_form(session: &Session) -> SessionForm {
    SessionForm {
        info: session.info.clone(),
        match_id: session.match_id.clone(),
        roster: session.roster.clone(),
        announced: session.announced.clone(),
        used: session.used(),
    }
}

pub(super) fn range_form(range: NumberRange) -> RangeForm {
    RangeForm((range.low <= range.high).then_some((range.low, range.high)))
}

pub(super) fn progress_form((oldest, progress): (AnchorKey, &Progress)) -> ProgressForm {
    let Progress { changed, given_up, departed, sets_free, cutting, under_way } = progress;
    let Cutting { arrangement, fruitless, retry_at, reading } = *cutting;
    let Reading { times: readings, tickets: tickets_read } = reading;
    // Between passes it means something for searches that were given up alone. A partition of which
    // nothing else is said is not written down, so it must not be said of others either.
    let departed = *departed && (under_way.is_some() || !given_up.is_empty());
    ProgressForm {
        oldest: anchor_form(oldest),
        changed: anchor_forms(changed),
        given_up: anchor_forms(given_up),
        departed,
        sets_free: *sets_free,
        cutting: CuttingForm { arrangement, fruitless, retry_at, readings, tickets_read },
        under_way: under_way.as_ref().map(under_way_form),
    }
}

fn under_way_form(under_way: &UnderWay) -> UnderWayForm {
    let UnderWay { turn, changed, stage, exhausted, batches } = under_way;
    UnderWayForm {
        turn: Some(anchor_form(*turn)),
        changed: anchor_forms(changed),
        stage: match *stage {
            Stage::Asking(after) => StageForm::Asking(after.map(anchor_form)),
            Stage::Matching(after) => StageForm::Matching(after.map(anchor_form)),
        },
        exhausted: anchor_forms(exhausted),
        batches: batches
            .as_ref()
            .map(|it| it.keys().map(|keys| keys.map(anchor_form).collect()).collect()),
    }
}

fn anchor_forms(keys: &Keys) -> Vec<AnchorForm> {
    keys.iter().map(|(&key, ())| anchor_form(key)).collect()
}

fn anchor_form(key: AnchorKey) -> AnchorForm {
    AnchorForm(key.start_time(), key.number(), key.is_backfill())
}
