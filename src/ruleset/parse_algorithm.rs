//! The `algorithm` of the typed tree (facts 1.4).

use super::parse_attributes::declared_attribute;
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, list_words};
use crate::json::cursor::{Cursor, Object};
use crate::model::schema::{
    AgeSelection, Algorithm, AttributeType, BackfillPriority, BatchingPreference, Schema, Strategy,
};
use crate::rules::wrong_attribute_type;

pub(super) fn parse_algorithm(
    cursor: &Cursor,
    schema: &mut Schema,
    problems: &mut Problems,
) -> Algorithm {
    let mut algorithm = Algorithm::default();
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
            AttributeType::StringList | AttributeType::StringNumberMap => {
                let kind = wrong_attribute_type(declaration, "a number or a string");
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
        problems.error(&cursor.site(), wrong_attribute_type(declaration, "a number"));
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
