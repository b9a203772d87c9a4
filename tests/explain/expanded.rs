//! Values in force and steps to come, against the text of the rule set.

use serde_json::Value;

use super::each_waiting;
use super::misses::same;
use super::scene::Scene;

#[test]
fn values_and_steps_are_those_of_the_rule_set() {
    let (mut values, mut expanded, mut steps, mut changes) = (0, 0, 0, 0);
    each_waiting(|scene, ticket, _| {
        let why = scene.matchmaker.why_waiting(ticket).expect("it is known");
        let age = why.waited.get();
        assert_eq!(age, scene.age(ticket, 0));
        for value in why.blocking.iter().flat_map(|rule| &rule.values) {
            let expected = scene.property(&value.property, age).expect("it has a value");
            let (found, written) = (json(&value.value), json(&value.as_written));
            assert!(same(&found, &expected), "{value:?} at {age} of {}", scene.pool.rules);
            values += 1;
            expanded += u64::from(!same(&found, &written));
        }
        let mut waits = later_waits(scene, age);
        waits.truncate(8);
        let told: Vec<u64> = why.expansions.iter().map(|step| step.wait.get()).collect();
        assert_eq!(told, waits, "{}", scene.pool.rules);
        for step in &why.expansions {
            steps += 1;
            assert_eq!(step.at.since(scene.now()).get(), step.wait.get() - age);
            for change in &step.changes {
                changes += 1;
                let to = step_value(scene, &change.property, step.wait.get());
                assert!(to.is_some_and(|to| same(&json(&change.to), &to)), "{change:?}");
                assert_ne!(change.from, change.to);
                let before = step_value(scene, &change.property, step.wait.get() - 1);
                if let Some(before) = before {
                    assert!(same(&json(&change.from), &before), "{change:?}");
                }
            }
        }
    });
    println!("{values} values, {expanded} expanded; {steps} steps, {changes} changes");
    assert!(values >= 1_000 && expanded >= 50 && steps >= 300 && changes >= 300);
}

fn json(value: &rallypoint::PropertyValue) -> Value {
    serde_json::to_value(value).expect("it is plain data")
}

/// The waiting times of all steps later than an age.
fn later_waits(scene: &Scene, age: u64) -> Vec<u64> {
    let expansions = scene.pool.rules["expansions"].as_array().cloned().unwrap_or_default();
    let steps = expansions.iter().filter_map(|it| it["steps"].as_array()).flatten();
    let waits = steps.filter_map(|step| step["waitTimeSeconds"].as_u64());
    let mut waits: Vec<u64> = waits.map(|it| it * 1000).filter(|&it| it > age).collect();
    waits.sort_unstable();
    waits.dedup();
    waits
}

/// The value that an expansion gives a property at an age, whether it names the property alone or
/// in a list of teams.
fn step_value(scene: &Scene, property: &str, age: u64) -> Option<Value> {
    if let Some(value) = scene.step(property, age) {
        return Some(value);
    }
    let (names, field) = property.strip_prefix("teams[")?.split_once("].")?;
    let expansions = scene.pool.rules["expansions"].as_array()?;
    let targets = expansions.iter().filter_map(|it| it["target"].as_str());
    let mut targets = targets.filter(|target| {
        let rest = target.strip_prefix("teams[").and_then(|rest| rest.split_once("]."));
        rest.is_some_and(|(list, of)| {
            of == field && (list == "*" || list.split(',').any(|it| it.trim() == names))
        })
    });
    targets.find_map(|target| scene.step(target, age))
}
