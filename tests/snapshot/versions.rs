//! What earlier releases have stored is read.

use rallypoint::{Matchmaker, RuleSet, Snapshot};
use serde_json::{Value, json};

/// Restores what a file holds; the snapshot of what was restored, and the one in the file.
fn taken_again(file: &str) -> (Value, Value) {
    let stored: Value = serde_json::from_str(file).expect("the file is JSON");
    let text = stored["ruleSet"].as_str().expect("the file has a rule set");
    let rule_set = RuleSet::from_json(text).expect("the rule set is valid");
    let snapshot = stored["snapshot"].clone();
    let snapshot: Snapshot = serde_json::from_value(snapshot).expect("it has the form");
    let matchmaker = Matchmaker::restore(rule_set, snapshot).expect("it is sound");
    let mut again = serde_json::to_value(matchmaker.snapshot()).expect("it can be written");
    again["engineVersion"] = stored["snapshot"]["engineVersion"].clone();
    (again, stored["snapshot"].clone())
}

/// Whoever changes the stored form changes its version, or goes on reading what is stored.
#[test]
fn what_was_stored_by_version_2_is_read() {
    let (again, stored) = taken_again(include_str!("../snapshots/version_2.json"));
    assert_eq!(again, stored);
}

/// It says of all tickets together how far a pass is; version 2 says it of each partition.
#[test]
fn what_was_stored_by_version_1_is_read() {
    let (mut again, mut stored) = taken_again(include_str!("../snapshots/version_1.json"));
    assert_eq!([&stored["version"], &again["version"]], [1, 2]);
    let changed = stored["pass"]["underWay"]["changed"].clone();
    let under_way = &again["pass"]["partitions"][0]["underWay"];
    assert_eq!(under_way["changed"], changed);
    assert_eq!(under_way["stage"], stored["pass"]["underWay"]["stage"]);
    assert_eq!(again["pass"]["lastStart"], stored["pass"]["lastStart"]);
    // What has come with version 2, as it is where nothing is said of it.
    stored["placements"] = json!(null);
    stored["configuration"]["queue"] = json!(null);
    for (option, value) in [
        ("preferCostWithoutLatency", json!(false)),
        ("placeInMatchLocations", json!(true)),
        ("pendingPlacementsMax", json!(200_000)),
        ("retainedPlacementsMax", json!(100_000)),
        ("maxBatchTickets", json!(11_000)),
        ("exchangeTries", json!(8)),
    ] {
        stored["options"][option] = value;
    }
    for it in stored["matches"].as_array_mut().expect("there are matches") {
        it["locations"] = json!([]);
        it["placement"] = json!(null);
    }
    for it in [&mut again, &mut stored] {
        it["version"] = Value::Null;
        it["pass"] = Value::Null;
    }
    assert_eq!(again, stored);
}
