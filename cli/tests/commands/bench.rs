//! `rallypoint bench`.

use serde_json::Value;

use crate::support::Folder;

fn rows(arguments: &[&str]) -> Vec<Value> {
    let run = Folder::with(&[]).run(&[&["bench", "--format", "json"], arguments].concat());
    let lines = run.ended(0).lines();
    lines.map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The members of a row in the form that others read.
fn members(row: &Value) -> Vec<&str> {
    row.as_object().expect("a row is an object").keys().map(String::as_str).collect()
}

#[test]
fn a_row_for_each_workload_and_size() {
    let rows = rows(&["duel", "roles", "--tickets", "400,300"]);
    let kinds: Vec<_> =
        rows.iter().map(|row| (row["workload"].as_str(), row["tickets"].as_u64())).collect();
    let expected = [("duel", 300), ("duel", 400), ("roles", 300), ("roles", 400)];
    assert_eq!(kinds, expected.map(|(name, size)| (Some(name), Some(size))));
    for row in &rows {
        assert_eq!(
            members(row),
            [
                "anchors",
                "anchorsExhausted",
                "checksum",
                "floorMatches",
                "floorSeconds",
                "ingestSeconds",
                "judged",
                "leftOver",
                "matchSeconds",
                "matches",
                "nodes",
                "peakRssBytes",
                "referenceMatches",
                "searchSeconds",
                "tickets",
                "turns",
                "workload",
            ]
        );
        assert!(row["matches"].as_u64() > Some(20), "{row}");
        assert!(row["searchSeconds"].as_f64() > Some(0.0), "{row}");
        assert!(row["matchSeconds"].as_f64() > row["searchSeconds"].as_f64(), "{row}");
        assert_eq!(row["checksum"].as_str().map(str::len), Some(16), "{row}");
        assert_eq!(row["floorMatches"].is_u64(), row["workload"] == "duel", "{row}");
        assert!(row["turns"].as_u64() >= Some(2), "{row}");
    }
}

#[test]
fn the_seed_decides_the_matches() {
    let checksum = |seed| {
        let rows = rows(&["duel", "--tickets", "200", "--seed", seed]);
        rows[0]["checksum"].clone()
    };
    assert_eq!(checksum("5"), checksum("5"));
    assert_ne!(checksum("5"), checksum("6"));
}

#[test]
fn arrivals_are_measured_while_others_wait() {
    let rows = rows(&["steady", "--tickets", "100", "--arrivals", "600", "--patience", "5"]);
    let names: Vec<_> = rows.iter().map(|row| row["workload"].as_str()).collect();
    assert_eq!(names, [Some("steady squads"), Some("steady parties")]);
    // Without optimisation the first may be given up.
    let row = &rows[1];
    assert_eq!(row["arrivals"], 600, "{row}");
    assert!(row["matches"].as_u64() > Some(50), "{row}");
    assert!(row["arrivalSeconds"].as_f64() > Some(0.0), "{row}");
}

#[test]
fn what_takes_too_long_is_given_up_and_larger_pools_with_it() {
    // A pass over so many tickets takes several slices, and the first is longer than 0 seconds.
    let rows = rows(&["roles", "--tickets", "8000,9000", "--patience", "0"]);
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(members(row), ["gaveUpAfterSeconds", "tickets", "workload"]);
    assert_eq!(row["tickets"], 8_000);
}

#[test]
fn the_table_has_a_line_for_each_row() {
    let run = Folder::with(&[]).run(&["bench", "parties", "--tickets", "200"]);
    let lines: Vec<_> = run.ended(0).lines().collect();
    let [heading, line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(heading.starts_with("workload "), "{heading}");
    assert!(line.starts_with("parties              200 "), "{line}");
    // Every column ends where its heading does.
    assert_eq!(heading.chars().count(), line.chars().count(), "{lines:#?}");
}

#[test]
fn an_unknown_workload_or_size_is_a_usage_error() {
    for arguments in [["bench", "chess"], ["bench", "--tickets=99"], ["bench", "--tickets=2000000"]]
    {
        let run = Folder::with(&[]).run(&arguments);
        assert_eq!(run.ended(2), "");
    }
}
