//! Requests that are right, each with something at every place that a constraint is about.

use super::dice::Dice;
use super::model::Allowed;
use super::world::{LOCATIONS, World};
use rallypoint::TicketStatus::{Placing, Queued, RequiresAcceptance, Searching};
use serde_json::{Map, Value, json};

/// A request of an operation that the world would take.
pub fn request(operation: &str, world: &mut World, dice: &mut Dice) -> Value {
    match operation {
        "StartMatchmaking" => start(world, dice),
        "StartMatchBackfill" => backfill(world, dice),
        "StopMatchmaking" => {
            let mut ids = world.ids(&[Queued, Searching, RequiresAcceptance]);
            ids.extend(world.announced());
            json!({"TicketId": dice.one(&ids)})
        }
        "AcceptMatch" => accept(world, dice),
        "DescribeMatchmaking" => {
            let known: Vec<_> = world.matchmaker.tickets().map(|it| it.ticket_id).collect();
            let count = dice.between(1, 10);
            let ids: Vec<String> = (0..count)
                .map(|_| match dice.once_in(4) {
                    true => world.fresh_ticket_id(),
                    false => dice.one(&known).to_string(),
                })
                .collect();
            json!({"TicketIds": ids})
        }
        "DescribeMatch" => {
            let matches = [world.matches(Placing), world.matches(RequiresAcceptance)].concat();
            match dice.once_in(2) {
                true => json!({"MatchId": dice.one(&matches).match_id.as_str()}),
                false => json!({"GameSessionArn": session(world, dice).0}),
            }
        }
        "CompletePlacement" => complete(world, dice),
        "FailPlacement" => {
            let reason = dice.one(&["TIMED_OUT", "FAILED", "CANCELLED"]);
            let (mut request, _) = placement(world, dice);
            request["Reason"] = json!(reason);
            request
        }
        "EndGameSession" => json!({"GameSessionArn": session(world, dice).0}),
        "RemovePlayers" => {
            let (arn, mut players) = session(world, dice);
            players.truncate(dice.between(1, players.len()));
            json!({"GameSessionArn": arn, "PlayerIds": players})
        }
        "Configuration" => configuration(dice),
        _ => unreachable!("{operation} is not an operation"),
    }
}

fn configuration_name(dice: &mut Dice) -> Value {
    let names = ["duel", "arn:aws:gamelift:us-west-2::matchmakingconfiguration/duel"];
    json!(dice.one(&names))
}

/// A player with values of every type, and with latencies.
fn player(id: &str, dice: &mut Dice) -> Value {
    let mut attributes = json!({
        "group": {"S": format!("of {}", dice.word())},
        "skill": {"N": dice.below(1000)},
        "items": {"SL": (0..dice.between(1, 4)).map(|it| format!("item {it}")).collect::<Vec<_>>()},
        "modes": {"SDM": {"ctf": 0.5, "duel": -1e300}},
    });
    if dice.once_in(2) {
        attributes["undeclared"] = json!({"S": "x"});
    }
    let count = dice.between(1, LOCATIONS);
    let latency = |it| (format!("location-{it}"), json!(it + 1));
    let latencies: Map<String, Value> = (0..count).map(latency).collect();
    json!({"PlayerId": id, "PlayerAttributes": attributes, "LatencyInMs": latencies})
}

fn start(world: &mut World, dice: &mut Dice) -> Value {
    let mut ids: Vec<String> = (0..dice.between(1, 4)).map(|_| world.fresh_player_id()).collect();
    if dice.once_in(3) {
        ids.extend(world.replaceable(dice));
    }
    let players: Vec<Value> = ids.iter().map(|id| player(id, dice)).collect();
    json!({
        "TicketId": world.fresh_ticket_id(), "ConfigurationName": configuration_name(dice),
        "Players": players,
    })
}

fn backfill(world: &mut World, dice: &mut Dice) -> Value {
    let mut request = start(world, dice);
    for player in request["Players"].as_array_mut().expect("players are a list") {
        player["Team"] = json!(dice.one(&["red", "blue"]));
    }
    let arn = match dice.once_in(2) {
        true => world.fresh_arn(),
        false => session(world, dice).0,
    };
    request["GameSessionArn"] = json!(arn);
    request
}

fn accept(world: &World, dice: &mut Dice) -> Value {
    let ticket = dice.one(&world.asked()).clone();
    let mut players = world.players_of(&ticket);
    players.truncate(dice.between(1, players.len()));
    let matches = world.matches(RequiresAcceptance);
    let answers: Vec<_> = matches.iter().flat_map(|it| &it.answers).collect();
    let answered = players.iter().any(|id| answers.iter().any(|(it, _)| it.as_str() == id));
    // Those who have answered have accepted.
    let answer = if answered || dice.once_in(2) { "ACCEPT" } else { "REJECT" };
    json!({"TicketId": ticket, "PlayerIds": players, "AcceptanceType": answer})
}

/// A session that somebody is in, and who.
pub fn session(world: &World, dice: &mut Dice) -> (String, Vec<String>) {
    let sessions = world.sessions();
    let session = dice.one(&sessions);
    let arn = session.connection_info.game_session_arn.clone().expect("a session has an ARN");
    (arn, session.players.iter().map(|player| player.player_id.to_string()).collect())
}

/// A match that waits for its session, by its id or by a ticket; its players.
fn placement(world: &World, dice: &mut Dice) -> (Value, Vec<String>) {
    let matches = world.matches(Placing);
    let placing = dice.one(&matches);
    let tickets = placing.ticket_ids.iter();
    let players = tickets.flat_map(|ticket| world.players_of(ticket.as_str())).collect();
    let request = match dice.once_in(2) {
        true => json!({"MatchId": placing.match_id.as_str()}),
        false => json!({"TicketId": dice.one(&placing.ticket_ids).as_str()}),
    };
    (request, players)
}

fn complete(world: &mut World, dice: &mut Dice) -> Value {
    let (mut request, mut players) = placement(world, dice);
    players.truncate(dice.between(1, players.len()));
    let sessions = players.iter().map(|id| {
        let length = dice.between(7, 30);
        let session = dice.text(Allowed::PlayerSession, length);
        json!({"PlayerId": id, "PlayerSessionId": session})
    });
    let sessions: Vec<Value> = sessions.collect();
    request["GameSessionConnectionInfo"] = json!({
        "GameSessionArn": world.fresh_arn(), "IpAddress": "2001:db8::1", "Port": 7777,
        "DnsName": "one.example.com", "MatchedPlayerSessions": sessions,
        "PlayerGatewayStatus": dice.one(&["ENABLED", "DISABLED"]),
        "ComputeName": "machine 1", "Location": "location-3",
    });
    request
}

fn configuration(dice: &mut Dice) -> Value {
    let automatic = dice.once_in(2);
    json!({
        "Name": "duel.1", "Description": "one against one", "RequestTimeoutSeconds": 60,
        "AcceptanceTimeoutSeconds": 30, "AcceptanceRequired": dice.once_in(2),
        "NotificationTarget": "arn:aws:sns:us-west-2:123456789012:matches.fifo",
        "AdditionalPlayerCount": 1, "CustomEventData": "data",
        "GameProperties": [{"Key": "map", "Value": "ice"}, {"Key": "", "Value": ""}],
        "GameSessionData": "data", "BackfillMode": if automatic { "AUTOMATIC" } else { "MANUAL" },
        "FlexMatchMode": if automatic || dice.once_in(2) { "WITH_QUEUE" } else { "STANDALONE" },
        "Tags": [{"Key": "team", "Value": "core"}, {"Key": "k", "Value": ""}],
    })
}
