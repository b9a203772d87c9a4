//! What the matchmaker shows is what its events have told.

use std::collections::BTreeMap;

use super::{Held, Stage, Watch};
use crate::{MatchId, Matchmaker, PlayerId, TicketId, TicketStatus};

impl Watch {
    pub(super) fn compare(&self, engine: &Matchmaker) -> Held {
        let mut players: BTreeMap<PlayerId, &TicketId> = BTreeMap::new();
        for known in self.live.iter().filter_map(|&at| self.run.tickets.get(at)) {
            let id = &known.ticket_id;
            let Some(shown) = engine.ticket(id) else {
                return Err(format!("{id} has not ended and is forgotten"));
            };
            if shown.status != known.status {
                let (shown, told) = (shown.status.as_str(), known.status.as_str());
                return Err(format!("{id} is {shown}, but its events end with {told}"));
            }
            for player in shown.players {
                if let Some(other) = players.insert(player.player_id.clone(), id) {
                    return Err(format!("{} is in {other} and in {id}", player.player_id));
                }
            }
        }
        let waits_as = |stage| match stage {
            Stage::Proposed => Some(TicketStatus::RequiresAcceptance),
            Stage::Placing => Some(TicketStatus::Placing),
            Stage::Dropped | Stage::Succeeded | Stage::Failed => None,
        };
        let told = self.stages.iter();
        let told = told.filter_map(|(id, &(_, stage))| Some((id.clone(), waits_as(stage)?)));
        let told: BTreeMap<MatchId, TicketStatus> = told.collect();
        let shown = engine.pending_matches().map(|it| (it.match_id, it.status));
        let shown: BTreeMap<MatchId, TicketStatus> = shown.collect();
        if shown != told {
            return Err(format!("matches {shown:?} wait, but the events tell of {told:?}"));
        }
        let counters = engine.counters();
        let counted = [
            ("current_tickets", counters.current_tickets, self.live.len() as u64),
            ("tickets_started", counters.tickets_started, self.run.tickets.len() as u64),
            ("matches_created", counters.matches_created, self.run.matches.len() as u64),
            ("matches_placed", counters.matches_placed, self.succeeded),
            ("tickets_timed_out", counters.tickets_timed_out, self.timed_out),
            ("tickets_failed", counters.tickets_failed, self.failed),
        ];
        match counted.into_iter().find(|(_, shown, told)| shown != told) {
            Some((name, shown, told)) => {
                Err(format!("the counter {name} is {shown}, but the events tell of {told}"))
            }
            None => Ok(()),
        }
    }
}
