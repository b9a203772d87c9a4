//! The example of a self-hosted matchmaker, run: it matches, and its journal brings it back.
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "../examples/embedded.rs"]
#[allow(dead_code, reason = "the test starts the service itself, not through `main`")]
mod embedded;

use embedded::{Service, player};
use rallypoint::{DescribeMatchmaking, Input, Response, StartMatchmaking, TicketId, TicketStatus};

/// A request for one player under a ticket id of its own.
fn ticket(id: &str, player_id: &str) -> Input {
    let Input::StartMatchmaking(request) = player(player_id, 1500.0) else { unreachable!() };
    Input::StartMatchmaking(StartMatchmaking { ticket_id: Some(id.into()), ..request })
}

fn status(service: &Service, id: &str) -> Option<TicketStatus> {
    let ticket_ids = vec![TicketId::from(id)];
    let describe = Input::DescribeMatchmaking(DescribeMatchmaking { ticket_ids });
    match service.ask(describe).expect("the service runs").expect("the request is good") {
        Response::DescribeMatchmaking(tickets) => tickets.first().map(|ticket| ticket.status),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_journal_brings_the_matchmaker_back() {
    let path = std::env::temp_dir().join(format!("rallypoint-embedded-{}", std::process::id()));
    drop(std::fs::remove_file(&path));
    let (service, owner) = Service::start(&path).unwrap();
    for (id, player) in [("t1", "ana"), ("t2", "ben"), ("t3", "cleo")] {
        service.ask(ticket(id, player)).unwrap().unwrap();
    }
    drop(service);
    assert_eq!(owner.join().unwrap(), 1, "two of the three are matched");

    let whole = std::fs::read(&path).unwrap();
    let torn = [&whole[..], b"{\"at\":99999999999,\"StopMatch"].concat();
    std::fs::write(&path, torn).unwrap();
    let (service, owner) = Service::start(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), whole, "what was torn is cut off");
    let statuses = ["t1", "t2", "t3", "t4"].map(|id| status(&service, id));
    let matched = statuses.iter().filter(|it| **it == Some(TicketStatus::Completed)).count();
    assert_eq!((matched, statuses[3]), (2, None), "{statuses:?}");
    assert!(service.ask(ticket("t1", "dan")).unwrap().is_err(), "the id is known");
    service.ask(ticket("t4", "dan")).unwrap().unwrap();
    drop(service);
    assert_eq!(owner.join().unwrap(), 1, "the one that was left over has found a partner");
    std::fs::remove_file(&path).unwrap();
}
