//! The rule sets of `rulesets/` as subjects of a proof, under both age selections and all three
//! priorities of backfill.

use super::declared::Attribute;
use crate::RuleSet;
use crate::model::schema::{AttributeType, Strategy};
use crate::model::ticket::AttributeValue;
use std::collections::BTreeMap;
use std::path::Path;

/// Values that make matches of our own rule sets neither certain nor hopeless.
const PLAUSIBLE: &[(&str, &str, &[f64])] = &[
    ("duel", "skill", &[1000.0, 1050.0, 1101.0, 1251.0, 1650.0, 2200.0, 500.0, 0.0]),
    ("even_teams", "skill", &[1000.0, 1020.0, 1050.0, 1100.0, 800.0]),
    ("greedy_trap", "skill", &[1000.0, 1050.0, 1100.0, 1101.0]),
    ("greedy_trap", "keeper", &[0.0, 0.0, 1.0]),
    ("hunters", "skill", &[1000.0, 1200.0, 1300.0, 900.0]),
    ("hunters", "beastSkillWanted", &[0.0, 0.0, 1000.0, 1200.0, 1250.0]),
    ("squads", "skill", &[1000.0, 1040.0, 1080.0, 1300.0, 1450.0]),
    ("trios", "skill", &[1000.0, 1075.0, 1150.0, 1300.0]),
    ("trios", "veteran", &[1.0, 0.0, 1.0]),
];
const PLAUSIBLE_STRINGS: &[(&str, &str, &[&str])] = &[
    ("co_op", "difficulty", &["normal", "hard"]),
    ("co_op", "languages", &["en", "de", "fr"]),
    ("free_for_all", "map", &["quarry", "quarry", "quarry", "orchard"]),
    ("free_for_all", "character", CHARACTERS),
    ("hunters", "role", &["hunter", "hunter", "beast"]),
];

const CHARACTERS: &[&str] = &[
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
];

/// What `expansionAgeSelection` may be.
pub(crate) const AGES: [&str; 2] = ["newest", "oldest"];
/// What `backfillPriority` may be.
pub(crate) const PRIORITIES: [&str; 3] = ["normal", "high", "low"];

/// A rule set with the attributes that its players send.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) rule_set: RuleSet,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) party_max: u32,
}

/// Every rule set of `rulesets/` that is searched exhaustively, under each age selection and each
/// priority of backfill.
pub(crate) fn own_rule_sets() -> Vec<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut subjects = Vec::new();
    for path in &paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let is_exhaustive =
            RuleSet::from_json(&text).unwrap().strategy() == Strategy::ExhaustiveSearch;
        if !is_exhaustive {
            continue;
        }
        for (age, priority) in AGES.into_iter().flat_map(|age| PRIORITIES.map(|it| (age, it))) {
            let text = with_algorithm(&text, age, priority);
            let rule_set = RuleSet::from_json(&text).unwrap();
            let attributes = plausible_attributes(&name, &rule_set);
            // Parties of five where a team takes them, and of two where it takes one player only.
            let largest = rule_set.teams().iter().map(|team| team.max_players).max().unwrap();
            let (name, party_max) = (name.clone(), largest.clamp(2, 5));
            subjects.push(Subject { name, text, rule_set, attributes, party_max });
        }
    }
    subjects
}

/// The same rule set with another algorithm: of a repeated key the last is read (decision 8).
fn with_algorithm(text: &str, age: &str, priority: &str) -> String {
    assert!(!text.contains("batchingPreference"), "it would be lost");
    let body = text.trim_end().strip_suffix('}').expect("a rule set is an object");
    format!(
        "{body}, \"algorithm\": {{\"strategy\": \"exhaustiveSearch\", \
         \"expansionAgeSelection\": \"{age}\", \"backfillPriority\": \"{priority}\"}}}}"
    )
}

fn plausible_attributes(file: &str, rule_set: &RuleSet) -> Vec<Attribute> {
    let declared = rule_set.attributes().iter();
    let attribute = |it: &crate::AttributeDeclaration| {
        let is_this = |known: &str, name: &str| known == file && name == &*it.name;
        let numbers = PLAUSIBLE.iter().find(|(known, name, _)| is_this(known, name));
        let strings = PLAUSIBLE_STRINGS.iter().find(|(known, name, _)| is_this(known, name));
        let strings = strings.map_or(&["x", "y"][..], |(_, _, values)| values);
        let values: Vec<AttributeValue> = match it.attribute_type {
            AttributeType::Number => {
                let values = numbers.map_or(&[0.0, 1.0, 2.0, 50.0][..], |(_, _, values)| values);
                values.iter().map(|&number| AttributeValue::Number(number)).collect()
            }
            AttributeType::String => {
                strings.iter().map(|&text| AttributeValue::String(text.into())).collect()
            }
            AttributeType::StringList => {
                let pairs = strings.iter().zip(strings.iter().cycle().skip(1));
                let list = |(a, b): (&&str, &&str)| vec![(*a).to_owned(), (*b).to_owned()];
                pairs.map(|pair| AttributeValue::StringList(list(pair))).collect()
            }
            AttributeType::StringNumberMap => {
                vec![AttributeValue::StringNumberMap(BTreeMap::new())]
            }
        };
        Attribute {
            name: it.name.to_string(),
            attribute_type: it.attribute_type,
            default: it.default.clone(),
            values,
        }
    };
    declared.map(attribute).collect()
}
