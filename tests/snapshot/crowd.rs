//! Among more strings and locations than the index keeps apart.

use rallypoint::{
    Configuration, EngineOptions, Input, Matchmaker, Player, RuleSet, StartMatchmaking,
    StopMatchmaking, Timestamp,
};

use super::stored;
use super::support::Dice;

/// Two teams of two of about the same skill, by one more rule.
fn even_teams(attribute: &str, rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{attribute} {{"name": "skill", "type": "number"}}],
        "teams": [{{"name": "red", "minPlayers": 2, "maxPlayers": 2}},
                  {{"name": "blue", "minPlayers": 2, "maxPlayers": 2}}],
        "rules": [{rule},
            {{"name": "even", "type": "distance", "maxDistance": 30,
              "measurements": ["avg(teams[*].players.attributes[skill])"],
              "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"}}]}}"#
    );
    RuleSet::from_json(&text).expect("the rule set is valid")
}

/// All that is due until a time: reports, whose nodes say what a search looked at, and events.
fn drained(matchmaker: &mut Matchmaker, end: Timestamp) -> String {
    let mut seen = String::new();
    while let Some(due) = matchmaker.poll_timeout().filter(|&due| due <= end) {
        let report = matchmaker.handle_timeout(due).expect("time goes on");
        seen += &format!("{report:?}\n");
    }
    while let Some(event) = matchmaker.poll_event() {
        seen += &format!("{event:?}\n");
    }
    seen
}

/// More come, go and come again than the index keeps apart. What was before a snapshot leaves its
/// traces in the numbers that strings, locations and cells have; they must not show.
fn goes_on_alike_in_a_crowd(rule_set: &RuleSet, player: fn(&mut Dice, Player) -> Player) {
    let at = Timestamp::from_millis;
    for seed in 0..6 {
        for (nodes_per_anchor, nodes_per_slice) in [(1_000, 1_000_000), (60, 2_000)] {
            let mut options = EngineOptions::default();
            options.nodes_per_anchor = nodes_per_anchor;
            options.nodes_per_slice = nodes_per_slice;
            let configuration = Configuration::default();
            let made = Matchmaker::new(rule_set.clone(), configuration, options, at(0), seed);
            let mut original = made.expect("all of it is valid");
            let mut dice = Dice::new(seed);
            let mut next = |number: u64| {
                let skill = dice.below(1_000) as f64;
                let it = Player::new(format!("p{number}")).with_number("skill", skill);
                let players = vec![player(&mut dice, it)];
                let ticket_id = Some(format!("t{number}").into());
                Input::from(StartMatchmaking { ticket_id, players, ..Default::default() })
            };
            for number in 0..300 {
                original.handle_input(at(number), next(number)).expect("the ticket is right");
            }
            drained(&mut original, at(300));
            for number in (0..300).filter(|number| number % 3 > 0) {
                let ticket_id = format!("t{number}").into();
                // Many are matched by now.
                let _ = original.handle_input(at(301), StopMatchmaking { ticket_id });
            }
            drained(&mut original, at(302));
            let mut restored = Matchmaker::restore(rule_set.clone(), stored(&original.snapshot()))
                .expect("it was just taken");
            for number in 300..600 {
                let input = next(number);
                for it in [&mut original, &mut restored] {
                    it.handle_input(at(1_000 + number), input.clone()).expect("it is right");
                }
            }
            let expected = drained(&mut original, at(5_000));
            assert!(expected.contains("MatchmakingSucceeded"), "seed {seed}");
            let found = drained(&mut restored, at(5_000));
            assert_eq!(found, expected, "seed {seed}, {nodes_per_anchor} nodes for an anchor");
        }
    }
}

#[test]
fn among_more_strings_than_signatures_have_bits_it_goes_on_alike() {
    let rule_set = even_teams(
        r#"{"name": "modes", "type": "string_list"},"#,
        r#"{"name": "mode", "type": "collection", "operation": "intersection", "minCount": 1,
            "measurements": ["flatten(teams[*].players.attributes[modes])"]}"#,
    );
    goes_on_alike_in_a_crowd(&rule_set, |dice, player| {
        let [a, b] = [(); 2].map(|()| format!("mode{}", dice.below(120)));
        player.with_strings("modes", &[&*a, &*b])
    });
}

#[test]
fn among_more_sets_of_locations_than_there_are_cells_it_goes_on_alike() {
    let rule_set = even_teams("", r#"{"name": "near", "type": "latency", "maxLatency": 100}"#);
    goes_on_alike_in_a_crowd(&rule_set, |dice, player| {
        let first = format!("place{}", dice.below(12));
        (0..12).filter(|_| dice.once_in(4)).fold(player.with_latency(&first, 50), |player, it| {
            player.with_latency(&format!("place{it}"), 50)
        })
    });
}
