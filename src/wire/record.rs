//! What a replay puts out, record by record.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::event::EventForm;
use super::placement::ActionForm;
use super::response::{ErrorForm, ResponseForm, rendered};
use super::session::UpdateForm;
use crate::{Event, InputError, PlacementAction, Response, SessionUpdate};

/// One line of a replay's output. It serialises to an object with `at`, for the answer to a command
/// its `line`, and one of `response`, `error`, `event`, `update` and `action`.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Record {
    /// When: milliseconds since the scenario's start.
    pub at: u64,
    /// What.
    pub outcome: Outcome,
}

/// What came of a command, or of time.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// A command was answered.
    Response {
        /// The command's line in the scenario.
        line: usize,
        /// The answer.
        response: Response,
    },
    /// An `Advance` was reached; its answer is `{}`.
    Advanced {
        /// The command's line in the scenario.
        line: usize,
    },
    /// A command was refused and changed nothing.
    Error {
        /// The command's line in the scenario.
        line: usize,
        /// Why.
        error: InputError,
    },
    /// An event was emitted.
    Event(Event),
    /// The server of a game session is told of its backfill ticket. The updates of a call come
    /// after its events.
    Update(SessionUpdate),
    /// The host is to start or to stop a game session. The actions of a call come after its
    /// updates.
    Action(PlacementAction),
}

impl Record {
    /// The record as one line of JSON, without a line break.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).expect("a form has string keys and cannot fail")
    }

    /// The body: the response, the exception, the detail of the event, the update, or the
    /// action.
    pub(super) fn body(&self) -> Value {
        match RecordForm::of(self) {
            RecordForm { response: Some(response), .. } => rendered(&response),
            RecordForm { error: Some(error), .. } => rendered(&error),
            RecordForm { update: Some(update), .. } => rendered(&update),
            RecordForm { action: Some(action), .. } => rendered(&action),
            form => rendered(&form.event),
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RecordForm::of(self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct RecordForm<'r> {
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<ResponseForm<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventForm<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<UpdateForm<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<ActionForm<'r>>,
}

impl<'r> RecordForm<'r> {
    fn of(record: &'r Record) -> Self {
        let mut form = Self {
            at: record.at,
            line: None,
            response: None,
            error: None,
            event: None,
            update: None,
            action: None,
        };
        match &record.outcome {
            Outcome::Response { line, response } => {
                form.line = Some(*line);
                form.response = Some(ResponseForm::of(response));
            }
            Outcome::Advanced { line } => {
                form.line = Some(*line);
                form.response = Some(ResponseForm::of(&Response::StopMatchmaking));
            }
            Outcome::Error { line, error } => {
                form.line = Some(*line);
                form.error = Some(ErrorForm::of(error));
            }
            Outcome::Event(event) => form.event = Some(EventForm::of(event)),
            Outcome::Update(update) => form.update = Some(UpdateForm::of(update)),
            Outcome::Action(action) => form.action = Some(ActionForm::of(action)),
        }
        form
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::event_ticket::form;
    use crate::{EventDetail, EventTicket, MatchmakerData, Timestamp, UpdateReason};

    #[test]
    fn records_are_lines_with_the_time_first() {
        let refused = InputError::InvalidRequest { message: "no".into() };
        let stopped = Outcome::Response { line: 2, response: Response::StopMatchmaking };
        let searching = Outcome::Event(Event {
            sequence: 1,
            time: Timestamp::from_millis(5),
            custom_event_data: None,
            detail: EventDetail::MatchmakingSearching {
                ticket: EventTicket::from(form::Ticket {
                    ticket_id: "t1".into(),
                    start_time: Timestamp::from_millis(5),
                    players: Vec::new(),
                }),
                estimated_wait_seconds: None,
            },
        });
        let update = Outcome::Update(SessionUpdate {
            game_session_arn: "g1".into(),
            ticket_id: "b1".into(),
            reason: UpdateReason::BackfillTimedOut,
            matchmaker_data: MatchmakerData {
                match_id: None,
                matchmaking_configuration_arn: "arn:c".into(),
                teams: Vec::new(),
                auto_backfill_mode: None,
                auto_backfill_ticket_id: None,
            },
        });
        for (outcome, line) in [
            (stopped, r#"{"at":5,"line":2,"response":{}}"#),
            (Outcome::Advanced { line: 3 }, r#"{"at":5,"line":3,"response":{}}"#),
            (
                Outcome::Error { line: 4, error: refused },
                r#"{"at":5,"line":4,"error":{"__type":"InvalidRequestException","message":"no"}}"#,
            ),
            (
                searching,
                concat!(
                    r#"{"at":5,"event":{"type":"MatchmakingSearching","eventSequence":1,"#,
                    r#""eventTime":"1970-01-01T00:00:00.005Z","estimatedWaitMillis":"NOT_AVAILABLE","#,
                    r#""tickets":[{"ticketId":"t1","startTime":"1970-01-01T00:00:00.005Z","#,
                    r#""players":[]}],"gameSessionInfo":{"players":[]}}}"#
                ),
            ),
            (
                update,
                concat!(
                    r#"{"at":5,"update":{"gameSessionArn":"g1","ticketId":"b1","#,
                    r#""updateReason":"BACKFILL_TIMED_OUT","matchmakerData":{"matchId":null,"#,
                    r#""matchmakingConfigurationArn":"arn:c","teams":[],"#,
                    r#""autoBackfillMode":null,"autoBackfillTicketId":null}}}"#
                ),
            ),
        ] {
            let record = Record { at: 5, outcome };
            assert_eq!(record.to_json_line(), line);
            let whole: Value = serde_json::from_str(line).expect("a record is JSON");
            let body =
                ["response", "error", "event", "update"].iter().find_map(|key| whole.get(key));
            assert_eq!(Some(&record.body()), body);
        }
    }
}
