//! Populations that are made up for a rule set.

use std::collections::BTreeMap;

use rallypoint::RuleSet;
use rallypoint::simulate::{ListOf, Normal, Population, Quantity, Uniform, Values};

/// A rule set of two teams of up to two with these attributes and rules.
fn with(attributes: &str, rules: &str) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0", "playerAttributes": [{attributes}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 2}},
                      {{"name": "blue", "minPlayers": 1, "maxPlayers": 2}}],
            "rules": [{rules}]}}"#
    );
    RuleSet::from_json(&text).expect("the rule set compiles")
}

/// The values of the attribute `a`, declared and read like this.
fn values(declared: &str, rule: &str) -> Values {
    let rule = match rule {
        "" => String::new(),
        rule => format!(r#"{{"name": "rule", {rule}}}"#),
    };
    let rules = with(&format!(r#"{{"name": "a", {declared}}}"#), &rule);
    let population = Population::suited_to(&rules);
    assert_eq!(population.check(), Ok(()), "{declared}, {rule}");
    assert_eq!(population.check_for(&rules), Ok(()), "{declared}, {rule}");
    population.attributes["a"].clone()
}

fn whole(min: f64, max: f64) -> Uniform {
    Uniform { min, max, whole: true }
}

#[test]
fn numbers_lie_where_rules_tell_them_apart() {
    let compared = |function: &str, operation: &str, reference: f64| {
        format!(
            r#""type": "comparison", "operation": "{operation}", "referenceValue": {reference},
               "measurements": ["{function}(flatten(teams[*].players.attributes[a]))"]"#
        )
    };
    let either = |zeros, ones| {
        Values::Numbers(BTreeMap::from([("0".to_owned(), zeros), ("1".to_owned(), ones)]))
    };
    let about = |mean: f64, deviation| {
        Values::Normal(Normal {
            mean,
            deviation,
            min: Some(0.0),
            max: Some(2.0 * mean),
            whole: true,
        })
    };
    let number = r#""type": "number""#;
    let default = r#""type": "number", "default": 8"#;
    for (declared, rule, expected) in [
        (number, compared("avg", ">=", 20.0), Values::Uniform(whole(0.0, 40.0))),
        (
            number,
            compared("max", "<", -2.5),
            Values::Uniform(Uniform { min: -5.0, max: 0.0, whole: false }),
        ),
        (number, compared("avg", ">=", 0.0), Values::Uniform(whole(0.0, 100.0))),
        (default, compared("avg", ">=", 0.0), about(8.0, 2.0)),
        (number, compared("sum", ">=", 2.0), either(1.0, 2.0)),
        (number, compared("sum", "<=", 2.0), either(2.0, 1.0)),
        (number, String::new(), Values::Uniform(whole(0.0, 100.0))),
    ] {
        assert_eq!(values(declared, &rule), expected, "{declared}, {rule}");
    }
}

#[test]
fn lists_have_what_rules_name_and_maps_the_keys_of_their_default() {
    let named = |names: &str| {
        format!(
            r#""type": "collection", "operation": "reference_intersection_count",
               "measurements": ["flatten(teams[*].players.attributes[a])"],
               "referenceValue": [{names}], "minCount": 1"#
        )
    };
    let declared = r#""type": "string_list""#;
    let count = BTreeMap::from([(1, 2.0), (2, 1.0)]);
    let list = |of: &[(&str, f64)]| {
        let of = of.iter().map(|&(text, weight)| (text.to_owned(), weight)).collect();
        Values::List(ListOf { of, count: count.clone() })
    };
    assert_eq!(
        values(declared, &named(r#""x", "y""#)),
        list(&[("x", 1.0), ("y", 1.0), ("a-3", 1.0), ("a-4", 1.0), ("a-5", 1.0)])
    );
    let five = [("p", 1.0), ("q", 1.0), ("r", 1.0), ("s", 1.0), ("t", 1.0)];
    assert_eq!(values(declared, &named(r#""p", "q", "r", "s", "t""#)), list(&five));
    let declared = r#""type": "string_list", "default": ["y", "z"]"#;
    assert_eq!(
        values(declared, &named(r#""x", "y""#)),
        list(&[("x", 1.0), ("y", 3.0), ("z", 3.0), ("a-4", 1.0), ("a-5", 1.0)])
    );

    let map = |keys: &[&str]| {
        let each = Quantity::Uniform(whole(0.0, 10.0));
        Values::Map(keys.iter().map(|&key| (key.to_owned(), each.clone())).collect())
    };
    assert_eq!(values(r#""type": "string_number_map""#, ""), map(&["a-1", "a-2", "a-3"]));
    let declared = r#""type": "string_number_map", "default": {"day": 1, "night": 2}"#;
    assert_eq!(values(declared, ""), map(&["day", "night"]));
}

#[test]
fn a_second_rule_set_adds_what_its_players_need() {
    let skill = r#"{"name": "skill", "type": "number"}"#;
    let near = |attribute: &str, bound: u32| {
        format!(
            r#"{{"name": "near-{attribute}", "type": "batchDistance",
                "batchAttribute": "{attribute}", "maxDistance": {bound}}}"#
        )
    };
    let first = with(skill, &near("skill", 100));
    let attributes = format!(
        r#"{skill}, {{"name": "level", "type": "number"}}, {{"name": "mode", "type": "string"}},
           {{"name": "team", "type": "string"}}"#
    );
    let rules = [
        near("skill", 4),
        near("level", 8),
        r#"{"name": "other", "type": "comparison", "operation": "!=",
            "measurements": ["flatten(teams[*].players.attributes[team])"]}"#
            .to_owned(),
        r#"{"name": "here", "type": "latency", "maxLatency": 80}"#.to_owned(),
    ];
    let second = with(&attributes, &rules.join(", "));
    let alone = Population::suited_to(&first);
    let both = alone.clone().and_suited_to(&second);
    assert_eq!(
        (both.check(), both.check_for(&first), both.check_for(&second)),
        (Ok(()), Ok(()), Ok(()))
    );
    // What both declare stays as the first has it.
    assert_eq!(both.attributes["skill"], alone.attributes["skill"]);
    assert_eq!(
        both.parties.within,
        BTreeMap::from([("level".to_owned(), 2.0), ("skill".to_owned(), 25.0)])
    );
    assert_eq!(both.parties.shared, ["mode"]);
    assert_eq!(both.locations, Population::suited_to(&second).locations);
    assert!(!both.locations.is_empty() && alone.locations.is_empty());
    let again = both.clone().and_suited_to(&second).and_suited_to(&first);
    assert_eq!(again, both);
}

#[test]
fn who_sends_nothing_of_a_declared_attribute_needs_its_default() {
    let population = Population::from_json("{}").expect("it is a population");
    let without = with(r#"{"name": "a", "type": "number"}"#, "");
    let error = population.check_for(&without).expect_err("nobody could be matched");
    assert_eq!(error.place, "attributes");
    let defaulted = with(r#"{"name": "a", "type": "number", "default": 3}"#, "");
    assert_eq!(population.check_for(&defaulted), Ok(()));
}
