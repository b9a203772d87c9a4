//! Snapshots of which something is lost, repeated or changed at random.

use rallypoint::{Matchmaker, Snapshot};
use serde_json::{Value, json};

use super::support::{Dice, Run};

/// The pointers to everything in a JSON value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, it)| places(it, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, it)| places(it, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

/// Removes, repeats or changes one thing in a JSON value.
fn damage(value: &mut Value, dice: &mut Dice) {
    let mut found = Vec::new();
    places(value, "", &mut found);
    let place = dice.pick(&found).cloned().expect("the whole is a place");
    if let Some((parent, key)) = place.rsplit_once('/').filter(|_| dice.once_in(3)) {
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) => {
                members.remove(key);
            }
            Some(Value::Array(items)) => {
                let position: usize = key.parse().expect("a position is a number");
                let item = items.remove(position);
                if dice.once_in(2) {
                    items.extend([item.clone(), item]);
                }
            }
            _ => {}
        }
        return;
    }
    let Some(leaf) = value.pointer_mut(&place) else { return };
    let changed = match &*leaf {
        Value::Bool(it) => (!it).into(),
        Value::Number(it) => match it.as_u64() {
            Some(it) => {
                let near = [it.wrapping_add(1), it.wrapping_sub(1)];
                let others = [0, near[0], near[1], 1 << 60, u64::MAX];
                others[dice.below(others.len())].into()
            }
            None => [-1e300, 1e300, 0.5][dice.below(3)].into(),
        },
        Value::String(_) => {
            let others =
                ["", "a", "Searching", "Cancelled", "Queued", "Nowhere", "None", "p1", "t1"];
            others[dice.below(others.len())].into()
        }
        Value::Null => [json!(0), json!("a"), json!(true)][dice.below(3)].clone(),
        Value::Array(_) | Value::Object(_) => Value::Null,
    };
    *leaf = changed;
}

#[test]
fn a_damaged_snapshot_is_refused_or_works() {
    let (mut refused, mut worked) = (0, 0);
    for seed in 0..40 {
        let mut run = Run::new(seed);
        for _ in 0..60 {
            run.next_call().make(&mut run.matchmaker);
        }
        let rule_set = run.matchmaker.rule_set().clone();
        let whole = serde_json::to_value(run.matchmaker.snapshot()).expect("it can be written");
        for _ in 0..20 {
            let mut value = whole.clone();
            for _ in 0..=run.dice.below(2) {
                damage(&mut value, &mut run.dice);
            }
            let Ok(snapshot) = serde_json::from_value::<Snapshot>(value) else {
                refused += 1;
                continue;
            };
            match Matchmaker::restore(rule_set.clone(), snapshot) {
                Ok(matchmaker) => {
                    worked += 1;
                    let mut other = Run::of(matchmaker, run.dice.word());
                    for _ in 0..25 {
                        let call = other.next_call();
                        call.make(&mut other.matchmaker);
                    }
                    let rule_set = other.matchmaker.rule_set().clone();
                    let again = Matchmaker::restore(rule_set, other.matchmaker.snapshot());
                    assert!(again.is_ok(), "seed {seed}: {:?}", again.err());
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().starts_with("the snapshot "), "{error}");
                }
            }
        }
    }
    assert!(refused > 300 && worked > 100, "{refused} refused, {worked} worked");
}
