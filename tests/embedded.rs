//! The example of a self-hosted matchmaker, run: it matches, and its journal brings it back.
#![expect(clippy::panic, reason = "a test reports by panicking")]

#[path = "../examples/embedded.rs"]
#[allow(dead_code, reason = "the test starts the service itself, not through `main`")]
mod embedded;

use embedded::{Service, player};
use rallypoint::{
    DescribeMatchmaking, Input, Player, Response, StartMatchmaking, TicketId, TicketStatus,
};

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

fn path(of: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("rallypoint-{of}-{}", std::process::id()));
    drop(std::fs::remove_file(&path));
    path
}

#[test]
fn a_bad_request_is_answered_and_the_service_goes_on() {
    let path = path("bad-request");
    let (service, owner) = Service::start(&path).unwrap();
    let begun = std::fs::read(&path).unwrap();
    let bad = |player: Player| {
        let request = StartMatchmaking { players: vec![player], ..StartMatchmaking::default() };
        let refused = service.ask(Input::StartMatchmaking(request)).unwrap().unwrap_err();
        format!("{}: {refused}", refused.exception())
    };
    assert_eq!(
        bad(Player::new("ana").with_number("skill", f64::NAN)),
        "InvalidRequestException: `Players[0].PlayerAttributes.skill.N` is NaN, but must be a \
         finite number"
    );
    assert_eq!(
        bad(Player::new("ana").with_latency("here", 0)),
        "InvalidRequestException: `Players[0].LatencyInMs.here` is 0, but must be a whole number \
         from 1 to 2147483647"
    );
    assert_eq!(std::fs::read(&path).unwrap(), begun, "nothing of it is recorded");
    for (id, player) in [("t1", "ana"), ("t2", "ben")] {
        service.ask(ticket(id, player)).unwrap().unwrap();
    }
    drop(service);
    assert_eq!(owner.join().unwrap(), Ok(1));
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_torn_header_begins_anew() {
    let path = path("torn-header");
    let (service, owner) = Service::start(&path).unwrap();
    drop(service);
    assert_eq!(owner.join().unwrap(), Ok(0));
    let header = std::fs::read(&path).unwrap();
    for length in [0, 1, header.len() / 2, header.len() - 1] {
        std::fs::write(&path, &header[..length]).unwrap();
        let (service, owner) = Service::start(&path).unwrap();
        service.ask(ticket("t1", "ana")).unwrap().unwrap();
        drop(service);
        assert_eq!(owner.join().unwrap(), Ok(0), "{length} bytes");
        let (service, owner) = Service::start(&path).unwrap();
        assert!(status(&service, "t1").is_some(), "{length} bytes");
        drop(service);
        assert_eq!(owner.join().unwrap(), Ok(0), "{length} bytes");
    }
    std::fs::write(&path, "milk, eggs").unwrap();
    assert!(Service::start(&path).is_err(), "a file of something else is not overwritten");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "milk, eggs");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_journal_brings_the_matchmaker_back() {
    let path = path("embedded");
    let (service, owner) = Service::start(&path).unwrap();
    for (id, player) in [("t1", "ana"), ("t2", "ben"), ("t3", "cleo")] {
        service.ask(ticket(id, player)).unwrap().unwrap();
    }
    drop(service);
    assert_eq!(owner.join().unwrap(), Ok(1), "two of the three are matched");

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
    assert_eq!(owner.join().unwrap(), Ok(1), "the one that was left over has found a partner");
    std::fs::remove_file(&path).unwrap();
}
