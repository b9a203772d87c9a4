//! Tickets in events. What an event shows of a ticket is shared with the ticket and with the other
//! events that tell of it: a pass tells of every ticket it matches, some of them several times.

use std::fmt;
use std::sync::Arc;

use crate::base::time::Timestamp;
use crate::model::ticket::{PlayerId, TicketId};

/// What a ticket is known by as long as its players stay.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) id: TicketId,
    pub(crate) start_time: Timestamp,
    players: Players,
}

/// Nearly every ticket has one player, whose id needs no list.
#[derive(Debug)]
enum Players {
    One(PlayerId),
    List(Box<[PlayerId]>),
}

impl Identity {
    pub(crate) fn new(
        id: TicketId,
        start_time: Timestamp,
        mut players: impl ExactSizeIterator<Item = PlayerId>,
    ) -> Self {
        let players = match players.next() {
            Some(only) if players.len() == 0 => Players::One(only),
            first => Players::List(first.into_iter().chain(players).collect()),
        };
        Self { id, start_time, players }
    }

    /// The players in the order of the request.
    pub(crate) fn players(&self) -> &[PlayerId] {
        match &self.players {
            Players::One(id) => std::slice::from_ref(id),
            Players::List(ids) => ids,
        }
    }
}

/// A ticket in an event. Cheap to clone.
#[derive(Clone)]
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(into = "form::Ticket", from = "form::Ticket"))]
pub struct EventTicket {
    identity: Arc<Identity>,
    details: Details,
}

/// What an event shows of the players beside their ids.
#[derive(Clone)]
enum Details {
    /// The same team for all, or none.
    Team(Option<Arc<str>>),
    /// For each player something of its own.
    Each(Box<[PlayerDetails]>),
}

/// What an event shows of one player beside the id.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct PlayerDetails {
    pub(crate) team: Option<Arc<str>>,
    pub(crate) accepted: Option<bool>,
    pub(crate) player_session_id: Option<Arc<str>>,
}

/// A player in an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EventPlayer<'e> {
    /// Who it is.
    pub player_id: &'e PlayerId,
    /// The team instance, once matched.
    pub team: Option<&'e str>,
    /// The player's answer, in `AcceptMatch` events.
    pub accepted: Option<bool>,
    /// The place kept for the player, in `MatchmakingSucceeded` events with a game session.
    pub player_session_id: Option<&'e str>,
}

impl EventTicket {
    /// A ticket whose players are all shown in this team, or in none.
    pub(crate) fn in_team(identity: &Arc<Identity>, team: Option<Arc<str>>) -> Self {
        Self { identity: Arc::clone(identity), details: Details::Team(team) }
    }

    /// A ticket with something to show of each player.
    pub(crate) fn of_players(
        identity: &Arc<Identity>,
        details: impl Iterator<Item = PlayerDetails>,
    ) -> Self {
        Self { identity: Arc::clone(identity), details: Details::Each(details.collect()) }
    }

    /// Its id.
    pub fn ticket_id(&self) -> &TicketId {
        &self.identity.id
    }

    /// When it was submitted.
    pub fn start_time(&self) -> Timestamp {
        self.identity.start_time
    }

    /// Its players in the order of the request.
    pub fn players(&self) -> impl ExactSizeIterator<Item = EventPlayer<'_>> + Clone {
        let ids = self.identity.players().iter().enumerate();
        ids.map(|(position, player_id)| {
            let (team, of_player) = match &self.details {
                Details::Team(team) => (team.as_deref(), None),
                Details::Each(each) => {
                    let of_player = each.get(position);
                    (of_player.and_then(|it| it.team.as_deref()), of_player)
                }
            };
            EventPlayer {
                player_id,
                team,
                accepted: of_player.and_then(|it| it.accepted),
                player_session_id: of_player.and_then(|it| it.player_session_id.as_deref()),
            }
        })
    }
}

impl PartialEq for EventTicket {
    fn eq(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.identity.id.clone(), it.identity.start_time);
        of(self) == of(other) && self.players().eq(other.players())
    }
}

impl fmt::Debug for EventTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let players: Vec<EventPlayer<'_>> = self.players().collect();
        f.debug_struct("EventTicket")
            .field("ticket_id", self.ticket_id())
            .field("start_time", &self.start_time())
            .field("players", &players)
            .finish()
    }
}

/// How a ticket is stored, in snapshots among others.
#[cfg(feature = "wire")]
pub(crate) mod form {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(crate) struct Ticket {
        pub(crate) ticket_id: TicketId,
        pub(crate) start_time: Timestamp,
        pub(crate) players: Vec<Player>,
    }

    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(crate) struct Player {
        pub(crate) player_id: PlayerId,
        pub(crate) team: Option<Arc<str>>,
        pub(crate) accepted: Option<bool>,
        pub(crate) player_session_id: Option<Arc<str>>,
    }

    impl From<EventTicket> for Ticket {
        fn from(ticket: EventTicket) -> Self {
            let details = |position: usize| match &ticket.details {
                Details::Team(team) => PlayerDetails { team: team.clone(), ..Default::default() },
                Details::Each(each) => each.get(position).cloned().unwrap_or_default(),
            };
            let players = ticket.identity.players().iter().enumerate().map(|(position, id)| {
                let PlayerDetails { team, accepted, player_session_id } = details(position);
                Player { player_id: id.clone(), team, accepted, player_session_id }
            });
            Self {
                ticket_id: ticket.identity.id.clone(),
                start_time: ticket.identity.start_time,
                players: players.collect(),
            }
        }
    }

    impl From<Ticket> for EventTicket {
        fn from(Ticket { ticket_id, start_time, players }: Ticket) -> Self {
            let ids = players.iter().map(|player| player.player_id.clone());
            let identity = Arc::new(Identity::new(ticket_id, start_time, ids));
            let details = players.into_iter().map(|player| PlayerDetails {
                team: player.team,
                accepted: player.accepted,
                player_session_id: player.player_session_id,
            });
            Self::of_players(&identity, details)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(players: &[&str]) -> Arc<Identity> {
        let ids = players.iter().map(|&id| PlayerId::from(id));
        Arc::new(Identity::new("t1".into(), Timestamp::from_millis(5), ids))
    }

    fn in_red() -> PlayerDetails {
        PlayerDetails { team: Some("red".into()), ..PlayerDetails::default() }
    }

    #[test]
    fn a_team_for_all_is_the_same_as_the_team_of_each() {
        for players in [&[][..], &["p1"], &["p1", "p2", "p3"]] {
            let shared = EventTicket::in_team(&identity(players), Some("red".into()));
            let each = players.iter().map(|_| in_red());
            let each = EventTicket::of_players(&identity(players), each);
            assert_eq!(shared, each);
            assert_eq!(format!("{shared:?}"), format!("{each:?}"));
            assert_eq!(shared.players().len(), players.len());
            let teamless = EventTicket::in_team(&identity(players), None);
            assert_eq!(shared == teamless, players.is_empty());
        }
    }

    #[test]
    fn each_player_has_what_is_shown_of_them() {
        let rejected = PlayerDetails { accepted: Some(false), ..in_red() };
        let placed = PlayerDetails { player_session_id: Some("s".into()), ..in_red() };
        let details = [rejected, placed].into_iter();
        let ticket = EventTicket::of_players(&identity(&["p1", "p2"]), details);
        let shown = ticket.players().map(|it| (it.player_id.as_str(), it.team, it.accepted));
        assert!(shown.eq([("p1", Some("red"), Some(false)), ("p2", Some("red"), None)]));
        assert!(ticket.players().map(|it| it.player_session_id).eq([None, Some("s")]));
    }

    #[cfg(feature = "wire")]
    #[test]
    fn a_stored_ticket_has_a_member_for_everything() {
        let ticket = EventTicket::in_team(&identity(&["p1"]), Some("red".into()));
        let stored = serde_json::to_string(&ticket).expect("a ticket can be stored");
        let expected = concat!(
            r#"{"ticketId":"t1","startTime":5,"players":[{"playerId":"p1","team":"red","#,
            r#""accepted":null,"playerSessionId":null}]}"#
        );
        assert_eq!(stored, expected);
        let read: EventTicket = serde_json::from_str(&stored).expect("what is stored can be read");
        assert_eq!(read, ticket);
    }
}
