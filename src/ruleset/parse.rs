//! From the located JSON tree to the typed tree: names, teams, attributes, algorithm.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::RuleSetAst;
use super::parse_expansions;
use super::parse_rules::{self, ParsedRule};
use crate::base::idx::Idx;
use crate::diag::{
    Problems, RuleSetErrorKind, RuleSetWarningKind, Site, did_you_mean, list_words, nearest,
    shorten,
};
use crate::json::cursor::{Cursor, Object};
use crate::json::node::{Node, Value};
use crate::model::limits;
use crate::model::schema::{
    AgeSelection, Algorithm, AttributeDeclaration, AttributeIdx, AttributeType, BackfillPriority,
    BatchingPreference, NameClash, PartyAggregation, Schema, Strategy, TeamDeclaration, TeamIdx,
};
use crate::model::ticket::AttributeValue;

const KEYS: [&str; 7] = [
    "name",
    "ruleLanguageVersion",
    "playerAttributes",
    "algorithm",
    "teams",
    "rules",
    "expansions",
];

/// The typed tree, as far as it can be told. Whether it is whole, `problems` knows.
pub(crate) fn parse(root: &Node, problems: &mut Problems) -> Option<RuleSetAst> {
    let cursor = Cursor::root(root);
    let mut object = cursor.object("a rule set", problems)?;
    object.deny_unknown(&KEYS, configuration_hint, problems);

    let name = object.get("name").and_then(|it| it.string(problems)).map(str::to_owned);
    version(&object, problems);
    let mut schema = Schema::default();
    match object.get("playerAttributes") {
        Some(attributes) => parse_attributes(&attributes, &mut schema, problems),
        None => schema.unread.attributes = object.means("playerAttributes"),
    }
    match object.require("teams", problems) {
        Some(teams) => parse_teams(&teams, &mut schema, problems),
        None => schema.unread.teams = true,
    }
    let algorithm = match object.get("algorithm") {
        Some(algorithm) => parse_algorithm(&algorithm, &mut schema, problems),
        None => {
            schema.unread.strategy = object.means("algorithm");
            default_algorithm()
        }
    };
    let rules = match object.get("rules") {
        Some(rules) => parse_rules::parse(&rules, &schema, problems),
        None if object.means("rules") => vec![ParsedRule::unread(object.site())],
        None => Vec::new(),
    };
    let expansions = match object.get("expansions") {
        Some(expansions) => parse_expansions::parse(&expansions, &schema, &rules, problems),
        None => Vec::new(),
    };
    let rules = rules.into_iter().map(|parsed| parsed.rule).collect();
    let party_aggregation = PartyAggregation::default();
    Some(RuleSetAst { name, schema, algorithm, party_aggregation, rules, expansions })
}

/// Keys that belong to the matchmaking configuration, where other emulators let one write them
/// into the rule set (facts 1.2).
fn configuration_hint(key: &str) -> Option<&'static str> {
    let folded = key.to_ascii_lowercase();
    ["acceptancerequired", "acceptancetimeoutseconds", "requesttimeoutseconds", "backfillmode"]
        .contains(&folded.as_str())
        .then_some("it is a field of the matchmaking configuration, not of the rule set")
}

fn version(object: &Object, problems: &mut Problems) {
    const KEY: &str = "ruleLanguageVersion";
    let Some(cursor) = object.get(KEY) else {
        if !object.means(KEY) {
            let kind = RuleSetErrorKind::MissingKey { key: KEY.into(), of: "a rule set".into() };
            let help = format!("add `\"{KEY}\": \"1.0\"`");
            problems.error_help(&object.site(), kind, help);
        }
        return;
    };
    let kind = match &cursor.node.value {
        Value::String(found) if found == "1.0" => return,
        Value::String(found) => RuleSetErrorKind::Version { found: shorten(found) },
        other => RuleSetErrorKind::WrongType {
            expected: "a string".into(),
            found: other.describe().into(),
        },
    };
    problems.error_help(&cursor.site(), kind, "write \"1.0\", in quotes");
}

/// A name of 1 to 1,024 characters.
pub(super) fn parse_name(cursor: &Cursor, what: &str, problems: &mut Problems) -> Option<Arc<str>> {
    let text = cursor.string(problems)?;
    let (what, length) = (format!("the name of {what}"), text.chars().count());
    check_length(&cursor.site(), &what, length, 1, limits::NAME_CHARS_MAX, problems)?;
    Some(text.into())
}

fn parse_attributes(cursor: &Cursor, schema: &mut Schema, problems: &mut Problems) {
    let items = cursor.list(problems);
    schema.unread.attributes = items.is_none();
    for (index, node) in items.unwrap_or_default().iter().enumerate() {
        if problems.is_full() {
            return;
        }
        let item = cursor.item(index, node);
        let Some(mut object) = item.object("a player attribute", problems) else {
            schema.unread.attributes = true;
            continue;
        };
        object.deny_unknown(&["name", "type", "default"], |_| None, problems);
        let name_cursor = object.require("name", problems);
        let name = name_cursor.and_then(|it| parse_name(&it, "an attribute", problems));
        let attribute_type =
            object.require("type", problems).and_then(|it| parse_attribute_type(&it, problems));
        let default = object
            .get("default")
            .zip(attribute_type)
            .and_then(|(it, attribute_type)| parse_default(&it, attribute_type, problems));
        let Some((name, cursor)) = name.zip(name_cursor) else {
            schema.unread.attributes = true;
            continue;
        };
        let Some(attribute_type) = attribute_type else {
            schema.unread.without_type.insert(name);
            continue;
        };
        if name.contains(']') || name.trim() != &*name {
            let kind = RuleSetWarningKind::UnaddressableName {
                what: "attribute".into(),
                name: shorten(&name),
            };
            let help = "expressions name it if it has no `]` and no spaces around it";
            problems.warn(&cursor.site(), kind, Some(help.into()));
        }
        let declaration = AttributeDeclaration { name: Arc::clone(&name), attribute_type, default };
        if !schema.add_attribute(declaration) {
            let kind =
                RuleSetErrorKind::DuplicateName { what: "attributes".into(), name: shorten(&name) };
            problems.error(&cursor.site(), kind);
        }
    }
}

fn parse_attribute_type(cursor: &Cursor, problems: &mut Problems) -> Option<AttributeType> {
    const TYPES: [AttributeType; 4] = [
        AttributeType::String,
        AttributeType::Number,
        AttributeType::StringList,
        AttributeType::StringNumberMap,
    ];
    let words = TYPES.map(AttributeType::as_str);
    let word = cursor.word("an attribute type", &words, problems);
    let word = word.or_else(|| match &cursor.node.value {
        // The slip is reported; what was meant lets the rest be checked.
        Value::String(text) => nearest(text, words),
        _ => None,
    })?;
    TYPES.into_iter().find(|it| it.as_str() == word)
}

/// The default value, within the limits of a request (facts 1.3); an empty string is the same as
/// none.
fn parse_default(
    cursor: &Cursor,
    attribute_type: AttributeType,
    problems: &mut Problems,
) -> Option<AttributeValue> {
    let chars_max = limits::ATTRIBUTE_STRING_CHARS_MAX;
    match attribute_type {
        AttributeType::String => {
            let text = cursor.string(problems)?;
            let length = text.chars().count();
            check_length(&cursor.site(), "a default string", length, 0, chars_max, problems)?;
            (!text.is_empty()).then(|| AttributeValue::String(text.into()))
        }
        AttributeType::Number => cursor.number(problems).map(AttributeValue::Number),
        AttributeType::StringList => {
            let items = cursor.list(problems)?;
            check_count(cursor, "strings", items.len(), limits::STRING_LIST_MAX, problems)?;
            let texts = items.iter().enumerate().map(|(index, node)| {
                let item = cursor.item(index, node);
                let text = item.string(problems)?;
                let length = text.chars().count();
                check_length(&item.site(), "a default string", length, 1, chars_max, problems)?;
                Some(text.to_owned())
            });
            // All are read before the first that cannot be is answered.
            let texts: Vec<Option<String>> = texts.collect();
            texts.into_iter().collect::<Option<_>>().map(AttributeValue::StringList)
        }
        AttributeType::StringNumberMap => {
            let Value::Object(members) = &cursor.node.value else {
                return cursor.wrong_type("an object of numbers", problems);
            };
            check_count(cursor, "pairs", members.len(), limits::NUMBER_MAP_MAX, problems)?;
            let pairs = members.iter().map(|member| {
                let path = cursor.path.key(&member.key);
                let key = Site::new(path, member.key_span);
                let item = Cursor { node: &member.node, path };
                let length = member.key.chars().count();
                let fits =
                    check_length(&key, "a key of a default map", length, 1, chars_max, problems);
                let number = item.number(problems);
                fits.and(number).map(|number| (member.key.clone(), number))
            });
            let pairs: Vec<Option<(String, f64)>> = pairs.collect();
            let map: Option<BTreeMap<String, f64>> = pairs.into_iter().collect();
            map.map(AttributeValue::StringNumberMap)
        }
    }
}

fn check_length(
    at: &Site,
    what: &str,
    length: usize,
    min: usize,
    max: usize,
    problems: &mut Problems,
) -> Option<()> {
    if (min..=max).contains(&length) {
        return Some(());
    }
    let range = format!("{min} to {max}");
    let kind = RuleSetErrorKind::BadLength { what: what.into(), length, range };
    problems.error(at, kind);
    None
}

fn check_count(
    cursor: &Cursor,
    of: &str,
    count: usize,
    max: usize,
    problems: &mut Problems,
) -> Option<()> {
    if count <= max {
        return Some(());
    }
    let kind = RuleSetErrorKind::OutOfRange {
        what: format!("the number of {of}"),
        value: count as f64,
        range: format!("at most {max}, as in a request"),
    };
    problems.error(&cursor.site(), kind);
    None
}

fn parse_teams(cursor: &Cursor, schema: &mut Schema, problems: &mut Problems) {
    let items = cursor.list(problems).unwrap_or_default();
    schema.unread.teams = items.is_empty();
    if matches!(&cursor.node.value, Value::Array(items) if items.is_empty()) {
        problems.error(&cursor.site(), RuleSetErrorKind::EmptyList { what: "`teams`".into() });
    }
    let mut instances: u32 = 0;
    for (index, node) in items.iter().enumerate() {
        if problems.is_full() {
            return;
        }
        let item = cursor.item(index, node);
        let Some(mut object) = item.object("a team", problems) else {
            schema.unread.teams = true;
            continue;
        };
        let known = ["name", "maxPlayers", "minPlayers", "quantity"];
        object.deny_unknown(&known, |_| None, problems);
        let name_cursor = object.require("name", problems);
        let name = name_cursor.and_then(|it| parse_name(&it, "a team", problems));
        let players_max = limits::MATCH_PLAYERS_MAX;
        let max = object
            .require("maxPlayers", problems)
            .and_then(|it| it.whole_number("maxPlayers", 0, players_max, problems));
        let min = object
            .require("minPlayers", problems)
            .and_then(|it| it.whole_number("minPlayers", 0, players_max, problems));
        let quantity = match object.get("quantity") {
            Some(it) => it.whole_number("quantity", 1, players_max, problems),
            None => (!object.means("quantity")).then_some(1),
        };
        schema.unread.teams |= quantity.is_none();
        let Some((name, name_cursor)) = name.zip(name_cursor) else {
            schema.unread.teams = true;
            continue;
        };
        warn_unaddressable_team(&name, &name_cursor, problems);
        let quantity = quantity.unwrap_or(1);
        instances += quantity;
        if instances > players_max {
            let kind = RuleSetErrorKind::OutOfRange {
                what: "the number of team instances".into(),
                value: f64::from(instances),
                range: format!("at most {players_max}"),
            };
            problems.error(&item.site(), kind);
            schema.unread.teams = true;
            return;
        }
        let declaration = TeamDeclaration {
            name: Arc::clone(&name),
            min_players: min.unwrap_or(0),
            max_players: max.unwrap_or(0),
            quantity,
        };
        if min.is_none() || max.is_none() {
            schema.unread.sizes.insert(TeamIdx::from_usize(schema.teams.len()));
        }
        if let Err(clash) = schema.add_team(declaration) {
            let kind = match clash {
                NameClash::Team(name) => {
                    RuleSetErrorKind::DuplicateName { what: "teams".into(), name: shorten(&name) }
                }
                NameClash::Instance { name, team } => {
                    RuleSetErrorKind::InstanceName { name: shorten(&name), team: shorten(&team) }
                }
            };
            problems.error(&name_cursor.site(), kind);
        }
    }
}

fn warn_unaddressable_team(name: &str, cursor: &Cursor, problems: &mut Problems) {
    if name.contains([']', ',']) || name.trim() != name || name == "*" {
        let kind =
            RuleSetWarningKind::UnaddressableName { what: "team".into(), name: shorten(name) };
        let help = match name {
            "*" => "`teams[*]` means every team",
            _ => "expressions name it if it has no `]`, no `,` and no spaces around it",
        };
        problems.warn(&cursor.site(), kind, Some(help.into()));
    }
}

fn default_algorithm() -> Algorithm {
    Algorithm {
        strategy: Strategy::ExhaustiveSearch,
        batching_preference: BatchingPreference::Random,
        sort_by_attributes: Vec::new(),
        balanced_attribute: None,
        backfill_priority: BackfillPriority::Normal,
        age_selection: AgeSelection::Newest,
        age_selection_is_stated: false,
    }
}

fn parse_algorithm(cursor: &Cursor, schema: &mut Schema, problems: &mut Problems) -> Algorithm {
    let mut algorithm = default_algorithm();
    let Some(mut object) = cursor.object("`algorithm`", problems) else {
        schema.unread.strategy = true;
        return algorithm;
    };
    let known = [
        "strategy",
        "batchingPreference",
        "sortByAttributes",
        "balancedAttribute",
        "backfillPriority",
        "expansionAgeSelection",
    ];
    object.deny_unknown(&known, |_| None, problems);
    let mut word = |key, what, words| object.get(key).and_then(|it| it.word(what, words, problems));
    match word("strategy", "a strategy", &["exhaustiveSearch", "balanced"]) {
        Some("balanced") => {
            algorithm.strategy = Strategy::Balanced;
            algorithm.batching_preference = BatchingPreference::LargestPopulation;
        }
        Some(_) => {}
        None => schema.unread.strategy = object.means("strategy"),
    }
    algorithm.backfill_priority =
        match word("backfillPriority", "a backfill priority", &["normal", "high", "low"]) {
            Some("high") => BackfillPriority::High,
            Some("low") => BackfillPriority::Low,
            _ => BackfillPriority::Normal,
        };
    algorithm.age_selection =
        match word("expansionAgeSelection", "an age selection", &["newest", "oldest"]) {
            Some("oldest") => AgeSelection::Oldest,
            _ => AgeSelection::Newest,
        };
    algorithm.age_selection_is_stated = object.get("expansionAgeSelection").is_some();
    let schema = &*schema;
    batching_preference(&object, &mut algorithm, schema, problems);
    sort_by_attributes(&object, &mut algorithm, schema, problems);
    balanced_attribute(&object, &mut algorithm, schema, problems);
    if algorithm.strategy == Strategy::Balanced
        && let Some(it) = object.get("backfillPriority")
    {
        let kind = RuleSetWarningKind::IgnoredSetting {
            setting: "backfillPriority".into(),
            strategy: "balanced".into(),
        };
        problems.warn(&it.site(), kind, Some("take it out".into()));
    }
    algorithm
}

fn batching_preference(
    object: &Object,
    algorithm: &mut Algorithm,
    schema: &Schema,
    problems: &mut Problems,
) {
    let Some(cursor) = object.get("batchingPreference") else { return };
    let words = ["random", "sorted", "largestPopulation", "fastestRegion"];
    let Some(word) = cursor.word("a batching preference", &words, problems) else { return };
    let (preference, strategy) = match word {
        "random" => (BatchingPreference::Random, Strategy::ExhaustiveSearch),
        "sorted" => (BatchingPreference::Sorted, Strategy::ExhaustiveSearch),
        "largestPopulation" => (BatchingPreference::LargestPopulation, Strategy::Balanced),
        _ => (BatchingPreference::FastestRegion, Strategy::Balanced),
    };
    if strategy == algorithm.strategy || schema.unread.strategy {
        algorithm.batching_preference = preference;
        return;
    }
    let (strategy, allowed) = match algorithm.strategy {
        Strategy::ExhaustiveSearch => ("exhaustiveSearch", ["random", "sorted"]),
        Strategy::Balanced => ("balanced", ["largestPopulation", "fastestRegion"]),
    };
    let kind =
        RuleSetErrorKind::BatchingPreference { preference: word.into(), strategy: strategy.into() };
    problems.error_help(&cursor.site(), kind, format!("use one of {}", list_words(&allowed)));
}

fn sort_by_attributes(
    object: &Object,
    algorithm: &mut Algorithm,
    schema: &Schema,
    problems: &mut Problems,
) {
    let sorted = algorithm.batching_preference == BatchingPreference::Sorted;
    let Some(cursor) = object.get("sortByAttributes") else {
        if sorted && !object.means("sortByAttributes") {
            let kind = RuleSetErrorKind::MissingKey {
                key: "sortByAttributes".into(),
                of: "batching preference `sorted`".into(),
            };
            problems.error_help(&object.site(), kind, "name the attributes to sort by");
        }
        return;
    };
    let Some(items) = cursor.list(problems) else { return };
    if sorted && items.is_empty() {
        let what = "`sortByAttributes`".into();
        problems.error(&cursor.site(), RuleSetErrorKind::EmptyList { what });
    }
    for (index, node) in items.iter().enumerate() {
        let item = cursor.item(index, node);
        let Some(attribute) = declared_attribute(&item, schema, problems) else { continue };
        let declaration = &schema.attributes[attribute];
        match declaration.attribute_type {
            AttributeType::Number | AttributeType::String => {
                algorithm.sort_by_attributes.push(attribute);
            }
            other => {
                let kind = RuleSetErrorKind::AttributeType {
                    name: shorten(&declaration.name),
                    found: other.as_str().into(),
                    expected: "a number or a string".into(),
                };
                problems.error(&item.site(), kind);
            }
        }
    }
    if !sorted && !problems.has_errors() {
        let (strategy, help) = match algorithm.strategy {
            Strategy::Balanced => ("balanced", Some("take it out".into())),
            Strategy::ExhaustiveSearch => (
                "exhaustiveSearch` without batching preference `sorted",
                Some("set `batchingPreference` to \"sorted\"".into()),
            ),
        };
        let kind = RuleSetWarningKind::IgnoredSetting {
            setting: "sortByAttributes".into(),
            strategy: strategy.into(),
        };
        problems.warn(&cursor.site(), kind, help);
    }
}

fn balanced_attribute(
    object: &Object,
    algorithm: &mut Algorithm,
    schema: &Schema,
    problems: &mut Problems,
) {
    let Some(cursor) = object.get("balancedAttribute") else {
        if algorithm.strategy == Strategy::Balanced && !object.means("balancedAttribute") {
            let kind = RuleSetErrorKind::MissingKey {
                key: "balancedAttribute".into(),
                of: "strategy `balanced`".into(),
            };
            problems.error_help(&object.site(), kind, "name a declared attribute of type `number`");
        }
        return;
    };
    let Some(attribute) = declared_attribute(&cursor, schema, problems) else { return };
    let declaration = &schema.attributes[attribute];
    if declaration.attribute_type != AttributeType::Number {
        let kind = RuleSetErrorKind::AttributeType {
            name: shorten(&declaration.name),
            found: declaration.attribute_type.as_str().into(),
            expected: "a number".into(),
        };
        problems.error(&cursor.site(), kind);
        return;
    }
    if algorithm.strategy == Strategy::Balanced {
        algorithm.balanced_attribute = Some(attribute);
    } else if !schema.unread.strategy {
        let kind = RuleSetWarningKind::IgnoredSetting {
            setting: "balancedAttribute".into(),
            strategy: "exhaustiveSearch".into(),
        };
        problems.warn(
            &cursor.site(),
            kind,
            Some("set `strategy` to \"balanced\", or take it out".into()),
        );
    }
}

/// The declared attribute that a string names.
pub(super) fn declared_attribute(
    cursor: &Cursor,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<AttributeIdx> {
    let name = cursor.string(problems)?;
    let found = schema.attribute(name);
    if found.is_none() && !schema.unread.may_be_attribute(name) && !problems.is_full() {
        let kind = RuleSetErrorKind::UnknownAttribute { name: shorten(name) };
        let known = schema.attribute_names();
        let help = match &*known {
            [] => "declare it in `playerAttributes`".into(),
            _ if name.contains("attributes[") => {
                "write the name alone: this is not an expression".into()
            }
            known => did_you_mean(name, known, "declared:"),
        };
        problems.error_help(&cursor.site(), kind, help);
    }
    found
}
