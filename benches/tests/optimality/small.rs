//! Games of up to four players, whose best matching is known exactly.

use rallypoint::{Player, RuleSet};
use rallypoint_benches::{Draw, Duel, Workload};

use super::game::{
    Best, Game, Time, bell, compiled, draw_latencies, living, near, own, player, same, share, size,
    skills_within, some_of, string, strings,
};

/// All of them.
pub fn games() -> Vec<Game> {
    let workload = |draw: &mut Draw| Duel::players(&Duel::draw(draw), 0);
    let at = Time::At;
    vec![
        exact("duel (workload)", compiled(Duel::RULES), at(0), workload, |it| {
            skills_within(it, 50.0)
        }),
        exact("duel", own("duel"), at(0), skilled, |it| skills_within(it, 50.0)),
        exact("duel, 15 s", own("duel"), at(15), skilled, |it| skills_within(it, 150.0)),
        exact("duel near by", compiled(NEAR_DUEL), at(0), near_duellist, |it| {
            skills_within(it, 250.0) && near(it, 80)
        }),
        exact("2v2 with parties", compiled(PAIRS), at(0), friends, |it| skills_within(it, 200.0)),
        exact("playlists", own("playlists"), at(0), listener, |it| may_play(it, 200.0)),
        exact("playlists, 30 s", own("playlists"), at(30), listener, |it| may_play(it, 400.0)),
        exact("co_op", own("co_op"), at(0), climber, may_climb),
        exact("co_op, 20 s", own("co_op"), at(20), climber, may_climb),
        exact("free for all of 3", compiled(BRAWL), at(0), brawler, |it| near(it, 80)),
        exact("2 to 4", compiled(CREW), at(0), sailor, |it| {
            same(it, "mode") && skills_within(it, 150.0)
        }),
    ]
}

/// Those in which waiting widens the rules, from the first pass to the last.
pub fn waiting() -> Vec<Game> {
    let to = Time::Through;
    vec![
        exact("duel, 0 to 15 s", own("duel"), to(15), skilled, |it| skills_within(it, 150.0)),
        exact("playlists, 0 to 30 s", own("playlists"), to(30), listener, |it| may_play(it, 400.0)),
        exact("co_op, 0 to 20 s", own("co_op"), to(20), climber, may_climb),
    ]
}

fn exact(
    name: &'static str,
    rules: RuleSet,
    time: Time,
    draw: fn(&mut Draw) -> Vec<Player>,
    may_hold: fn(&[&Player]) -> bool,
) -> Game {
    Game { name, rules, time, draw, best: Best::Exact(may_hold) }
}

fn skilled(draw: &mut Draw) -> Vec<Player> {
    vec![player().with_number("skill", bell(draw))]
}

/// One against one, at most 250 points apart, near to one location.
const NEAR_DUEL: &str = r#"{
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "skill", "type": "number"}],
    "teams": [
        {"name": "red", "minPlayers": 1, "maxPlayers": 1},
        {"name": "blue", "minPlayers": 1, "maxPlayers": 1}
    ],
    "rules": [
        {"name": "CloseSkill", "type": "batchDistance", "batchAttribute": "skill",
         "maxDistance": 250},
        {"name": "Near", "type": "latency", "maxLatency": 80}
    ]
}"#;

fn near_duellist(draw: &mut Draw) -> Vec<Player> {
    let [player] = &skilled(draw)[..] else { return vec![] };
    vec![living(player.clone(), draw_latencies(draw))]
}

/// Two against two, at most 200 points apart, and teams of which no average is more than 40 from
/// that of the match.
const PAIRS: &str = r#"{
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "skill", "type": "number"}],
    "teams": [
        {"name": "red", "minPlayers": 2, "maxPlayers": 2},
        {"name": "blue", "minPlayers": 2, "maxPlayers": 2}
    ],
    "rules": [
        {"name": "Window", "type": "distance", "maxDistance": 200,
         "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
         "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"},
        {"name": "EvenTeams", "type": "distance", "maxDistance": 40,
         "measurements": ["avg(teams[*].players.attributes[skill])"],
         "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}
    ]
}"#;

/// A third of the tickets have two players, at most 100 points from the party's skill.
fn friends(draw: &mut Draw) -> Vec<Player> {
    let skill = bell(draw);
    let of = |draw: &mut Draw| skill + f64::from(draw.below(101)) - 50.0;
    let players = size(draw, &[67, 33]);
    (0..players).map(|_| player().with_number("skill", of(draw))).collect()
}

/// Two modes, skills as everywhere, one to three of six maps, a fifth of the tickets with two
/// players, and in ten players one who has blocked somebody.
fn listener(draw: &mut Draw) -> Vec<Player> {
    const MAPS: [&str; 6] = ["canyon", "harbour", "ruins", "summit", "forest", "docks"];
    let mode = ["casual", "ranked"][draw.share(&[60, 40])];
    let (skill, maps) = (bell(draw), some_of(draw, &MAPS, 2));
    let one = |draw: &mut Draw| {
        let maps: Vec<&str> = maps.iter().map(String::as_str).collect();
        let blocks = draw.below(10) == 0;
        let blocked = format!("p{}", draw.below(40));
        let blocked = if blocks { vec![blocked.as_str()] } else { vec![] };
        player()
            .with_string("mode", mode)
            .with_number("skill", skill)
            .with_strings("maps", &maps)
            .with_strings("blocked", &blocked)
            .with_numbers(
                "votes",
                &[(MAPS[draw.below(6) as usize], 1.0 + f64::from(draw.below(9)))],
            )
    };
    let players = size(draw, &[80, 20]);
    (0..players).map(|_| one(draw)).collect()
}

fn may_play(players: &[&Player], distance: f64) -> bool {
    let blocks = |it: &Player| {
        let blocked = strings(it, "blocked");
        players.iter().any(|other| blocked.iter().any(|id| *id == *other.player_id.as_str()))
    };
    let serious = same(players, "mode") && skills_within(players, distance);
    serious || (share(players, "maps") && !players.iter().any(|it| blocks(it)))
}

/// Three difficulties and five languages of which a player speaks one or two; parties of up to
/// three that have one language in common.
fn climber(draw: &mut Draw) -> Vec<Player> {
    const LANGUAGES: [&str; 5] = ["en", "de", "fr", "es", "ja"];
    let difficulty = ["easy", "normal", "hard"][draw.share(&[25, 50, 25])];
    let spoken = LANGUAGES[draw.share(&[40, 20, 15, 15, 10])];
    let one = |draw: &mut Draw| {
        let other = LANGUAGES[draw.below(5) as usize];
        let both = [spoken, other];
        let languages = if other == spoken || draw.below(2) == 0 { &both[..1] } else { &both };
        player().with_string("difficulty", difficulty).with_strings("languages", languages)
    };
    let players = size(draw, &[60, 25, 15]);
    (0..players).map(|_| one(draw)).collect()
}

fn may_climb(players: &[&Player]) -> bool {
    same(players, "difficulty") && share(players, "languages")
}

/// Three players, each alone, near to one location, with different characters.
const BRAWL: &str = r#"{
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "character", "type": "string"}],
    "teams": [{"name": "arena", "minPlayers": 3, "maxPlayers": 3}],
    "rules": [
        {"name": "Near", "type": "latency", "maxLatency": 80},
        {"name": "Different", "type": "comparison", "operation": "!=",
         "measurements": ["flatten(teams[*].players.attributes[character])"]}
    ]
}"#;

fn brawler(draw: &mut Draw) -> Vec<Player> {
    let character = ["giant", "witch", "archer", "monk"][draw.share(&[40, 30, 20, 10])];
    vec![living(player().with_string("character", character), draw_latencies(draw))]
}

/// Two to four players of one mode, at most 150 points apart.
const CREW: &str = r#"{
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [
        {"name": "mode", "type": "string"},
        {"name": "skill", "type": "number"}
    ],
    "teams": [{"name": "crew", "minPlayers": 2, "maxPlayers": 4}],
    "rules": [
        {"name": "SameMode", "type": "comparison", "operation": "=",
         "measurements": ["flatten(teams[*].players.attributes[mode])"]},
        {"name": "CloseSkill", "type": "distance", "maxDistance": 150,
         "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
         "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"}
    ]
}"#;

fn sailor(draw: &mut Draw) -> Vec<Player> {
    let mode = ["fish", "trade", "war"][draw.share(&[50, 30, 20])];
    let mut friends = friends(draw);
    for player in &mut friends {
        *player = player.clone().with_string("mode", mode);
    }
    debug_assert!(friends.iter().all(|it| string(it, "mode") == mode));
    friends
}
