//! Journals that are written, cut and replayed.

use super::*;
use crate::wire::driver::poll_record;
use crate::wire::rule_set_hash;
use crate::wire::{Outcome, Record, Replay, Scenario};
use crate::{
    AcceptMatch, AcceptanceType, AttributeValue, BackfillMode, CompileOptions, CompletePlacement,
    Configuration, DescribeMatchmaking, EndGameSession, EngineOptions, FailPlacement,
    FlexMatchMode, GameSessionConnectionInfo, Input, Matchmaker, Millis, PartyAggregation,
    PlacementFailure, PlacementOf, Player, Reconfigure, RemovePlayers, RuleSet, StartMatchBackfill,
    StartMatchmaking, StopMatchmaking,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// Two teams that an expansion lets be unlike; a comment, so that the text is no plain JSON.
const RULES: &str = r#"{"ruleLanguageVersion": "1.0", // two against two
    "playerAttributes": [{"name": "skill", "type": "number", "default": 10}],
    "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 2},
              {"name": "blue", "minPlayers": 1, "maxPlayers": 2}],
    "rules": [{"name": "Fair", "type": "distance", "maxDistance": 5,
               "measurements": ["avg(teams[red].players.attributes[skill])"],
               "referenceValue": "avg(teams[blue].players.attributes[skill])"}],
    "expansions": [{"target": "rules[Fair].maxDistance",
                    "steps": [{"waitTimeSeconds": 3, "value": 50}]}]}"#;

const PLAIN: &str =
    r#"{"ruleLanguageVersion":"1.0","teams":[{"name":"red","minPlayers":2,"maxPlayers":2}]}"#;

fn header_of(text: &str) -> JournalHeader {
    JournalHeader {
        rule_set: RuleSet::from_json(text).expect("the rule set is valid"),
        configuration: Configuration {
            request_timeout_seconds: 20,
            acceptance_required: true,
            acceptance_timeout_seconds: Some(4),
            flex_match_mode: FlexMatchMode::WithQueue,
            backfill_mode: BackfillMode::Automatic,
            ..Configuration::default()
        },
        options: EngineOptions {
            pass_interval: Millis::new(250),
            placement_timeout: Millis::new(5_000),
            ..EngineOptions::default()
        },
        start: Timestamp::from_millis(1_767_225_600_000),
        seed: u64::MAX,
    }
}

fn header() -> JournalHeader {
    header_of(RULES)
}

/// A call, and how long after the one before.
type Call = (u64, RecordedInput);

/// Writes the calls down and makes them: the journal, and what came out.
fn record(header: &JournalHeader, calls: &[Call]) -> (Vec<u8>, Vec<String>) {
    let journal = Journal::create(Vec::new(), header).expect("the header can be written");
    let matchmaker = header.matchmaker().expect("the configuration is good");
    go_on(journal, matchmaker, header.start, 1, calls)
}

fn go_on(
    mut journal: Journal<Vec<u8>>,
    mut matchmaker: Matchmaker,
    start: Timestamp,
    lines: usize,
    calls: &[Call],
) -> (Vec<u8>, Vec<String>) {
    let mut output = Vec::new();
    let mut now = journal.last;
    for (line, (wait, call)) in (lines + 1..).zip(calls) {
        now = now.plus(Millis::new(*wait));
        let outcome = match call {
            RecordedInput::Timeout => {
                journal.timeout(now).expect("the line is good");
                let _ = matchmaker.handle_timeout(now).expect("time goes on");
                Outcome::Advanced { line }
            }
            RecordedInput::Input(input) => {
                journal.input(now, input).expect("the line is good");
                match matchmaker.handle_input(now, input.clone()) {
                    Ok(response) => Outcome::Response { line, response },
                    Err(error) => Outcome::Error { line, error },
                }
            }
        };
        output.push(Record { at: now.since(start).get(), outcome }.to_json_line());
        while let Some(record) = poll_record(&mut matchmaker, start, now) {
            output.push(record.to_json_line());
        }
    }
    (journal.into_inner(), output)
}

fn replayed(bytes: &[u8]) -> Vec<String> {
    let replay = JournalReader::open(bytes).and_then(JournalReader::replay);
    let replay = replay.expect("the header is good");
    replay.map(|record| record.expect("the journal is good").to_json_line()).collect()
}

#[test]
fn a_call_that_was_refused_because_it_came_late_is_refused_again() {
    let header = header();
    let options = EngineOptions { undrained_events_max: 1, ..header.options.clone() };
    let calls = [
        (5, start(1, 1.0)),
        (0, start(2, 90.0)),
        (0, RecordedInput::Timeout),
        (100_000, start(3, 1.0)), // two tickets time out before it
        (0, start(3, 1.0)),
        (0, start(3, 1.0)),
    ];
    let (bytes, output) = record(&JournalHeader { options, ..header }, &calls);
    assert!(
        output.iter().any(|line| line.contains("events, updates and actions wait to be read")),
        "{output:?}"
    );
    assert_eq!(replayed(&bytes), output);
}

fn start(ticket: u8, skill: f64) -> RecordedInput {
    RecordedInput::Input(Input::StartMatchmaking(StartMatchmaking {
        ticket_id: Some(format!("t{ticket}").into()),
        players: vec![Player::new(format!("p{ticket}")).with_number("skill", skill)],
        ..StartMatchmaking::default()
    }))
}

fn any_call() -> impl Strategy<Value = Call> {
    let ticket = || 0..8_u8;
    let session = |number: u8| format!("session-{}", number % 4);
    let input = prop_oneof![
        (ticket(), any::<bool>()).prop_map(|(ticket, accept)| {
            let acceptance_type =
                if accept { AcceptanceType::Accept } else { AcceptanceType::Reject };
            Input::AcceptMatch(AcceptMatch {
                ticket_id: format!("t{ticket}").into(),
                player_ids: vec![format!("p{ticket}").into()],
                acceptance_type,
            })
        }),
        ticket().prop_map(|ticket| {
            Input::StopMatchmaking(StopMatchmaking { ticket_id: format!("t{ticket}").into() })
        }),
        (ticket(), ticket()).prop_map(move |(ticket, number)| {
            Input::CompletePlacement(CompletePlacement {
                of: PlacementOf::Ticket(format!("t{ticket}").into()),
                game_session_connection_info: GameSessionConnectionInfo {
                    game_session_arn: Some(session(number)),
                    port: Some(7777),
                    ..GameSessionConnectionInfo::default()
                },
            })
        }),
        ticket().prop_map(|ticket| {
            let of = PlacementOf::Ticket(format!("t{ticket}").into());
            Input::FailPlacement(FailPlacement { of, reason: PlacementFailure::TimedOut })
        }),
        ticket().prop_map(move |number| {
            Input::EndGameSession(EndGameSession { game_session_arn: session(number) })
        }),
        (ticket(), ticket()).prop_map(move |(number, player)| {
            Input::RemovePlayers(RemovePlayers {
                game_session_arn: session(number),
                player_ids: vec![format!("p{player}").into()],
            })
        }),
        (ticket(), ticket()).prop_map(move |(number, player)| {
            let player = Player { team: Some("red".into()), ..Player::new(format!("p{player}")) };
            Input::StartMatchBackfill(StartMatchBackfill {
                ticket_id: None,
                configuration_name: None,
                game_session_arn: Some(session(number)),
                players: vec![player],
            })
        }),
        ticket().prop_map(|ticket| {
            let ticket_ids = vec![format!("t{ticket}").into()];
            Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids })
        }),
        Just(Input::Reconfigure(Box::new(Reconfigure {
            rule_set: Some(RuleSet::from_json(PLAIN).expect("the rule set is valid")),
            configuration: None,
        }))),
    ];
    let call = prop_oneof![
        4 => (ticket(), 0..20_u8).prop_map(|(ticket, skill)| start(ticket, f64::from(skill))),
        4 => Just(RecordedInput::Timeout),
        4 => input.prop_map(RecordedInput::Input),
    ];
    (prop_oneof![Just(0), 1..100_u64, 500..4_000_u64], call)
}

proptest! {
    /// Late timers, refused commands and all: the same calls give the same output.
    #[test]
    fn a_journal_gives_the_same_output_again(calls in vec(any_call(), 0..60)) {
        let (bytes, output) = record(&header(), &calls);
        prop_assert_eq!(&replayed(&bytes), &output);

        let text = String::from_utf8(bytes).expect("a journal is UTF-8");
        let scenario = Scenario::parse(&text).expect("a journal is a scenario");
        let as_scenario: Vec<_> = Replay::new(scenario, header().rule_set)
            .expect("the configuration is good")
            .map(|record| record.expect("the engine goes on").to_json_line())
            .collect();
        prop_assert_eq!(as_scenario, output);
    }

    /// A crash at any byte costs at most the line that was being written.
    #[test]
    fn a_journal_goes_on_after_a_crash(
        calls in vec(any_call(), 1..30),
        cut in any::<proptest::sample::Index>(),
    ) {
        let header = header();
        let (bytes, output) = record(&header, &calls);
        let head = bytes.iter().position(|&byte| byte == b'\n').expect("the header ends") + 1;
        let cut = head + cut.index(bytes.len() - head + 1);
        let good = bytes[..cut].iter().rposition(|&byte| byte == b'\n').expect("a line") + 1;

        let replay = JournalReader::open(&bytes[..cut]).and_then(JournalReader::replay);
        let (matchmaker, end) = replay.and_then(JournalReplay::finish).expect("it is readable");
        prop_assert_eq!((end.good_bytes, end.torn_bytes), (good as u64, (cut - good) as u64));

        let lines = bytes[..good].iter().filter(|&&byte| byte == b'\n').count();
        let mut before = replayed(&bytes[..cut]);
        let journal = Journal::resume(bytes[..good].to_vec(), &end);
        let (again, after) = go_on(journal, matchmaker, header.start, lines, &calls[lines - 1..]);
        before.extend(after);
        prop_assert_eq!(again, bytes);
        prop_assert_eq!(before, output);
    }

    #[test]
    fn no_text_is_too_strange(bytes in vec(any::<u8>(), 0..200), text in r#"[{}\[\]":,a-z0-9 \n]*"#) {
        let _ = JournalReader::open(&bytes[..]).map(|_| ());
        let (journal, _) = record(&header(), &[(5, start(1, 1.0))]);
        for tail in [&bytes[..], text.as_bytes()] {
            let whole = [&journal, tail].concat();
            let mut reader = JournalReader::open(&whole[..]).expect("the header is good");
            while let Ok(Some(_)) = reader.next_call() {}
            let end = reader.end().map_or(0, |end| end.good_bytes + end.torn_bytes);
            prop_assert!(end == 0 || end == whole.len() as u64);
        }
    }
}

#[test]
fn a_header_is_read_back_whatever_the_text_of_the_rule_set() {
    let spaced = format!(" {PLAIN} ");
    let with_break = PLAIN.replace(",\"teams\"", ",\r\n\"teams\"");
    for text in [PLAIN, RULES, &spaced, &with_break] {
        for parties in [PartyAggregation::Exact, PartyAggregation::Collapse] {
            let options = CompileOptions::default().party_aggregation(parties);
            let rule_set = RuleSet::compile(text, options).expect("the rule set is valid");
            let header = JournalHeader { rule_set, ..header() };
            let (bytes, _) = record(&header, &[]);
            let reader = JournalReader::open(&bytes[..]).expect("the header is good");
            assert_eq!(reader.header(), &header);
            assert_eq!(bytes.iter().filter(|&&byte| byte == b'\n').count(), 1);
        }
    }
    let (bytes, _) = record(&header_of(PLAIN), &[]);
    let text = String::from_utf8(bytes).expect("a journal is UTF-8");
    assert!(text.contains(&format!("\"RuleSet\":{PLAIN}")), "{text}");
}

#[test]
fn lines_are_those_of_a_scenario() {
    let (bytes, _) = record(&header_of(PLAIN), &[(5, start(1, 1.5)), (10, RecordedInput::Timeout)]);
    let text = String::from_utf8(bytes).expect("a journal is UTF-8");
    let lines: Vec<_> = text.lines().skip(1).collect();
    let player = r#"{"PlayerAttributes":{"skill":{"N":1.5}},"PlayerId":"p1"}"#;
    assert_eq!(
        lines,
        [
            &format!(r#"{{"at":5,"StartMatchmaking":{{"Players":[{player}],"TicketId":"t1"}}}}"#),
            r#"{"at":15,"Advance":{}}"#,
        ]
    );
}

/// Counts the calls, and fails from the given one on, after having taken half.
struct Counting {
    calls: usize,
    fails_at: usize,
    bytes: Vec<u8>,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls > self.fails_at {
            return Err(io::Error::other("the disk is full"));
        }
        let taken = if self.calls == self.fails_at { bytes.len() / 2 } else { bytes.len() };
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        panic!("flushing is left to the caller")
    }
}

#[test]
fn a_line_is_one_write_and_a_failed_one_is_the_last() {
    let writer = Counting { calls: 0, fails_at: 4, bytes: Vec::new() };
    let header = header();
    let mut journal = Journal::create(writer, &header).expect("the writer takes it");
    journal.timeout(header.start).expect("the writer takes it");
    journal.timeout(header.start).expect("the writer takes it");
    assert_eq!(journal.get_ref().calls, 3);
    let failed = journal.timeout(header.start).map_err(|error| error.to_string());
    assert_eq!(failed, Err("the journal cannot be written: the disk is full".into()));
    journal.get_mut().fails_at = 100;
    assert!(matches!(journal.timeout(header.start), Err(JournalError::Broken)));
    let bytes = journal.into_inner().bytes;
    let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
    let (_, end) = replay.and_then(JournalReplay::finish).expect("the rest is good");
    assert_eq!((end.good_bytes + end.torn_bytes, end.torn_bytes), (bytes.len() as u64, 11));
}

#[test]
fn what_would_not_be_read_back_is_not_recorded() {
    let header = header();
    let mut journal = Journal::create(Vec::new(), &header).expect("the header is good");
    let before = journal.get_ref().len();
    let refused = |result: Result<(), JournalError>| match result {
        Err(JournalError::NotRecorded { error }) => error.to_string(),
        other => format!("not refused: {other:?}"),
    };
    let input = |player: Player| {
        Input::StartMatchmaking(StartMatchmaking {
            players: vec![player],
            ..StartMatchmaking::default()
        })
    };
    let later = header.start.plus(Millis::new(10));
    let long = Player::new("p".repeat(LINE_BYTES_MAX));
    for (player, message) in [
        (
            Player::new("p").with_latency("here", 0),
            "`Players[0].LatencyInMs.here` is 0, but must be a whole number from 1 to 2147483647",
        ),
        (
            long,
            "`StartMatchmaking` takes 16777274 bytes in the journal, but may take at most 16777216",
        ),
    ] {
        assert_eq!(refused(journal.input(later, &input(player))), message);
    }
    // of numbers that JSON does not have, the matchmaker's own words
    let pairs = AttributeValue::StringNumberMap([("a".into(), f64::NEG_INFINITY)].into());
    let map = Player { attributes: [("m".into(), pairs)].into(), ..Player::new("p") };
    for (player, message) in [
        (
            Player::new("p").with_number("skill", f64::NAN),
            "`Players[0].PlayerAttributes.skill.N` is NaN, but must be a finite number",
        ),
        (map, "`Players[0].PlayerAttributes.m.SDM.a` is -inf, but must be a finite number"),
    ] {
        let mut matchmaker = header.matchmaker().expect("the configuration is good");
        let answer = matchmaker.handle_input(later, input(player.clone()));
        assert_eq!(answer.map_err(|error| error.to_string()), Err(message.into()));
        assert_eq!(refused(journal.input(later, &input(player))), message);
    }
    let end_of_time = Timestamp::from_millis(u64::MAX);
    let mut matchmaker = header.matchmaker().expect("the configuration is good");
    let answer = matchmaker.handle_timeout(end_of_time).map_err(|error| error.to_string());
    assert_eq!(answer, Err(refused(journal.timeout(end_of_time))));
    assert_eq!(journal.get_ref().len(), before, "nothing was written");
    journal.timeout(later).expect("the journal goes on");
    let found = refused(journal.timeout(header.start));
    assert!(found.starts_with("time went backwards"), "{found}");

    let too_long = Configuration { additional_player_count: 201, ..Configuration::default() };
    let not_read = JournalHeader { configuration: too_long, ..header.clone() };
    let late = JournalHeader { start: end_of_time, ..header };
    for header in [not_read, late] {
        let refused = Journal::create(Vec::new(), &header).map(|_| ());
        assert!(matches!(refused, Err(JournalError::HeaderNotRecorded { .. })), "{refused:?}");
    }
}

#[test]
fn an_attribute_survives_to_the_last_bit() {
    for number in [0.1 + 0.2, f64::MIN_POSITIVE, -0.0, 1e300, 9_007_199_254_740_993.0] {
        let (bytes, _) = record(&header(), &[(0, start(1, number))]);
        let mut reader = JournalReader::open(&bytes[..]).expect("the header is good");
        let call = reader.next_call().expect("the line is good").map(|call| call.call);
        let Some(RecordedInput::Input(Input::StartMatchmaking(start))) = call else {
            panic!("not read: {call:?}");
        };
        let read = start.players[0].attributes.get("skill");
        let Some(AttributeValue::Number(read)) = read else { panic!("no number: {read:?}") };
        assert_eq!(read.to_bits(), number.to_bits());
    }
}

/// A journal of three calls with one line replaced.
fn with_line(number: usize, line: &[u8]) -> Vec<u8> {
    let calls = [(5, start(1, 1.0)), (5, start(2, 1.0)), (5, RecordedInput::Timeout)];
    let (bytes, _) = record(&header(), &calls);
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').enumerate();
    lines.flat_map(|(index, old)| if index + 1 == number { line } else { old }).copied().collect()
}

#[test]
fn what_is_wrong_before_the_end_is_an_error_with_its_line() {
    for (number, line, message) in [
        (3, "{\"at\": 10, \"Adv\n", "not JSON: EOF while parsing a string at column 15"),
        (3, "{\"at\": 4, \"Advance\": {}}\n", "`at` is 4, but a line before is at 5"),
        (3, "{\"at\": 10, \"Dance\": {}}\n", "unknown operation `Dance`"),
        (4, "{\"at\": 15, \"Dance\": {}}\n", "unknown operation `Dance`"),
        (3, "{\"at\": 10, \"StopMatchmaking\": {}}\n", "`TicketId` is required"),
        (3, "{\"at\": 10, \"GameSessionStarted\": {}}\n", "`PlacementId` is required"),
    ] {
        let bytes = with_line(number, line.as_bytes());
        let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
        let failed = replay.and_then(JournalReplay::finish).map(|_| ());
        let failed = failed.map_err(|error| error.to_string());
        assert_eq!(failed, Err(format!("line {number}: {message}")));
    }
    let bytes = with_line(3, b"\xff\xfe\n");
    let mut replay =
        JournalReader::open(&bytes[..]).and_then(JournalReader::replay).expect("a good header");
    let error = replay.by_ref().find_map(Result::err).map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("line 3: not UTF-8"));
    assert!(replay.next().is_none());
    assert!(replay.finish().is_err(), "an error is not forgotten");
}

#[test]
fn a_torn_end_is_left_out_whatever_it_holds() {
    for torn in
        ["{\"at\": 15, \"Adv", "{\"at\": 15, \"Advance\": {}}", "{\"at\": 15, \"Adv\n", "\0\0\0"]
            .map(str::as_bytes)
            .into_iter()
            .chain([&b"{\"at\": 15, \"x\xc3"[..], b"\xff\n"])
    {
        let bytes = with_line(4, torn);
        let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
        let (_, end) = replay.and_then(JournalReplay::finish).expect("the rest is good");
        assert_eq!(end.torn_bytes, torn.len() as u64, "{torn:?}");
        assert_eq!(end.good_bytes + end.torn_bytes, bytes.len() as u64);
        assert_eq!(end.last, header().start.plus(Millis::new(10)));
    }
}

#[test]
fn comments_and_blank_lines_are_skipped_and_counted() {
    let bytes = with_line(3, b"\r\n  // a note\n");
    let mut replay =
        JournalReader::open(&bytes[..]).and_then(JournalReader::replay).expect("a good header");
    let lines: Vec<_> = replay
        .by_ref()
        .filter_map(|record| match record.expect("the journal is good").outcome {
            Outcome::Response { line, .. } | Outcome::Advanced { line } => Some(line),
            _ => None,
        })
        .collect();
    assert_eq!(lines, [2, 5]);
    let (_, end) = replay.finish().expect("the journal is good");
    assert_eq!((end.good_bytes, end.torn_bytes), (bytes.len() as u64, 0));
}

/// Says "interrupted" before all that it gives, and fails at its end if it is to.
struct Faltering<'b> {
    rest: &'b [u8],
    is_interrupted: bool,
    fails: bool,
}

impl Read for Faltering<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Faltering<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.is_interrupted = !self.is_interrupted;
        if self.is_interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        if self.fails && self.rest.is_empty() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(self.rest)
    }

    fn consume(&mut self, length: usize) {
        self.rest = self.rest.get(length..).expect("no more than was given");
    }
}

#[test]
fn a_source_may_be_interrupted_but_not_fail() {
    let calls = [(5, start(1, 1.0)), (5, start(2, 1.0)), (500, RecordedInput::Timeout)];
    let (bytes, output) = record(&header(), &calls);
    // A whole journal, one whose last line was cut short, and one that went on after that line.
    let cut = &bytes[..bytes.len() - 3];
    for bytes in [&bytes[..], cut, &[cut, b"\n"].concat()] {
        let read = |fails: bool| {
            let source = Faltering { rest: bytes, is_interrupted: false, fails };
            let replay = JournalReader::open(source)?.replay()?;
            let lines = replay.map(|record| Ok(record?.to_json_line()));
            lines.collect::<Result<Vec<String>, JournalError>>()
        };
        let lines = read(false).expect("it is only interrupted");
        assert!(output.starts_with(&lines) && lines.len() > 1, "{lines:?}");
        match read(true) {
            Err(JournalError::Read(error)) => assert_eq!(error.kind(), ErrorKind::TimedOut),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_replay_shows_its_matchmaker_on_the_way() {
    let calls = [(5, start(1, 1.0)), (5, start(2, 90.0))];
    let (bytes, output) = record(&header(), &calls);
    let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
    let mut replay = replay.expect("the header is good");
    let mut tickets = vec![replay.matchmaker().tickets().count()];
    while let Some(record) = replay.next() {
        record.expect("the journal is good");
        tickets.push(replay.matchmaker().tickets().count());
    }
    assert_eq!(tickets.len(), output.len() + 1);
    assert!(tickets.is_sorted() && tickets.first() == Some(&0) && tickets.last() == Some(&2));
}

#[test]
fn a_line_has_a_limit() {
    for length in [LINE_BYTES_MAX, LINE_BYTES_MAX + 1] {
        let bytes = with_line(3, &[&vec![b' '; length][..], b"\n"].concat());
        let replay = JournalReader::open(&bytes[..]).and_then(JournalReader::replay);
        let finished = replay.and_then(JournalReplay::finish).map(|_| ());
        match finished.map_err(|error| error.to_string()) {
            Ok(()) => assert_eq!(length, LINE_BYTES_MAX),
            Err(message) => {
                assert_eq!(length, LINE_BYTES_MAX + 1);
                assert_eq!(message, "line 3: longer than 16777216 bytes, the limit");
            }
        }
    }
}

fn open_error(text: &str) -> String {
    match JournalReader::open(text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(_) => "no error".into(),
    }
}

#[test]
fn a_journal_of_something_else_is_refused() {
    let (bytes, _) = record(&header_of(PLAIN), &[]);
    let good = String::from_utf8(bytes).expect("a journal is UTF-8");
    assert_eq!(open_error(&good), "no error");
    let hash = rule_set_hash(&header_of(PLAIN).rule_set);
    let version = format!("\"EngineVersion\":\"{ENGINE_VERSION}\",");
    let edited = good.replace("\"maxPlayers\":2", "\"maxPlayers\":3");
    let found = rule_set_hash(
        &RuleSet::from_json(&PLAIN.replace("\"maxPlayers\":2", "\"maxPlayers\":3"))
            .expect("the rule set is valid"),
    );
    for (text, message) in [
        (
            good.replace(&version, "\"EngineVersion\":\"0.0.1\","),
            format!(
                "the journal is of version 0.0.1, and this is version {ENGINE_VERSION}; carry \
                 the state over with a snapshot"
            ),
        ),
        (
            edited,
            format!("the journal is of a rule set with the hash {hash}, but the hash is {found}"),
        ),
        (
            good.replace(&version, ""),
            "line 1: `EngineVersion` is required in the header of a journal".into(),
        ),
        (
            good.replace(&format!("\"RuleSetHash\":\"{hash}\","), ""),
            "line 1: `RuleSetHash` is required in the header of a journal".into(),
        ),
        (
            good.replace(&format!("\"RuleSet\":{PLAIN}"), "\"RuleSetFile\":\"a.json\""),
            "line 1: `RuleSet` is required in the header of a journal".into(),
        ),
        (
            good.replace("\"recorded\"", "\"timers\""),
            "line 1: the header of a journal has \"Driver\": \"recorded\"".into(),
        ),
        ("// nothing\n".into(), "line 2: the journal has no header".into()),
        (
            "// nothing\n{\"at\": 0, \"Advance\": {}}\n".into(),
            "line 2: a command before the header, an object with `RuleSet` or `RuleSetFile`".into(),
        ),
    ] {
        assert_eq!(open_error(&text), message);
    }
}

#[test]
fn a_torn_header_says_that_nothing_was_recorded() {
    let (bytes, _) = record(&header(), &[]);
    let torn = |bytes: &[u8]| {
        let error = JournalReader::open(bytes).map(|_| ()).expect_err("there is no header");
        matches!(error, JournalError::TornHeader)
    };
    for length in 0..bytes.len() {
        assert!(torn(&bytes[..length]), "{length} bytes");
        assert!(torn(&[&bytes[..length], &[0; 3]].concat()), "{length} bytes and zeros");
    }
    for length in 1..bytes.len() - 1 {
        assert!(torn(&[&bytes[..length], b"\n"].concat()), "{length} bytes and a line break");
    }
    let cut = &bytes[..bytes.len() / 2];
    for other in [
        &b"milk, eggs"[..],
        b"milk, eggs\n",
        b"{\"players\": 5",
        b"// a note\n",
        &[cut, b"\n{\"at\":0,\"Advance\":{}}\n"].concat(),
    ] {
        assert!(!torn(other), "{:?} is no torn header", String::from_utf8_lossy(other));
    }
    let message = JournalError::TornHeader.to_string();
    assert_eq!(message, "the header is torn: nothing was recorded; begin a new journal");
}

#[path = "snapshot_tests.rs"]
mod snapshot_tests;
