//! Journals that begin from a snapshot: only the state that they begin from takes them.

use super::*;

/// A matchmaker with a ticket that waits and another that is matched by the next pass.
fn running() -> Matchmaker {
    let (bytes, _) = record(&header(), &[(5, start(1, 1.0)), (5, start(2, 1.0))]);
    let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
    replay.and_then(JournalReplay::finish).expect("the journal is good").0
}

fn restored(matchmaker: &Matchmaker) -> Matchmaker {
    let stored = serde_json::to_string(&matchmaker.snapshot()).expect("it can be written");
    let snapshot = serde_json::from_str(&stored).expect("it was written");
    Matchmaker::restore(matchmaker.rule_set().clone(), snapshot).expect("it was taken")
}

/// A journal that begins from this state, and what came out when it was written.
fn begun_from(matchmaker: &Matchmaker) -> (Vec<u8>, Vec<String>) {
    let journal = Journal::create_from(Vec::new(), matchmaker).expect("the header is good");
    let calls = [(0, RecordedInput::Timeout), (500, RecordedInput::Timeout)];
    go_on(journal, restored(matchmaker), matchmaker.now(), 1, &calls)
}

fn onto(bytes: &[u8], matchmaker: Matchmaker) -> Result<Vec<String>, JournalError> {
    let replay = JournalReader::open(bytes)?.replay_onto(matchmaker)?;
    replay.map(|record| Ok(record?.to_json_line())).collect()
}

#[test]
fn a_journal_goes_on_from_the_state_that_it_was_begun_with() {
    let (bytes, output) = begun_from(&running());
    assert!(output.iter().any(|line| line.contains("PotentialMatchCreated")), "{output:?}");
    let reader = JournalReader::open(&bytes[..]).expect("the header is good");
    assert!(reader.begins_from_snapshot());
    let header = header();
    let start = header.start.plus(Millis::new(10));
    assert_eq!(*reader.header(), JournalHeader { start, ..header });
    assert_eq!(onto(&bytes, restored(&running())).expect("it is the state"), output);

    let (mut reading, mut again) = (reader, Vec::new());
    while let Some(call) = reading.next_call().expect("the journal is good") {
        again.push(call.now);
    }
    assert_eq!(again, [start, start.plus(Millis::new(500))]);
}

#[test]
fn a_header_has_what_is_in_force() {
    let mut matchmaker = running();
    let now = matchmaker.now();
    let configuration =
        Configuration { request_timeout_seconds: 7, ..matchmaker.configuration().clone() };
    let plain = RuleSet::from_json(PLAIN).expect("the rule set is valid");
    matchmaker
        .reconfigure(now, Some(plain.clone()), Some(configuration.clone()))
        .expect("the name stays");
    let (bytes, output) = begun_from(&matchmaker);
    let reader = JournalReader::open(&bytes[..]).expect("the header is good");
    assert_eq!(
        *reader.header(),
        JournalHeader { rule_set: plain, configuration, start: now, ..header() }
    );
    assert_eq!(onto(&bytes, restored(&matchmaker)).expect("it is the state"), output);
}

#[test]
fn what_waits_to_be_read_is_not_part_of_the_state() {
    let mut matchmaker = running();
    let now = matchmaker.now();
    let _report = matchmaker.handle_timeout(now).expect("time goes on");
    let undrained = restored(&matchmaker);
    assert!(matchmaker.poll_event().is_some(), "a match is made");
    while matchmaker.poll_event().is_some() {}
    let (bytes, output) = begun_from(&matchmaker);
    assert_eq!(onto(&bytes, restored(&matchmaker)).expect("it is the state"), output);
    let from_undrained = onto(&bytes, undrained).expect("it is the same state");
    assert!(from_undrained.ends_with(&output));
    assert!(from_undrained.len() > output.len(), "what was not read comes out again");
}

#[test]
fn another_state_is_refused() {
    let (bytes, _) = begun_from(&running());
    let replayed = JournalReader::open(&bytes[..]).and_then(JournalReader::replay).map(|_| ());
    assert!(matches!(replayed, Err(JournalError::BeginsFromSnapshot)), "{replayed:?}");
    let message = JournalError::BeginsFromSnapshot.to_string();
    assert!(message.ends_with("and use `replay_onto`"), "{message}");

    let now = running().now();
    let changed = |change: &dyn Fn(&mut Matchmaker)| {
        let mut matchmaker = running();
        change(&mut matchmaker);
        while matchmaker.poll_event().is_some() {}
        matchmaker
    };
    let input = |call: RecordedInput| match call {
        RecordedInput::Input(input) => input,
        RecordedInput::Timeout => panic!("an input was asked for"),
    };
    let fresh = |header: JournalHeader| header.matchmaker().expect("the configuration is good");
    let (header, start_time) = (header(), now);
    for (what, matchmaker) in [
        ("a new one", fresh(JournalHeader { start: start_time, ..header.clone() })),
        ("a later time", changed(&|it| drop(it.handle_timeout(now.plus(Millis::new(1)))))),
        ("a pass at the same time", changed(&|it| drop(it.handle_timeout(now)))),
        (
            "another ticket at the same time",
            changed(&|it| drop(it.handle_input(now, input(start(3, 1.0))))),
        ),
        (
            "another configuration",
            changed(&|it| {
                let configuration =
                    Configuration { request_timeout_seconds: 7, ..it.configuration().clone() };
                it.reconfigure(now, None, Some(configuration)).expect("the name stays");
            }),
        ),
    ] {
        let refused = onto(&bytes, matchmaker);
        assert!(matches!(refused, Err(JournalError::OtherState { .. })), "{what}: {refused:?}");
    }
    let other = onto(&bytes, fresh(header_of(PLAIN)));
    assert!(matches!(other, Err(JournalError::OtherRuleSet { .. })), "{other:?}");
    let message = onto(&bytes, fresh(header)).map_err(|error| error.to_string());
    assert_eq!(
        message,
        Err(
            "the journal begins from another state, of 2026-01-01T00:00:00.010Z, than that of the \
             matchmaker, of 2026-01-01T00:00:00.000Z; restore the snapshot that was taken when \
             the journal began"
                .into()
        )
    );
}

#[test]
fn a_journal_of_a_new_matchmaker_takes_no_other() {
    let header = header();
    let calls = [(5, start(1, 1.0)), (5, start(2, 1.0))];
    let (bytes, output) = record(&header, &calls);
    let fresh = |header: &JournalHeader| header.matchmaker().expect("the configuration is good");
    assert_eq!(onto(&bytes, fresh(&header)).expect("it is the state"), output);
    let configuration =
        Configuration { request_timeout_seconds: 7, ..header.configuration.clone() };
    let options = EngineOptions { sessions_max: 7, ..header.options.clone() };
    for (what, matchmaker) in [
        ("taken within the journal", restored(&running())),
        ("another seed", fresh(&JournalHeader { seed: 1, ..header.clone() })),
        ("another configuration", fresh(&JournalHeader { configuration, ..header.clone() })),
        ("other options", fresh(&JournalHeader { options, ..header.clone() })),
    ] {
        let refused = onto(&bytes, matchmaker);
        assert!(matches!(refused, Err(JournalError::BeginsAnew)), "{what}: {refused:?}");
    }
}

#[test]
fn a_scenario_begins_from_no_snapshot() {
    let (bytes, _) = begun_from(&running());
    let text = String::from_utf8(bytes).expect("a journal is UTF-8");
    let refused = Scenario::parse(&text).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(
        refused,
        Err("line 1: `Snapshot`: the journal begins from a snapshot, which a scenario does not \
             have; restore the snapshot and use `JournalReader::replay_onto`"
            .into())
    );
}
