//! Options at the ends of their ranges.

use rallypoint::{Configuration, EarlyRejection, EngineOptions, Millis};

use super::caller::{Caller, with_queue};

#[test]
fn options_at_their_ends_run_or_are_refused() {
    let counts = [0, 1, usize::MAX];
    let millis = [0, 1, u64::MAX].map(Millis::new);
    let default = EngineOptions::default;
    let mut all: Vec<(bool, EngineOptions)> = Vec::new();
    let mut add = |is_refused: bool, set: &dyn Fn(&mut EngineOptions)| {
        let mut options = default();
        set(&mut options);
        all.push((is_refused, options));
    };
    for value in millis {
        let is_zero = value == Millis::new(0);
        add(false, &|it| it.pass_interval = value);
        add(false, &|it| it.retention = value);
        add(is_zero, &|it| it.placement_timeout = value);
        add(is_zero, &|it| it.nodes_per_anchor = value.get());
        add(is_zero, &|it| it.nodes_per_slice = value.get());
    }
    for value in counts {
        add(value == 0, &|it| it.active_tickets_max = value);
        add(value == 0, &|it| it.undrained_events_max = value);
        add(value == 0, &|it| it.sessions_max = value);
        add(value == 0, &|it| it.max_batch_tickets = value);
        add(false, &|it| it.retained_tickets_max = value);
        add(false, &|it| {
            it.backfill_before_new_match_seconds = value.min(u32::MAX as usize) as u32
        });
    }
    // All of them at once, each at its least or at its most; a quarter of the ways, spread out.
    for bits in (0..256_u32).map(|it| it * 387 % 1024) {
        let most = |bit: u32| bits >> bit & 1 == 1;
        let count = |bit, least| if most(bit) { usize::MAX } else { least };
        let number = |bit, least| if most(bit) { u64::MAX } else { least };
        add(false, &|it| {
            it.pass_interval = Millis::new(number(0, 0));
            it.nodes_per_anchor = number(1, 1);
            it.nodes_per_slice = number(2, 1);
            it.active_tickets_max = count(3, 8);
            it.undrained_events_max = count(4, 1);
            it.retention = Millis::new(number(5, 0));
            it.retained_tickets_max = if most(6) { usize::MAX } else { 0 };
            it.placement_timeout = Millis::new(number(7, 1));
            it.backfill_before_new_match_seconds = if most(8) { u32::MAX } else { 0 };
            it.sessions_max = count(9, 8);
            it.max_batch_tickets = count(1, 1);
            it.early_rejection = EarlyRejection::Literal;
        });
    }
    let mut placed = 0;
    for (number, (is_refused, options)) in all.into_iter().enumerate() {
        let told = format!("{options:?}");
        // Without acceptance, too: then a match that finds no session is made again at once.
        let acceptance_required = number % 2 == 0;
        let configuration = Configuration { acceptance_required, ..with_queue() };
        match Caller::new(configuration, options, 1_000) {
            Ok(mut caller) => {
                assert!(!is_refused, "{told}");
                caller.live();
                let counters = caller.matchmaker.counters();
                assert!(counters.tickets_started > 0, "{told}");
                placed += usize::from(counters.matches_placed > 0);
            }
            Err(error) => {
                assert!(is_refused, "{told}: {error}");
                assert!(error.to_string().ends_with("is 0, but must be at least 1"), "{error}");
            }
        }
    }
    assert!(placed > 50, "only {placed} found a session");
}
