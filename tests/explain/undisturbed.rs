//! Explanations change nothing.

use rallypoint::{TicketId, WhyWaiting};

use super::support::Run;

const RUNS: u64 = 24;
const CALLS: usize = 120;

#[test]
fn nothing_that_follows_depends_on_whether_somebody_asked() {
    let (mut asked, mut waiting, mut pending, mut ended) = (0, 0, 0, 0);
    for seed in 0..RUNS {
        let mut run = Run::new(seed);
        let mut silent = super::support::first(&run.start);
        for number in 0..CALLS {
            let mut ids: Vec<TicketId> = run.matchmaker.tickets().map(|it| it.ticket_id).collect();
            // Some of them at each call.
            let by = number % ids.len().max(1);
            ids.rotate_left(by);
            ids.truncate(5);
            for id in &ids {
                let ask = || run.matchmaker.why_waiting(id).expect("it is known");
                let why: WhyWaiting = ask();
                if number % 16 == 0 {
                    assert_eq!(ask(), why, "seed {seed}, call {number}: the answer changes");
                }
                assert!(!why.reasons.is_empty());
                assert_eq!(why.status, run.matchmaker.ticket(id).expect("it is known").status);
                asked += 1;
                waiting += u64::from(why.times_out_at.is_some());
                pending += u64::from(why.in_match.is_some());
                ended += u64::from(why.reasons == [rallypoint::WaitReason::Ended]);
            }
            let call = run.next_call();
            let seen = call.make(&mut run.matchmaker);
            assert_eq!(call.make(&mut silent), seen, "seed {seed}, call {number}: {call:?}");
        }
        assert_eq!(run.matchmaker.snapshot(), silent.snapshot(), "seed {seed}");
    }
    println!("{asked} asked: {waiting} waiting, {pending} in a match, {ended} ended");
    assert!(waiting >= 1_000 && pending >= 500 && ended >= 500);
}
