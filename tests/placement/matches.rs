//! The placements of matches beside one another.

use rallypoint::*;
use serde_json::json;

use super::{accept, at, call, start, two_proposed, with};

/// Decision 1: deadlines of one instant come by ticket number, whichever match was asked for first.
#[test]
fn matches_whose_placements_end_at_one_instant_return_in_the_order_of_their_tickets() {
    let (mut matchmaker, matches) = two_proposed();
    accept(&mut matchmaker, ["cho", "dee", "ann", "bob"]);
    let request = with(&start("request"), "/MaximumPlayerSessionCount", json!(1));
    call(&mut matchmaker, 1, "StartGameSessionPlacement", &request)
        .unwrap_or_else(|it| panic!("{it}"));
    let restored = Matchmaker::restore(matchmaker.rule_set().clone(), matchmaker.snapshot());
    for mut matchmaker in [restored.unwrap_or_else(|it| panic!("{it}")), matchmaker] {
        let asked: Vec<PlacementId> =
            matchmaker.placements().map(|it| it.request.placement_id).collect();
        let in_turn = [matches[1].as_str(), matches[0].as_str(), "request"];
        assert_eq!(asked, in_turn.map(PlacementId::from));
        while matchmaker.poll_event().is_some() {}
        let _ = matchmaker.handle_timeout(at(10_001)).unwrap_or_else(|it| panic!("{it}"));
        let ended: Vec<PlacementId> = std::iter::from_fn(|| matchmaker.poll_event())
            .filter_map(|event| match event.detail {
                EventDetail::Placement(placement) => Some(placement.placement_id),
                _ => None,
            })
            .collect();
        let by_ticket = [matches[0].as_str(), matches[1].as_str(), "request"];
        assert_eq!(ended, by_ticket.map(PlacementId::from));
    }
}

/// The id of a match is that of its placement only where it can be one.
#[test]
fn a_match_with_an_id_from_elsewhere_is_placed_all_the_same() {
    let (matchmaker, _) = two_proposed();
    let mut stored =
        serde_json::to_value(matchmaker.snapshot()).unwrap_or_else(|it| panic!("{it}"));
    stored["matches"][0]["id"] = json!("a b");
    let snapshot: Snapshot = serde_json::from_value(stored).unwrap_or_else(|it| panic!("{it}"));
    let restored = Matchmaker::restore(matchmaker.rule_set().clone(), snapshot);
    let mut matchmaker = restored.unwrap_or_else(|it| panic!("{it}"));
    accept(&mut matchmaker, ["ann", "bob", "cho", "dee"]);
    let placing: Vec<_> = matchmaker.pending_matches().map(|it| it.status).collect();
    assert_eq!(placing, [TicketStatus::Placing; 2]);
    assert!(matchmaker.placements().all(|it| it.request.placement_id.as_str() != "a b"));
}
