//! A matchmaker that is recovered from its journal, whole or torn, or from a snapshot and the
//! journal's tail, is the one that was lost.
#![cfg(feature = "wire")]

mod support;

use rallypoint::wire::{Journal, JournalError, JournalHeader, JournalReader, RecordedInput};
use rallypoint::{Matchmaker, RuleSet, Snapshot, Timestamp};
use support::{Call, Dice, Run};

const RUNS: u64 = 200;
const CALLS: usize = 45;

/// How many calls were made before a snapshot, the rule set then, and the snapshot as JSON.
type Taken = (usize, RuleSet, String);

/// A run with its journal: after every call all output is taken, as a journal asks for.
struct Recorded {
    journal: Vec<u8>,
    calls: Vec<Call>,
    /// What each call gave to see.
    seen: Vec<String>,
    /// The journal that begins with the snapshot, and how many calls were made before it.
    tail: Vec<u8>,
    snapshot: Taken,
    end: Snapshot,
}

/// Makes a call and takes all output.
fn make(call: &Call, matchmaker: &mut Matchmaker) -> String {
    let answer = call.make(matchmaker);
    let events: Vec<_> = std::iter::from_fn(|| matchmaker.poll_event()).collect();
    let updates: Vec<_> = std::iter::from_fn(|| matchmaker.poll_update()).collect();
    format!("{answer} {events:?} {updates:?}")
}

fn write(journal: &mut Journal<Vec<u8>>, call: &Call) -> bool {
    match call {
        Call::Input(now, input) => journal.input(*now, input).is_ok(),
        Call::Timeout(now) => journal.timeout(*now).is_ok(),
        Call::Read(_) => false,
    }
}

fn record(seed: u64) -> Recorded {
    let mut run = Run::new(seed);
    let (rule_set, configuration, options, _) = run.start.clone();
    let start = Timestamp::from_millis(0);
    let header = JournalHeader { rule_set, configuration, options, start, seed };
    let mut journal = Journal::create(Vec::new(), &header).expect("a vector takes everything");
    let at = run.dice.below(CALLS - 1);
    let (mut calls, mut seen) = (Vec::new(), Vec::new());
    let mut tail: Option<(Journal<Vec<u8>>, Taken)> = None;
    while calls.len() < CALLS {
        if calls.len() == at && tail.is_none() {
            let (snapshot, rule_set) = (run.matchmaker.snapshot(), run.matchmaker.rule_set());
            let text = serde_json::to_string(&snapshot).expect("a snapshot can be written");
            let journal = Journal::create_from(Vec::new(), &run.matchmaker)
                .expect("a vector takes everything");
            tail = Some((journal, (at, rule_set.clone(), text)));
        }
        let call = run.next_call();
        if !write(&mut journal, &call) {
            continue;
        }
        if let Some((tail, _)) = &mut tail {
            assert!(write(tail, &call), "{call:?}");
        }
        seen.push(make(&call, &mut run.matchmaker));
        calls.push(call);
    }
    let (tail, snapshot) = tail.expect("a snapshot was taken on the way");
    let (journal, tail, end) = (journal.into_inner(), tail.into_inner(), run.matchmaker.snapshot());
    Recorded { journal, calls, seen, tail, snapshot, end }
}

/// Replays the calls of a journal on a matchmaker and compares what they give to see; how many
/// there were.
fn replay(bytes: &[u8], matchmaker: &mut Matchmaker, seen: &[String], of: &str) -> usize {
    let mut reader = JournalReader::open(bytes).expect("the header is whole");
    let mut count = 0;
    while let Some(recorded) = reader.next_call().expect("only the end is torn") {
        let call = match recorded.call {
            RecordedInput::Input(input) => Call::Input(recorded.now, input),
            RecordedInput::Timeout => Call::Timeout(recorded.now),
        };
        assert_eq!(make(&call, matchmaker), seen[count], "{of}, call {count}: {call:?}");
        count += 1;
    }
    count
}

/// Makes the first call of a journal. Whether it has left its mark on the state.
fn make_one(bytes: &[u8], matchmaker: &mut Matchmaker) -> bool {
    let before = matchmaker.snapshot();
    let mut reader = JournalReader::open(bytes).expect("the header is whole");
    let recorded = reader.next_call().expect("it is whole").expect("there is a call");
    let call = match recorded.call {
        RecordedInput::Input(input) => Call::Input(recorded.now, input),
        RecordedInput::Timeout => Call::Timeout(recorded.now),
    };
    make(&call, matchmaker);
    matchmaker.snapshot() != before
}

/// The whole lines of some bytes, the header left out.
fn whole_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count() - 1
}

fn header_bytes(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte == b'\n').expect("a header has a line") + 1
}

#[test]
fn a_torn_journal_gives_all_that_it_holds_whole() {
    let mut dice = Dice::new(1);
    for seed in 0..RUNS {
        let Recorded { journal, calls, seen, end, .. } = record(seed);
        let first = header_bytes(&journal);
        let torn = JournalReader::open(&journal[..dice.below(first)]).map(|_| ());
        assert!(matches!(torn, Err(JournalError::TornHeader)), "{torn:?}");
        let cut = first + dice.below(journal.len() + 1 - first);
        let bytes = &journal[..cut];
        let of = format!("seed {seed}, {cut} bytes");
        let reader = JournalReader::open(bytes).expect("the header is whole");
        let mut recovered = reader.header().matchmaker().expect("it was made before");
        let count = replay(bytes, &mut recovered, &seen, &of);
        assert_eq!(count, whole_lines(bytes), "{of}");
        // The same in one go; then the journal goes on where it was torn.
        let replay = reader.replay().expect("it can be made");
        let (mut matchmaker, stood) = replay.finish().expect("only the end is torn");
        assert_eq!(matchmaker.snapshot(), recovered.snapshot(), "{of}");
        let mut kept = bytes.to_vec();
        kept.truncate(stood.good_bytes as usize);
        let mut resumed = Journal::resume(kept, &stood);
        for (call, seen) in calls.iter().zip(&seen).skip(count) {
            assert!(write(&mut resumed, call));
            assert_eq!(make(call, &mut matchmaker), *seen, "{of}: {call:?}");
        }
        assert_eq!(matchmaker.snapshot(), end, "{of}");
        assert_eq!(resumed.into_inner(), journal, "{of}");
    }
}

#[test]
fn a_snapshot_and_the_tail_of_the_journal_give_the_same() {
    let mut dice = Dice::new(2);
    let mut mixed = 0;
    for seed in 0..RUNS {
        let Recorded { journal, seen, tail, snapshot: (at, rule_set, text), end, .. } =
            record(seed);
        let restored = || {
            let snapshot: Snapshot = serde_json::from_str(&text).expect("it was written");
            Matchmaker::restore(rule_set.clone(), snapshot).expect("it was taken")
        };
        let seen = &seen[at..];
        let mut whole = restored();
        assert_eq!(replay(&tail, &mut whole, seen, &format!("seed {seed}")), seen.len());
        assert_eq!(whole.snapshot(), end, "seed {seed}");
        let first = header_bytes(&tail);
        let bytes = &tail[..first + dice.below(tail.len() + 1 - first)];
        let mut torn = restored();
        let count = replay(bytes, &mut torn, seen, &format!("seed {seed}, torn"));
        assert_eq!(count, whole_lines(bytes), "seed {seed}");
        let replay = JournalReader::open(bytes).and_then(|it| it.replay_onto(restored()));
        let (matchmaker, _) = replay.and_then(|it| it.finish()).expect("only the end is torn");
        assert_eq!(matchmaker.snapshot(), torn.snapshot(), "seed {seed}");

        // What does not belong together is refused, not replayed.
        let open =
            |bytes| JournalReader::open(std::io::Cursor::new(bytes)).expect("the header is whole");
        assert!(matches!(open(&tail).replay(), Err(JournalError::BeginsFromSnapshot)));
        let mut later = restored();
        if make_one(&tail, &mut later) {
            // The call may have been one that brings another rule set.
            let same_rules = later.rule_set().fingerprint() == rule_set.fingerprint();
            let refused = open(&tail).replay_onto(later).map(|_| ());
            match refused {
                Err(JournalError::OtherState { .. }) => assert!(same_rules, "seed {seed}"),
                Err(JournalError::OtherRuleSet { .. }) => assert!(!same_rules, "seed {seed}"),
                _ => panic!("seed {seed}: {refused:?}"),
            }
        }
        let first = open(&journal).header().matchmaker().expect("it was made before").snapshot();
        if restored().snapshot() != first && rule_set.fingerprint() == first.rule_set() {
            let refused = open(&journal).replay_onto(restored()).map(|_| ());
            assert!(matches!(refused, Err(JournalError::BeginsAnew)), "seed {seed}: {refused:?}");
            mixed += 1;
        }
    }
    assert!(mixed > 50, "only {mixed} snapshots were tried with an earlier journal");
}
