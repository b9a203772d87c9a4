//! What is made of the events of a simulation, as they come: sums and sketches, nothing that grows
//! with the tickets. `report` makes the summary of them at the end.

mod report;

use std::collections::BTreeMap;

use super::arrivals::{Stream, ticket_number};
use super::sketch::Sketch;
use super::summary::{EpochShare, SimulationSummary, TimelineBucket, ValueFrom};
use crate::{
    Acceptance, AttributeType, AttributeValue, Event, EventDetail, EventTicket, PlacedTicket,
    RuleSet, RuleSetTerms, Timestamp,
};

/// About so many matches are measured rule by rule; of more, one in so many that it stays near.
const MEASURED_MATCHES: u64 = 20_000;
/// The most stretches of the timeline; the last holds what comes later.
const BUCKETS_MAX: usize = 10_000;
/// How long, in seconds, the stretches of a timeline may be. The first length counts with which it
/// has at most [`BUCKETS_WANTED`] of them.
const BUCKET_SECONDS: [u32; 12] =
    [1, 5, 10, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];
const BUCKETS_WANTED: f64 = 240.0;
/// Shorter simulations than this have stretches of less than a minute.
const SHORT_SECONDS: f64 = 600.0;

/// Takes the events in, and has what the summary is made of.
pub(super) struct Collector {
    rule_set: RuleSet,
    terms: RuleSetTerms,
    /// The most players of a match, for each epoch.
    places: Vec<u32>,
    summary: SimulationSummary,
    bucket_millis: u64,
    buckets: Vec<Bucket>,
    waits: Sketch,
    fill: Sketch,
    sizes: BTreeMap<u64, u64>,
    locations: BTreeMap<String, Location>,
    rules: Vec<OverTime>,
    gaps: Vec<(String, OverTime)>,
    measured_every: u64,
    /// Tickets of players that are active.
    active: u64,
    /// The first bucket whose end has not come.
    open_bucket: usize,
    last_arrival: u64,
}

#[derive(Default)]
struct Bucket {
    told: TimelineBucket,
    waits: Sketch,
    fill: Sketch,
}

#[derive(Default)]
struct Location {
    matches: u64,
    players: u64,
    latency: Sketch,
}

/// A number of each measured match.
#[derive(Default)]
struct OverTime {
    all: Sketch,
    buckets: Vec<Sketch>,
}

impl OverTime {
    fn add(&mut self, bucket: usize, number: f64) {
        self.all.add(number);
        if self.buckets.len() <= bucket {
            self.buckets.resize_with(bucket + 1, Sketch::default);
        }
        if let Some(sketch) = self.buckets.get_mut(bucket) {
            sketch.add(number);
        }
    }
}

impl Collector {
    /// For a simulation of about so many seconds and so many matches.
    pub(super) fn new(rule_set: &RuleSet, seconds: f64, matches: u64) -> Self {
        let described = rule_set.describe();
        let terms = rule_set.terms();
        let shortest = if seconds < SHORT_SECONDS { 0 } else { 3 };
        let fits = |&&it: &&u32| seconds / f64::from(it) <= BUCKETS_WANTED;
        let bucket_seconds = BUCKET_SECONDS.iter().skip(shortest).find(fits).copied();
        let bucket_seconds = bucket_seconds.unwrap_or(86_400);
        let places = described
            .epochs
            .iter()
            .map(|epoch| epoch.sizes.iter().map(|size| size.max_players).sum());
        let summary = SimulationSummary {
            rule_set_name: rule_set.name().map(str::to_owned),
            rule_set_fingerprint: rule_set.fingerprint(),
            bucket_seconds,
            epochs: described
                .epochs
                .iter()
                .map(|epoch| EpochShare {
                    from_seconds: u32::try_from(epoch.from_seconds).unwrap_or(u32::MAX),
                    changes: epoch.changes.clone(),
                    ..EpochShare::default()
                })
                .collect(),
            expansions: terms.expansions.iter().map(report::over_wait).collect(),
            ..SimulationSummary::default()
        };
        let numbers = rule_set.attributes().iter();
        let numbers = numbers.filter(|it| it.attribute_type == AttributeType::Number);
        let teams = rule_set.team_instances().count();
        Self {
            places: places.collect(),
            rules: terms.rules.iter().map(|_| OverTime::default()).collect(),
            gaps: match teams > 1 {
                true => numbers.map(|it| (it.name.to_string(), OverTime::default())).collect(),
                false => Vec::new(),
            },
            rule_set: rule_set.clone(),
            terms,
            summary,
            bucket_millis: u64::from(bucket_seconds) * 1000,
            buckets: Vec::new(),
            waits: Sketch::default(),
            fill: Sketch::default(),
            sizes: BTreeMap::new(),
            locations: BTreeMap::new(),
            measured_every: matches.div_ceil(MEASURED_MATCHES).max(1),
            active: 0,
            open_bucket: 0,
            last_arrival: 0,
        }
    }

    fn bucket_at(&self, millis: u64) -> usize {
        usize::try_from(millis / self.bucket_millis).unwrap_or(BUCKETS_MAX).min(BUCKETS_MAX - 1)
    }

    fn bucket(&mut self, millis: u64) -> &mut Bucket {
        let at = self.bucket_at(millis);
        if self.buckets.len() <= at {
            self.buckets.resize_with(at + 1, Bucket::default);
        }
        &mut self.buckets[at]
    }

    /// Time goes on to this moment: the buckets that end by then know who is waiting.
    pub(super) fn go_on_to(&mut self, millis: u64) {
        let now = self.bucket_at(millis);
        while self.open_bucket < now {
            let (open, active) = (self.open_bucket as u64 * self.bucket_millis, self.active);
            self.bucket(open).told.waiting = active;
            self.open_bucket += 1;
        }
    }

    /// A ticket has come; `refusal` says why it is none.
    pub(super) fn came(&mut self, millis: u64, players: usize, refusal: Option<String>) {
        let arrivals = &mut self.summary.arrivals;
        arrivals.tickets += 1;
        arrivals.players += players as u64;
        arrivals.last_seconds = millis as f64 / 1000.0;
        self.last_arrival = millis;
        match refusal {
            None => self.active += 1,
            Some(reason) => {
                self.summary.outcomes.refused += 1;
                self.summary.outcomes.first_refusal.get_or_insert(reason);
            }
        }
        self.bucket(millis).told.arrivals += 1;
    }

    /// How many tickets have come.
    pub(super) fn arrived(&self) -> u64 {
        self.summary.arrivals.tickets
    }

    /// When the last ticket came, in milliseconds since the start.
    pub(super) fn last_arrival(&self) -> u64 {
        self.last_arrival
    }

    /// Takes an event in. Whether the match that it tells of is to be measured.
    pub(super) fn read(&mut self, event: &Event) -> bool {
        let now = event.time;
        match &event.detail {
            EventDetail::PotentialMatchCreated { tickets, .. } => self.formed(now, tickets),
            EventDetail::AcceptMatchCompleted { acceptance, .. } => {
                match acceptance {
                    Acceptance::Accepted => {}
                    Acceptance::Rejected => self.summary.matches.rejected += 1,
                    Acceptance::TimedOut => self.summary.matches.acceptance_timed_out += 1,
                }
                false
            }
            EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
                self.succeeded(now, tickets, game_session.location.as_deref())
            }
            EventDetail::MatchmakingTimedOut { ticket, .. } => {
                match ticket_number(ticket.ticket_id()) {
                    None => self.summary.backfill.timed_out += 1,
                    Some(_) => {
                        self.summary.outcomes.timed_out += 1;
                        self.active = self.active.saturating_sub(1);
                        self.bucket(now.as_millis()).told.timed_out += 1;
                        let came = ticket.start_time().as_millis();
                        self.bucket(came).told.arrivals_timed_out += 1;
                    }
                }
                false
            }
            EventDetail::MatchmakingCancelled { ticket, .. } => {
                match ticket_number(ticket.ticket_id()) {
                    None => self.summary.backfill.cancelled += 1,
                    Some(_) => {
                        self.summary.outcomes.cancelled += 1;
                        self.active = self.active.saturating_sub(1);
                        self.bucket(now.as_millis()).told.cancelled += 1;
                    }
                }
                false
            }
            EventDetail::MatchmakingFailed { tickets, .. } => {
                self.summary.matches.failed += 1;
                let of_players =
                    tickets.iter().filter(|it| ticket_number(it.ticket_id()).is_some());
                let failed = of_players.count() as u64;
                self.summary.outcomes.failed += failed;
                self.active = self.active.saturating_sub(failed);
                false
            }
            EventDetail::MatchmakingSearching { .. }
            | EventDetail::AcceptMatch { .. }
            | EventDetail::Placement(_) => false,
        }
    }

    fn formed(&mut self, now: Timestamp, tickets: &[EventTicket]) -> bool {
        let matches = &mut self.summary.matches;
        matches.formed += 1;
        let backfill = tickets.iter().any(|it| ticket_number(it.ticket_id()).is_none());
        matches.with_backfill += u64::from(backfill);
        let players: usize = tickets.iter().map(|ticket| ticket.players().len()).sum();
        *self.sizes.entry(players as u64).or_default() += 1;
        let epoch = self.epoch(now, tickets);
        if let Some(share) = self.summary.epochs.get_mut(epoch) {
            share.matches += 1;
        }
        let places = self.places.get(epoch).copied().unwrap_or(1).max(1);
        let fill = players as f64 / f64::from(places);
        self.fill.add(fill);
        self.bucket(now.as_millis()).fill.add(fill);
        let new = self.summary.matches.formed - self.summary.matches.with_backfill;
        !backfill && new.is_multiple_of(self.measured_every)
    }

    /// The epoch in which a match is judged: that of its newest or oldest ticket.
    fn epoch(&self, now: Timestamp, tickets: &[EventTicket]) -> usize {
        let starts = tickets.iter().map(EventTicket::start_time);
        let start = if self.terms.oldest_decides { starts.min() } else { starts.max() };
        let wait = start.map_or(0, |start| now.since(start).get());
        let begun = |&seconds: &u32| u64::from(seconds) * 1000 <= wait;
        self.terms.epoch_seconds.partition_point(begun).saturating_sub(1)
    }

    fn succeeded(&mut self, now: Timestamp, tickets: &[EventTicket], place: Option<&str>) -> bool {
        self.summary.matches.succeeded += 1;
        let of_players = tickets.iter().filter(|it| ticket_number(it.ticket_id()).is_some());
        let (mut matched, mut players) = (0, 0);
        for ticket in of_players {
            let wait = now.since(ticket.start_time()).get();
            matched += 1;
            players += ticket.players().len() as u64;
            self.waits.add(wait as f64);
            self.bucket(ticket.start_time().as_millis()).waits.add(wait as f64);
            for expansion in &mut self.summary.expansions {
                let begun = |step: &ValueFrom| u64::from(step.from_seconds) * 1000 <= wait;
                let step = expansion.steps.partition_point(begun).saturating_sub(1);
                if let Some(step) = expansion.steps.get_mut(step) {
                    step.matched += 1;
                }
            }
        }
        let backfill = matched < tickets.len() as u64;
        if backfill {
            self.summary.backfill.matched += 1;
            self.summary.backfill.players_joined += players;
        }
        self.summary.outcomes.matched += matched;
        self.summary.outcomes.players_matched += players;
        self.active = self.active.saturating_sub(matched);
        let bucket = self.bucket(now.as_millis());
        bucket.told.matches += 1;
        bucket.told.matched += matched;
        let Some(place) = place else { return false };
        if !self.locations.contains_key(place) {
            self.locations.insert(place.to_owned(), Location::default());
        }
        let Some(location) = self.locations.get_mut(place) else { return false };
        location.matches += 1;
        location.players += players;
        location.matches.is_multiple_of(self.measured_every)
    }

    /// Measures the match that an event tells of.
    pub(super) fn measure(&mut self, event: &Event, stream: &Stream) {
        match &event.detail {
            EventDetail::PotentialMatchCreated { tickets, .. } => {
                self.measure_rules(event.time, tickets, stream);
            }
            EventDetail::MatchmakingSucceeded { tickets, game_session, .. } => {
                let Some(place) = game_session.location.as_deref() else { return };
                let Some(location) = self.locations.get_mut(place) else { return };
                let numbers = tickets.iter().filter_map(|it| ticket_number(it.ticket_id()));
                for player in numbers.flat_map(|number| stream.players_of(number)) {
                    if let Some(&latency) = player.latency_in_ms.get(place) {
                        location.latency.add(f64::from(latency));
                    }
                }
            }
            _ => {}
        }
    }

    fn measure_rules(&mut self, now: Timestamp, tickets: &[EventTicket], stream: &Stream) {
        let placed = |ticket: &EventTicket| -> Option<PlacedTicket> {
            let players = stream.players_of(ticket_number(ticket.ticket_id())?);
            let team = ticket.players().next()?.team?.to_owned();
            let age = now.since(ticket.start_time());
            Some(PlacedTicket { team, age, players, backfill: false })
        };
        let Some(placed) = tickets.iter().map(placed).collect::<Option<Vec<_>>>() else { return };
        let Ok(numbers) = self.rule_set.measure(&placed) else { return };
        self.summary.search.measured_matches += 1;
        let bucket = self.bucket_at(now.as_millis());
        for (rule, number) in self.rules.iter_mut().zip(numbers) {
            if let Some(number) = number {
                rule.add(bucket, number);
            }
        }
        for (attribute, gap) in &mut self.gaps {
            if let Some(number) = team_gap(&self.rule_set, attribute, &placed) {
                gap.add(bucket, number);
            }
        }
    }
}

/// The highest mean of a team less the lowest; none when a player has no such number, or only one
/// team has players.
fn team_gap(rule_set: &RuleSet, attribute: &str, tickets: &[PlacedTicket]) -> Option<f64> {
    let declared = rule_set.attributes().iter().find(|it| *it.name == *attribute)?;
    let mut teams: BTreeMap<&str, (f64, u32)> = BTreeMap::new();
    for ticket in tickets {
        for player in &ticket.players {
            let value = player.attributes.get(attribute).or(declared.default.as_ref());
            let Some(AttributeValue::Number(number)) = value else { return None };
            let (sum, players) = teams.entry(&ticket.team).or_default();
            *sum += number;
            *players += 1;
        }
    }
    let means = || teams.values().map(|&(sum, players)| sum / f64::from(players));
    let gap = means().reduce(f64::max)? - means().reduce(f64::min)?;
    (teams.len() > 1).then_some(gap)
}
