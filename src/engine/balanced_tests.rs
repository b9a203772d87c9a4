//! Batches and the exchange of tickets between matches are for `exhaustiveSearch`: whatever the
//! options say, partitions of a `balanced` rule set stay whole and its matches as they are found.

use crate::base::time::Timestamp;
use crate::engine::Matchmaker;
use crate::engine::input::{Input, Reconfigure, StartMatchmaking};
use crate::engine::options::{Configuration, EngineOptions};
use crate::engine::report::TickReport;
use crate::model::ticket::Player;
use crate::ruleset::RuleSet;

const NOW: Timestamp = Timestamp::from_millis(0);
const EXHAUSTIVE: &str = r#""strategy": "exhaustiveSearch""#;
const BALANCED: &str = r#""strategy": "balanced", "balancedAttribute": "skill""#;

/// Two players under a rule.
fn duel(algorithm: &str, rule: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{{"name": "skill", "type": "number"}}],
        "algorithm": {{{algorithm}}},
        "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 1, "quantity": 2}}],
        "rules": [{rule}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn submit(matchmaker: &mut Matchmaker, skills: impl IntoIterator<Item = f64>) {
    for skill in skills {
        let player = Player::new(format!("p{skill}")).with_number("skill", skill);
        let request = StartMatchmaking { players: vec![player], ..Default::default() };
        matchmaker.handle_input(NOW, Input::StartMatchmaking(request)).expect("it is accepted");
    }
}

fn filled(
    rule_set: RuleSet,
    options: EngineOptions,
    skills: impl IntoIterator<Item = f64>,
) -> Matchmaker {
    let configuration = Configuration::default();
    let matchmaker = Matchmaker::new(rule_set, configuration, options, NOW, 1);
    let mut matchmaker = matchmaker.expect("the configuration is right");
    submit(&mut matchmaker, skills);
    matchmaker
}

/// Does all that is due now; gives back how many matches were formed, how many matches were
/// exchanged, and how many partitions cut.
fn run(matchmaker: &mut Matchmaker) -> (u64, u64, u64) {
    let mut done = (0, 0, 0);
    while matchmaker.poll_timeout().is_some_and(|due| due <= NOW) {
        let TickReport { matches, exchanged, partitions_cut, .. } =
            matchmaker.handle_timeout(NOW).expect("time goes on");
        done = (done.0 + matches, done.1 + exchanged, done.2 + partitions_cut);
    }
    done
}

#[test]
fn no_match_becomes_two() {
    let near = r#"{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
                   "maxDistance": 6}"#;
    // The oldest, 5, could meet 10 and 0; 14 could meet 10 alone.
    let skills = [5.0, 10.0, 14.0, 0.0];
    let of =
        |algorithm: &str| run(&mut filled(duel(algorithm, near), EngineOptions::default(), skills));
    assert_eq!(of(EXHAUSTIVE), (2, 1, 0));
    assert_eq!(of(BALANCED), (1, 0, 0));
}

#[test]
fn no_partition_is_cut() {
    // They must be equal, which a search learns of nobody in advance.
    let same = r#"{"name": "same", "type": "distance", "maxDistance": 0,
                   "measurements": ["flatten(teams[*].players.attributes[skill])"],
                   "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"},
                  {"name": "either", "type": "compound", "statement": "or(same, same)"}"#;
    let options =
        EngineOptions { max_batch_tickets: 10, nodes_per_anchor: 20, ..EngineOptions::default() };
    let skills = || (0..40).map(f64::from);
    let of = |algorithm: &str| {
        let mut matchmaker = filled(duel(algorithm, same), options.clone(), skills());
        run(&mut matchmaker)
    };
    assert_eq!(of(EXHAUSTIVE), (0, 0, 1));
    assert_eq!(of(BALANCED), (0, 0, 0));
    // The rule set that is in force says so, not the one before.
    for (before, after, cut) in [(EXHAUSTIVE, BALANCED, 0), (BALANCED, EXHAUSTIVE, 1)] {
        let mut matchmaker = filled(duel(before, same), options.clone(), []);
        let change = Reconfigure { rule_set: Some(duel(after, same)), configuration: None };
        matchmaker.handle_input(NOW, change).expect("it is accepted");
        submit(&mut matchmaker, skills());
        assert_eq!(run(&mut matchmaker), (0, 0, cut), "{before}, then {after}");
    }
}
