//! What does not hold is seen.

use super::*;
use crate::{EngineOptions, Player, StartMatchmaking};

const DUEL: &str = include_str!("../../../../rulesets/duel.json");

/// Two players come and are matched. What is said when matches are judged by `rules`, and the
/// events of the pass are changed.
fn said_of_duel(rules: &str, change: impl Fn(&mut Vec<Event>)) -> Held {
    let duel = RuleSet::from_json(DUEL).unwrap();
    let (configuration, options) = (Configuration::default(), EngineOptions::default());
    let mut watch = Watch::new(&RuleSet::from_json(rules).unwrap(), &configuration);
    let start = Timestamp::default();
    let mut engine = Matchmaker::new(duel, configuration, options, start, 3).unwrap();
    for name in ["ana", "ben"] {
        let players = vec![Player::new(name).with_number("skill", 1.0)];
        engine.handle_input(start, StartMatchmaking { players, ..Default::default() }).unwrap();
        watch.after_call(&engine, &[])?;
    }
    let report = engine.handle_timeout(start).unwrap();
    let mut events: Vec<Event> = std::iter::from_fn(|| engine.poll_event()).collect();
    change(&mut events);
    watch.after_call(&engine, &events)?;
    watch.after_timeout(&engine, report)?;
    watch.after_timeout(&engine, TickReport::default())
}

fn said_of(change: impl Fn(&mut Vec<Event>)) -> String {
    said_of_duel(DUEL, change).unwrap_err()
}

fn renumber(events: &mut [Event]) {
    for (sequence, event) in (1..).zip(events) {
        event.sequence = sequence;
    }
}

#[test]
fn a_sound_run_passes_until_its_report_is_wrong() {
    let said = said_of(|_| {});
    assert!(said.contains("(0, 0, 0)") && said.contains("(1, 2, 2)"), "{said}");
}

#[test]
fn a_lost_event_is_seen() {
    assert!(said_of(|it| drop(it.remove(1))).contains("event 3 comes after 1"));
    let said = said_of(|it| {
        it.pop();
        renumber(it);
    });
    assert!(said.contains("is COMPLETED, but its events end with PLACING"), "{said}");
}

#[test]
fn a_match_of_tickets_that_are_not_searched_for_is_seen() {
    let said = said_of(|it| {
        it.remove(0);
        renumber(it);
    });
    assert!(said.contains("goes from QUEUED to PLACING"), "{said}");
}

#[test]
fn a_second_end_is_seen() {
    let said = said_of(|it| {
        let last = it.last().unwrap().clone();
        it.push(last);
        renumber(it);
    });
    assert!(said.contains("is Succeeded"), "{said}");
}

#[test]
fn an_event_out_of_time_is_seen() {
    let said = said_of(|it| it[1].time = Timestamp::from_millis(7));
    assert!(said.contains("an event of"), "{said}");
}

#[test]
fn an_invalid_match_is_seen() {
    let twos = DUEL.replace("\"minPlayers\": 1", "\"minPlayers\": 2");
    let twos = twos.replace("\"maxPlayers\": 1", "\"maxPlayers\": 2");
    let said = said_of_duel(&twos, |_| {}).unwrap_err();
    assert!(said.contains("not a valid match") && said.contains("1 too few"), "{said}");
}
