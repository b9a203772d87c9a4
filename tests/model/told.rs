//! What the model expects to be told, and how it is compared with what the engine tells.

use std::collections::BTreeMap;
use std::fmt::Write;

use rallypoint::{
    Acceptance, Event, EventDetail, EventGameSession, EventTicket, RuleMetrics, StatusCause,
};

/// The id of a ticket, perhaps not known yet.
pub type Id = usize;

/// Ids as text. Those that the engine makes are learned when they are first seen.
#[derive(Default)]
pub struct Names {
    texts: Vec<Option<String>>,
    ids: BTreeMap<String, Id>,
}

impl Names {
    pub fn of(&mut self, text: &str) -> Id {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        self.texts.push(Some(text.into()));
        self.ids.insert(text.into(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// An id that the engine has made, whatever it is.
    pub fn made(&mut self) -> Id {
        self.texts.push(None);
        self.texts.len() - 1
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        self.texts[id].as_deref()
    }

    pub fn find(&self, text: &str) -> Option<Id> {
        self.ids.get(text).copied()
    }

    /// Says that an id is this text; an error when it is another, or when another is.
    pub fn is(&mut self, id: Id, text: &str) -> Result<(), String> {
        match (self.text(id), self.find(text)) {
            (Some(known), _) if known == text => Ok(()),
            (Some(known), _) => Err(format!("the id is {text}, but must be {known}")),
            (None, Some(_)) => Err(format!("the id {text} is new, but was used before")),
            (None, None) => {
                self.texts[id] = Some(text.into());
                self.ids.insert(text.into(), id);
                Ok(())
            }
        }
    }

    fn shown(&self, id: Id) -> &str {
        self.text(id).unwrap_or("(made)")
    }
}

/// An event that must come.
#[derive(Clone)]
pub struct Told {
    pub time: u64,
    pub detail: Detail,
}

#[derive(Clone)]
pub enum Detail {
    Searching(ToldTicket, Option<u32>),
    Created { match_id: String, tickets: Vec<ToldTicket>, acceptance: Option<u32> },
    Answered { match_id: String, tickets: Vec<ToldTicket> },
    Completed { match_id: String, tickets: Vec<ToldTicket>, acceptance: Acceptance },
    Succeeded { match_id: String, tickets: Vec<ToldTicket>, session: ToldSession },
    TimedOut(ToldTicket),
    Cancelled(ToldTicket, StatusCause),
    Failed { match_id: String, tickets: Vec<ToldTicket> },
}

#[derive(Clone)]
pub struct ToldTicket {
    pub id: Id,
    pub start: u64,
    pub players: Vec<ToldPlayer>,
}

#[derive(Clone)]
pub struct ToldPlayer {
    pub player: String,
    pub team: Option<String>,
    pub accepted: Option<bool>,
    pub place: Place,
}

/// A player session.
#[derive(Clone, PartialEq)]
pub enum Place {
    None,
    /// Made by the engine.
    Made,
    /// Given by the host.
    Given(String),
}

/// The game session of a match.
#[derive(Clone, Default)]
pub struct ToldSession {
    pub arn: Option<String>,
    pub port: Option<u16>,
    pub location: Option<String>,
    /// The location depends on what the model does not work out.
    pub any_location: bool,
}

/// The player session ids of the host begin so; those of the engine do not.
pub const HOST_PLACE: &str = "psess-host-";

impl Detail {
    pub fn tickets(&self) -> &[ToldTicket] {
        match self {
            Self::Searching(ticket, _) | Self::TimedOut(ticket) | Self::Cancelled(ticket, _) => {
                std::slice::from_ref(ticket)
            }
            Self::Created { tickets, .. }
            | Self::Answered { tickets, .. }
            | Self::Completed { tickets, .. }
            | Self::Succeeded { tickets, .. }
            | Self::Failed { tickets, .. } => tickets,
        }
    }
}

impl Told {
    /// Compares with an event of the engine.
    pub fn check(&self, event: &Event, names: &mut Names, rules: &[&str]) -> Result<(), String> {
        let seen_tickets = event.detail.tickets();
        for (told, seen) in self.detail.tickets().iter().zip(seen_tickets) {
            if let Err(problem) = names.is(told.id, seen.ticket_id().as_str()) {
                return Err(format!(
                    "{problem}\n  told {}\n  must {}",
                    seen_text(event, false),
                    self.text(names, rules)
                ));
            }
        }
        let any_location = matches!(
            &self.detail,
            Detail::Succeeded { session: ToldSession { any_location: true, .. }, .. }
        );
        let (must, told) = (self.text(names, rules), seen_text(event, any_location));
        if must == told { Ok(()) } else { Err(format!("told {told}\n  must {must}")) }
    }

    pub fn text(&self, names: &Names, rules: &[&str]) -> String {
        let mut text = String::new();
        let rules = rules.join(",");
        let tickets = |tickets: &[ToldTicket]| -> String {
            tickets.iter().map(|ticket| ticket_text(ticket, names)).collect()
        };
        let time = self.time;
        let all = tickets(self.detail.tickets());
        let written = match &self.detail {
            Detail::Searching(_, wait) => write!(text, "{time} Searching{all} wait {wait:?}"),
            Detail::Created { match_id, acceptance, .. } => {
                write!(
                    text,
                    "{time} Created {match_id}{all} acceptance {acceptance:?} rules {rules}"
                )
            }
            Detail::Answered { match_id, .. } => write!(text, "{time} AcceptMatch {match_id}{all}"),
            Detail::Completed { match_id, acceptance, .. } => {
                write!(text, "{time} Completed {match_id}{all} {acceptance:?}")
            }
            Detail::Succeeded { match_id, session, .. } => {
                let location = if session.any_location { &None } else { &session.location };
                let (arn, port) = (&session.arn, session.port);
                write!(text, "{time} Succeeded {match_id}{all} {arn:?} {port:?} {location:?}")
            }
            Detail::TimedOut(_) => write!(text, "{time} TimedOut{all} rules {rules}"),
            Detail::Cancelled(_, cause) => {
                write!(text, "{time} Cancelled{all} {cause:?} rules {rules}")
            }
            Detail::Failed { match_id, .. } => write!(text, "{time} Failed {match_id}{all}"),
        };
        written.expect("a string takes everything");
        text
    }
}

fn ticket_text(ticket: &ToldTicket, names: &Names) -> String {
    let mut text = format!(" {}@{}[", names.shown(ticket.id), ticket.start);
    for player in &ticket.players {
        let place = match &player.place {
            Place::None => None,
            Place::Made => Some("(made)"),
            Place::Given(id) => Some(id.as_str()),
        };
        text += &player_text(&player.player, player.team.as_deref(), player.accepted, place);
    }
    text + "]"
}

fn player_text(
    player: &str,
    team: Option<&str>,
    accepted: Option<bool>,
    place: Option<&str>,
) -> String {
    let mut text = format!(" {player}");
    if let Some(team) = team {
        text += &format!("/{team}");
    }
    if let Some(accepted) = accepted {
        text += if accepted { "+" } else { "-" };
    }
    if let Some(place) = place {
        text += &format!("({place})");
    }
    text
}

/// An event of the engine in the words of [`Told::text`].
fn seen_text(event: &Event, any_location: bool) -> String {
    let time = event.time.as_millis();
    let all: String = event.detail.tickets().iter().map(seen_ticket).collect();
    let rules = |metrics: &[RuleMetrics]| {
        metrics.iter().map(|it| it.rule_name.to_string()).collect::<Vec<_>>().join(",")
    };
    match &event.detail {
        EventDetail::MatchmakingSearching { estimated_wait_seconds: wait, .. } => {
            format!("{time} Searching{all} wait {wait:?}")
        }
        EventDetail::PotentialMatchCreated {
            match_id,
            acceptance_required,
            acceptance_timeout_seconds,
            rule_evaluation_metrics,
            ..
        } => {
            let acceptance = acceptance_timeout_seconds.filter(|_| *acceptance_required);
            let rules = rules(rule_evaluation_metrics);
            format!("{time} Created {match_id}{all} acceptance {acceptance:?} rules {rules}")
        }
        EventDetail::AcceptMatch { match_id, .. } => format!("{time} AcceptMatch {match_id}{all}"),
        EventDetail::AcceptMatchCompleted { match_id, acceptance, .. } => {
            format!("{time} Completed {match_id}{all} {acceptance:?}")
        }
        EventDetail::MatchmakingSucceeded { match_id, game_session, .. } => {
            let EventGameSession { game_session_arn: arn, port, location, .. } = &**game_session;
            let location = if any_location { &None } else { location };
            format!("{time} Succeeded {match_id}{all} {arn:?} {port:?} {location:?}")
        }
        EventDetail::MatchmakingTimedOut { rule_evaluation_metrics, .. } => {
            format!("{time} TimedOut{all} rules {}", rules(rule_evaluation_metrics))
        }
        EventDetail::MatchmakingCancelled { cause, rule_evaluation_metrics, .. } => {
            format!("{time} Cancelled{all} {cause:?} rules {}", rules(rule_evaluation_metrics))
        }
        EventDetail::MatchmakingFailed { match_id, .. } => format!("{time} Failed {match_id}{all}"),
        other => format!("{time} an event that the model does not know: {other:?}"),
    }
}

fn seen_ticket(ticket: &EventTicket) -> String {
    let mut text = format!(" {}@{}[", ticket.ticket_id(), ticket.start_time().as_millis());
    for player in ticket.players() {
        let place = player.player_session_id.map(|id| match id {
            id if id.starts_with(HOST_PLACE) => id,
            id if id.starts_with("psess-") && id.len() > 20 => "(made)",
            _ => "(no player session id)",
        });
        text += &player_text(player.player_id.as_str(), player.team, player.accepted, place);
    }
    text + "]"
}

/// Any event, for the list of those that nobody expected.
pub fn unexpected(event: &Event) -> String {
    seen_text(event, false)
}
