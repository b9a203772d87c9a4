//! A simulation held against a plain reading of its events.

use std::collections::{BTreeMap, BTreeSet};

use rallypoint::simulate::{
    Arrivals, SimulationSettings, SimulationStep, SimulationSummary, TimelineBucket, simulate,
};
use rallypoint::{Event, EventDetail, RuleSet};

use super::json;

/// What a test reads of the events, plainly.
#[derive(Default)]
struct Plain {
    /// How each ticket of players ended, in seconds of its wait, with its start.
    matched: BTreeMap<String, (f64, f64)>,
    timed_out: BTreeSet<String>,
    cancelled: BTreeSet<String>,
    failed: BTreeSet<String>,
    seen: BTreeSet<String>,
    formed: u64,
    with_backfill: u64,
    succeeded: u64,
    joined: u64,
    players_matched: u64,
    /// The waiting time by which each match formed was judged.
    newest: Vec<f64>,
    sizes: BTreeMap<u64, u64>,
    backfills: BTreeSet<String>,
    places: BTreeMap<String, u64>,
}

impl Plain {
    fn read(&mut self, event: &Event) {
        let is_of_players = |id: &str| id.starts_with('t');
        for ticket in event.detail.tickets() {
            let id = ticket.ticket_id().to_string();
            if is_of_players(&id) {
                self.seen.insert(id)
            } else {
                self.backfills.insert(id)
            };
        }
        let seconds = |millis: u64| millis as f64 / 1000.0;
        let now = event.time.as_millis();
        match &event.detail {
            EventDetail::PotentialMatchCreated { tickets, .. } => {
                self.formed += 1;
                let backfill = tickets.iter().any(|it| !is_of_players(it.ticket_id().as_str()));
                self.with_backfill += u64::from(backfill);
                let starts = tickets.iter().map(|ticket| ticket.start_time().as_millis());
                self.newest.push(seconds(now - starts.max().expect("a match has tickets")));
                let players = tickets.iter().map(|ticket| ticket.players().count() as u64).sum();
                *self.sizes.entry(players).or_default() += 1;
            }
            EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
                self.succeeded += 1;
                if let Some(place) = &game_session.location {
                    *self.places.entry(place.to_string()).or_default() += 1;
                }
                let backfill = tickets.iter().any(|it| !is_of_players(it.ticket_id().as_str()));
                for ticket in tickets.iter() {
                    let id = ticket.ticket_id().to_string();
                    if !is_of_players(&id) {
                        continue;
                    }
                    let start = ticket.start_time().as_millis();
                    let before = self.matched.insert(id, (seconds(start), seconds(now - start)));
                    assert_eq!(before, None, "a ticket succeeds once");
                    let players = ticket.players().count() as u64;
                    self.players_matched += players;
                    self.joined += if backfill { players } else { 0 };
                }
            }
            EventDetail::MatchmakingTimedOut { ticket, .. } => {
                let id = ticket.ticket_id().to_string();
                assert!(!is_of_players(&id) || self.timed_out.insert(id), "it times out once");
            }
            EventDetail::MatchmakingCancelled { ticket, .. } => {
                let id = ticket.ticket_id().to_string();
                assert!(!is_of_players(&id) || self.cancelled.insert(id), "it is cancelled once");
            }
            EventDetail::MatchmakingFailed { tickets, .. } => {
                let ids = tickets.iter().map(|ticket| ticket.ticket_id().to_string());
                self.failed.extend(ids.filter(|id| is_of_players(id)));
            }
            _ => {}
        }
    }
}

/// Simulates, and holds the summary against a plain reading of the events.
pub fn checked(
    rules: &RuleSet,
    arrivals: &Arrivals,
    settings: &SimulationSettings,
) -> SimulationSummary {
    let mut plain = Plain::default();
    let mut observe = |step: SimulationStep<'_>| {
        if let SimulationStep::Told(event) = step {
            plain.read(event);
        }
    };
    let summary = simulate(rules, arrivals, settings, &mut observe).expect("it can be simulated");
    outcomes(&summary, &plain);
    waits(&summary, &plain);
    matches(&summary, &plain);
    timeline(&summary, &plain);
    epochs(&summary, &plain, rules);
    measures(&summary, rules);
    let form: SimulationSummary = serde_json::from_str(&json(&summary)).expect("it is read back");
    assert_eq!(form, summary);
    summary
}

/// Each ticket ended in exactly one way, or in none yet.
fn outcomes(summary: &SimulationSummary, plain: &Plain) {
    let it = &summary.outcomes;
    assert_eq!(it.matched, plain.matched.len() as u64);
    assert_eq!(it.timed_out, plain.timed_out.len() as u64);
    assert_eq!(it.cancelled, plain.cancelled.len() as u64);
    assert_eq!(it.failed, plain.failed.len() as u64);
    assert_eq!(it.players_matched, plain.players_matched);
    let mut ended: Vec<&String> = plain.matched.keys().collect();
    ended.extend(plain.timed_out.iter().chain(&plain.cancelled).chain(&plain.failed));
    let count = ended.len();
    ended.sort_unstable();
    ended.dedup();
    assert_eq!(ended.len(), count, "a ticket ended in two ways");
    let known = plain.seen.len() as u64 + it.refused;
    assert_eq!(it.waiting, plain.seen.len() as u64 - count as u64);
    assert_eq!(summary.arrivals.tickets, known);
    let sum = it.matched + it.timed_out + it.cancelled + it.failed + it.refused + it.waiting;
    assert_eq!(sum, summary.arrivals.tickets);
}

/// Percentiles are those of the sorted waits, up to the width of a sketch's cell.
fn waits(summary: &SimulationSummary, plain: &Plain) {
    let mut waits: Vec<f64> = plain.matched.values().map(|&(_, wait)| wait).collect();
    waits.sort_unstable_by(f64::total_cmp);
    let told = summary.waits.expect("somebody was matched");
    assert_eq!(told.count, waits.len() as u64);
    assert_eq!((told.min, told.max), (waits[0], waits[waits.len() - 1]));
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    assert!((told.mean - mean).abs() < 1e-9 * mean.max(1.0), "{} {mean}", told.mean);
    assert_eq!(summary.wait_percentiles.len(), 101);
    for (percent, found) in summary.wait_percentiles.iter().enumerate() {
        let rank = (waits.len() * percent).div_ceil(100).max(1);
        let exact = waits[rank - 1];
        assert!(
            *found <= exact && *found >= exact * (1.0 - 1.0 / 128.0),
            "{percent}: {found} {exact}"
        );
    }
    assert_eq!(told.p90, summary.wait_percentiles[90]);
}

fn matches(summary: &SimulationSummary, plain: &Plain) {
    let matches = &summary.matches;
    assert_eq!((matches.formed, matches.succeeded), (plain.formed, plain.succeeded));
    assert_eq!(matches.with_backfill, plain.with_backfill);
    let sizes: BTreeMap<u64, u64> =
        matches.sizes.iter().map(|size| (size.players, size.matches)).collect();
    assert_eq!(sizes, plain.sizes);
    assert_eq!(summary.backfill.players_joined, plain.joined);
    assert_eq!(summary.backfill.tickets, plain.backfills.len() as u64);
    let places: BTreeMap<String, u64> =
        summary.locations.iter().map(|it| (it.location.clone(), it.matches)).collect();
    assert_eq!(places, plain.places);
}

/// Buckets cover the time once, and add up.
fn timeline(summary: &SimulationSummary, plain: &Plain) {
    let (buckets, it) = (&summary.timeline, &summary.outcomes);
    let of = |count: fn(&TimelineBucket) -> u64| -> u64 { buckets.iter().map(count).sum() };
    assert_eq!(of(|it| it.arrivals), summary.arrivals.tickets);
    assert_eq!(of(|it| it.matched), it.matched);
    assert_eq!(of(|it| it.timed_out), it.timed_out);
    assert_eq!(of(|it| it.arrivals_timed_out), it.timed_out);
    assert_eq!(of(|it| it.cancelled), it.cancelled);
    assert_eq!(of(|it| it.matches), summary.matches.succeeded);
    assert_eq!(buckets.last().map(|it| it.waiting), Some(it.waiting));
    let covered: f64 = buckets.iter().map(|it| it.seconds).sum();
    assert!((covered - summary.simulated_seconds).abs() < 1e-6, "{covered}");
    for bucket in buckets {
        let inside = |start: &f64| {
            (bucket.from_seconds..bucket.from_seconds + f64::from(summary.bucket_seconds))
                .contains(start)
        };
        let waits: Vec<f64> =
            plain.matched.values().filter(|(start, _)| inside(start)).map(|it| it.1).collect();
        assert_eq!(bucket.waits.map_or(0, |it| it.count), waits.len() as u64);
        let longest = waits.into_iter().reduce(f64::max);
        assert_eq!(bucket.waits.map(|it| it.max), longest);
    }
}

/// A match was judged by its newest ticket, unless the rule set says the oldest.
fn epochs(summary: &SimulationSummary, plain: &Plain, rules: &RuleSet) {
    assert_eq!(summary.epochs.iter().map(|it| it.matches).sum::<u64>(), plain.formed);
    if !rules.terms().oldest_decides {
        for (number, epoch) in summary.epochs.iter().enumerate() {
            let next = summary.epochs.get(number + 1).map_or(f64::MAX, |it| it.from_seconds.into());
            let range = f64::from(epoch.from_seconds)..next;
            let expected = plain.newest.iter().filter(|wait| range.contains(wait)).count();
            assert_eq!(epoch.matches, expected as u64, "from {} s", epoch.from_seconds);
        }
    }
    for expansion in &summary.expansions {
        assert_eq!(
            expansion.steps.iter().map(|it| it.matched).sum::<u64>(),
            summary.outcomes.matched
        );
        assert_eq!(expansion.steps[0].from_seconds, 0);
    }
}

/// What a rule gave over time adds up to what it gave at all.
fn measures(summary: &SimulationSummary, rules: &RuleSet) {
    assert_eq!(summary.rules.len(), rules.rules().count());
    for rule in &summary.rules {
        assert_eq!(rule.over_time.len(), summary.timeline.len());
        let parts: u64 = rule.over_time.iter().flatten().map(|it| it.count).sum();
        assert_eq!(parts, rule.measured.map_or(0, |it| it.count));
    }
}
