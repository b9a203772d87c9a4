//! Numbers at the ends of their ranges, and beyond.

use rallypoint::{
    AttributeValue, CompletePlacement, GameSessionConnectionInfo, Input, PlacementOf, Player,
};

use super::caller::Caller;

fn numbers() -> [f64; 10] {
    [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -0.0,
        1e300,
        -1e300,
    ]
}

#[test]
fn numbers_at_the_ends_are_judged() {
    let mut caller = Caller::with_queue();
    for number in numbers() {
        for _ in 0..2 {
            let map = [("a".to_owned(), number), ("b".to_owned(), 1.0)].into();
            let players = [0, 1].map(|it| {
                let player = Player::new(format!("p{}-{it}", caller.sent));
                player.with_number("skill", number).with_latency("here", 1)
            });
            let first = players[0].clone().with("modes", AttributeValue::StringNumberMap(map));
            let answer = caller.start(vec![first, players[1].clone()]);
            assert_eq!(answer.is_ok(), number.is_finite(), "{number}: {answer:?}");
        }
        caller.go_to(caller.now + 1_500);
        caller.accept_all();
        caller.go_to(caller.now);
        caller.complete_all();
    }
    let created = caller.matchmaker.counters().matches_created;
    assert!(created >= 5, "only {created} matches");
    for millis in [0, 1 << 31, u32::MAX] {
        let answer = caller.start(vec![Player::new("far").with_latency("moon", millis)]);
        let message = answer.expect_err("it is no latency").to_string();
        assert!(message.contains("Players[0].LatencyInMs.moon"), "{message}");
    }
    assert!(caller.start(vec![Player::new("far").with_latency("moon", (1 << 31) - 1)]).is_ok());
    let info = GameSessionConnectionInfo { port: Some(0), ..GameSessionConnectionInfo::default() };
    let answer = caller.send(Input::CompletePlacement(CompletePlacement {
        of: PlacementOf::Ticket("t1".into()),
        game_session_connection_info: info,
    }));
    assert!(answer.is_err());
}
