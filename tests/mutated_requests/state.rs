//! Requests that are right in form and wrong as things stand: names of nobody, of the wrong thing,
//! at the wrong time, twice, or too many.

use super::dice::Dice;
use super::mutation::{Mutated, fill_map};
use super::valid::session;
use super::world::{FULL, LOCATIONS, World};
use rallypoint::TicketStatus::{
    self, Cancelled, Completed, Failed, Placing, Queued, RequiresAcceptance, Searching, TimedOut,
};
use serde_json::{Value, json};

const INVALID: &str = "InvalidRequestException";
const NOT_FOUND: &str = "NotFoundException";
const LIMIT: &str = "LimitExceededException";

/// What a right request becomes, its exception, and what the message must say. None where the world
/// has nothing for it.
type Broken = Option<(Value, &'static str, Vec<String>)>;

/// An operation, how a request of it is broken, and what breaks it.
pub struct Way {
    pub operation: &'static str,
    pub name: &'static str,
    /// Only in a world that has reached a limit.
    pub when_full: bool,
    apply: fn(&mut World, &mut Dice, Value) -> Broken,
}

impl Way {
    /// The broken request.
    pub fn mutated(&self, world: &mut World, dice: &mut Dice, valid: &Value) -> Option<Mutated> {
        let (request, exception, says) = (self.apply)(world, dice, valid.clone())?;
        Some(Mutated { group: (self.operation.into(), self.name), request, exception, says })
    }
}

const fn way(
    operation: &'static str,
    name: &'static str,
    apply: fn(&mut World, &mut Dice, Value) -> Broken,
) -> Way {
    Way { operation, name, when_full: false, apply }
}

const START: &str = "StartMatchmaking";
const BACKFILL: &str = "StartMatchBackfill";
const STOP: &str = "StopMatchmaking";
const ACCEPT: &str = "AcceptMatch";
const DESCRIBE_MATCH: &str = "DescribeMatch";
const COMPLETE: &str = "CompletePlacement";
const FAIL: &str = "FailPlacement";
const END: &str = "EndGameSession";
const REMOVE: &str = "RemovePlayers";
const CONFIGURATION: &str = "Configuration";

pub const WAYS: &[Way] = &[
    way(START, "a player twice", player_twice),
    way(START, "a player with a team", |_, dice, mut it| {
        let at = any_player(&mut it, dice)?;
        it["Players"][at]["Team"] = json!("red");
        Some((it, INVALID, says(&[&format!("Players[{at}].Team"), "left out"])))
    }),
    way(START, "a value of two types", value_of_two_types),
    way(START, "a value of no type", value_of_no_type),
    way(START, "a value of another type than declared", value_of_undeclared_type),
    way(START, "a ticket id that is taken", taken_ticket_id),
    way(START, "a ticket id that is announced", announced_ticket_id),
    way(START, "a player who is being placed", player_being_placed),
    way(START, "another configuration", other_configuration),
    way(START, "more locations than can be live", too_many_locations),
    Way { operation: START, name: "one more than the limit", when_full: true, apply: one_more },
    way(BACKFILL, "a player twice", player_twice),
    way(BACKFILL, "a player of an unknown team", |_, dice, mut it| {
        let at = any_player(&mut it, dice)?;
        it["Players"][at]["Team"] = json!(dice.one(&["Red", "red_1", "green", " "]));
        Some((it, INVALID, says(&[&format!("Players[{at}].Team"), "`red`", "`blue`"])))
    }),
    way(BACKFILL, "a value of two types", value_of_two_types),
    way(BACKFILL, "a value of no type", value_of_no_type),
    way(BACKFILL, "a value of another type than declared", value_of_undeclared_type),
    way(BACKFILL, "a ticket id that is taken", taken_ticket_id),
    way(BACKFILL, "a ticket id that is announced", announced_ticket_id),
    way(BACKFILL, "a player who is being placed", player_being_placed),
    way(BACKFILL, "another configuration", other_configuration),
    way(BACKFILL, "more locations than can be live", too_many_locations),
    way(BACKFILL, "a team that is too full", |_, _, mut it| {
        it["Players"] = (0..21).map(|it| seated(it, "blue")).collect();
        Some((it, INVALID, says(&["Players", "blue", "20"])))
    }),
    way(BACKFILL, "no open place", |_, _, mut it| {
        let team = |it: usize| if it < 20 { "red" } else { "blue" };
        it["Players"] = (0..40).map(|it| seated(it, team(it))).collect();
        Some((it, INVALID, says(&["Players", "40"])))
    }),
    Way { operation: BACKFILL, name: "one more than the limit", when_full: true, apply: one_more },
    way(STOP, "an unknown ticket", unknown_ticket),
    way(STOP, "a ticket in a wrong status", |world, dice, it| {
        in_status(world, dice, it, &[Placing, Completed, Failed, Cancelled, TimedOut])
    }),
    way(ACCEPT, "an unknown ticket", unknown_ticket),
    way(ACCEPT, "a ticket in a wrong status", |world, dice, it| {
        let others = TicketStatus::ALL.into_iter().filter(|&it| it != RequiresAcceptance);
        in_status(world, dice, it, &others.collect::<Vec<_>>())
    }),
    way(ACCEPT, "a backfill ticket", |world, _, mut it| {
        let mut ids = world.ids(&[RequiresAcceptance]);
        ids.retain(|id| world.backfills().contains(id));
        let id = ids.first()?;
        it["TicketId"] = json!(id);
        it["PlayerIds"] = json!(world.players_of(id));
        Some((it, INVALID, says(&[id, "backfill"])))
    }),
    way(ACCEPT, "a player of another ticket", |world, dice, mut it| {
        let own = world.players_of(it["TicketId"].as_str()?);
        let tickets: Vec<_> = world.tickets(Searching).collect();
        let other = dice.one(&tickets).players[0].player_id.to_string();
        let ids = it["PlayerIds"].as_array_mut()?;
        let at = dice.between(0, ids.len());
        ids.insert(at, json!(other));
        assert!(!own.contains(&other));
        Some((it, INVALID, says(&[&format!("PlayerIds[{at}]"), "has no player"])))
    }),
    way(ACCEPT, "another answer", |world, _, _| {
        let proposed = world.matches(RequiresAcceptance);
        let answered = proposed.iter().find(|it| !it.answers.is_empty())?;
        let (player, _) = answered.answers.first()?;
        let of_player = |id: &&String| world.players_of(id).iter().any(|it| it == player.as_str());
        let asked = world.asked();
        let request = json!({
            "TicketId": asked.iter().find(of_player)?, "PlayerIds": [player.as_str()],
            "AcceptanceType": "REJECT",
        });
        Some((request, INVALID, says(&["PlayerIds[0]", "final"])))
    }),
    way(DESCRIBE_MATCH, "an unknown match", |_, dice, _| {
        let id = dice.word().to_string();
        Some((json!({"MatchId": id}), NOT_FOUND, says(&[&id])))
    }),
    way(DESCRIBE_MATCH, "an unknown session", unknown_session),
    way(DESCRIBE_MATCH, "both names", |_, _, _| {
        let both = json!({"MatchId": "m", "GameSessionArn": "arn:s"});
        Some((both, INVALID, says(&["DescribeMatch", "`MatchId`", "`GameSessionArn`", "both"])))
    }),
    way(DESCRIBE_MATCH, "no name", |_, _, _| {
        Some((json!({}), INVALID, says(&["DescribeMatch", "`MatchId`", "`GameSessionArn`"])))
    }),
    way(COMPLETE, "an unknown ticket", unknown_ticket),
    way(COMPLETE, "an unknown match", unknown_match),
    way(COMPLETE, "a ticket in a wrong status", not_placing),
    way(COMPLETE, "a match that is not accepted yet", not_accepted),
    way(COMPLETE, "both names", both_names),
    way(COMPLETE, "no name", no_name),
    way(COMPLETE, "a session that is known", |world, dice, mut it| {
        let (arn, _) = session(world, dice);
        it["GameSessionConnectionInfo"]["GameSessionArn"] = json!(arn);
        Some((it, INVALID, says(&["GameSessionConnectionInfo.GameSessionArn", "running"])))
    }),
    way(COMPLETE, "a player of another match", |world, dice, mut it| {
        let tickets: Vec<_> = world.tickets(Searching).collect();
        let other = dice.one(&tickets).players[0].player_id.to_string();
        let sessions = matched(&mut it)?;
        let at = dice.below(sessions.len());
        sessions[at]["PlayerId"] = json!(other);
        let path = format!("GameSessionConnectionInfo.MatchedPlayerSessions[{at}]");
        Some((it, INVALID, says(&[&path, "has no player"])))
    }),
    way(COMPLETE, "a player twice", |_, _, mut it| {
        let sessions = matched(&mut it)?;
        let again = sessions[0].clone();
        let at = sessions.len();
        sessions.push(again);
        let path = format!("GameSessionConnectionInfo.MatchedPlayerSessions[{at}].PlayerId");
        Some((it, INVALID, says(&[&path, "two"])))
    }),
    way(FAIL, "an unknown ticket", unknown_ticket),
    way(FAIL, "an unknown match", unknown_match),
    way(FAIL, "a ticket in a wrong status", not_placing),
    way(FAIL, "a match that is not accepted yet", not_accepted),
    way(FAIL, "both names", both_names),
    way(FAIL, "no name", no_name),
    way(END, "an unknown session", unknown_session),
    way(REMOVE, "an unknown session", unknown_session),
    way(REMOVE, "a player of nobody's", |world, dice, mut it| {
        let stranger = world.fresh_player_id();
        let ids = it["PlayerIds"].as_array_mut()?;
        let at = dice.between(0, ids.len());
        ids.insert(at, json!(stranger));
        Some((it, INVALID, says(&[&format!("PlayerIds[{at}]"), "has no player"])))
    }),
    way(CONFIGURATION, "acceptance without a time-out", |_, _, mut it| {
        it["AcceptanceRequired"] = json!(true);
        it.as_object_mut()?.remove("AcceptanceTimeoutSeconds");
        Some((it, INVALID, says(&["AcceptanceTimeoutSeconds", "1", "600", "AcceptanceRequired"])))
    }),
    way(CONFIGURATION, "automatic backfill without sessions", |_, _, mut it| {
        it["BackfillMode"] = json!("AUTOMATIC");
        it["FlexMatchMode"] = json!("STANDALONE");
        Some((it, INVALID, says(&["BackfillMode", "STANDALONE"])))
    }),
    way(CONFIGURATION, "a rule set by name", |_, _, mut it| {
        it["RuleSetName"] = json!("duel");
        Some((it, INVALID, says(&["RuleSetName"])))
    }),
    way(CONFIGURATION, "a queue by name alone", |_, _, mut it| {
        it["GameSessionQueueArns"] = json!(["arn:aws:gamelift:us-west-2::gamesessionqueue/q"]);
        Some((it, INVALID, says(&["GameSessionQueueArns[0]", "no `Queue`"])))
    }),
    way(CONFIGURATION, "a queue that leads nowhere", |_, _, mut it| {
        it["Queue"] = json!({"Name": "q", "Destinations": []});
        Some((it, INVALID, says(&["Queue.Destinations", "1 to 10"])))
    }),
];

fn says(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn any_player(request: &mut Value, dice: &mut Dice) -> Option<usize> {
    Some(dice.below(request["Players"].as_array()?.len()))
}

fn seated(number: usize, team: &str) -> Value {
    json!({"PlayerId": format!("seated-{number}"), "Team": team})
}

fn matched(request: &mut Value) -> Option<&mut Vec<Value>> {
    request["GameSessionConnectionInfo"]["MatchedPlayerSessions"].as_array_mut()
}

fn player_twice(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let first = any_player(&mut it, dice)?;
    let players = it["Players"].as_array_mut()?;
    let at = players.len();
    let again = players[first].clone();
    players.push(again);
    Some((it, INVALID, says(&[&format!("Players[{at}].PlayerId"), "twice"])))
}

fn value_of_two_types(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let at = any_player(&mut it, dice)?;
    it["Players"][at]["PlayerAttributes"]["skill"]["S"] = json!("high");
    let path = format!("Players[{at}].PlayerAttributes.skill");
    Some((it, INVALID, says(&[&path, "exactly one"])))
}

fn value_of_no_type(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let at = any_player(&mut it, dice)?;
    let nothing = [json!({}), json!({"S": null})];
    it["Players"][at]["PlayerAttributes"]["skill"] = dice.one(&nothing);
    let path = format!("Players[{at}].PlayerAttributes.skill");
    Some((it, INVALID, says(&[&path, "exactly one"])))
}

fn value_of_undeclared_type(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let at = any_player(&mut it, dice)?;
    let values = [
        ("string", json!({"S": "a"})),
        ("number", json!({"N": 1})),
        ("string_list", json!({"SL": ["a"]})),
        ("string_number_map", json!({"SDM": {"a": 1}})),
    ];
    let declared = [
        ("group", "string"),
        ("skill", "number"),
        ("items", "string_list"),
        ("modes", "string_number_map"),
    ];
    let (name, wanted) = dice.one(&declared);
    let others: Vec<_> = values.iter().filter(|(found, _)| *found != wanted).collect();
    let (found, value) = dice.one(&others);
    it["Players"][at]["PlayerAttributes"][name] = value.clone();
    let path = format!("Players[{at}].PlayerAttributes.{name}");
    Some((it, INVALID, says(&[&path, found, wanted])))
}

fn taken_ticket_id(world: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let ids = world.ids(&[dice.one(&TicketStatus::ALL)]);
    let id = dice.one(&ids);
    it["TicketId"] = json!(id);
    Some((it, INVALID, says(&["`TicketId`", &id, "already"])))
}

fn announced_ticket_id(world: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let ids = world.announced();
    let id = (!ids.is_empty()).then(|| dice.one(&ids))?;
    it["TicketId"] = json!(id);
    Some((it, INVALID, says(&["`TicketId`", &id, "automatic"])))
}

fn player_being_placed(world: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let at = any_player(&mut it, dice)?;
    let ids = world.ids(&[Placing]);
    let ticket = dice.one(&ids);
    it["Players"][at]["PlayerId"] = json!(dice.one(&world.players_of(&ticket)));
    Some((it, INVALID, says(&["`Players`", &ticket, "PLACING"])))
}

fn other_configuration(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let name = dice.one(&[
        "duels",
        "Duel",
        "-",
        "arn:aws:gamelift:us-west-2::matchmakingconfiguration/duel2",
        "arn::matchmakingconfiguration/",
    ]);
    it["ConfigurationName"] = json!(name);
    Some((it, NOT_FOUND, says(&["`ConfigurationName`", name, "`duel`"])))
}

fn too_many_locations(world: &mut World, _: &mut Dice, mut it: Value) -> Broken {
    if world.setting.is_full() {
        return None;
    }
    let players = it["Players"].as_array_mut()?;
    players.truncate(1);
    players[0]["PlayerId"] = json!("traveller");
    players[0]["LatencyInMs"] = json!({"far": 1});
    fill_map(players[0]["LatencyInMs"].as_object_mut()?, 128 - LOCATIONS + 1);
    Some((it, LIMIT, says(&["128", "locations"])))
}

fn one_more(world: &mut World, _: &mut Dice, mut it: Value) -> Broken {
    let players = it["Players"].as_array_mut()?;
    players.truncate(1);
    players[0]["PlayerId"] = json!("one more");
    if it.get("GameSessionArn").is_some() {
        it["GameSessionArn"] = json!(world.fresh_arn());
    }
    Some((it, LIMIT, says(&[&FULL.to_string(), "limit"])))
}

fn unknown_ticket(world: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let id = if dice.once_in(2) { world.fresh_ticket_id() } else { "0".into() };
    it["TicketId"] = json!(id);
    it.as_object_mut()?.remove("MatchId");
    Some((it, NOT_FOUND, says(&[&format!("`{id}`")])))
}

fn in_status(world: &World, dice: &mut Dice, mut it: Value, statuses: &[TicketStatus]) -> Broken {
    let status = dice.one(statuses);
    let ids = world.ids(&[status]);
    it["TicketId"] = json!(dice.one(&ids));
    it.as_object_mut()?.remove("MatchId");
    Some((it, INVALID, says(&[status.as_str()])))
}

fn not_placing(world: &mut World, dice: &mut Dice, it: Value) -> Broken {
    let others = [Queued, Searching, RequiresAcceptance, Completed, Failed, Cancelled, TimedOut];
    in_status(world, dice, it, &others)
}

fn not_accepted(world: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let matches = world.matches(RequiresAcceptance);
    let id = dice.one(&matches).match_id.to_string();
    it["MatchId"] = json!(id);
    it.as_object_mut()?.remove("TicketId");
    Some((it, INVALID, says(&[&id, "accept"])))
}

fn unknown_match(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let id = dice.word().to_string();
    it["MatchId"] = json!(id);
    it.as_object_mut()?.remove("TicketId");
    Some((it, NOT_FOUND, says(&[&format!("`{id}`")])))
}

fn unknown_session(world: &mut World, _: &mut Dice, mut it: Value) -> Broken {
    it["GameSessionArn"] = json!(world.fresh_arn());
    it.as_object_mut()?.remove("MatchId");
    Some((it, NOT_FOUND, says(&["there is no game session"])))
}

fn both_names(_: &mut World, _: &mut Dice, mut it: Value) -> Broken {
    it["TicketId"] = json!("t");
    it["MatchId"] = json!("m");
    Some((it, INVALID, says(&["`TicketId`", "`MatchId`", "both"])))
}

fn no_name(_: &mut World, dice: &mut Dice, mut it: Value) -> Broken {
    let members = it.as_object_mut()?;
    members.remove("TicketId");
    members.remove("MatchId");
    if dice.once_in(2) {
        members.insert("TicketId".into(), Value::Null);
    }
    Some((it, INVALID, says(&["`TicketId`", "`MatchId`"])))
}
