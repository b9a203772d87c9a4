//! Requests that are right, each with something at every place that a constraint is about.

use super::model::Allowed;
use super::random::Random;
use super::world::{LOCATIONS, World};
use rallypoint::TicketStatus::{Placing, Queued, RequiresAcceptance, Searching};
use serde_json::{Map, Value, json};

/// A request of an operation that the world would take.
pub fn request(operation: &str, world: &mut World, random: &mut Random) -> Value {
    match operation {
        "StartMatchmaking" => start(world, random),
        "StartMatchBackfill" => backfill(world, random),
        "StopMatchmaking" => {
            let mut ids = world.ids(&[Queued, Searching, RequiresAcceptance]);
            ids.extend(world.announced());
            json!({"TicketId": random.pick(&ids)})
        }
        "AcceptMatch" => accept(world, random),
        "DescribeMatchmaking" => {
            let known: Vec<_> = world.matchmaker.tickets().map(|it| it.ticket_id).collect();
            let count = random.within(1..=10);
            let ids: Vec<String> = (0..count)
                .map(|_| match random.chance(4) {
                    true => world.fresh_ticket_id(),
                    false => random.pick(&known).to_string(),
                })
                .collect();
            json!({"TicketIds": ids})
        }
        "DescribeMatch" => {
            let matches = [world.matches(Placing), world.matches(RequiresAcceptance)].concat();
            match random.chance(2) {
                true => json!({"MatchId": random.pick(&matches).match_id.as_str()}),
                false => json!({"GameSessionArn": session(world, random).0}),
            }
        }
        "CompletePlacement" => complete(world, random),
        "FailPlacement" => {
            let reason = *random.pick(&["TIMED_OUT", "FAILED", "CANCELLED"]);
            let (mut request, _) = placement(world, random);
            request["Reason"] = json!(reason);
            request
        }
        "EndGameSession" => json!({"GameSessionArn": session(world, random).0}),
        "RemovePlayers" => {
            let (arn, mut players) = session(world, random);
            players.truncate(random.within(1..=players.len()));
            json!({"GameSessionArn": arn, "PlayerIds": players})
        }
        "Configuration" => configuration(random),
        _ => unreachable!("{operation} is not an operation"),
    }
}

fn configuration_name(random: &mut Random) -> Value {
    let names = ["duel", "arn:aws:gamelift:us-west-2::matchmakingconfiguration/duel"];
    json!(random.pick(&names))
}

/// A player with values of every type, and with latencies.
fn player(id: &str, random: &mut Random) -> Value {
    let mut attributes = json!({
        "group": {"S": format!("of {}", random.next())},
        "skill": {"N": random.below(1000)},
        "items": {"SL": (0..random.within(1..=4)).map(|it| format!("item {it}")).collect::<Vec<_>>()},
        "modes": {"SDM": {"ctf": 0.5, "duel": -1e300}},
    });
    if random.chance(2) {
        attributes["undeclared"] = json!({"S": "x"});
    }
    let count = random.within(1..=LOCATIONS);
    let latency = |it| (format!("location-{it}"), json!(it + 1));
    let latencies: Map<String, Value> = (0..count).map(latency).collect();
    json!({"PlayerId": id, "PlayerAttributes": attributes, "LatencyInMs": latencies})
}

fn start(world: &mut World, random: &mut Random) -> Value {
    let mut ids: Vec<String> = (0..random.within(1..=4)).map(|_| world.fresh_player_id()).collect();
    if random.chance(3) {
        ids.extend(world.replaceable(random));
    }
    let players: Vec<Value> = ids.iter().map(|id| player(id, random)).collect();
    json!({
        "TicketId": world.fresh_ticket_id(), "ConfigurationName": configuration_name(random),
        "Players": players,
    })
}

fn backfill(world: &mut World, random: &mut Random) -> Value {
    let mut request = start(world, random);
    for player in request["Players"].as_array_mut().expect("players are a list") {
        player["Team"] = json!(random.pick(&["red", "blue"]));
    }
    let arn = match random.chance(2) {
        true => world.fresh_arn(),
        false => session(world, random).0,
    };
    request["GameSessionArn"] = json!(arn);
    request
}

fn accept(world: &World, random: &mut Random) -> Value {
    let ticket = random.pick(&world.asked()).clone();
    let mut players = world.players_of(&ticket);
    players.truncate(random.within(1..=players.len()));
    let matches = world.matches(RequiresAcceptance);
    let answers: Vec<_> = matches.iter().flat_map(|it| &it.answers).collect();
    let answered = players.iter().any(|id| answers.iter().any(|(it, _)| it.as_str() == id));
    // Those who have answered have accepted.
    let answer = if answered || random.chance(2) { "ACCEPT" } else { "REJECT" };
    json!({"TicketId": ticket, "PlayerIds": players, "AcceptanceType": answer})
}

/// A session that somebody is in, and who.
pub fn session(world: &World, random: &mut Random) -> (String, Vec<String>) {
    let sessions = world.sessions();
    let session = random.pick(&sessions);
    let arn = session.connection_info.game_session_arn.clone().expect("a session has an ARN");
    (arn, session.players.iter().map(|player| player.player_id.to_string()).collect())
}

/// A match that waits for its session, by its id or by a ticket; its players.
fn placement(world: &World, random: &mut Random) -> (Value, Vec<String>) {
    let matches = world.matches(Placing);
    let placing = random.pick(&matches);
    let tickets = placing.ticket_ids.iter();
    let players = tickets.flat_map(|ticket| world.players_of(ticket.as_str())).collect();
    let request = match random.chance(2) {
        true => json!({"MatchId": placing.match_id.as_str()}),
        false => json!({"TicketId": random.pick(&placing.ticket_ids).as_str()}),
    };
    (request, players)
}

fn complete(world: &mut World, random: &mut Random) -> Value {
    let (mut request, mut players) = placement(world, random);
    players.truncate(random.within(1..=players.len()));
    let sessions = players.iter().map(|id| {
        let length = random.within(7..=30);
        let session = random.text(Allowed::PlayerSession, length);
        json!({"PlayerId": id, "PlayerSessionId": session})
    });
    let sessions: Vec<Value> = sessions.collect();
    request["GameSessionConnectionInfo"] = json!({
        "GameSessionArn": world.fresh_arn(), "IpAddress": "2001:db8::1", "Port": 7777,
        "DnsName": "one.example.com", "MatchedPlayerSessions": sessions,
        "PlayerGatewayStatus": random.pick(&["ENABLED", "DISABLED"]),
        "ComputeName": "machine 1", "Location": "location-3",
    });
    request
}

fn configuration(random: &mut Random) -> Value {
    let automatic = random.chance(2);
    json!({
        "Name": "duel.1", "Description": "one against one", "RequestTimeoutSeconds": 60,
        "AcceptanceTimeoutSeconds": 30, "AcceptanceRequired": random.chance(2),
        "NotificationTarget": "arn:aws:sns:us-west-2:123456789012:matches.fifo",
        "AdditionalPlayerCount": 1, "CustomEventData": "data",
        "GameProperties": [{"Key": "map", "Value": "ice"}, {"Key": "", "Value": ""}],
        "GameSessionData": "data", "BackfillMode": if automatic { "AUTOMATIC" } else { "MANUAL" },
        "FlexMatchMode": if automatic || random.chance(2) { "WITH_QUEUE" } else { "STANDALONE" },
        "Tags": [{"Key": "team", "Value": "core"}, {"Key": "k", "Value": ""}],
    })
}
