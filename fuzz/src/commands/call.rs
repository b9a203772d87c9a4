//! Calls of a matchmaker, and all that they give to see, as text.

use rallypoint::wire::{
    action_to_json, error_to_json, event_detail, event_envelope, input_to_json,
    matchmaker_data_to_json, operation_name, parse_input, placement_to_json, response_to_json,
    ticket_to_json, update_to_json,
};
use rallypoint::*;

/// What a matchmaker is called with.
#[derive(Clone, Debug)]
pub enum Call {
    Input(Timestamp, Box<Input>),
    Timeout(Timestamp),
    /// Reads so many events, updates and actions.
    Read(usize),
}

impl Call {
    /// Makes the call; all that it gives to see, as text.
    pub fn make(&self, matchmaker: &mut Matchmaker) -> String {
        let seen = match self {
            Self::Input(now, input) => match matchmaker.handle_input(*now, (**input).clone()) {
                Ok(response) => response_to_json(&response).to_string(),
                Err(error) => format!("refused: {}", error_to_json(&error)),
            },
            Self::Timeout(now) => format!("{:?}", matchmaker.handle_timeout(*now)),
            Self::Read(count) => read(matchmaker, *count),
        };
        format!("{seen} {:?}", matchmaker.poll_timeout())
    }
}

fn read(matchmaker: &mut Matchmaker, count: usize) -> String {
    let mut seen = Vec::new();
    for _ in 0..count {
        if let Some(event) = matchmaker.poll_event() {
            seen.push(event_detail(&event).to_string());
            seen.push(event_envelope(&event, matchmaker.configuration_arn()).to_string());
        }
        seen.extend(matchmaker.poll_update().map(|update| update_to_json(&update).to_string()));
        seen.extend(matchmaker.poll_action().map(|action| action_to_json(&action).to_string()));
    }
    seen.join("\n")
}

/// All that can be looked at without changing anything.
pub fn look(matchmaker: &Matchmaker) -> String {
    let mut seen = Vec::new();
    for ticket in matchmaker.tickets() {
        seen.push(ticket_to_json(&ticket).to_string());
        seen.push(format!("{:?}", matchmaker.why_waiting(&ticket.ticket_id)));
    }
    for pending in matchmaker.pending_matches() {
        seen.push(matchmaker_data_to_json(&pending.matchmaker_data).to_string());
    }
    for placement in matchmaker.placements() {
        seen.push(placement_to_json(&placement).to_string());
    }
    for session in matchmaker.game_sessions() {
        let arn = session.connection_info.game_session_arn.unwrap_or_default();
        let data = matchmaker.matchmaker_data(&DescribeMatch::GameSession(arn));
        seen.extend(data.map(|data| matchmaker_data_to_json(&data).to_string()));
    }
    seen.join("\n")
}

/// A command as its JSON is read; itself where that is refused, as a number without JSON is.
pub fn read_back(input: &Input) -> Input {
    match parse_input(operation_name(input), &input_to_json(input)) {
        Ok(read) => {
            assert_eq!(read, *input);
            read
        }
        Err(_) => input.clone(),
    }
}
