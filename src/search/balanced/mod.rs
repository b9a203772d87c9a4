//! Strategy `balanced` (`matching.md` section 7, decision 24): which tickets make the match of an
//! anchor, and how they are spread over the teams.
//!
//! Tickets are grouped by location (`groups.rs`); the groups of an anchor are tried one by one, and
//! the first that gives a match wins. A match of up to 40 players is sought by the exhaustive search,
//! with every rule. A larger one is filled by the fill order (`fill.rs`), going through the tickets
//! by age. It is taken when no team has room for any further ticket, or when no ticket is left. Where
//! that leaves a place open or a minimum unmet, the fullest way to fill the teams is sought
//! (`packing.rs`, `packer.rs`). Whatever comes out is judged by the rules, and balanced when it is taken
//! (`balance.rs`).

mod balance;
mod fill;
mod groups;
mod packer;
mod packing;

pub(super) use groups::{Group, Populations};

use self::balance::{Piece, Scale, Team};
use self::packing::constraints;
use super::Found;
use super::exhaustive::{Searcher, sort_placed};
use super::run::{Exhausted, Run};
use super::view::{Entry, View};
use crate::base::idx::Idx;
use crate::model::limits::TICKET_PLAYERS_MAX;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationSet, TicketRow};

/// So many looks at an exchange cost as much as a search node.
const EXCHANGES_PER_NODE: u64 = 32;

impl Searcher {
    /// Looks for a match in the groups of the anchor, in the epoch of `run`; says whether the budget
    /// ran out.
    pub(super) fn search_groups(&mut self, run: &mut Run<'_>) -> bool {
        let Some(balance) = run.plan.balance else { return false };
        let epoch = run.epoch;
        let mut tried = std::mem::take(&mut self.groups);
        groups::groups(run, &mut tried);
        let (nodes_end, players_before) = (run.nodes_max, run.best_players);
        let mut exhausted = false;
        for (position, &group) in tried.iter().enumerate() {
            let share = (tried.len() - position) as u64;
            run.nodes_max = run.nodes + nodes_end.saturating_sub(run.nodes) / share;
            run.group = group;
            run.enter(epoch);
            if !run.meets_seed() {
                run.upkeep += 1;
                continue;
            }
            exhausted |= match balance.is_large {
                true => self.fill_group(run).is_err(),
                false => self.search_epoch(run).is_err(),
            };
            if run.best_players > players_before {
                break;
            }
        }
        self.groups = tried;
        run.nodes_max = nodes_end;
        run.group = Group::ALL;
        exhausted
    }

    /// Looks for a large match in the group and epoch of `run`.
    fn fill_group(&mut self, run: &mut Run<'_>) -> Result<(), Exhausted> {
        let needed: u32 = run.sizes.iter().map(|size| size.min).sum();
        let is_too_small = run.seed.is_none() && run.waiting.players() < needed;
        if run.best_players >= run.capacity || is_too_small {
            return Ok(());
        }
        self.stream.open(run);
        let players_before = run.best_players;
        self.fill(run, None)?;
        let is_judged = [Some(run.anchor), run.seed].into_iter().flatten();
        if run.best_players > players_before
            || is_judged.map(|it| it.epoch).any(|it| it == run.epoch)
        {
            return Ok(());
        }
        // The match needs a ticket of this epoch. Where tickets differ in their size alone, one of
        // each size stands for all.
        let is_one_enough = constraints(run).is_empty();
        let mut sizes = [false; TICKET_PLAYERS_MAX + 1];
        let mut position = 0;
        while let Some(mate) = self.stream.get(run, position)? {
            position += 1;
            let Some(is_tried) = sizes.get_mut(mate.players() as usize) else { continue };
            if mate.epoch != run.epoch || *is_tried && is_one_enough {
                continue;
            }
            *is_tried = true;
            self.fill(run, Some(mate))?;
            if run.best_players > players_before {
                break;
            }
        }
        Ok(())
    }

    /// Fills the teams with the anchor, with a ticket that must be in, and with others by age.
    fn fill(&mut self, run: &mut Run<'_>, mate: Option<Entry>) -> Result<(), Exhausted> {
        if !self.start(run)? {
            return Ok(());
        }
        let anchor = (!run.anchor.is_roster).then_some(run.anchor);
        let must: Vec<Entry> = [anchor, mate].into_iter().flatten().collect();
        let mut is_seated = true;
        for &entry in &must {
            is_seated = is_seated && self.seat(run, entry)?;
        }
        let filled = match is_seated {
            true => self.seat_by_age(run, &must),
            false => Ok(true),
        };
        let is_full = is_seated && !self.has_room(run);
        let players_before = run.best_players;
        // Where the budget has run out, too: it may be enough.
        self.judge(run);
        // Places may be open, a minimum unmet, or a rule may refuse those who are in, all together.
        let is_match = run.best_players > players_before;
        self.candidate.clear();
        let left_out = filled?;
        if !is_full && (left_out || !is_match) {
            return self.pack(run, &must);
        }
        Ok(())
    }

    /// Goes through the candidates until the teams are full; says whether it has passed over any.
    fn seat_by_age(&mut self, run: &mut Run<'_>, must: &[Entry]) -> Result<bool, Exhausted> {
        let mut left_out = false;
        let mut position = 0;
        while self.has_room(run)
            && let Some(entry) = self.stream.get(run, position)?
        {
            position += 1;
            if must.iter().all(|it| it.row != entry.row) {
                left_out |= !self.seat(run, entry)?;
            }
        }
        Ok(left_out)
    }

    /// Whether a ticket of one player would fit.
    fn has_room(&self, run: &Run<'_>) -> bool {
        self.candidate.players < run.capacity && self.room.iter().any(|room| room.max > 0)
    }

    /// Puts a ticket into the team instance that is next; false when it cannot join.
    fn seat(&mut self, run: &mut Run<'_>, entry: Entry) -> Result<bool, Exhausted> {
        let places = run.capacity.saturating_sub(self.candidate.players);
        let instance = fill::next_team(self.room.as_slice(), entry.players(), places);
        let joined = match instance.map(InstanceIdx::from_usize) {
            Some(instance) => self.join(run, instance, entry)?,
            None => false,
        };
        match joined {
            true => run.epochs_in.push(entry.epoch),
            false => run.spend()?,
        }
        Ok(joined)
    }

    /// Brings the teams of a match that is taken together. A match of rules that look at teams stays
    /// valid. Says how many nodes that is worth.
    pub(super) fn balance(&mut self, view: &View<'_>, found: &mut Found) -> u64 {
        let View { plan, columns, .. } = *view;
        let Some(balance) = plan.balance else { return 0 };
        let cells = &columns.numbers[balance.column].cells;
        let values = |row: TicketRow| columns.players[row].rows().map(|player| cells[player]);
        let parts = found.roster.map_or(&[][..], |roster| columns.parts(roster));
        let rows = || found.placed.iter().chain(parts).map(|&(_, row)| row);
        let low = rows().flat_map(values).fold(f64::INFINITY, f64::min);
        let high = rows().flat_map(values).fold(f64::NEG_INFINITY, f64::max);
        let scale = Scale::new(low, high);
        let sum = |row: TicketRow| values(row).map(|value| scale.of(value)).sum::<i64>();
        let mut teams: Vec<Team> = plan.sizes[found.epoch]
            .iter()
            .map(|size| Team {
                min: if found.roster.is_some() { 0 } else { size.min },
                max: size.max,
                ..Team::default()
            })
            .collect();
        for &(instance, row) in parts {
            if let Some(team) = teams.get_mut(instance.index()) {
                team.settled += u32::from(columns.players[row].len);
                team.settled_sum += sum(row);
            }
        }
        let piece = |&(instance, row): &(InstanceIdx, TicketRow)| Piece {
            players: u32::from(columns.players[row].len),
            sum: sum(row),
            team: instance.index(),
        };
        let mut pieces: Vec<Piece> = found.placed.iter().map(piece).collect();
        // Rules of large matches do not look at teams, nor does what holds of each two tickets.
        let is_told = plan.enforced.iter().all(|it| it.is_told_by_pairs);
        let is_free = balance.is_large || (is_told && found.roster.is_none() && !view.is_plain);
        let looked_at = if is_free {
            balance::balance(&teams, &mut pieces, None)
        } else {
            let mut may_seat = |pieces: &[Piece]| !self.valid_at(view, found, pieces).is_empty();
            let looked_at = balance::balance(&teams, &mut pieces, Some(&mut may_seat));
            found.locations = self.valid_at(view, found, &pieces);
            looked_at
        };
        for ((instance, _), piece) in found.placed.iter_mut().zip(&pieces) {
            *instance = InstanceIdx::from_usize(piece.team);
        }
        sort_placed(columns, &mut found.placed);
        looked_at / EXCHANGES_PER_NODE
    }

    /// The locations at which a match is valid with its tickets in other teams, of those at which
    /// it was found.
    fn valid_at(&mut self, view: &View<'_>, found: &Found, pieces: &[Piece]) -> LocationSet {
        self.candidate.clear();
        if let Some(roster) = found.roster {
            self.candidate.push_roster(roster, view.columns);
        }
        for (&(_, row), piece) in found.placed.iter().zip(pieces) {
            self.candidate.push(InstanceIdx::from_usize(piece.team), row, view.columns);
        }
        let mut locations = self.candidate.locations.intersect(found.locations);
        let lineup = self.lineup.line_up(view.columns, &self.candidate);
        for rule in &view.plan.enforced {
            let holds = rule.rule.complete(&lineup, found.epoch, &mut self.scratch);
            locations = locations.intersect(holds);
        }
        locations
    }
}
