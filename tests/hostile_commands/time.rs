//! The end of time, and calls that come late.

use rallypoint::{
    BackfillMode, Configuration, DescribeMatchmaking, EngineOptions, Input, InputError,
};

use super::caller::{Caller, LAST, at, with_queue};

#[test]
fn time_ends_with_the_year_9999() {
    for start in [LAST + 1, u64::MAX] {
        let error = Caller::new(with_queue(), EngineOptions::default(), start).err();
        let message = error.expect("it is too late").to_string();
        assert!(message.contains("start") && message.contains(&LAST.to_string()), "{message}");
    }
    for start in [0, 1, LAST - 3_000_000, LAST - 1_000, LAST - 1, LAST] {
        for mode in [BackfillMode::Automatic, BackfillMode::Manual] {
            let configuration = Configuration { backfill_mode: mode, ..with_queue() };
            let mut caller = Caller::new(configuration, EngineOptions::default(), start)
                .expect("time is not over");
            caller.live();
            caller.go_to(caller.now.saturating_add(1_000_000).min(LAST));
            // Every ticket of a session that fills up by itself is followed by another.
            if start > 1 {
                caller.go_to(u64::MAX);
                assert_eq!(caller.matchmaker.poll_timeout(), None);
                caller.now = LAST;
                let _ = caller.single();
                let _ = caller.backfill("blue");
                caller.go_to(LAST);
            }
            for late in [LAST + 1, u64::MAX] {
                caller.now = late;
                let answer = caller.single().map(|_| ()).expect_err("time is over");
                assert_eq!(answer.exception(), "InvalidRequestException");
                assert!(answer.to_string().contains(&LAST.to_string()), "{answer}");
                assert_eq!(caller.matchmaker.handle_timeout(at(late)), Err(answer));
            }
        }
    }
}

#[test]
fn a_late_caller_settles_everything_at_once() {
    let mut caller = Caller::with_queue();
    caller.live();
    caller.one_leaves();
    // The next call comes three days late.
    caller.now += 3 * 24 * 3_600_000;
    assert!(caller.single().is_ok());
    assert!(caller.matchmaker.counters().tickets_timed_out > 4_000);
    caller.go_to(caller.now);
}

#[test]
fn a_very_late_call_tells_no_more_than_there_is_room_for() {
    let mut options = EngineOptions::default();
    options.undrained_events_max = 1_000;
    let mut caller = Caller::new(with_queue(), options, 0).expect("it is valid");
    caller.live();
    caller.one_leaves();
    // Until the year 9999 its ticket would be renewed four billion times.
    for _ in 0..3 {
        let report = caller.matchmaker.handle_timeout(at(LAST)).expect("it is no bad call");
        assert!(report.unfinished);
        assert_eq!(caller.matchmaker.poll_timeout(), Some(at(LAST)));
        let told = std::iter::from_fn(|| caller.matchmaker.poll_event()).count();
        let updates = std::iter::from_fn(|| caller.matchmaker.poll_update()).count();
        assert!((1_000..1_100).contains(&(told + updates)), "{told} events, {updates} updates");
    }
    let describe = DescribeMatchmaking { ticket_ids: vec!["t".into()] };
    let answer = caller.matchmaker.handle_input(at(LAST), Input::DescribeMatchmaking(describe));
    assert_eq!(answer, Err(InputError::EventsNotDrained { limit: 1_000 }));
}
