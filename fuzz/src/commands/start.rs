//! What a matchmaker begins with.

use arbitrary::{Result, Unstructured};
use rallypoint::*;

use super::super::rules;

/// What a matchmaker is made of.
pub struct Start {
    pub rule_set: RuleSet,
    pub configuration: Configuration,
    pub options: EngineOptions,
}

impl Start {
    pub fn matchmaker(&self) -> Option<Matchmaker> {
        let (rule_set, configuration) = (self.rule_set.clone(), self.configuration.clone());
        let start = Timestamp::from_millis(0);
        Matchmaker::new(rule_set, configuration, self.options.clone(), start, 7).ok()
    }
}

pub fn configuration(u: &mut Unstructured<'_>) -> Result<Configuration> {
    let with_queue = u.arbitrary()?;
    let modes = [FlexMatchMode::Standalone, FlexMatchMode::WithQueue];
    let backfills = [BackfillMode::Manual, BackfillMode::Automatic];
    Ok(Configuration {
        request_timeout_seconds: *u.choose(&[6, 20, 43_200])?,
        acceptance_required: u.arbitrary()?,
        acceptance_timeout_seconds: Some(4),
        custom_event_data: u.ratio(1, 4)?.then(|| "\"é\n".into()),
        flex_match_mode: modes[usize::from(with_queue)],
        backfill_mode: backfills[usize::from(with_queue && u.arbitrary()?)],
        additional_player_count: u.int_in_range(0..=2)?,
        queue: if with_queue && u.arbitrary()? { Some(queue(u)?) } else { None },
        ..Configuration::default()
    })
}

fn queue(u: &mut Unstructured<'_>) -> Result<GameSessionQueue> {
    let mut queue = GameSessionQueue::new("queue");
    queue.timeout_in_seconds = *u.choose(&[10, 600])?;
    for fleet in 0..u.int_in_range(1..=2)? {
        let mut destination =
            QueueDestination::new(format!("arn:aws:gamelift:us-west-2::fleet/fleet-{fleet}"));
        for location in rules::LOCATIONS.into_iter().take(u.int_in_range(1..=3)?) {
            destination = destination.with_location(location, f64::from(u.int_in_range(0..=9)?));
        }
        queue.destinations.push(destination);
    }
    if u.ratio(1, 3)? {
        let policy = PlayerLatencyPolicy {
            maximum_individual_player_latency_milliseconds: 60,
            policy_duration_seconds: Some(5),
        };
        queue.player_latency_policies.push(policy);
    }
    Ok(queue)
}

pub fn options(u: &mut Unstructured<'_>) -> Result<EngineOptions> {
    let mut options = EngineOptions::default();
    options.nodes_per_anchor = *u.choose(&[100_000, 100_000, 100_000, 20, 1])?;
    options.nodes_per_slice = *u.choose(&[1_000_000, 1_000_000, 10, 1])?;
    options.pass_interval = Millis::new(*u.choose(&[0, 0, 700])?);
    options.undrained_events_max = *u.choose(&[4_000_000, 4_000_000, 4_000_000, 20, 1])?;
    options.retained_tickets_max = *u.choose(&[100_000, 100_000, 3, 0])?;
    options.retention = Millis::new(*u.choose(&[86_400_000, 86_400_000, 8_000, 0])?);
    options.active_tickets_max = *u.choose(&[1_000, 1_000, 1_000, 4])?;
    options.sessions_max = *u.choose(&[1_000, 1_000, 1_000, 2])?;
    options.placement_timeout = Millis::new(*u.choose(&[6_000, 1])?);
    options.max_batch_tickets = *u.choose(&[11_000, 1, 3])?;
    options.exchange_tries = *u.choose(&[8, 0])?;
    options.backfill_before_new_match_seconds = *u.choose(&[0, 0, 3])?;
    options.early_rejection =
        *u.choose(&[EarlyRejection::RejectersOnly, EarlyRejection::Literal])?;
    Ok(options)
}
