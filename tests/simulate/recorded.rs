//! Arrivals that were recorded, from scenarios and journals.

use std::collections::BTreeMap;
use std::sync::Arc;

use rallypoint::simulate::{Arrivals, Population, RecordedArrivals, simulate};

use super::checked::checked;
use super::{rule_set, settings};

#[test]
fn recorded_arrivals_are_taken_and_the_rest_is_counted() {
    let path = format!("{}/rulesets/duel.scenario.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    let recorded = RecordedArrivals::from_json_lines(&text).expect("it has arrivals");
    let requests = text.lines().filter(|line| line.contains("\"StartMatchmaking\": {")).count();
    assert!(requests > 5);
    assert_eq!((recorded.tickets(), recorded.torn_line()), (requests, None));
    let rules = rule_set("duel");
    let population = Box::<Population>::default();
    let arrivals = Arrivals::Recorded { arrivals: Arc::new(recorded), population };
    assert_eq!(arrivals.expected_tickets(), requests as u64);
    let mut settings = settings(120);
    settings.drain_seconds = 120;
    let summary = checked(&rules, &arrivals, &settings);
    assert!(summary.arrivals.recorded);
    assert_eq!(summary.arrivals.tickets, requests as u64);
    assert_eq!(summary.outcomes.waiting, 0, "everybody is matched or times out: {summary:?}");
    let ignored: BTreeMap<&str, u64> =
        summary.arrivals.ignored.iter().map(|it| (it.operation.as_str(), it.lines)).collect();
    let advances = text.lines().filter(|line| line.contains("\"Advance\"")).count();
    assert_eq!(ignored["Advance"], advances as u64);

    let torn = r#"{"at": 5, "StartMatchmaking": {"Players": [{"PlayerId": "a"}]}}
{"at": 9, "StartMatchm"#;
    let recorded = RecordedArrivals::from_json_lines(torn).expect("a torn end is left out");
    assert_eq!((recorded.tickets(), recorded.torn_line()), (1, Some(2)));
    let start = r#"{"at": 5, "StartMatchmaking": {"Players": [{"PlayerId": "a"}]}}"#;
    let header = r#"{"RuleSetFile": "x.json"}"#;
    let around = format!("\u{feff}// who came\n\n{header}\r\n{start}\n\n// and no more\n");
    let recorded = RecordedArrivals::from_json_lines(&around).expect("it has an arrival");
    assert_eq!((recorded.tickets(), recorded.torn_line()), (1, None));
    for (text, place, said) in [
        ("", 1, "no `StartMatchmaking`"),
        (&format!("{start}\n{header}\n"), 2, "`at`, the milliseconds since the start, is required"),
        (&format!("{header}\n{header}\n{start}"), 2, "`at`, the milliseconds"),
        (header, 1, "no `StartMatchmaking`"),
        ("[]", 1, "must be a JSON object"),
        ("{\"at\": 1\n", 1, "not JSON"),
        (r#"{"StartMatchmaking": {}}"#, 1, "`at`"),
        (r#"{"at": -1, "Advance": {}}"#, 1, "whole milliseconds"),
        (r#"{"at": 1e300, "Advance": {}}"#, 1, "whole milliseconds"),
        (
            &format!("{start}\n\n{}", start.replace("5", "4")),
            3,
            "`at` is 4, but a line before is at 5",
        ),
        (&format!("\n{}", r#"{"at": 1, "StartMatchmaking": {"Player": []}}"#), 2, "Player"),
        (r#"{"at": 1, "StartMatchmaking": {"Players": []}, "Advance": {}}"#, 1, "one operation"),
    ] {
        let error = RecordedArrivals::from_json_lines(text).expect_err(text);
        assert_eq!(error.line, place, "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
    }
}

#[test]
fn tickets_that_the_engine_refuses_are_counted_with_the_reason() {
    let start = r#"{"at": 5, "StartMatchmaking": {"Players": []}}
{"at": 5, "StartMatchmaking": {"Player": []}}
{"at": 6, "StartMatchmaking": {"Players": [{"PlayerId": "a", "PlayerAttributes": {"skill": {"N": 1}}}]}}"#;
    let arrivals = Arc::new(RecordedArrivals::from_json_lines(start).expect("it has arrivals"));
    let arrivals = Arrivals::Recorded { arrivals, population: Box::default() };
    let summary = simulate(&rule_set("duel"), &arrivals, &settings(60), &mut |_| {});
    let outcomes = summary.expect("it can be simulated").outcomes;
    assert_eq!((outcomes.refused, outcomes.waiting), (2, 1));
    let reason = outcomes.first_refusal.expect("there is a reason");
    assert!(reason.starts_with("InvalidRequestException: "), "{reason}");
}
