//! The running game sessions that the matchmaker knows (`tickets.md` section 5).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::book::TicketKey;
use super::event::EventGameSession;
use super::pending::MatchKey;
use crate::base::time::{Millis, Timestamp};
use crate::model::ticket::{MatchId, Player, PlayerId, TicketId};

/// A running game session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) info: EventGameSession,
    /// Its newest match; none for one that only a backfill request has named.
    pub(crate) match_id: Option<MatchId>,
    /// Who is in it, each with a team.
    pub(crate) roster: Vec<Player>,
    /// The ticket that asks for players for it.
    pub(crate) backfill: Option<TicketKey>,
    /// The id of the running or the next automatic backfill ticket; none when the session does
    /// not fill up by itself.
    pub(crate) announced: Option<TicketId>,
    /// When something last happened to it.
    used: Timestamp,
}

impl Session {
    /// When something last happened to it.
    pub(crate) const fn used(&self) -> Timestamp {
        self.used
    }
}

/// Whose the id of an automatic backfill ticket is that may not exist yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum AnnouncedBy {
    /// A match that waits for its game session.
    Match(MatchKey),
    /// A game session.
    Session(Arc<str>),
}

/// The sessions by ARN.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_arn: BTreeMap<Arc<str>, Session>,
    announced: BTreeMap<TicketId, AnnouncedBy>,
    /// The session of each match that is the newest of one.
    by_match: BTreeMap<MatchId, Arc<str>>,
    /// The session of each player of those that fill up by themselves.
    by_player: BTreeMap<PlayerId, Arc<str>>,
    /// Those that neither fill up by themselves nor have a ticket, by when they were last used.
    idle: BTreeSet<(Timestamp, Arc<str>)>,
    /// Those that fill up by themselves.
    automatic: usize,
}

impl Sessions {
    pub(crate) fn len(&self) -> usize {
        self.by_arn.len()
    }

    /// How many sessions fill up by themselves: each may need a ticket at any time.
    pub(crate) const fn automatic(&self) -> usize {
        self.automatic
    }

    pub(crate) fn get(&self, arn: &str) -> Option<&Session> {
        self.by_arn.get(arn)
    }

    pub(crate) fn get_key_value(&self, arn: &str) -> Option<(&Arc<str>, &Session)> {
        self.by_arn.get_key_value(arn)
    }

    /// The session whose newest match this is.
    pub(crate) fn of_match(&self, id: &MatchId) -> Option<&Session> {
        self.get(self.by_match.get(id)?)
    }

    /// Every session, in the order of the ARNs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Session)> {
        self.by_arn.iter()
    }

    /// The session that a player is in, of those that fill up by themselves.
    pub(crate) fn automatic_of(&self, player: &PlayerId) -> Option<&Arc<str>> {
        self.by_player.get(player)
    }

    pub(crate) fn announced_by(&self, id: &TicketId) -> Option<&AnnouncedBy> {
        self.announced.get(id)
    }

    /// Announces the id of an automatic ticket for a match that waits for its session.
    pub(crate) fn announce(&mut self, id: TicketId, by: MatchKey) {
        self.announced.insert(id, AnnouncedBy::Match(by));
    }

    /// Takes back what a match has announced.
    pub(crate) fn withdraw(&mut self, id: &TicketId) {
        self.announced.remove(id);
    }

    /// Adds a session, or replaces what is known of it.
    pub(crate) fn insert(
        &mut self,
        arn: &Arc<str>,
        info: EventGameSession,
        match_id: Option<MatchId>,
        roster: Vec<Player>,
        now: Timestamp,
    ) {
        self.remove(arn);
        if let Some(id) = &match_id {
            self.by_match.insert(id.clone(), Arc::clone(arn));
        }
        let session =
            Session { info, match_id, roster, backfill: None, announced: None, used: now };
        self.by_arn.insert(Arc::clone(arn), session);
        self.idle.insert((now, Arc::clone(arn)));
    }

    /// Forgets a session; what it was.
    pub(crate) fn remove(&mut self, arn: &str) -> Option<Session> {
        self.change(arn, None, |session| session.announced = None);
        let (arn, session) = self.by_arn.remove_entry(arn)?;
        self.idle.remove(&(session.used, arn));
        if let Some(id) = &session.match_id {
            self.by_match.remove(id);
        }
        Some(session)
    }

    /// Changes a session at `now`; without a time, its age stays. The indexes follow.
    pub(crate) fn change<T>(
        &mut self,
        arn: &str,
        now: Option<Timestamp>,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let (arn, _) = self.by_arn.get_key_value(arn)?;
        let arn = Arc::clone(arn);
        let session = self.by_arn.get_mut(&arn)?;
        self.idle.remove(&(session.used, Arc::clone(&arn)));
        if let Some(id) = &session.announced {
            self.announced.remove(id);
            self.automatic -= 1;
            for player in &session.roster {
                if self.by_player.get(&player.player_id) == Some(&arn) {
                    self.by_player.remove(&player.player_id);
                }
            }
        }
        if let Some(id) = &session.match_id {
            self.by_match.remove(id);
        }
        let result = change(session);
        if let Some(id) = &session.match_id {
            self.by_match.insert(id.clone(), Arc::clone(&arn));
        }
        if let Some(now) = now {
            session.used = now;
        }
        match &session.announced {
            Some(id) => {
                self.announced.insert(id.clone(), AnnouncedBy::Session(Arc::clone(&arn)));
                self.automatic += 1;
                for player in &session.roster {
                    self.by_player.insert(player.player_id.clone(), Arc::clone(&arn));
                }
            }
            None if session.backfill.is_none() => {
                self.idle.insert((session.used, arn));
            }
            None => {}
        }
        Some(result)
    }

    /// Forgets sessions that have been idle for `retention` (decision 31).
    pub(crate) fn forget(&mut self, now: Timestamp, retention: Millis) {
        while let Some((used, arn)) = self.idle.first() {
            if used.plus(retention) > now {
                return;
            }
            let arn = Arc::clone(arn);
            self.remove(&arn);
        }
    }
}
