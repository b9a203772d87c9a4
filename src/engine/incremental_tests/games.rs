//! The rule sets of the timelines, and players for them.

use super::chance::Chance;
use crate::model::schema::{AgeSelection, AttributeType, BackfillPriority};
use crate::model::ticket::{AttributeValue, Player};
use crate::ruleset::RuleSet;
use crate::ruleset::ast::Target;
use std::collections::BTreeMap;

/// The rule sets of `rulesets/`, each with the most that time goes on between two commands.
const OWN: [(&str, u64); 14] = [
    (include_str!("../../../rulesets/battle.json"), 3_000),
    (include_str!("../../../rulesets/co_op.json"), 2_500),
    (include_str!("../../../rulesets/duel.json"), 4_000),
    (include_str!("../../../rulesets/even_teams.json"), 2_500),
    (include_str!("../../../rulesets/free_for_all.json"), 2_500),
    (include_str!("../../../rulesets/greedy_trap.json"), 2_500),
    (include_str!("../../../rulesets/hunters.json"), 4_000),
    (include_str!("../../../rulesets/playlists.json"), 3_000),
    (include_str!("../../../rulesets/regions.json"), 3_000),
    (include_str!("../../../rulesets/roles.json"), 2_500),
    (include_str!("../../../rulesets/royale.json"), 2_500),
    (include_str!("../../../rulesets/skirmish.json"), 2_500),
    (include_str!("../../../rulesets/squads.json"), 2_500),
    (include_str!("../../../rulesets/trios.json"), 3_000),
];
/// In its timelines a crowd that waits for one kind of player uses up any budget in every pass.
const EXHAUSTING: &str = r#""name": "skirmish""#;

/// How many timelines run a rule set of `rulesets/`, in percent of those that are not dense.
const OWN_PERCENT: u64 = 35;

/// How many of the others have room for more than 40 players.
const LARGE_PERCENT: u64 = 15;

/// What an epoch changes when a ticket enters it.
#[derive(Clone, Copy, Default)]
pub(super) struct EpochStart {
    pub(super) bounds: bool,
    pub(super) sizes: bool,
}

/// A rule set, and what players and times suit it.
pub(super) struct Game {
    pub(super) rule_set: RuleSet,
    /// When the epochs begin, in milliseconds of waiting, and what each changes.
    pub(super) epochs: BTreeMap<u64, EpochStart>,
    /// Rows of the table that a match of this game counts in.
    pub(super) features: Vec<&'static str>,
    /// The most that time goes on between two commands, in milliseconds.
    pub(super) step_max: u64,
    pub(super) request_timeout_seconds: u32,
    /// What a search may cost where the budget is not a small one.
    pub(super) nodes_per_anchor: u64,
    pub(super) party_max: u64,
    /// The string attribute that is the same in all tickets of a match.
    pub(super) partition: Option<&'static str>,
    has_latencies: bool,
    has_medics: bool,
    skills: (u64, u64),
}

impl Game {
    pub(super) fn draw(chance: &mut Chance, is_dense: bool) -> Self {
        let is_own = !is_dense && chance.percent(OWN_PERCENT);
        let (text, step_max, request_timeout_seconds, skills) = if is_own {
            let (text, step_max) = *chance.one_of(&OWN);
            // Close enough for a few tickets to make a match, far enough for some to make none.
            (text.to_owned(), step_max, 70, *chance.one_of(&[(900, 250), (900, 600)]))
        } else if !is_dense && chance.percent(LARGE_PERCENT) {
            (large(chance), 1_500, 15, (0, 60))
        } else {
            (small(chance, is_dense), 1_500, 15, (0, 60))
        };
        // Sums are the same only among few values.
        let skills = if text.contains(r#""even""#) { (1, 5) } else { skills };
        let rule_set = RuleSet::from_json(&text).expect("the rule set is valid");
        let ast = &rule_set.plan().ast;
        let mut epochs: BTreeMap<u64, EpochStart> = BTreeMap::new();
        for expansion in &ast.expansions {
            for step in &expansion.steps {
                let start = epochs.entry(u64::from(step.wait_seconds) * 1000).or_default();
                match expansion.target {
                    Target::RuleField { .. } => start.bounds = true,
                    Target::MinPlayers(_) | Target::MaxPlayers(_) => start.sizes = true,
                }
            }
        }
        let most = rule_set.plan().sizes.iter().flat_map(|sizes| sizes.iter().map(|it| it.max));
        let party_max = most.max().map_or(1, u64::from).min(3);
        let nodes_per_anchor = if text.contains(EXHAUSTING) { 1_000 } else { 20_000 };
        let has_medics = text.contains(r#""medic""#);
        let has_latencies = text.contains(r#""latency""#);
        let partitions =
            [(r#""same""#, "mode"), ("SameMap", "map"), ("SameDifficulty", "difficulty")];
        // Two that suffice in turn divide nothing.
        let divides = |word: &str| text.contains(word) && !text.contains("compound");
        let partition = partitions.iter().find(|(word, _)| divides(word)).map(|it| it.1);
        Self {
            partition,
            epochs,
            features: features(&text, is_own),
            step_max,
            request_timeout_seconds,
            nodes_per_anchor,
            party_max,
            has_latencies,
            has_medics,
            skills,
            rule_set,
        }
    }

    pub(super) fn ages(&self) -> AgeSelection {
        self.rule_set.plan().ast.algorithm.age_selection
    }

    pub(super) fn priority(&self) -> BackfillPriority {
        self.rule_set.plan().ast.algorithm.backfill_priority
    }

    /// A party: players who are much alike in what must be the same.
    pub(super) fn party(&self, chance: &mut Chance, ids: Vec<String>) -> Vec<Player> {
        // Who they are looking for decides most of it.
        let kind = chance.below(1_000);
        let locations = self.locations(chance);
        ids.into_iter().map(|id| self.player(chance, id, kind, &locations)).collect()
    }

    fn player(
        &self,
        chance: &mut Chance,
        id: String,
        kind: u64,
        locations: &[(&str, u32)],
    ) -> Player {
        let mut player = Player::new(id);
        let schema = &self.rule_set.plan().ast.schema;
        for declared in schema.attributes.iter() {
            if declared.default.is_some() && chance.percent(10) {
                continue;
            }
            let name = &*declared.name;
            let value = match declared.attribute_type {
                AttributeType::Number => AttributeValue::Number(self.number(chance, name)),
                AttributeType::String => AttributeValue::String(self.string(chance, name, kind)),
                AttributeType::StringList => AttributeValue::StringList(strings(chance, name)),
                AttributeType::StringNumberMap => {
                    let names = ["canyon", "ruins", "summit"];
                    let votes = names.map(|it| (it.to_owned(), chance.below(9) as f64));
                    AttributeValue::StringNumberMap(votes.into_iter().collect())
                }
            };
            player = player.with(name, value);
        }
        for &(location, millis) in locations {
            player = player.with_latency(location, millis);
        }
        player
    }

    fn number(&self, chance: &mut Chance, name: &str) -> f64 {
        let (least, range) = self.skills;
        match name {
            "veteran" => u64::from(chance.percent(50)) as f64,
            "keeper" => u64::from(chance.percent(25)) as f64,
            "beastSkillWanted" => (800 + chance.below(300)) as f64,
            _ => (least + chance.below(range)) as f64,
        }
    }

    fn string(&self, chance: &mut Chance, name: &str, kind: u64) -> String {
        let one_of = |values: &[&str]| values[kind as usize % values.len()].to_owned();
        match name {
            "role" if self.has_medics => one_of(&["medic", "soldier", "soldier", "soldier"]),
            "role" => one_of(&["hunter", "hunter", "hunter", "beast"]),
            "character" => format!("character{}", chance.below(14)),
            "difficulty" => one_of(&["normal", "normal", "hard"]),
            "map" => one_of(&["quarry", "orchard"]),
            _ => one_of(&["casual", "casual", "ranked"]),
        }
    }

    /// Some parties report no latencies: where a latency rule applies they are never matched.
    fn locations(&self, chance: &mut Chance) -> Vec<(&'static str, u32)> {
        if !self.has_latencies || chance.percent(4) {
            return Vec::new();
        }
        let mut locations = Vec::new();
        for name in ["eu-west-1", "us-east-1", "us-west-2"] {
            if chance.percent(70) {
                locations.push((name, 10 + chance.below(140) as u32));
            }
        }
        locations
    }
}

fn strings(chance: &mut Chance, name: &str) -> Vec<String> {
    let (values, percent): (&[&str], _) = match name {
        "roles" => (&["tank", "healer", "damage", "support", "scout"], 20),
        "languages" => (&["en", "de", "fr"], 60),
        // Somebody who is in many of the timelines.
        "blocked" => (&["p1-0", "p2-0", "p7-0"], 20),
        _ => (&["canyon", "ruins", "summit", "harbour"], 45),
    };
    let mut chosen = Vec::new();
    for value in values {
        if chance.percent(percent) {
            chosen.push((*value).to_owned());
        }
    }
    chosen
}

/// A rule set for many players that is content with few.
fn large(chance: &mut Chance) -> String {
    let min = 1 + chance.below(4);
    let mut rules = Vec::new();
    let mut expansions = Vec::new();
    if chance.percent(60) {
        rules.push(
            r#"{"name": "batch", "type": "batchDistance", "batchAttribute": "skill",
                "maxDistance": 15}"#,
        );
        if chance.percent(60) {
            expansions.push(
                r#"{"target": "rules[batch].maxDistance",
                    "steps": [{"waitTimeSeconds": 6, "value": 45}]}"#,
            );
        }
    }
    if chance.percent(30) {
        rules.push(r#"{"name": "same", "type": "batchDistance", "batchAttribute": "mode"}"#);
    }
    if chance.percent(50) {
        near_by(chance, &mut rules, &mut expansions);
    }
    if chance.percent(50) {
        expansions.push(
            r#"{"target": "teams[a, b].minPlayers", "steps": [{"waitTimeSeconds": 4, "value": 1}]}"#,
        );
    }
    let age = chance.one_of(&["newest", "oldest"]);
    let group = chance.one_of(&["largestPopulation", "fastestRegion"]);
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "mode", "type": "string", "default": "casual"}}],
            "algorithm": {{"strategy": "balanced", "balancedAttribute": "skill",
                           "batchingPreference": "{group}", "expansionAgeSelection": "{age}"}},
            "teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": 21}},
                      {{"name": "b", "minPlayers": {min}, "maxPlayers": 21}}],
            "rules": [{}], "expansions": [{}]}}"#,
        rules.join(", "),
        expansions.join(", ")
    )
}

/// The rows that a match of this rule set counts in.
fn features(text: &str, is_own: bool) -> Vec<&'static str> {
    let words = [
        (r#""absoluteSort""#, "match by absoluteSort"),
        (r#""distanceSort""#, "match by distanceSort"),
        (r#""sorted""#, "match by sorted batching"),
        (r#""latency""#, "match by latency at locations"),
        (r#""intersection""#, "match by strings in common"),
        (r#""batchDistance""#, "match by batchDistance"),
        (r#""compound""#, "match by a compound rule"),
        (r#""balanced""#, "match by strategy `balanced`"),
        (r#""maxPlayers": 21"#, "match by a rule set for more than 40 players"),
    ];
    let mut features = vec![match is_own {
        true => "match by a rule set of `rulesets/`",
        false => "match by a small rule set",
    }];
    features.extend(words.iter().filter(|(word, _)| text.contains(word)).map(|it| it.1));
    features
}

/// Adds a rule on latencies, which perhaps widens.
fn near_by(chance: &mut Chance, rules: &mut Vec<&str>, expansions: &mut Vec<&str>) {
    rules.push(r#"{"name": "fast", "type": "latency", "maxLatency": 80}"#);
    if chance.percent(60) {
        expansions.push(
            r#"{"target": "rules[fast].maxLatency",
                "steps": [{"waitTimeSeconds": 7, "value": 130}]}"#,
        );
    }
}

/// A rule set for few players, whose matches hang on age, on several tickets at once, and on who is
/// left. A dense one has the fewest rules, so that tickets wait for one another's sake alone.
fn small(chance: &mut Chance, is_dense: bool) -> String {
    let (min, max) = *chance.one_of(&[(1, 1), (2, 2), (2, 3), (1, 2)]);
    let mut rules = Vec::new();
    let mut expansions = Vec::new();
    if chance.percent(if is_dense { 45 } else { 70 }) {
        rules.push(
            r#"{"name": "near", "type": "distance", "maxDistance": 10,
                "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
                "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"}"#,
        );
        if chance.percent(70) {
            expansions.push(
                r#"{"target": "rules[near].maxDistance",
                    "steps": [{"waitTimeSeconds": 5, "value": 40},
                              {"waitTimeSeconds": 9, "value": 20}]}"#,
            );
        }
    } else if !is_dense && chance.percent(50) {
        rules.push(
            r#"{"name": "batch", "type": "batchDistance", "batchAttribute": "skill",
                       "maxDistance": 12}"#,
        );
        expansions.push(
            r#"{"target": "rules[batch].maxDistance",
                "steps": [{"waitTimeSeconds": 6, "value": 45}]}"#,
        );
    } else {
        rules.push(
            r#"{"name": "even", "type": "comparison", "operation": "=",
                "measurements": ["sum(teams[a].players.attributes[skill])"],
                "referenceValue": "sum(teams[b].players.attributes[skill])"}"#,
        );
    }
    match if is_dense { 7 } else { chance.below(8) } {
        0..=1 => rules.push(
            r#"{"name": "same", "type": "comparison", "operation": "=",
                "measurements": ["flatten(teams[*].players.attributes[mode])"]}"#,
        ),
        2 => rules.push(r#"{"name": "same", "type": "batchDistance", "batchAttribute": "mode"}"#),
        3..=4 => rules.push(
            r#"{"name": "common", "type": "collection", "operation": "intersection",
                "measurements": ["flatten(teams[*].players.attributes[maps])"], "minCount": 1}"#,
        ),
        _ => {}
    }
    if !is_dense && chance.percent(20) {
        near_by(chance, &mut rules, &mut expansions);
    }
    match chance.below(6) {
        0 => rules.push(
            r#"{"name": "best", "type": "absoluteSort", "sortAttribute": "skill",
                "sortDirection": "descending"}"#,
        ),
        1 => rules.push(
            r#"{"name": "nearest", "type": "distanceSort", "sortAttribute": "skill",
                "sortDirection": "ascending"}"#,
        ),
        _ => {}
    }
    if chance.percent(50) {
        expansions.push(
            r#"{"target": "teams[a, b].minPlayers",
                "steps": [{"waitTimeSeconds": 4, "value": 1},
                          {"waitTimeSeconds": 12, "value": 0}]}"#,
        );
    } else if chance.percent(30) {
        expansions.push(
            r#"{"target": "teams[b].maxPlayers", "steps": [{"waitTimeSeconds": 8, "value": 4}]}"#,
        );
    }
    let age = chance.one_of(&["newest", "oldest"]);
    let priority = chance.one_of(&["normal", "high", "low"]);
    let sorted = match chance.percent(20) {
        true => r#", "batchingPreference": "sorted", "sortByAttributes": ["mode", "skill"]"#,
        false => "",
    };
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}},
                                 {{"name": "mode", "type": "string", "default": "casual"}},
                                 {{"name": "maps", "type": "string_list", "default": []}}],
            "algorithm": {{"expansionAgeSelection": "{age}", "backfillPriority": "{priority}"{sorted}}},
            "teams": [{{"name": "a", "minPlayers": {min}, "maxPlayers": {max}}},
                      {{"name": "b", "minPlayers": {min}, "maxPlayers": {max}}}],
            "rules": [{}], "expansions": [{}]}}"#,
        rules.join(", "),
        expansions.join(", ")
    )
}
