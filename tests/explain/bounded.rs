//! The work of an explanation has bounds, however many wait.

use rallypoint::*;

/// What the documentation promises.
const EXAMINED_MAX: u32 = 1024 + 256;
const NODES_MAX: u64 = 65_536;

/// One against one by two rules. Pairs tell the search of the first, but not of the second.
fn rules(apart: f64) -> RuleSet {
    let text = format!(
        r#"{{"ruleLanguageVersion": "1.0",
        "playerAttributes": [{{"name": "skill", "type": "number"}},
                             {{"name": "rank", "type": "number"}}],
        "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 1}},
                  {{"name": "blue", "minPlayers": 1, "maxPlayers": 1}}],
        "rules": [
            {{"name": "near", "type": "batchDistance", "batchAttribute": "skill",
              "maxDistance": {apart}}},
            {{"name": "ranks", "type": "comparison", "operation": ">=",
              "measurements": ["avg(flatten(teams[*].players.attributes[rank]))"],
              "referenceValue": 60}}],
        "expansions": [{{"target": "rules[near].maxDistance",
            "steps": [{{"waitTimeSeconds": 30, "value": 900000}}]}}]}}"#
    );
    RuleSet::from_json(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// So many tickets that wait, skills ten apart. Nobody can meet: of two neighbours neither has the
/// rank for both, and others are too far where skills count.
fn crowd(apart: f64, count: usize) -> Matchmaker {
    let mut options = EngineOptions::default();
    options.nodes_per_anchor = 8;
    let (configuration, start) = (Configuration::default(), Timestamp::from_millis(0));
    let mut matchmaker =
        Matchmaker::new(rules(apart), configuration, options, start, 1).expect("it is valid");
    // Whoever has the rank for two leaves again: only the range of ranks remembers.
    for number in 0..=count {
        let rank = if number == count { 200.0 } else { 50.0 };
        let player = Player::new(format!("p{number}"))
            .with_number("skill", number as f64 * 10.0)
            .with_number("rank", rank);
        let ticket_id = Some(TicketId::from(&*format!("t{number}")));
        let request = StartMatchmaking { ticket_id, players: vec![player], ..Default::default() };
        matchmaker.handle_input(start, request).expect("it is good");
    }
    let leaving = StopMatchmaking { ticket_id: (&*format!("t{count}")).into() };
    matchmaker.handle_input(start, leaving).expect("it is good");
    for _ in 0..10_000 {
        if matchmaker.poll_timeout().is_none_or(|due| due > start) {
            break;
        }
        let _ = matchmaker.handle_timeout(start).expect("time goes on");
        while matchmaker.poll_event().is_some() {}
    }
    matchmaker
}

#[test]
fn the_work_does_not_grow_with_the_pool() {
    for (name, apart) in [("neighbours in reach", 15.0), ("all in reach", 900_000.0)] {
        let mut work = Vec::new();
        for count in [3_000, 100_000] {
            let matchmaker = crowd(apart, count);
            let middle = TicketId::from(&*format!("t{}", count / 2));
            let why = matchmaker.why_waiting(&middle).expect("it is known");
            assert_eq!(why.status, TicketStatus::Searching);
            let company = why.company.expect("it was searched for");
            assert!(company.examined_tickets <= EXAMINED_MAX, "{company:?}");
            assert!(company.examined_tickets >= 192, "{company:?}");
            assert!(company.nodes <= NODES_MAX, "{company:?}");
            assert_eq!(company.is_whole, apart < 100.0, "{company:?}");
            assert_eq!(why.nearest.len(), 5);
            let refused: Vec<u32> = why.blocking.iter().map(|it| it.refused_tickets).collect();
            assert!(refused.iter().any(|&it| it >= 192), "{refused:?}");
            work.push((company.examined_tickets, company.nodes));
        }
        println!("{name}: {work:?}");
        assert_eq!(work.first(), work.last(), "{name}: it costs more in a larger pool");
    }
}

#[test]
fn the_nearest_are_the_neighbours() {
    let matchmaker = crowd(5.0, 3_000);
    let why = matchmaker.why_waiting(&"t1500".into()).expect("it is known");
    let mut nearest: Vec<&str> = why.nearest.iter().map(|it| it.ticket_id.as_str()).collect();
    nearest.truncate(4);
    nearest.sort_unstable();
    assert_eq!(nearest, ["t1498", "t1499", "t1501", "t1502"]);
}
