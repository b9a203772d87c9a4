//! A rule set with a flaw that its author does not see, and how a property finds it.
//!
//! "One tank, two who deal damage, and at most one healer": each rule is what the designer wants, and
//! every match is valid. But a team is of three, and the first two rules fill it, so a healer waits
//! for ever while others are matched.

use rallypoint::testing::proptest::sample::select;
use rallypoint::testing::proptest::strategy::Strategy;
use rallypoint::testing::{Run, Simulation, Strategies};
use rallypoint::{AttributeValue, RuleSet};

fn raid(max_players: u32) -> RuleSet {
    let rule = |name: &str, role: &str, min: u32, max: u32| {
        format!(
            r#"{{"name": "{name}", "type": "collection", "operation": "contains",
                "measurements": ["teams[raid].players.attributes[roles]"],
                "referenceValue": "{role}", "minCount": {min}, "maxCount": {max}}}"#
        )
    };
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "roles", "type": "string_list"}}],
            "teams": [{{"name": "raid", "minPlayers": 3, "maxPlayers": {max_players}}}],
            "rules": [{}, {}, {}]}}"#,
        rule("OneTank", "tank", 1, 1),
        rule("TwoDealDamage", "damage", 2, 2),
        rule("AtMostOneHealer", "healer", 0, 1),
    );
    RuleSet::from_json(&text).expect("it compiles")
}

/// Players as the game sends them: alone, each with one role.
fn simulation(max_players: u32) -> Simulation {
    let roles = select(vec!["damage", "damage", "tank", "healer"]);
    let role = roles.prop_map(|it| AttributeValue::StringList(vec![it.into()]));
    Simulation::with(Strategies::of(&raid(max_players)).attribute("roles", role).party_max(1))
}

/// Three matches of players who came later: whoever sees that is starved.
fn nobody_starves(run: &Run) -> Result<(), String> {
    match run.tickets.iter().find(|it| !it.is_backfill && run.times_passed_over(it) >= 3) {
        Some(ticket) => {
            let roles = &ticket.players[0].attributes["roles"];
            Err(format!("{} is passed over three times: {roles:?}", ticket.ticket_id))
        }
        None => Ok(()),
    }
}

#[test]
fn the_healer_starves_and_the_property_finds_it() {
    let failure = simulation(3).check(nobody_starves).unwrap_err();
    println!("{failure}");
    assert!(failure.problem.contains("healer"), "{failure}");
    // One healer, and three matches without: nothing else is left of the run.
    let healers = failure.run.tickets.iter().filter(|ticket| {
        ticket.players[0].attributes["roles"] == AttributeValue::StringList(vec!["healer".into()])
    });
    assert_eq!(healers.count(), 1, "{failure}");
    assert_eq!((failure.run.tickets.len(), failure.run.matches.len()), (10, 3), "{failure}");
}

#[test]
fn with_a_place_for_the_healer_nobody_starves() {
    let checked = simulation(4).check(nobody_starves).unwrap();
    assert!(checked.matches > 100, "{checked:?}");
}
