//! A search that counts strings by quotas finds what one finds that does not, in no more nodes, and
//! where the pool lacks what a rule asks for it does not go on looking.

use super::exhaustive::Used;
use super::index_tests::{Filled, NOW};
use super::{AnchorKey, Found, MatchTerms, Outcome, Partitions, PoolAt};
use crate::base::rng::DetRng;
use crate::base::time::Timestamp;
use crate::model::schema::{InstanceIdx, PartyAggregation};
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::{CompileOptions, RuleSet};

const POOLS: u64 = 24;
const ROLES: [&str; 4] = ["tank", "healer", "damage", "scout"];

/// A rule with what it says of pairs, for pools in which it is not all that counts.
const NEAR: &str = r#", {"name": "near", "type": "batchDistance", "batchAttribute": "skill",
    "maxDistance": 9}"#;

fn collection(name: &str, measurements: &str, rest: &str) -> String {
    let measurements = measurements.replace("ROLE", "players.attributes[role]");
    let measurements = measurements.replace("LIST", "players.attributes[roles]");
    format!(
        r#"{{"name": "{name}", "type": "collection", "measurements": [{measurements}], {rest}}}"#
    )
}

fn contains(name: &str, measurements: &str, role: &str, bounds: &str) -> String {
    let rest = format!(r#""operation": "contains", "referenceValue": "{role}", {bounds}"#);
    collection(name, measurements, &rest)
}

fn among(name: &str, measurements: &str, roles: &str, bounds: &str) -> String {
    let operation = "reference_intersection_count";
    let rest = format!(r#""operation": "{operation}", "referenceValue": [{roles}], {bounds}"#);
    collection(name, measurements, &rest)
}

const BOTH_ROLE: &str = r#""teams[a].ROLE", "teams[b].ROLE""#;
const BOTH_LIST: &str = r#""teams[a].LIST", "teams[b].LIST""#;

/// Rules and the expansions of some.
fn cases() -> Vec<(String, &'static str)> {
    let of_each = [
        contains("tank", BOTH_ROLE, "tank", r#""minCount": 1"#),
        contains("healer", r#""teams[*].ROLE""#, "healer", r#""minCount": 2"#),
    ];
    let caps: Vec<String> =
        ROLES.iter().map(|role| contains(role, BOTH_LIST, role, r#""maxCount": 1"#)).collect();
    let anywhere = contains("r", r#""teams[*].ROLE""#, "healer", r#""minCount": 1"#);
    let between = r#""minCount": 2, "maxCount": 3"#;
    let healers = contains("r", r#""flatten(teams[*].LIST)""#, "healer", between);
    let each_list = contains("r", r#""teams[*].LIST""#, "tank", r#""minCount": 1, "maxCount": 1"#);
    let no_scout = contains("r", r#""flatten(teams[*].ROLE)""#, "scout", r#""maxCount": 0"#);
    let trinity = among("r", BOTH_ROLE, r#""tank", "healer", "damage""#, r#""minCount": 3"#);
    let two_of =
        among("r", r#""teams[*].ROLE""#, r#""tank", "healer", "scout""#, r#""minCount": 2"#);
    let lists = r#""flatten(teams[a].LIST)", "flatten(teams[b].LIST)""#;
    let pair = among("r", lists, r#""tank", "healer""#, r#""minCount": 2"#);
    let one = among(
        "r",
        r#""flatten(flatten(teams[*].LIST))""#,
        r#""tank", "scout""#,
        r#""minCount": 1"#,
    );
    let both = format!(
        r#"{}, {}, {{"name": "r", "type": "compound", "statement": "and(tank, not(healer))"}}"#,
        contains("tank", BOTH_ROLE, "tank", r#""minCount": 1"#),
        contains("healer", BOTH_ROLE, "healer", r#""minCount": 1"#),
    );
    let either = format!(
        r#"{}, {}, {{"name": "r", "type": "compound", "statement": "or(tank, healer)"}}"#,
        contains("tank", BOTH_ROLE, "tank", r#""minCount": 1"#),
        contains("healer", BOTH_LIST, "healer", r#""maxCount": 0"#),
    );
    let parties = |aggregation: &str| {
        let bounds =
            format!(r#""minCount": 1, "maxCount": 1, "partyAggregation": "{aggregation}""#);
        contains("r", r#""teams[*].LIST""#, "healer", &bounds)
    };
    let shared = r#""minCount": 2, "partyAggregation": "intersection""#;
    let shared = among("r", lists, r#""tank", "healer""#, shared);
    let later = contains("r", BOTH_ROLE, "tank", r#""minCount": 1"#);
    let expansions = r#"{"target": "rules[r].minCount", "steps":
            [{"waitTimeSeconds": 10, "value": 0}, {"waitTimeSeconds": 25, "value": 1}]},
        {"target": "rules[r].referenceValue", "steps":
            [{"waitTimeSeconds": 30, "value": "healer"}]}"#;
    vec![
        (of_each.join(", "), ""),
        (of_each.join(", ") + NEAR, ""),
        (caps.join(", "), ""),
        (caps.join(", ") + NEAR, ""),
        (anywhere, ""),
        (healers.clone(), ""),
        (healers + NEAR, ""),
        (each_list, ""),
        (no_scout, ""),
        (trinity.clone(), ""),
        (trinity + NEAR, ""),
        (two_of, ""),
        (pair, ""),
        (one, ""),
        (both, ""),
        (either, ""),
        (later, expansions),
        (parties("union"), ""),
        (parties("intersection"), ""),
        (shared, ""),
    ]
}

/// Of these no rule says how many there must or may be.
const SAYS_NOTHING: usize = 15;

fn rule_set(rules: &str, expansions: &str, seed: u64) -> RuleSet {
    let (min, max) = [(1, 2), (2, 2), (2, 3), (3, 3), (0, 2)][(seed % 5) as usize];
    let priority = ["normal", "high", "low"][(seed % 3) as usize];
    let age = ["newest", "oldest"][(seed / 3 % 2) as usize];
    let parties = [PartyAggregation::Exact, PartyAggregation::Collapse][(seed / 2 % 2) as usize];
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "role", "type": "string"}},
                                 {{"name": "roles", "type": "string_list"}}],
            "algorithm": {{"backfillPriority": "{priority}", "expansionAgeSelection": "{age}"}},
            "teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": {max}}},
                      {{"name": "b", "minPlayers": {}, "maxPlayers": {max}}}],
            "rules": [{rules}], "expansions": [{expansions}]}}"#,
        min.max(1)
    );
    let options = CompileOptions::default().party_aggregation(parties);
    RuleSet::compile(&text, options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn player(name: String, role: &str, roles: &[&str], skill: f64) -> Player {
    let player = Player::new(name).with_number("skill", skill);
    player.with_string("role", role).with_strings("roles", roles)
}

fn in_order(rule_set: &RuleSet, pool: Pool, mut rows: Vec<TicketRow>) -> Filled {
    rows.sort_by_key(|&row| AnchorKey::of(rule_set.plan(), &pool.columns, row));
    Filled { pool, rows }
}

/// Tickets most of whose players have one role, with parties and backfill tickets among them.
fn fill(rule_set: &RuleSet, seed: u64) -> Filled {
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let mut rng = DetRng::new(seed);
    let mut below = |count: u64| rng.next_u64() % count;
    let usual = ROLES[below(4) as usize];
    let mut rows = Vec::new();
    for number in 0..9 + below(5) {
        let size = [1, 1, 1, 1, 2, 3][below(6) as usize];
        let players: Vec<Player> = (0..size)
            .map(|at| {
                let role = if below(3) > 0 { usual } else { ROLES[below(4) as usize] };
                let mut roles = vec![role];
                if below(5) == 0 {
                    roles.push(ROLES[below(4) as usize]);
                }
                if below(9) == 0 {
                    roles.clear();
                }
                player(format!("p{number}-{at}"), role, &roles, below(14) as f64)
            })
            .collect();
        let (schema, start) =
            (&plan.ast.schema, Timestamp::from_millis(20_000 + below(40) * 1_000));
        let row = if size < 3 && seed.is_multiple_of(3) && below(5) == 0 {
            let team: Vec<InstanceIdx> = schema.instances.indices().take(size).collect();
            pool.insert_roster(schema, &players, &team, None, start, number)
        } else {
            pool.insert(schema, &players, start, number)
        };
        rows.push(row.expect("there is room"));
    }
    in_order(rule_set, pool, rows)
}

type Match = (Vec<(InstanceIdx, TicketRow)>, Option<TicketRow>);

fn match_of(outcome: &Outcome) -> Option<Match> {
    outcome.found.as_ref().map(|Found { placed, roster, .. }| (placed.clone(), *roster))
}

#[test]
fn counting_strings_changes_no_match_and_costs_no_node() {
    let (mut found, mut joined, mut nodes, mut plain_nodes) = (0, 0, 0, 0);
    for (case, (rules, expansions)) in cases().into_iter().enumerate() {
        let mut ruled_out = 0;
        for seed in 0..POOLS {
            let seed = case as u64 * POOLS + seed;
            let rule_set = rule_set(&rules, expansions, seed);
            let mut filled = fill(&rule_set, seed);
            let plan = rule_set.plan();
            let columns = &filled.pool.columns;
            let pool_at = PoolAt { plan, columns, now: NOW, terms: MatchTerms::default() };
            let mut searches =
                [Partitions::new(plan), Partitions::without_quotas(plan), Partitions::plain(plan)];
            for waiting in &mut searches {
                filled.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
            }
            while let Some(&anchor) = filled.rows.first() {
                let outcomes = searches.each_mut().map(|it| it.search(pool_at, anchor, u64::MAX));
                let [own, without, plain] = outcomes.each_ref().map(match_of);
                assert!(own == without && own == plain, "case {case}, seed {seed}\n{rules}");
                let [own_nodes, without_nodes, _] = outcomes.each_ref().map(|it| it.nodes);
                assert!(own_nodes <= without_nodes, "case {case}, seed {seed}\n{rules}");
                nodes += own_nodes;
                plain_nodes += without_nodes;
                let mut taken = vec![anchor];
                if let Some((placed, roster)) = own {
                    found += 1;
                    joined += u32::from(roster.is_some());
                    taken = placed.iter().map(|&(_, row)| row).chain(roster).collect();
                    for waiting in &mut searches {
                        taken.iter().for_each(|&row| waiting.remove(pool_at, row));
                    }
                }
                filled.rows.retain(|row| !taken.contains(row));
            }
            let [own, without, plain] = searches.map(|it| it.used());
            ruled_out += own.ruled_out;
            assert_eq!((without.ruled_out, plain.ruled_out), (0, 0));
        }
        assert_eq!(ruled_out > 0, case != SAYS_NOTHING, "case {case}: {ruled_out} steps\n{rules}");
    }
    assert!(found > 350 && joined > 40, "{joined} of {found} matches joined a session");
    println!("{found} matches, {nodes} nodes against {plain_nodes}");
    assert!(nodes * 5 < plain_nodes, "{nodes} nodes against {plain_nodes}");
}

/// What the search for the first of these tickets comes to, with a look-ahead by quotas and without.
/// A ticket is the role of a player, then a skill where that is not 5, then a list where that is not
/// the role alone; of a party those of each.
fn search(rule_set: &RuleSet, roles: &[&str], roster: &[(&str, usize)]) -> [(Outcome, Used); 2] {
    let plan = rule_set.plan();
    let mut pool = Pool::new(&plan.layout, 1);
    let schema = &plan.ast.schema;
    let mut rows = Vec::new();
    if !roster.is_empty() {
        let players: Vec<Player> = (0..)
            .zip(roster)
            .map(|(at, &(role, _))| player(format!("r{at}"), role, &[role], 5.0))
            .collect();
        let instances: Vec<InstanceIdx> = schema.instances.indices().collect();
        let teams: Vec<InstanceIdx> = roster.iter().map(|&(_, team)| instances[team]).collect();
        let start = Timestamp::from_millis(1);
        rows.push(pool.insert_roster(schema, &players, &teams, None, start, 0).unwrap());
    }
    for (number, ticket) in (1..).zip(roles) {
        let players: Vec<Player> = ticket
            .split('+')
            .enumerate()
            .map(|(at, one)| {
                let mut words = one.split(' ');
                let role = words.next().unwrap();
                let skill = words.next().map_or(5.0, |skill| skill.parse().unwrap());
                let list: Vec<&str> = words.next().unwrap_or(role).split(',').collect();
                player(format!("p{number}-{at}"), role, &list, skill)
            })
            .collect();
        let start = Timestamp::from_millis(1_000 + number);
        rows.push(pool.insert(schema, &players, start, number).unwrap());
    }
    let filled = in_order(rule_set, pool, rows);
    let columns = &filled.pool.columns;
    let pool_at = PoolAt { plan, columns, now: NOW, terms: MatchTerms::default() };
    [Partitions::new(plan), Partitions::without_quotas(plan)].map(|mut waiting| {
        filled.rows.iter().for_each(|&row| waiting.insert(pool_at, row));
        let outcome = waiting.search(pool_at, filled.rows[0], NODES_MAX);
        (outcome, waiting.used())
    })
}

const NODES_MAX: u64 = 100_000;
const TICKETS: usize = 300;

/// A pool of a few sizes' nodes is read, and then the search is done; without quotas it goes on to
/// the end of its budget.
#[track_caller]
fn assert_given_up_soon(rule_set: &RuleSet, roles: &[&str], roster: &[(&str, usize)]) {
    let [(outcome, used), (without, _)] = search(rule_set, roles, roster);
    assert!(outcome.found.is_none() && !outcome.exhausted, "{outcome:?}");
    assert!(outcome.nodes <= 8 * TICKETS as u64, "{} nodes", outcome.nodes);
    assert!(used.ruled_out > 0, "{used:?}");
    assert!(without.found.is_none() && without.exhausted, "{without:?}");
}

fn teams_of(size: u32, rules: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "role", "type": "string"}},
                                 {{"name": "roles", "type": "string_list"}}],
            "teams": [{{"name": "a", "minPlayers": {size}, "maxPlayers": {size}}},
                      {{"name": "b", "minPlayers": {size}, "maxPlayers": {size}}}],
            "rules": [{rules}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn each_has(role: &str) -> String {
    contains(role, BOTH_ROLE, role, r#""minCount": 1"#)
}

/// `usual` for all, but for those at some positions.
fn pool_of(usual: &'static str, others: &[(usize, &'static str)]) -> Vec<&'static str> {
    let mut roles = vec![usual; TICKETS];
    others.iter().for_each(|&(at, role)| roles[at] = role);
    roles
}

#[test]
fn a_pool_without_a_role_that_each_team_needs_is_read_once() {
    let rule_set = teams_of(5, &each_has("healer"));
    assert_given_up_soon(&rule_set, &pool_of("tank", &[]), &[]);
    // One for two teams, be it the anchor or the last of all.
    assert_given_up_soon(&rule_set, &pool_of("tank", &[(0, "healer")]), &[]);
    assert_given_up_soon(&rule_set, &pool_of("tank", &[(TICKETS - 1, "healer")]), &[]);
    let enough = pool_of("tank", &[(7, "healer"), (TICKETS - 1, "healer")]);
    let [(outcome, _), (without, _)] = search(&rule_set, &enough, &[]);
    assert_eq!(match_of(&outcome), match_of(&without));
    assert_eq!(outcome.found.map(|it| it.rows().count()), Some(10));
}

#[test]
fn one_of_each_role_in_each_team_is_seen_not_to_come_about() {
    for measurements in [BOTH_ROLE, r#""flatten(teams[a].LIST)", "flatten(teams[b].LIST)""#] {
        let trinity = r#""tank", "healer", "damage""#;
        let rule_set = teams_of(3, &among("r", measurements, trinity, r#""minCount": 3"#));
        let mut roles: Vec<&str> = (0..TICKETS).map(|at| ["tank", "damage"][at % 2]).collect();
        roles[200] = "healer";
        assert_given_up_soon(&rule_set, &roles, &[]);
        roles[201] = "healer";
        let [(outcome, _), _] = search(&rule_set, &roles, &[]);
        assert!(outcome.found.is_some() && !outcome.exhausted, "{outcome:?}");
    }
}

#[test]
fn those_who_are_few_must_get_on_with_each_other_and_leave_room() {
    let of_all = |role| contains(role, r#""teams[*].ROLE""#, role, r#""minCount": 2"#);
    let trinity = ["tank", "healer", "damage"].map(of_all).join(", ");
    let mut roles: Vec<&str> = (0..TICKETS).map(|at| ["tank", "damage"][at % 2]).collect();
    let rule_set = teams_of(3, &trinity);
    // Beside two healers there is no place for both others.
    (100..110).for_each(|at| roles[at] = "healer+healer");
    roles[200] = "healer";
    assert_given_up_soon(&rule_set, &roles, &[]);
    roles[201] = "healer+damage";
    let [(outcome, _), _] = search(&rule_set, &roles, &[]);
    assert!(outcome.found.is_some() && !outcome.exhausted, "{outcome:?}");
    // Each is near all others, but they are too far from each other.
    let rule_set = teams_of(3, &(trinity + NEAR));
    (100..110).for_each(|at| roles[at] = "tank");
    (roles[200], roles[201]) = ("healer 0", "healer 10");
    assert_given_up_soon(&rule_set, &roles, &[]);
    roles[201] = "healer 9";
    let [(outcome, _), _] = search(&rule_set, &roles, &[]);
    assert!(outcome.found.is_some() && !outcome.exhausted, "{outcome:?}");
}

#[test]
fn those_who_are_few_must_have_a_string_in_common() {
    let common = r#""operation": "intersection", "minCount": 1"#;
    let common = collection("mode", r#""flatten(teams[*].LIST)""#, common);
    let rule_set = teams_of(3, &format!("{}, {common}", each_has("healer")));
    let mut roles =
        pool_of("tank 5 one,two,three", &[(200, "healer 5 one"), (201, "healer 5 two")]);
    // Each has one in common with all others.
    assert_given_up_soon(&rule_set, &roles, &[]);
    roles[201] = "healer 5 two,one";
    let [(outcome, _), _] = search(&rule_set, &roles, &[]);
    let found = outcome.found.expect("both healers play the one");
    assert_eq!(found.rows().count(), 6);
}

#[test]
fn where_many_have_a_string_they_are_taken_to_be_enough() {
    let roles = [each_has("tank"), each_has("healer")].join(", ");
    let rule_set = teams_of(2, &(roles + NEAR));
    // With the second tank no healer gets on. When that is known, the many have been looked up: they
    // get on with the first alone, and the last two with the third as well.
    let mut pool = vec!["tank 50", "tank 59", "tank 58"];
    pool.extend([["healer 44"; 130].as_slice(), &["healer 49.5"; 2]].concat());
    let [(outcome, _), (without, _)] = search(&rule_set, &pool, &[]);
    assert_eq!(match_of(&outcome), match_of(&without));
    assert_eq!(outcome.found.map(|it| it.rows().count()), Some(4));
    pool.pop();
    let [(outcome, _), (without, _)] = search(&rule_set, &pool, &[]);
    assert!(outcome.found.is_none() && !outcome.exhausted, "{outcome:?}");
    assert!(without.found.is_none() && outcome.nodes <= without.nodes, "{without:?}");
}

#[test]
fn of_more_strings_than_are_counted_the_rules_tell() {
    let names: Vec<String> = (0..40).map(|it| format!("role-{it}")).collect();
    let caps: Vec<String> =
        names.iter().map(|role| contains(role, BOTH_LIST, role, r#""maxCount": 1"#)).collect();
    let rule_set = teams_of(2, &caps.join(", "));
    let counted = &rule_set.plan().quotas.holdings;
    assert_eq!(counted.len(), 32);
    assert!(counted.iter().all(|of| of.at_most.len() == 2 && of.at_least.is_empty()));
    // The last of them is not counted, and may be in each team once all the same.
    let mut roles = vec!["role-39"; 6];
    roles.push("role-0");
    let [(outcome, _), _] = search(&rule_set, &roles, &[]);
    assert!(outcome.found.is_none() && !outcome.exhausted, "{outcome:?}");
    roles.push("role-0");
    let [(outcome, _), (without, _)] = search(&rule_set, &roles, &[]);
    assert_eq!(match_of(&outcome), match_of(&without));
    assert_eq!(outcome.found.map(|it| it.rows().count()), Some(4));
}

#[test]
fn a_party_counts_as_its_lists_are_put_together() {
    // By the seed, parties are as many players as they have, or one.
    for (aggregation, seed, [one_heals, both_heal]) in [
        ("union", 0, [[1, 1], [2, 1]]),
        ("union", 2, [[1, 1], [1, 1]]),
        ("intersection", 0, [[1, 1], [2, 1]]),
        ("intersection", 2, [[0, 0], [1, 1]]),
    ] {
        let bounds = format!(r#""minCount": 1, "partyAggregation": "{aggregation}""#);
        let rule_set = rule_set(&contains("r", r#""teams[*].LIST""#, "healer", &bounds), "", seed);
        let plan = rule_set.plan();
        let mut pool = Pool::new(&plan.layout, 1);
        for (number, (roles, expected)) in
            (1..).zip([(["tank", "healer"], one_heals), (["healer", "healer"], both_heal)])
        {
            let party = roles.map(|role| player(format!("{role}-{number}"), role, &[role], 5.0));
            let start = Timestamp::from_millis(1);
            let row = pool.insert(&plan.ast.schema, &party, start, number).unwrap();
            let mut numbers = vec![0; plan.quotas.width()];
            plan.quotas.count(&pool.columns, row, &mut numbers);
            assert_eq!(numbers, expected, "{aggregation}, seed {seed}: {roles:?}");
        }
    }
}

#[test]
fn a_rule_says_so_much_and_no_more() {
    let each = contains("r", r#""teams[*].LIST""#, "tank", r#""minCount": 1, "maxCount": 1"#);
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "role", "type": "string"}},
                                 {{"name": "roles", "type": "string_list"}}],
            "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 1, "quantity": 40}}],
            "rules": [{each}]}}"#
    );
    let rule_set = RuleSet::from_json(&text).unwrap_or_else(|error| panic!("{error}"));
    let [of] = &rule_set.plan().quotas.holdings[..] else { panic!("one string") };
    // A bound from below and one from above of each team, until there are 64.
    assert_eq!((of.at_least.len(), of.at_most.len()), (32, 32));
    let [(outcome, _), (without, _)] = search(&rule_set, &["tank"; 40], &[]);
    assert_eq!(match_of(&outcome), match_of(&without));
    assert_eq!(outcome.found.map(|it| it.rows().count()), Some(40));
}

#[test]
fn rules_that_ask_for_no_number_of_players_say_nothing() {
    let list = r#""flatten(teams[a].LIST)""#;
    let all = r#""flatten(flatten(teams[*].LIST))""#;
    let wanted = r#""operation": "reference_intersection_count", "minCount": 1, "referenceValue":"#;
    let liked = r#""set_intersection(flatten(teams[*].players.attributes[roles]))""#;
    let common = r#""operation": "intersection", "minCount": 1"#;
    let two = r#""tank", "healer""#;
    for (rule, strings) in [
        // Of this much is said, so that the others are not silent for want of asking.
        (among("r", all, two, r#""minCount": 1"#), 1),
        (among("r", all, two, r#""minCount": 2"#), 2),
        (among("r", all, "", r#""maxCount": 0"#), 0),
        (among("r", r#""teams[a].LIST""#, two, r#""minCount": 1"#), 0),
        (collection("r", list, &format!("{wanted} {liked}")), 0),
        (collection("r", r#""teams[a].LIST""#, common), 0),
        (contains("r", r#""set_intersection(teams[a].LIST)""#, "tank", r#""minCount": 1"#), 0),
    ] {
        let found = teams_of(2, &rule).plan().quotas.holdings.len();
        assert_eq!(found, strings, "{rule}");
    }
}

#[test]
fn too_many_of_one_role_are_not_counted_as_players() {
    let caps: Vec<String> =
        ROLES.iter().map(|role| contains(role, BOTH_LIST, role, r#""maxCount": 2"#)).collect();
    let rule_set = teams_of(5, &caps.join(", "));
    // Four tanks, four healers and one other are nine.
    let mut roles: Vec<&str> = (0..TICKETS).map(|at| ["tank", "healer"][at / 270]).collect();
    roles[100] = "scout";
    assert_given_up_soon(&rule_set, &roles, &[]);
    roles[250] = "damage";
    let [(outcome, _), _] = search(&rule_set, &roles, &[]);
    assert!(outcome.found.is_some() && !outcome.exhausted, "{outcome:?}");
}

#[test]
fn parts_of_a_statement_that_must_be_true_count() {
    let named = format!("{}, {}", each_has("healer"), each_has("tank"));
    let statement = |text: &str| {
        format!(r#"{named}, {{"name": "r", "type": "compound", "statement": "{text}"}}"#)
    };
    let lacking = pool_of("tank", &[(3, "healer")]);
    for text in ["and(healer, tank)", "and(or(healer, tank), and(tank, healer))"] {
        assert_given_up_soon(&teams_of(5, &statement(text)), &lacking, &[]);
    }
    for text in ["or(healer, tank)", "not(and(healer, tank))", "xor(healer, tank)"] {
        let [(outcome, used), _] = search(&teams_of(5, &statement(text)), &lacking, &[]);
        assert_eq!((outcome.found.is_some(), used.ruled_out), (true, 0), "{text}");
    }
}

#[test]
fn players_of_a_running_session_count_in_their_teams() {
    let rule_set = teams_of(5, &each_has("healer"));
    let roster = [("tank", 0), ("tank", 0), ("healer", 1)];
    // The first team has no healer, and none is left.
    let tanks = pool_of("tank", &[]);
    let [(outcome, _), (without, _)] = search(&rule_set, &tanks, &roster);
    assert!(outcome.found.is_none() && !outcome.exhausted, "{outcome:?}");
    assert!(outcome.nodes <= 8 * TICKETS as u64, "{} nodes", outcome.nodes);
    assert!(without.found.is_none() && without.nodes >= outcome.nodes, "{without:?}");
    let [(outcome, _), _] = search(&rule_set, &pool_of("tank", &[(299, "healer")]), &roster);
    assert_eq!(outcome.found.map(|it| it.rows().count()), Some(8));
}
