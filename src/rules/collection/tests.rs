//! Reading, judging and giving up early, each by an example.

mod completions;

use super::*;
use crate::base::idx::Col;
use crate::base::idx::Idx;
use crate::base::time::Timestamp;
use crate::diag::RuleSetErrors;
use crate::eval::candidate::{Candidate, Room};
use crate::eval::lineup::LineupBuffers;
use crate::model::schema::{InstanceIdx, PartyAggregation};
use crate::model::ticket::Player;
use crate::pool::columns::TicketRow;
use crate::pool::ingest::Pool;
use crate::ruleset::{CompileOptions, RuleSet};

const TAGS: &str = "flatten(teams[*].players.attributes[tags])";
const IDS: &str = "flatten(teams[*].players[playerId])";
const NEEDS_REFERENCE: &str = "reference_intersection_count";

/// A rule set of two teams with one rule, whose fields after `measurements` are given.
fn text(sizes: [(u32, u32); 2], measurement: &str, fields: &str, expansions: &str) -> String {
    let [red, blue] =
        sizes.map(|(min, max)| format!(r#""minPlayers": {min}, "maxPlayers": {max}"#));
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "tags", "type": "string_list"}},
                                 {{"name": "role", "type": "string"}},
                                 {{"name": "skill", "type": "number", "default": 1}},
                                 {{"name": "maps", "type": "string_number_map", "default": {{"a": 1}}}}],
            "teams": [{{"name": "red", {red}}}, {{"name": "blue", {blue}}}],
            "rules": [{{"name": "rule", "type": "collection",
                        "measurements": ["{measurement}"], {fields}}}],
            "expansions": [{expansions}]}}"#
    )
}

fn rule_set(sizes: [(u32, u32); 2], measurement: &str, fields: &str) -> RuleSet {
    RuleSet::from_json(&text(sizes, measurement, fields, "")).unwrap()
}

/// The fields of a rule: `reference` as JSON, or nothing.
fn fields(operation: &str, reference: &str, bounds: &str) -> String {
    let reference = match reference {
        "" => String::new(),
        reference => format!(r#""referenceValue": {reference}, "#),
    };
    format!(r#"{reference}"operation": "{operation}", {bounds}"#)
}

/// Some tickets in a pool, to be put into teams.
struct Arena {
    rule_set: RuleSet,
    pool: Pool,
    rows: Vec<TicketRow>,
    scratch: Scratch,
}

/// The teams of some tickets, by position; the others are not in the match.
type Seats<'a> = &'a [Option<usize>];

impl Arena {
    fn new(rule_set: RuleSet, tickets: &[Vec<Player>]) -> Self {
        let plan = rule_set.plan();
        let mut pool = Pool::new(&plan.layout, 1);
        let insert = |(number, players): (u64, &Vec<Player>)| {
            pool.insert(&plan.ast.schema, players, Timestamp::from_millis(number), number).unwrap()
        };
        let rows = (0..).zip(tickets).map(insert).collect();
        Self { rule_set, pool, rows, scratch: Scratch::default() }
    }

    fn candidate(&self, seats: Seats<'_>) -> (Candidate, Col<InstanceIdx, Room>) {
        let mut candidate = Candidate::new(2);
        for (row, seat) in self.rows.iter().zip(seats) {
            if let Some(team) = seat {
                candidate.push(InstanceIdx::from_usize(*team), *row, &self.pool.columns);
            }
        }
        let sizes = &self.rule_set.plan().sizes[Epoch::first()];
        let rooms = sizes.iter().zip(candidate.slots.iter()).map(|(size, slot)| Room {
            min: size.min.saturating_sub(slot.players),
            max: size.max.saturating_sub(slot.players),
        });
        let rooms = rooms.collect();
        (candidate, rooms)
    }

    fn holds_in(&mut self, seats: Seats<'_>, epoch: usize) -> bool {
        let (candidate, _) = self.candidate(seats);
        let mut buffers = LineupBuffers::default();
        let lineup = buffers.line_up(&self.pool.columns, &candidate);
        let rule = &self.rule_set.plan().enforced[0].rule;
        let at = rule.complete(&lineup, Epoch::from_usize(epoch), &mut self.scratch);
        assert!(at == LocationSet::ALL || at.is_empty());
        !at.is_empty()
    }

    fn holds(&mut self, seats: Seats<'_>) -> bool {
        self.holds_in(seats, 0)
    }

    fn partial(&mut self, seats: Seats<'_>) -> Verdict {
        let (candidate, room) = self.candidate(seats);
        let partial = Partial {
            columns: &self.pool.columns,
            candidate: &candidate,
            room: &room,
            coming: &[],
        };
        let rule = &self.rule_set.plan().enforced[0].rule;
        rule.partial(&partial, Epoch::first(), &mut self.scratch)
    }
}

fn player(id: &str, tags: &[&str]) -> Player {
    Player::new(id).with_strings("tags", tags).with_string("role", tags.first().unwrap_or(&"a"))
}

/// Tickets of one player each, `p0`, `p1`, ...
fn solos(tags: &[&[&str]]) -> Vec<Vec<Player>> {
    let solos = tags.iter().enumerate();
    solos.map(|(position, tags)| vec![player(&format!("p{position}"), tags)]).collect()
}

/// Whether the rule holds of solos in two teams.
fn judge(measurement: &str, fields: &str, red: &[&[&str]], blue: &[&[&str]]) -> bool {
    let tickets = solos(&[red, blue].concat());
    let seats: Vec<_> = red.iter().map(|_| Some(0)).chain(blue.iter().map(|_| Some(1))).collect();
    Arena::new(rule_set([(0, 5), (0, 5)], measurement, fields), &tickets).holds(&seats)
}

#[test]
fn contains_counts_the_collections_that_hold_the_string() {
    let red: &[&[&str]] = &[&["medic", "tank"], &["tank"]];
    let blue: &[&[&str]] = &[&["medic"], &[]];
    let check = |bounds: &str| judge(TAGS, &fields("contains", r#""medic""#, bounds), red, blue);
    assert!(check(r#""minCount": 2"#) && check(r#""maxCount": 2"#));
    assert!(!check(r#""minCount": 3"#) && !check(r#""maxCount": 1"#));
    assert!(check(r#""minCount": 2, "maxCount": 2"#));
    assert!(!judge(TAGS, &fields("contains", r#""Medic""#, r#""minCount": 1"#), red, blue));

    // without flatten each team is judged on its own
    let each = "teams[*].players.attributes[tags]";
    let one = fields("contains", r#""medic""#, r#""minCount": 1, "maxCount": 1"#);
    assert!(judge(each, &one, red, blue));
    assert!(!judge(each, &one, red, &[&["tank"]]));
    assert!(!judge(each, &one, &[&["medic"], &["medic"]], blue));
    assert!(judge(each, &one, red, &[]), "a team without players is true");

    // a flat list is one collection
    let flat = "flatten(teams[*].players.attributes[role])";
    let once = fields("contains", r#""medic""#, r#""minCount": 1, "maxCount": 1"#);
    assert!(judge(flat, &once, &[&["medic"], &["medic"]], &[&["medic"]]));
    assert!(!judge(flat, &once, &[&["tank"]], &[]));
}

#[test]
fn a_list_without_collections_is_true_and_an_undefined_value_false() {
    let least = |operation, reference| fields(operation, reference, r#""minCount": 1"#);
    assert!(judge(TAGS, &least("contains", r#""medic""#), &[], &[]));
    assert!(judge(TAGS, &least("intersection", ""), &[], &[]));
    assert!(judge(TAGS, &least(NEEDS_REFERENCE, r#"["medic"]"#), &[], &[]));

    // an empty flat list is a collection all the same
    let flat = "teams[red].players.attributes[role]";
    assert!(!judge(flat, &least(NEEDS_REFERENCE, r#"["medic"]"#), &[], &[&["medic"]]));

    let undefined = "set_intersection(teams[*].players.attributes[tags])";
    let any = fields("intersection", "", r#""minCount": 0"#);
    assert!(judge(undefined, &any, &[&["a"]], &[&["b"]]));
    assert!(!judge(undefined, &any, &[&["a"]], &[]), "blue's common strings are undefined");
    let reference = r#""set_intersection(teams[blue].players.attributes[tags])""#;
    let any = fields(NEEDS_REFERENCE, reference, r#""minCount": 0"#);
    assert!(judge("teams[red].players.attributes[tags]", &any, &[], &[&["a"]]));
    assert!(!judge("teams[red].players.attributes[tags]", &any, &[], &[]));
}

#[test]
fn intersection_counts_what_all_collections_share() {
    let red: &[&[&str]] = &[&["coop", "race", "duel"], &["race", "coop"]];
    let check = |bounds: &str, blue: &[&[&str]]| {
        judge(TAGS, &fields("intersection", "", bounds), red, blue)
    };
    assert!(check(r#""minCount": 2, "maxCount": 2"#, &[]));
    assert!(!check(r#""minCount": 3"#, &[]) && !check(r#""maxCount": 1"#, &[]));
    assert!(check(r#""minCount": 1"#, &[&["race"]]) && !check(r#""minCount": 1"#, &[&["duel"]]));
    assert!(check(r#""maxCount": 0"#, &[&[]]));
    // one collection for each team: what its players put together play
    let roles = "teams[*].players.attributes[role]";
    let same = fields("intersection", "", r#""minCount": 1, "maxCount": 1"#);
    assert!(judge(roles, &same, &[&["a"], &["a"]], &[&["a"], &["b"]]));
    assert!(!judge(roles, &same, &[&["a"]], &[&["b"]]));
}

#[test]
fn every_collection_is_held_against_the_reference() {
    let literal = |bounds: &str| fields(NEEDS_REFERENCE, r#"["a", "b", "a"]"#, bounds);
    let red: &[&[&str]] = &[&["a", "b", "c"], &["b"]];
    assert!(judge(TAGS, &literal(r#""minCount": 1, "maxCount": 2"#), red, &[]));
    assert!(!judge(TAGS, &literal(r#""minCount": 2"#), red, &[]));
    assert!(!judge(TAGS, &literal(r#""maxCount": 1"#), red, &[]));
    assert!(!judge(TAGS, &literal(r#""minCount": 1"#), red, &[&["c"]]));
    // a string that many players have is one string
    let flat = "flatten(teams[*].players.attributes[role])";
    assert!(judge(flat, &literal(r#""maxCount": 1"#), &[&["a"], &["a"]], &[&["a"]]));
    assert!(!judge(flat, &literal(r#""maxCount": 1"#), &[&["a"], &["a"]], &[&["b"]]));

    // the block list of the documentation
    let blocks = fields(NEEDS_REFERENCE, &format!(r#""{IDS}""#), r#""maxCount": 0"#);
    assert!(judge(TAGS, &blocks, &[&["p7"], &[]], &[&["p8", "p9"]]));
    assert!(!judge(TAGS, &blocks, &[&["p2"], &[]], &[&["p8"]]));
    // and the preferred opponents: each has a character that all others like
    let liked = r#""set_intersection(flatten(teams[*].players.attributes[tags]))""#;
    let liked = fields(NEEDS_REFERENCE, liked, r#""minCount": 1"#);
    assert!(judge(TAGS, &liked, &[&["a", "b"], &["b"]], &[&["b", "c"]]));
    assert!(!judge(TAGS, &liked, &[&["a", "b"], &["b"]], &[&["a"]]));
}

#[test]
fn expansions_change_every_field() {
    let compile = |fields: &str, expansions: &str| {
        RuleSet::from_json(&text([(1, 2), (0, 2)], TAGS, fields, expansions)).unwrap()
    };
    let step = |property: &str, value: &str| {
        format!(
            r#"{{"target": "rules[rule].{property}",
                 "steps": [{{"waitTimeSeconds": 10, "value": {value}}}]}}"#
        )
    };
    let tickets = solos(&[&["a"], &["a", "b"]]);
    let check = |rule_set: RuleSet| {
        let mut arena = Arena::new(rule_set, &tickets);
        [0, 1].map(|epoch| arena.holds_in(&[Some(0), Some(1)], epoch))
    };
    let contains = |reference: &str, bounds: &str| fields("contains", reference, bounds);
    let two = contains(r#""b""#, r#""minCount": 2"#);
    assert_eq!(check(compile(&two, &step("minCount", "1"))), [false, true]);
    let two = contains(r#""b""#, r#""minCount": 2, "maxCount": 2"#);
    assert_eq!(check(compile(&two, &step("referenceValue", r#""a""#))), [false, true]);
    let one = contains(r#""a""#, r#""maxCount": 1"#);
    assert_eq!(check(compile(&one, &step("maxCount", "2"))), [false, true]);
    // operation and reference value change together
    let both = [
        step("operation", r#""reference_intersection_count""#),
        step("referenceValue", r#"["a", "b"]"#),
    ];
    assert_eq!(check(compile(&one, &both.join(", "))), [false, false]);
    let one = contains(r#""b""#, r#""minCount": 1, "maxCount": 1"#);
    let both = [
        step("operation", r#""reference_intersection_count""#),
        step("referenceValue", r#"["a"]"#),
    ];
    assert_eq!(check(compile(&one, &both.join(", "))), [true, true]);
}

fn refused(measurement: &str, fields: &str, expansions: &str) -> RuleSetErrors {
    RuleSet::from_json(&text([(1, 5), (1, 5)], measurement, fields, expansions)).unwrap_err()
}

/// The only error: its code, message, pointer and help.
fn only(errors: &RuleSetErrors) -> (&str, String, &str, &str) {
    let [error] = errors.errors() else { panic!("one error is expected:\n{errors}") };
    let pointer = error.location().pointer.as_str();
    (error.kind().code(), error.kind().to_string(), pointer, error.help().unwrap())
}

#[test]
fn measurements_are_lists_of_strings() {
    let contains = fields("contains", r#""a""#, r#""maxCount": 1"#);
    let cases = [
        ("teams[*]", "a list of teams", "add `.players.attributes[name]`"),
        ("teams[red].players", "a list of players", "players[playerId]"),
        ("teams[red].players.attributes[skill]", "a list of numbers", "type string_list"),
        ("teams[red].players.attributes[maps]", "a list of maps of numbers", "type string_list"),
        ("count(teams[*].players.attributes[tags])", "a list of lists of numbers", "rule counts"),
    ];
    for (measurement, found, wanted) in cases {
        let errors = refused(measurement, &contains, "");
        let (code, message, pointer, help) = only(&errors);
        assert_eq!((code, pointer), ("measurementType", "/rules/0/measurements/0"));
        assert_eq!(
            message,
            format!("a list of strings or of such lists is needed here, this is {found}")
        );
        assert!(help.contains(wanted), "{help}");
    }
    for flat in [IDS, "set_intersection(teams[red].players.attributes[tags])"] {
        let errors = refused(flat, &fields("intersection", "", r#""minCount": 1"#), "");
        let (code, message, pointer, help) = only(&errors);
        assert_eq!((code, pointer), ("measurementType", "/rules/0/measurements/0"));
        let expected = "a list of lists of strings is needed here, this is a list of strings";
        assert_eq!(message, expected);
        assert!(help.contains("one collection"), "{help}");
    }
}

#[test]
fn a_rule_needs_a_bound_and_a_reference_that_fits() {
    let errors = refused(TAGS, r#""operation": "intersection""#, "");
    let (code, message, pointer, _) = only(&errors);
    assert_eq!((code, pointer), ("noBound", "/rules/0/name"));
    assert_eq!(message, "a `collection` rule without `minCount` or `maxCount` judges nothing");

    let bound = r#""minCount": 1"#;
    let cases: [(&str, &str, &str, &str, &str); 12] = [
        ("contains", "", "operationNeedsReference", "operation", "name the string"),
        (NEEDS_REFERENCE, "", "operationNeedsReference", "operation", "list of strings"),
        ("intersection", r#""a""#, "operationTakesNoReference", "operation", "out"),
        ("intersection", r#"["a"]"#, "operationTakesNoReference", "operation", "out"),
        ("contains", "5", "referenceType", "referenceValue", "in quotes"),
        ("contains", r#"["a"]"#, "referenceType", "referenceValue", "several strings"),
        ("contains", &format!(r#""{IDS}""#), "referenceType", "referenceValue", "several strings"),
        (NEEDS_REFERENCE, r#""a""#, "referenceType", "referenceValue", r#"write ["a"]"#),
        (NEEDS_REFERENCE, "5", "referenceType", "referenceValue", "write"),
        (
            NEEDS_REFERENCE,
            r#""teams[*].players[playerId]""#,
            "referenceType",
            "referenceValue",
            "`flatten` or `set_intersection`",
        ),
        (
            NEEDS_REFERENCE,
            r#""count(teams[*].players)""#,
            "referenceType",
            "referenceValue",
            "an expression such as",
        ),
        (
            NEEDS_REFERENCE,
            r#""flatten(teams[*].players[playerId]""#,
            "referenceType",
            "referenceValue",
            "not an expression either",
        ),
    ];
    for (operation, reference, code, field, wanted) in cases {
        let errors = refused(TAGS, &fields(operation, reference, bound), "");
        let (found, message, pointer, help) = only(&errors);
        assert_eq!((found, pointer), (code, &*format!("/rules/0/{field}")), "{errors}");
        assert!(help.contains(wanted), "{help}");
        assert!(message.contains(&format!("`{operation}`")), "{message}");
    }
    let errors = refused(TAGS, &fields("contains", r#"["a", 5]"#, bound), "");
    assert_eq!(errors.errors()[0].location().pointer.as_str(), "/rules/0/referenceValue/1");
    for count in ["-1", "1.5", r#""many""#] {
        let bound = format!(r#""minCount": {count}"#);
        let errors = refused(TAGS, &fields("intersection", "", &bound), "");
        let mut pointers = errors.errors().iter().map(|it| it.location().pointer.as_str());
        assert!(pointers.any(|it| it == "/rules/0/minCount"), "{errors}");
    }
    let errors = refused(TAGS, &fields("not_contains", r#""a""#, bound), "");
    assert_eq!(only(&errors).0, "unknownWord");
    let average = format!(r#"{bound}, "partyAggregation": "avg""#);
    let errors = refused(TAGS, &fields("contains", r#""a""#, &average), "");
    assert_eq!(only(&errors).2, "/rules/0/partyAggregation");
}

#[test]
fn each_step_must_go_with_the_other_fields_and_is_blamed_once() {
    let step = |property: &str, values: &[&str]| {
        let steps: Vec<String> = (1..)
            .zip(values)
            .map(|(wait, value)| format!(r#"{{"waitTimeSeconds": {wait}0, "value": {value}}}"#))
            .collect();
        let steps = steps.join(", ");
        format!(r#"{{"target": "rules[rule].{property}", "steps": [{steps}]}}"#)
    };
    let contains = fields("contains", r#""a""#, r#""minCount": 2"#);
    let more = step("minCount", &["1", "0"]);

    let errors = refused(TAGS, &contains, &step("referenceValue", &[r#""b""#, r#"["b"]"#]));
    assert_eq!(only(&errors).2, "/expansions/0/steps/1/value");
    let errors = refused(TAGS, &contains, &step("operation", &[r#""intersection""#]));
    assert_eq!(only(&errors).0, "operationTakesNoReference");
    assert_eq!(only(&errors).2, "/expansions/0/steps/0/value");
    let together = [step("operation", &[r#""reference_intersection_count""#]), more.clone()];
    let errors = refused(TAGS, &contains, &together.join(", "));
    assert_eq!((only(&errors).0, only(&errors).2), ("referenceType", "/rules/0/referenceValue"));

    // two wrong epochs of one value are one mistake
    let wrong = fields("contains", r#"["a"]"#, r#""minCount": 2"#);
    let steps = [step("operation", &[r#""contains""#, r#""contains""#]), more];
    assert_eq!(only(&refused(TAGS, &wrong, &steps.join(", "))).0, "referenceType");
}

#[test]
fn bounds_that_cross_at_every_waiting_time_are_warned_of() {
    let crossed = fields("contains", r#""a""#, r#""minCount": 3, "maxCount": 2"#);
    let compile = |expansions: &str| {
        let text = text([(1, 2), (1, 2)], TAGS, &crossed, expansions);
        let rule_set = RuleSet::from_json(&text).unwrap();
        let never = rule_set.warnings().iter().find(|it| it.kind().code() == "neverPasses");
        never.map(|it| (it.kind().to_string(), it.location().pointer.to_string()))
    };
    let message = "rule `rule` can never pass: minCount is above maxCount";
    assert_eq!(compile(""), Some((message.into(), "/rules/0/name".into())));
    let relax =
        r#"{"target": "rules[rule].minCount", "steps": [{"waitTimeSeconds": 5, "value": 2}]}"#;
    assert_eq!(compile(relax), None);
}

#[test]
fn parties_are_judged_as_one_on_request() {
    let party = vec![player("p0", &["a", "b"]), player("p1", &["b", "c"])];
    let tickets = [party, vec![player("p2", &["b"])]];
    let judged = |aggregation: &str, options: CompileOptions, reference: &str, bounds: &str| {
        let bounds = format!(r#"{bounds}, {aggregation}"#);
        let fields = fields("contains", reference, &bounds);
        let text = text([(2, 2), (1, 2)], TAGS, &fields, "");
        let mut arena = Arena::new(RuleSet::compile(&text, options).unwrap(), &tickets);
        let partial = arena.partial(&[Some(0), None]);
        (arena.holds(&[Some(0), Some(1)]), partial)
    };
    let exact = CompileOptions::default();
    let collapse = exact.party_aggregation(PartyAggregation::Collapse);
    let union = r#""partyAggregation": "union""#;
    let shared = r#""partyAggregation": "intersection""#;
    let exactly = |count| format!(r#""minCount": {count}, "maxCount": {count}"#);
    for aggregation in [union, shared] {
        assert!(judged(aggregation, exact, r#""b""#, &exactly(3)).0);
        assert!(judged(aggregation, collapse, r#""b""#, &exactly(2)).0);
    }
    assert!(judged(union, collapse, r#""a""#, &exactly(1)).0);
    assert!(judged(shared, collapse, r#""a""#, &exactly(0)).0);
    assert_eq!(judged(shared, collapse, r#""a""#, &exactly(0)).1, Verdict::OPEN);
    assert_eq!(judged(shared, exact, r#""a""#, &exactly(0)).1, Verdict::NEVER);
}

#[test]
fn hopeless_matches_are_given_up_early() {
    let tickets = solos(&[&["medic", "p1"], &["medic"], &["tank"], &["tank"]]);
    let verdict = |sizes, measurement: &str, fields: String, seats: Seats<'_>| {
        Arena::new(rule_set(sizes, measurement, &fields), &tickets).partial(seats)
    };
    let wide = [(1, 3), (1, 3)];
    let two = [Some(0), Some(1), None, None];
    let one = [Some(0), None, None, None];
    let medics = |bounds: &str| fields("contains", r#""medic""#, bounds);
    assert_eq!(verdict(wide, TAGS, medics(r#""maxCount": 1"#), &two), Verdict::NEVER);
    assert_eq!(verdict(wide, TAGS, medics(r#""maxCount": 1"#), &one), Verdict::OPEN);
    assert_eq!(verdict(wide, TAGS, medics(r#""minCount": 7"#), &one), Verdict::NEVER);
    assert_eq!(verdict(wide, TAGS, medics(r#""minCount": 6"#), &one), Verdict::OPEN);
    assert_eq!(verdict(wide, TAGS, medics(r#""maxCount": 6"#), &one), Verdict::ALWAYS);
    // a team that may stay empty is true, even if no player can make it so
    let each = "teams[*].players.attributes[tags]";
    let empty = [None, None, None, None];
    assert_eq!(verdict([(0, 3), (0, 3)], each, medics(r#""minCount": 4"#), &empty), Verdict::OPEN);
    assert_eq!(verdict([(1, 3), (0, 3)], each, medics(r#""minCount": 4"#), &empty), Verdict::NEVER);

    let shares = fields("intersection", "", r#""minCount": 1"#);
    let apart = [Some(0), None, Some(1), None];
    assert_eq!(verdict(wide, TAGS, shares.clone(), &apart), Verdict::NEVER);
    assert_eq!(verdict(wide, TAGS, shares, &two), Verdict::OPEN);

    let blocks = fields(NEEDS_REFERENCE, &format!(r#""{IDS}""#), r#""maxCount": 0"#);
    assert_eq!(verdict(wide, TAGS, blocks.clone(), &two), Verdict::NEVER);
    assert_eq!(verdict(wide, TAGS, blocks, &one), Verdict::OPEN);
    let liked = r#""set_intersection(flatten(teams[*].players.attributes[tags]))""#;
    let liked = fields(NEEDS_REFERENCE, liked, r#""minCount": 1"#);
    assert_eq!(verdict(wide, TAGS, liked.clone(), &apart), Verdict::NEVER);
    assert_eq!(verdict(wide, TAGS, liked, &two), Verdict::OPEN);
    let listed = fields(NEEDS_REFERENCE, r#"["medic"]"#, r#""minCount": 1"#);
    assert_eq!(verdict(wide, TAGS, listed, &apart), Verdict::NEVER);
}
