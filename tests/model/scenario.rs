//! A failing run as a scenario file (commands.md 1.1).

use rallypoint::{
    AcceptanceType, AttributeValue, BackfillMode, DescribeMatch, EarlyRejection, FlexMatchMode,
    Input, PlacementFailure, PlacementOf, Player, wire,
};
use serde_json::{Value, json};

use crate::run::Step;
use crate::setup::Setup;

/// The header, and a line for each step.
pub fn text(setup: &Setup, steps: &[Step]) -> String {
    let mut lines = vec![header(setup).to_string()];
    for step in steps {
        match step {
            Step::Command(at, input) => lines.push(line(*at, input)),
            Step::LateCommand(at, input) => {
                lines.push("// nobody has driven the engine till here".into());
                lines.push(line(*at, input));
            }
            Step::Until(at) => lines.push(json!({"at": at, "Advance": {}}).to_string()),
            Step::Timeout(at) => {
                lines.push("// one late call of handle_timeout".into());
                lines.push(json!({"at": at, "Advance": {}}).to_string());
            }
        }
    }
    lines.join("\n")
}

fn header(setup: &Setup) -> Value {
    let (configuration, options) = (&setup.configuration, &setup.options);
    let rule_set: Value = serde_json::from_str(setup.game.text).expect("our rule sets are JSON");
    let mut json = json!({
        "RuleSet": rule_set,
        "Seed": setup.seed,
        "Configuration": {
            "RequestTimeoutSeconds": configuration.request_timeout_seconds,
            "AcceptanceRequired": configuration.acceptance_required,
            "AdditionalPlayerCount": configuration.additional_player_count,
            "FlexMatchMode": match configuration.flex_match_mode {
                FlexMatchMode::Standalone => "STANDALONE",
                FlexMatchMode::WithQueue => "WITH_QUEUE",
            },
            "BackfillMode": match configuration.backfill_mode {
                BackfillMode::Manual => "MANUAL",
                BackfillMode::Automatic => "AUTOMATIC",
            },
        },
        "Options": {
            "passInterval": options.pass_interval.get(),
            "nodesPerAnchor": options.nodes_per_anchor,
            "nodesPerSlice": options.nodes_per_slice,
            "activeTicketsMax": options.active_tickets_max,
            "undrainedEventsMax": options.undrained_events_max,
            "retention": options.retention.get(),
            "retainedTicketsMax": options.retained_tickets_max,
            "placementTimeout": options.placement_timeout.get(),
            "earlyRejection": match options.early_rejection {
                EarlyRejection::RejectersOnly => "rejectersOnly",
                EarlyRejection::Literal => "literal",
            },
            "backfillBeforeNewMatchSeconds": options.backfill_before_new_match_seconds,
            "sessionsMax": options.sessions_max,
            "maxBatchTickets": options.max_batch_tickets,
            "exchangeTries": options.exchange_tries,
        },
    });
    if let Some(seconds) = configuration.acceptance_timeout_seconds {
        json["Configuration"]["AcceptanceTimeoutSeconds"] = json!(seconds);
    }
    if let Some(data) = &configuration.custom_event_data {
        json["Configuration"]["CustomEventData"] = json!(data);
    }
    json
}

fn line(at: u64, input: &Input) -> String {
    let (name, body) = operation(input);
    // The time stands first.
    format!("{{\"at\":{at},\"{name}\":{body}}}")
}

/// The JSON form of a command.
fn operation(input: &Input) -> (&'static str, Value) {
    match input {
        Input::StartMatchBackfill(request) => {
            let mut json =
                json!({"Players": request.players.iter().map(player).collect::<Vec<_>>()});
            if let Some(id) = &request.ticket_id {
                json["TicketId"] = json!(id.as_str());
            }
            if let Some(arn) = &request.game_session_arn {
                json["GameSessionArn"] = json!(arn);
            }
            ("StartMatchBackfill", json)
        }
        Input::AcceptMatch(request) => {
            let ids: Vec<&str> = request.player_ids.iter().map(|it| it.as_str()).collect();
            let answer = match request.acceptance_type {
                AcceptanceType::Accept => "ACCEPT",
                AcceptanceType::Reject => "REJECT",
            };
            let id = request.ticket_id.as_str();
            ("AcceptMatch", json!({"TicketId": id, "PlayerIds": ids, "AcceptanceType": answer}))
        }
        Input::DescribeMatch(DescribeMatch::Match(id)) => {
            ("DescribeMatch", json!({"MatchId": id.as_str()}))
        }
        Input::DescribeMatch(DescribeMatch::GameSession(arn)) => {
            ("DescribeMatch", json!({"GameSessionArn": arn}))
        }
        Input::CompletePlacement(request) => {
            let info = &request.game_session_connection_info;
            let mut session = json!({});
            let texts = [
                ("GameSessionArn", &info.game_session_arn),
                ("IpAddress", &info.ip_address),
                ("Location", &info.location),
            ];
            for (member, text) in texts {
                if let Some(text) = text {
                    session[member] = json!(text);
                }
            }
            if let Some(port) = info.port {
                session["Port"] = json!(port);
            }
            let given = info.matched_player_sessions.iter().map(|it| {
                json!({"PlayerId": it.player_id.as_str(), "PlayerSessionId": &*it.player_session_id})
            });
            session["MatchedPlayerSessions"] = given.collect();
            let mut json = of(&request.of);
            json["GameSessionConnectionInfo"] = session;
            ("CompletePlacement", json)
        }
        Input::FailPlacement(request) => {
            let mut json = of(&request.of);
            json["Reason"] = json!(match request.reason {
                PlacementFailure::TimedOut => "TIMED_OUT",
                PlacementFailure::Failed => "FAILED",
                PlacementFailure::Cancelled => "CANCELLED",
            });
            ("FailPlacement", json)
        }
        Input::EndGameSession(request) => {
            ("EndGameSession", json!({"GameSessionArn": request.game_session_arn}))
        }
        Input::RemovePlayers(request) => {
            let ids: Vec<&str> = request.player_ids.iter().map(|it| it.as_str()).collect();
            ("RemovePlayers", json!({"GameSessionArn": request.game_session_arn, "PlayerIds": ids}))
        }
        other => (wire::operation_name(other), wire::input_to_json(other)),
    }
}

fn of(placement: &PlacementOf) -> Value {
    match placement {
        PlacementOf::Ticket(id) => json!({"TicketId": id.as_str()}),
        PlacementOf::Match(id) => json!({"MatchId": id.as_str()}),
    }
}

fn player(player: &Player) -> Value {
    let mut json = json!({"PlayerId": player.player_id.as_str()});
    if let Some(team) = &player.team {
        json["Team"] = json!(team);
    }
    if let Some(AttributeValue::Number(skill)) = player.attributes.get("skill") {
        json["PlayerAttributes"] = json!({"skill": {"N": skill}});
    }
    if !player.latency_in_ms.is_empty() {
        json["LatencyInMs"] = json!(player.latency_in_ms);
    }
    json
}
