//! Every scenario of `scenarios/` comes out as it says, and together they show every rule of the
//! life of a ticket.
#![cfg(feature = "wire")]
#![expect(clippy::panic, reason = "a test reports by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rallypoint::wire::{Replay, RuleSetSource, Scenario};
use rallypoint::{CompileOptions, RuleSet};

const ENDING: &str = ".scenario.jsonl";

/// What some file must show: as a `// shows:` line names it, and what it means.
const REQUIRED: &[(&str, &str)] = &[
    // the table of statuses
    ("facts 6.1 new->QUEUED", "a request is accepted"),
    ("facts 6.1 QUEUED->SEARCHING", "the first pass that sees it"),
    ("facts 6.1 SEARCHING->REQUIRES_ACCEPTANCE", "a match that must be accepted"),
    ("facts 6.1 SEARCHING->PLACING", "a match that need not"),
    ("facts 6.1 REQUIRES_ACCEPTANCE->PLACING", "all have accepted"),
    ("facts 6.1 REQUIRES_ACCEPTANCE->SEARCHING", "others let the match fall"),
    ("facts 6.1 REQUIRES_ACCEPTANCE->CANCELLED", "a player of it let the match fall"),
    ("facts 6.1 PLACING->COMPLETED", "the game session is up"),
    ("facts 6.1 PLACING->SEARCHING", "the placement timed out"),
    ("facts 6.1 PLACING->FAILED", "the placement failed"),
    ("facts 6.1 QUEUED->CANCELLED stop", "StopMatchmaking"),
    ("facts 6.1 SEARCHING->CANCELLED stop", "StopMatchmaking"),
    ("facts 6.1 REQUIRES_ACCEPTANCE->CANCELLED stop", "StopMatchmaking"),
    ("facts 6.1 QUEUED->CANCELLED duplicate", "a player starts anew"),
    ("facts 6.1 SEARCHING->CANCELLED duplicate", "a player starts anew"),
    ("facts 6.1 REQUIRES_ACCEPTANCE->CANCELLED duplicate", "a player starts anew"),
    ("facts 6.1 SEARCHING->TIMED_OUT", "the request timeout"),
    ("facts 6.2", "timers count from the first start"),
    // acceptance
    ("facts 6.3 proposal", "PotentialMatchCreated, all tickets REQUIRES_ACCEPTANCE"),
    ("facts 6.3 only then", "AcceptMatch is an error in any other status"),
    ("facts 6.3 rejection", "one rejection drops the match"),
    ("facts 6.3 time-out", "the time-out drops the match"),
    ("facts 6.3 answer event", "each answer is an event with the state of every player"),
    ("facts 6.3 completed", "AcceptMatchCompleted closes the phase"),
    ("facts 6.3 unanswered survives", "who has not answered survives a rejection"),
    ("facts 6.3 unknown player", "a player who is not in the ticket"),
    // stopping
    ("facts 6.4 cancels", "what waits is cancelled, and the answer is empty"),
    ("facts 6.4 placing", "not while PLACING, nor after the end; the service's message"),
    ("facts 6.4 unknown", "an unknown ticket"),
    ("facts 6.4 siblings", "the other tickets of a proposal"),
    // duplicate players
    ("facts 6.5 cancels", "every active ticket with that player"),
    ("facts 6.5 message", "the status message"),
    ("facts 6.5 backfill", "backfill tickets, too"),
    ("facts 6.5 placing", "a player who is being placed"),
    // requests
    ("tickets 1 standalone", "STANDALONE: complete at once, without connection information"),
    ("tickets 1 host", "WITH_QUEUE without a queue: the host places"),
    ("tickets 2.1", "every constraint is checked, and nothing stored"),
    ("tickets 2.2", "an unknown ticket"),
    ("tickets 2.3", "stopping a proposed ticket"),
    ("tickets 2.4", "an id that is taken"),
    ("tickets 2.5", "attributes undeclared or of the wrong type"),
    ("tickets 2.6", "a missing attribute without default"),
    ("tickets 2.7", "a player twice in a ticket"),
    ("tickets 2.8", "tickets that can never match are accepted"),
    ("tickets 2.9", "1 to 199 players of a backfill, each with a team"),
    ("tickets 2.10", "a roster that overfills a team"),
    ("tickets 2.11", "a roster without an open place"),
    ("tickets 2.12", "a new request cancels, with an event"),
    ("tickets 2.13", "automatic backfill goes on without who starts anew"),
    ("tickets 2.14", "an omitted id"),
    // life cycle
    ("tickets 3.1", "SEARCHING in the first pass"),
    ("tickets 3.2", "a placement that timed out, with an event"),
    ("tickets 3.3", "FAILED and CANCELLED placements"),
    ("tickets 3.4", "the request timeout counts from StartTime"),
    ("tickets 3.5", "not enforced in REQUIRES_ACCEPTANCE"),
    ("tickets 3.6", "not enforced in PLACING"),
    ("tickets 3.7", "checked on the return to SEARCHING"),
    // acceptance
    ("tickets 4.1", "a rejection"),
    ("tickets 4.2", "the deadline"),
    ("tickets 4.3", "early_rejection literal"),
    ("tickets 4.4", "an answer is final"),
    ("tickets 4.5", "all accepted"),
    ("tickets 4.6", "StopMatchmaking counts as a rejection"),
    ("tickets 4.7", "with a backfill ticket only new players answer"),
    // backfill
    ("facts 5.1", "what a backfill is"),
    ("facts 5.2", "one request for a session"),
    ("facts 5.3", "automatic backfill"),
    ("facts 5.4", "acceptance with backfill"),
    ("facts 5.5", "completion and what the server is told"),
    ("facts 5.6", "places kept free"),
    ("facts 5.7", "matchmaker data"),
    ("matching 5", "the rules of backfill in the search"),
    ("tickets 5.1", "sessions from placements and from requests"),
    ("tickets 5.2", "a newer request replaces the older"),
    ("tickets 5.3", "automatic: as soon as a session starts with open places"),
    ("tickets 5.4", "automatic: again after every success, until full"),
    ("tickets 5.5", "automatic: until EndGameSession"),
    ("tickets 5.6", "automatic: until its ticket is stopped"),
    ("tickets 5.7", "RemovePlayers shrinks the waiting ticket"),
    ("tickets 5.8", "RemovePlayers makes a ticket when none waits"),
    ("tickets 5.9", "opting out before the first ticket"),
    ("tickets 5.10", "matchmaker data at any time, with the whole roster"),
    ("tickets 5.11", "a backfill completes at once, its ticket in the event"),
    // events
    ("tickets 6.1", "one event for all tickets of a match"),
    ("tickets 6.2", "eventSequence without a gap"),
    ("tickets 6.3", "eventTime"),
    ("tickets 6.4", "the order inside an instant"),
    ("facts 10.33", "the order of events and statuses"),
    ("event MatchmakingSearching", "its members"),
    ("event PotentialMatchCreated", "its members"),
    ("event AcceptMatch", "its members"),
    ("event AcceptMatchCompleted", "its members"),
    ("event MatchmakingSucceeded", "its members"),
    ("event MatchmakingTimedOut", "its members"),
    ("event MatchmakingCancelled", "its members"),
    ("event MatchmakingFailed", "its members"),
    // placement by a queue
    ("placement default with latencies", "latency, cost, destination, location"),
    ("placement default without latencies", "destination, location"),
    ("placement prefer cost", "cost, destination, location"),
    ("placement LATENCY", "first"),
    ("placement COST", "first"),
    ("placement DESTINATION", "first"),
    ("placement LOCATION", "first, by name and by a list"),
    ("placement policies relax", "caps on latency by age"),
    ("placement override NONE", "nothing but its locations"),
    ("placement override DEFAULT_AFTER_SINGLE_PASS", "one pass, then the order of the queue"),
    ("placement refusal override with latencies", "refused"),
    ("placement refusal override without LOCATION", "refused"),
    ("placement refusal id", "an id that is known"),
    ("placement a slot in time", "a full fleet frees one"),
    ("placement no slot in time", "a full fleet frees none"),
    ("placement stop", "in every state"),
    ("placement player sessions", "for every player who is wanted"),
    ("placement late session", "is to be stopped"),
    ("placement allowed locations", "a filter over everything"),
    ("placement match", "from a match to its session, and back"),
    ("placement match locations", "a filter for matches, ours"),
    ("placement automatic backfill", "of a match that a queue has placed"),
    ("event PlacementFulfilled", "its members"),
    ("event PlacementCancelled", "its members"),
    ("event PlacementTimedOut", "its members"),
    ("event PlacementFailed", "its members"),
    ("decision 33", "the host's answers, the back-off, late sessions"),
    // decisions
    ("decision 1", "commands, deadlines, pass"),
    ("decision 4", "QUEUED until a pass, and may time out"),
    ("decision 17", "when a backfill is valid, and what is refused"),
    ("decision 25", "the order inside an instant of rejection"),
    ("decision 26", "acceptance with backfill"),
    ("decision 27", "a player in a PLACING ticket"),
    ("decision 28", "automatic backfill"),
    ("decision 29", "the members of events"),
    ("decision 31", "room for sessions is kept when tickets are accepted"),
    ("decision 32", "reconfigure"),
    // conformance
    ("conformance 1", "the newest and the oldest ticket's age"),
    ("conformance 2", "the same with other steps"),
    ("conformance 3", "the minimum is enough"),
    ("conformance 4", "in which order teams fill"),
    ("conformance 5", "nine alike, four against four"),
    ("conformance 6", "the average of an empty team"),
    ("conformance 7", "parties of clans"),
    ("conformance 8", "modes in a compound rule"),
    ("conformance 9", "a lone ticket"),
    ("conformance 10", "the sample events"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|it| panic!("{}: {it}", folder.display()));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

/// The name of every file, `folder/subject`, with its text.
fn scenarios() -> BTreeMap<String, String> {
    let folders = entries(&folder()).into_iter().filter(|path| path.is_dir());
    let files: BTreeMap<String, String> = folders
        .flat_map(|path| entries(&path))
        .map(|path| {
            let name = path.strip_prefix(folder()).expect("it is in the folder").to_string_lossy();
            let Some(name) = name.strip_suffix(ENDING) else { panic!("{name}: not *{ENDING}") };
            (name.replace('\\', "/"), read(&path))
        })
        .collect();
    assert!(files.len() > 90, "only {} files", files.len());
    files
}

/// What a file says that it shows.
fn shown(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("// shows: "));
    lines.flat_map(|line| line.split("; ")).collect()
}

/// The output of a scenario and what did not come out as it says.
fn play(name: &str, text: &str) -> (String, Vec<String>) {
    let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let RuleSetSource::Inline(rules) = &scenario.rule_set else {
        panic!("{name} has its rule set in another file")
    };
    let options =
        CompileOptions::default().strict(true).party_aggregation(scenario.party_aggregation);
    let rules = RuleSet::compile(rules, options).unwrap_or_else(|it| panic!("{name}:\n{it}"));
    let mut replay = Replay::new(scenario, rules).unwrap_or_else(|it| panic!("{name}: {it}"));
    let mut output = String::new();
    for record in &mut replay {
        let record = record.unwrap_or_else(|error| panic!("{name}: {error}"));
        output.push_str(&record.to_json_line());
        output.push('\n');
    }
    (output, replay.mismatches().iter().map(ToString::to_string).collect())
}

#[test]
fn every_scenario_comes_out_as_it_says_and_twice_the_same() {
    let mut wrong = Vec::new();
    for (name, text) in scenarios() {
        let (output, mismatches) = play(&name, &text);
        wrong.extend(mismatches.into_iter().map(|mismatch| format!("{name}: {mismatch}")));
        assert_eq!(output, play(&name, &text).0, "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_scenario_expects_something_to_the_end() {
    for (name, text) in scenarios() {
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let last = scenario.lines.last().unwrap_or_else(|| panic!("{name} has no command"));
        assert!(!last.expect.is_empty(), "{name}: its last line expects nothing");
    }
}

/// Whether a source is one that may be named without being required.
fn is_source(claim: &str) -> bool {
    let is_number = |text: &str| text.chars().all(|it| it.is_ascii_digit() || it == '.');
    ["facts ", "decision "]
        .into_iter()
        .any(|prefix| claim.strip_prefix(prefix).is_some_and(is_number))
}

#[test]
fn every_rule_is_shown_by_some_file() {
    let required: BTreeSet<&str> = REQUIRED.iter().map(|&(claim, _)| claim).collect();
    assert_eq!(required.len(), REQUIRED.len(), "one is listed twice");
    let files = scenarios();
    let mut missing = required.clone();
    for (name, text) in &files {
        let claims = shown(text);
        assert!(!claims.is_empty(), "{name} says not what it shows");
        for claim in claims {
            missing.remove(claim);
            let is_known = required.contains(claim) || is_source(claim);
            assert!(is_known, "{name} shows `{claim}`, which nobody asks for");
        }
    }
    let missing: Vec<_> = REQUIRED.iter().filter(|(claim, _)| missing.contains(claim)).collect();
    assert!(missing.is_empty(), "no scenario shows {missing:#?}");
}

/// An event type is shown whole: a file that claims it expects one with every member, `null` where
/// it has none.
#[test]
fn event_types_are_shown_with_all_their_members() {
    const MEMBERS: [&str; 14] = [
        "type",
        "eventSequence",
        "eventTime",
        "matchId",
        "reason",
        "message",
        "estimatedWaitMillis",
        "acceptance",
        "acceptanceRequired",
        "acceptanceTimeout",
        "tickets",
        "gameSessionInfo",
        "ruleEvaluationMetrics",
        "customEventData",
    ];
    const OF_PLACEMENTS: [&str; 15] = [
        "type",
        "eventSequence",
        "eventTime",
        "placementId",
        "port",
        "gameSessionArn",
        "ipAddress",
        "dnsName",
        "startTime",
        "endTime",
        "gameSessionRegion",
        "computeName",
        "gameSessionLocation",
        "placedPlayerSessions",
        "customEventData",
    ];
    let is_whole = |event: &&serde_json::Value| {
        [&MEMBERS[..], &OF_PLACEMENTS]
            .iter()
            .any(|members| members.iter().all(|member| event.get(member).is_some()))
    };
    for (name, text) in scenarios() {
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = scenario.lines.iter().flat_map(|line| &line.expect);
        let whole: Vec<&str> = expected
            .flat_map(|it| it.events.iter().chain(&it.events_exactly).flatten())
            .filter(is_whole)
            .filter_map(|event| event.get("type")?.as_str())
            .collect();
        for claim in shown(&text) {
            if let Some(kind) = claim.strip_prefix("event ") {
                assert!(whole.contains(&kind), "{name} shows {kind}, but not all its members");
            }
        }
    }
}

/// The comment at the top of a file, as one line.
fn comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("// "));
    lines.take_while(|line| !line.starts_with("shows: ")).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_lists_the_files() {
    let readme = read(&folder().join("README.md"));
    let rows: BTreeMap<&str, &str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    let files = scenarios();
    let listed: Vec<&str> = rows.keys().copied().collect();
    assert_eq!(listed, files.keys().map(String::as_str).collect::<Vec<_>>());
    for (name, text) in &files {
        let row = rows.get(name.as_str()).copied().unwrap_or_default();
        let (row, comment) = (row.replace('`', ""), comment(text).replace('`', ""));
        assert!(!row.is_empty() && comment.starts_with(&row), "{name}: {row}\n{comment}");
    }
}
