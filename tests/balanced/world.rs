//! Rule sets and pools from a seed, and what the engine makes of them.

use rallypoint::{
    Configuration, EngineOptions, EventDetail, EventTicket, FlexMatchMode, Input, Matchmaker,
    Millis, PlacedTicket, Player, RuleSet, StartMatchBackfill, StartMatchmaking, Timestamp,
};
use serde_json::{Value, json};

use super::checker::{Match, Roster, Ticket};
use super::dice::Dice;

pub const LOCATIONS: [&str; 4] = ["eu-1", "eu-2", "us-1", "us-2"];

/// A rule set for more than 40 players.
pub fn large_rules(dice: &mut Dice) -> Value {
    let teams = match dice.below(6) {
        0 => json!([{"name": "red", "minPlayers": 20, "maxPlayers": 25},
                    {"name": "blue", "minPlayers": 20, "maxPlayers": 25}]),
        1 => json!([{"name": "all", "minPlayers": 30, "maxPlayers": 60}]),
        2 => json!([{"name": "squad", "minPlayers": 2, "maxPlayers": 5, "quantity": 10}]),
        3 => json!([{"name": "monsters", "minPlayers": 5, "maxPlayers": 5},
                    {"name": "hunters", "minPlayers": 8, "maxPlayers": 11, "quantity": 4}]),
        4 => json!([{"name": "red", "minPlayers": 25, "maxPlayers": 25},
                    {"name": "blue", "minPlayers": 25, "maxPlayers": 25},
                    {"name": "green", "minPlayers": 0, "maxPlayers": 10}]),
        _ => json!([{"name": "side", "minPlayers": 12, "maxPlayers": 14, "quantity": 3}]),
    };
    let name = teams[0]["name"].as_str().unwrap_or_default().to_owned();
    let mut rules = Vec::new();
    let mut expansions = vec![];
    if dice.once_in(2) {
        rules.push(json!({"name": "near", "type": "latency", "maxLatency": 100,
                          "partyAggregation": dice.one(&["min", "max", "avg"])}));
        if dice.once_in(2) {
            expansions.push(json!({"target": "rules[near].maxLatency",
                                   "steps": [{"waitTimeSeconds": 10, "value": 180}]}));
        }
    }
    if dice.once_in(2) {
        rules.push(json!({"name": "league", "type": "batchDistance", "batchAttribute": "league",
                          "maxDistance": 2}));
        if dice.once_in(2) {
            expansions.push(json!({"target": "rules[league].maxDistance",
                                   "steps": [{"waitTimeSeconds": 20, "value": 4}]}));
        }
    }
    if dice.once_in(3) {
        rules.push(json!({"name": "map", "type": "batchDistance", "batchAttribute": "map"}));
    }
    if dice.once_in(2) {
        expansions.push(json!({"target": format!("teams[{name}].minPlayers"),
                               "steps": [{"waitTimeSeconds": 15, "value": 1}]}));
    }
    let mut all = balanced(&teams, &json!(rules));
    all["algorithm"]["batchingPreference"] =
        json!(dice.one(&["largestPopulation", "fastestRegion"]));
    all["algorithm"]["expansionAgeSelection"] = json!(dice.one(&["newest", "oldest"]));
    all["expansions"] = json!(expansions);
    all
}

/// A rule set over what players of [`ticket`] have, with even skills.
pub fn balanced(teams: &Value, rules: &Value) -> Value {
    json!({
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}, {"name": "league", "type": "number"},
                             {"name": "map", "type": "string"}],
        "algorithm": {"strategy": "balanced", "balancedAttribute": "skill"},
        "teams": teams, "rules": rules,
    })
}

/// Whether a ticket belongs to its fastest location first.
pub fn goes_by_fastest(rules: &Value) -> bool {
    rules["algorithm"]["batchingPreference"] == "fastestRegion"
}

/// Whether some rule is about latencies.
pub fn asks_for_latencies(rules: &Value) -> bool {
    rules["rules"].as_array().into_iter().flatten().any(|rule| rule["type"] == "latency")
}

/// Tickets of up to so many players, who report locations if they are asked to, or perhaps.
pub fn tickets(dice: &mut Dice, count: usize, party_max: usize, reports: bool) -> Vec<Ticket> {
    (0..count)
        .map(|at| {
            let players = match dice.once_in(2) {
                true => 1,
                false => 1 + dice.below(party_max),
            };
            ticket(dice, at, players, reports)
        })
        .collect()
}

pub fn ticket(dice: &mut Dice, at: usize, players: usize, reports: bool) -> Ticket {
    let (home, league) = (dice.below(4), dice.below(4));
    let map = if dice.once_in(4) { "desert" } else { "island" };
    let known: Vec<bool> = (0..4).map(|it| it == home || !dice.once_in(4)).collect();
    let player = |number: usize, dice: &mut Dice| {
        let mut player = Player::new(format!("p{at}-{number}"))
            .with_number("skill", dice.below(3_000) as f64)
            .with_number("league", (league + dice.below(2)) as f64)
            .with_string("map", map);
        for (place, location) in
            LOCATIONS.iter().enumerate().filter(|&(it, _)| known[it] && reports)
        {
            let far = if place == home { 0 } else { 60 };
            player = player.with_latency(location, (20 + far + dice.below(80)) as u32);
        }
        player
    };
    let players = (0..players).map(|number| player(number, dice)).collect();
    Ticket { id: format!("t{at}"), wait: 0, players }
}

/// A running session with open places in teams of these sizes. Its players are alike, as a party is.
pub fn roster(dice: &mut Dice, at: usize, sizes: &[(usize, usize)], reports: bool) -> Roster {
    let mut counts: Vec<usize> = sizes.iter().map(|&(_, max)| dice.below(max + 1)).collect();
    if counts.iter().sum::<usize>() == 0 {
        counts[0] = 1;
    }
    if counts.iter().zip(sizes).all(|(&count, &(_, max))| count == max) {
        counts[0] -= 1;
    }
    let mut players = ticket(dice, 1_000 + at, counts.iter().sum(), reports).players;
    let teams = counts.into_iter().map(|count| players.drain(..count).collect()).collect();
    Roster { id: format!("b{at}"), wait: 0, teams }
}

/// What came of one pass.
pub struct Outcome {
    /// In the order in which they were formed.
    pub matches: Vec<Match>,
    pub waiting: Vec<Ticket>,
    pub waiting_rosters: Vec<Roster>,
    pub exhausted: u64,
    pub nodes: u64,
}

/// One pass over new tickets alone.
pub fn run(rules: &Value, tickets: &[Ticket]) -> Outcome {
    run_with(rules, tickets, &[])
}

/// Submits tickets and forms all matches at one instant.
pub fn run_with(rules: &Value, tickets: &[Ticket], rosters: &[Roster]) -> Outcome {
    let text = rules.to_string();
    let rule_set = RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    let names: Vec<String> = rule_set.team_instances().map(str::to_owned).collect();
    let (mut matchmaker, now) = submitted(rule_set, &names, tickets, rosters);
    let mut outcome = Outcome {
        matches: vec![],
        waiting: tickets.to_vec(),
        waiting_rosters: rosters.to_vec(),
        exhausted: 0,
        nodes: 0,
    };
    while matchmaker.poll_timeout().is_some_and(|due| due <= now) {
        let report = matchmaker.handle_timeout(now).expect("time goes on");
        outcome.exhausted += report.anchors_exhausted + report.fullness_unproven;
        outcome.nodes += report.nodes;
    }
    while let Some(event) = matchmaker.poll_event() {
        let (match_id, placed) = match event.detail {
            EventDetail::PotentialMatchCreated { match_id, tickets, .. } => (match_id, tickets),
            // One that joins a session is complete at once.
            EventDetail::MatchmakingSucceeded { game_session, .. } => {
                let filled = outcome.matches.last_mut().expect("it was told of just before");
                assert!(filled.roster.is_some(), "a new match is to be placed");
                filled.location = game_session.location.as_deref().map(str::to_owned);
                continue;
            }
            _ => continue,
        };
        let (teams, roster) = outcome.seated(&placed, &names);
        let pending = matchmaker.pending_match(&match_id);
        assert_eq!(pending.is_none(), roster.is_some(), "a new match is to be placed");
        let location = pending.and_then(|it| it.location.as_deref().map(str::to_owned));
        outcome.matches.push(Match { roster, teams, location });
    }
    outcome
}

impl Outcome {
    /// Takes the tickets of a match from those that wait: the new ones of each team, and the backfill
    /// ticket.
    fn seated(
        &mut self,
        placed: &[EventTicket],
        names: &[String],
    ) -> (Vec<Vec<Ticket>>, Option<Roster>) {
        let mut teams = vec![Vec::new(); names.len()];
        let mut roster = None;
        for placed in placed.iter() {
            let in_teams: Vec<usize> = placed
                .players()
                .map(|it| names.iter().position(|name| Some(name.as_str()) == it.team))
                .map(|it| it.expect("the team is known"))
                .collect();
            let waiting_rosters = &mut self.waiting_rosters;
            let is_it = |it: &Roster| it.id == placed.ticket_id().as_str();
            if let Some(at) = waiting_rosters.iter().position(is_it) {
                let found = waiting_rosters.remove(at);
                let counts = found.teams.iter().map(Vec::len).enumerate();
                let before: Vec<usize> =
                    counts.flat_map(|(team, count)| std::iter::repeat_n(team, count)).collect();
                assert_eq!(in_teams, before, "who plays already stays in their team");
                assert!(roster.replace(found).is_none(), "two sessions in one match");
                continue;
            }
            let waiting = &mut self.waiting;
            assert!(in_teams.iter().all(|it| *it == in_teams[0]), "a ticket is torn apart");
            let at = waiting.iter().position(|it| it.id == placed.ticket_id().as_str());
            let ticket = waiting.remove(at.expect("it is in no match yet"));
            assert_eq!(ticket.players.len(), in_teams.len());
            teams[in_teams[0]].push(ticket);
        }
        (teams, roster)
    }
}

/// A matchmaker with tickets, oldest first, each submitted when it must to have waited so long,
/// backfills after others of the same age; and the time when all have.
fn submitted(
    rule_set: RuleSet,
    names: &[String],
    tickets: &[Ticket],
    rosters: &[Roster],
) -> (Matchmaker, Timestamp) {
    let waits = tickets.iter().map(|it| it.wait).chain(rosters.iter().map(|it| it.wait));
    let longest = waits.max().unwrap_or(0);
    let start = Timestamp::from_millis(0);
    let configuration =
        Configuration { flex_match_mode: FlexMatchMode::WithQueue, ..Configuration::default() };
    // `exhaustiveSearch` makes two of a match; `balanced` does not.
    let mut options = EngineOptions::default();
    options.exchange_tries = 0;
    let mut matchmaker = Matchmaker::new(rule_set, configuration, options, start, 1)
        .expect("the default configuration is right");
    let new = tickets.iter().map(|ticket| {
        let request = StartMatchmaking {
            ticket_id: Some(ticket.id.as_str().into()),
            players: ticket.players.clone(),
            ..StartMatchmaking::default()
        };
        (ticket.wait, Input::StartMatchmaking(request))
    });
    let backfills = rosters.iter().map(|roster| {
        let in_teams = roster.teams.iter().zip(names);
        let players = in_teams
            .flat_map(|(team, name)| team.iter().map(move |player| player.clone().with_team(name)));
        let request = StartMatchBackfill {
            ticket_id: Some(roster.id.as_str().into()),
            configuration_name: None,
            // Of a session that the engine does not know it tells where the match would be.
            game_session_arn: None,
            players: players.collect(),
        };
        (roster.wait, Input::StartMatchBackfill(request))
    });
    let mut requests: Vec<(u64, Input)> = new.chain(backfills).collect();
    requests.sort_by_key(|&(wait, _)| std::cmp::Reverse(wait));
    for (wait, request) in requests {
        let at = start.plus(Millis::from_secs(u32::try_from(longest - wait).unwrap_or(0)));
        matchmaker.handle_input(at, request).expect("it is accepted");
    }
    let now = start.plus(Millis::from_secs(u32::try_from(longest).unwrap_or(0)));
    (matchmaker, now)
}

/// Whether the reference evaluator takes a match for valid.
pub fn is_valid(rule_set: &RuleSet, game: &Match) -> bool {
    let names: Vec<&str> = rule_set.team_instances().collect();
    let mut placed = Vec::new();
    for (at, (name, team)) in names.iter().zip(&game.teams).enumerate() {
        placed.extend(team.iter().map(|ticket| PlacedTicket {
            team: (*name).into(),
            age: Millis::from_secs(u32::try_from(ticket.wait).unwrap_or(0)),
            players: ticket.players.clone(),
            backfill: false,
        }));
        if let Some(roster) = &game.roster
            && !roster.teams[at].is_empty()
        {
            placed.push(PlacedTicket {
                team: (*name).into(),
                age: Millis::from_secs(u32::try_from(roster.wait).unwrap_or(0)),
                players: roster.teams[at].clone(),
                backfill: true,
            });
        }
    }
    rule_set.judge(&placed).is_ok_and(|judgement| judgement.valid)
}
