//! The standard ticket of the memory and submit goals (decision 35): ids of 36 bytes, two numbers,
//! a string of up to 16 bytes, a list of three, four latencies. One player.

use rallypoint::{
    Configuration, EngineOptions, Input, Matchmaker, Player, RuleSet, StartMatchmaking, Timestamp,
};

/// Every value is read by a rule, and there are expansions. Nobody's level is below zero: each
/// ticket is searched for, and waits.
const RULES: &str = r#"{
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [
        {"name": "skill", "type": "number"},
        {"name": "level", "type": "number"},
        {"name": "role", "type": "string"},
        {"name": "modes", "type": "string_list"}
    ],
    "teams": [{"name": "team", "minPlayers": 5, "maxPlayers": 5, "quantity": 2}],
    "rules": [
        {"name": "nobody", "type": "comparison", "operation": "<", "referenceValue": 0,
         "measurements": ["flatten(teams[*].players.attributes[level])"]},
        {"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 100},
        {"name": "medics", "type": "collection", "operation": "contains", "minCount": 2,
         "referenceValue": "medic", "measurements": ["flatten(teams[*].players.attributes[role])"]},
        {"name": "mode", "type": "collection", "operation": "intersection", "minCount": 1,
         "measurements": ["flatten(teams[*].players.attributes[modes])"]},
        {"name": "close", "type": "latency", "maxLatency": 150}
    ],
    "expansions": [
        {"target": "rules[near].maxDistance", "steps": [
            {"waitTimeSeconds": 10, "value": 200}, {"waitTimeSeconds": 30, "value": 400}]}
    ]
}"#;

pub const ROLES: [&str; 5] = ["medic", "sniper", "vanguard", "field_engineer", "reconnaissance_1"];
pub const MODES: [&str; 8] =
    ["conquest", "duel", "deathmatch", "siege", "escort", "arena", "capture_the_flag", "royale"];
pub const LOCATIONS: [&str; 4] = ["ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2"];

/// The values of a standard ticket.
#[derive(Clone, Copy)]
pub struct Values {
    pub number: u64,
    pub skill: f64,
    pub level: f64,
    pub role: &'static str,
    pub modes: [&'static str; 3],
    pub latencies: [u32; 4],
}

/// The `number`-th of a series that is the same on every machine.
pub fn values(number: u64) -> Values {
    let mut state = number;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let first = random(8) as usize;
    Values {
        number,
        skill: random(300_000) as f64 / 100.0,
        level: random(60) as f64,
        role: ROLES[random(5) as usize],
        modes: [0, 1, 3].map(|step| MODES[(first + step) % MODES.len()]),
        latencies: [0; 4].map(|_| 5 + random(250) as u32),
    }
}

impl Values {
    pub fn ticket_id(&self) -> String {
        format!("7f0e3c1a-9b52-4d68-8e21-{:012x}", self.number)
    }

    pub fn player_id(&self) -> String {
        format!("c4a7d90b-16fe-4b3d-a5c8-{:012x}", self.number)
    }

    /// The bytes of the ids and of the values themselves.
    #[allow(dead_code, reason = "the memory bench alone counts them")]
    pub fn own_bytes(&self) -> usize {
        let texts = self.role.len() + self.modes.iter().map(|it| it.len()).sum::<usize>();
        2 * 36 + 2 * size_of::<f64>() + texts + 4 * size_of::<u32>()
    }

    /// The request that sends them.
    pub fn request(&self) -> Input {
        let player = Player::new(self.player_id())
            .with_number("skill", self.skill)
            .with_number("level", self.level)
            .with_string("role", self.role)
            .with_strings("modes", &self.modes);
        let latencies = LOCATIONS.into_iter().zip(self.latencies);
        let player = latencies
            .fold(player, |player, (location, millis)| player.with_latency(location, millis));
        Input::StartMatchmaking(StartMatchmaking {
            ticket_id: Some(self.ticket_id().into()),
            players: vec![player],
            ..StartMatchmaking::default()
        })
    }
}

/// A matchmaker for standard tickets that holds none.
pub fn matchmaker() -> Matchmaker {
    let rule_set = RuleSet::from_json(RULES).expect("it compiles");
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    Matchmaker::new(rule_set, configuration, options, Timestamp::from_millis(0), 1)
        .expect("the default configuration is valid")
}

/// Runs the pass that is due to its end and reads all events; says how many there were.
pub fn settle(matchmaker: &mut Matchmaker, now: Timestamp) -> u64 {
    let mut events = 0;
    loop {
        let report = matchmaker.handle_timeout(now).expect("time stands");
        assert_eq!(report.matches, 0, "standard tickets wait");
        events += std::iter::from_fn(|| matchmaker.poll_event()).count() as u64;
        if !report.unfinished {
            return events;
        }
    }
}

/// Whether the benches are measured; in `cargo test --benches` they are only tried.
pub fn is_measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}
