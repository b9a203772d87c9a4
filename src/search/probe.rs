//! A look at the tickets around one that waits: who could be in a match with it, who could not, and
//! which rules say so. It decides nothing and changes nothing; `explain` tells what it finds.

use super::AnchorKey;
use super::view::{Entry, View, Waiter};
use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx};
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::scratch::Scratch;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::ruleset::plan::{EnforcedRule, Plan};

/// Tickets to look at, and whether nobody else could be in a match with the ticket.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Those that pairs let be in a match with it, in the order of anchors.
    pub(crate) in_reach: Vec<TicketRow>,
    /// Whether there are no more of these.
    pub(crate) is_reach_whole: bool,
    /// Some of those that pairs keep from it, those whose numbers are nearest first, or the oldest.
    pub(crate) beyond: Vec<TicketRow>,
}

/// How many tickets a look at the pool takes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AroundMax {
    /// Tickets whose profiles are glanced at.
    pub(crate) glanced: usize,
    pub(crate) rosters: usize,
    pub(crate) in_reach: usize,
    pub(crate) beyond: usize,
    /// Groups of tickets that can never meet, of which the oldest are taken in.
    pub(crate) partitions: usize,
}

/// Takes a first look at tickets: at what pairs say of them, which is cheap.
pub(super) struct Glance<'v> {
    view: &'v View<'v>,
    own: Entry,
    epochs: &'v [Epoch],
    left: usize,
    /// Those that it may meet in one of the epochs.
    pub(super) meeting: Vec<(AnchorKey, TicketRow)>,
    /// The others, with how far their numbers are from its own.
    pub(super) apart: Vec<(f64, AnchorKey, TicketRow)>,
}

impl<'v> Glance<'v> {
    pub(super) fn new(view: &'v View<'v>, own: Entry, epochs: &'v [Epoch], left: usize) -> Self {
        Self { view, own, epochs, left, meeting: Vec::new(), apart: Vec::new() }
    }

    /// Looks at a ticket, which it may have seen before; false when it has seen enough.
    pub(super) fn take(&mut self, key: AnchorKey, waiter: Waiter) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        if waiter.row == self.own.row {
            return true;
        }
        let Self { view, own, .. } = *self;
        let other = view.entry(key, waiter);
        let meets = |epoch: &Epoch| {
            let locations = view.locations(*epoch, own).intersect(view.locations(*epoch, other));
            view.meet(*epoch, own, other) && !locations.is_empty()
        };
        match self.epochs.iter().any(meets) {
            true => self.meeting.push((key, other.row)),
            false => self.apart.push((self.gap(other), key, other.row)),
        }
        true
    }

    /// Leaves each ticket once: those that it may meet in the order of anchors, the others by how
    /// far they are.
    pub(super) fn tidy(&mut self) {
        self.meeting.sort_unstable_by_key(|&(key, _)| key);
        self.meeting.dedup_by_key(|&mut (key, _)| key);
        self.apart.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.apart.dedup_by_key(|&mut (_, key, _)| key);
    }

    /// How far the number of a ticket by which tickets lie in cells is from its own.
    fn gap(&self, other: Entry) -> f64 {
        let Some(window) = self.view.pairs.window() else { return 0.0 };
        let span = |it| self.view.spans(it).get(window.at).copied();
        let (Some(a), Some(b)) = (span(self.own), span(other)) else { return 0.0 };
        (a.low - b.high).max(b.low - a.high).max(0.0)
    }
}

/// What is known of two tickets.
#[derive(Debug)]
pub(crate) enum Meeting {
    /// A match may hold both; the latest epoch of those in which it may (with `oldest` the first).
    Possible(Epoch),
    /// No match can hold both now, whoever of those waiting joins them: in whatever teams they are,
    /// one rule at least refuses them.
    Refused(Refused),
    /// The nodes were used up.
    Unknown,
}

/// Two tickets in teams in which the fewest rules refuse them, in the epoch of the two.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) seats: Seats,
    /// The enforced rules, by position in the plan, that no match with both there satisfies.
    pub(crate) rules: Vec<usize>,
}

/// Where two tickets sit: the ticket that is asked about, and the other. A backfill ticket has the
/// teams of its players.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seats {
    pub(crate) own: Option<InstanceIdx>,
    pub(crate) other: Option<InstanceIdx>,
}

/// What looks at pairs of tickets, within so many nodes: each is two tickets put into teams and all
/// rules asked.
#[derive(Debug)]
pub(crate) struct Prober<'p> {
    plan: &'p Plan,
    columns: &'p Columns,
    candidate: Candidate,
    room: Col<InstanceIdx, Room>,
    scratch: Scratch,
    pub(crate) nodes_left: u64,
}

impl<'p> Prober<'p> {
    pub(crate) fn new(plan: &'p Plan, columns: &'p Columns, nodes_max: u64) -> Self {
        let instances = plan.ast.schema.instances.len();
        Self {
            plan,
            columns,
            candidate: Candidate::new(instances),
            room: (0..instances).map(|_| Room { min: 0, max: 0 }).collect(),
            scratch: Scratch::default(),
            nodes_left: nodes_max,
        }
    }

    /// Whether a match that an epoch of `epochs` judges may hold both tickets; the first of them is
    /// that of the two alone.
    pub(crate) fn meet(
        &mut self,
        own: TicketRow,
        other: TicketRow,
        epochs: impl Iterator<Item = Epoch>,
    ) -> Meeting {
        let mut first: Option<Option<Refused>> = None;
        for epoch in epochs {
            let mut best: Option<Refused> = None;
            for seats in self.seats(own, other, epoch) {
                if self.nodes_left == 0 {
                    return Meeting::Unknown;
                }
                self.nodes_left -= 1;
                self.push(own, seats.own);
                self.push(other, seats.other);
                let (rules, is_possible) = self.refusing(epoch);
                self.candidate.clear();
                if is_possible {
                    return Meeting::Possible(epoch);
                }
                if best.as_ref().is_none_or(|best| rules.len() < best.rules.len()) {
                    best = Some(Refused { seats, rules });
                }
            }
            first.get_or_insert(best);
        }
        let no_room = || Refused { seats: Seats { own: None, other: None }, rules: Vec::new() };
        Meeting::Refused(first.flatten().unwrap_or_else(no_room))
    }

    /// The locations at which each enforced rule may hold of a match with a ticket, and all of them
    /// together, over every team that it may be in.
    pub(crate) fn locations(
        &mut self,
        row: TicketRow,
        epoch: Epoch,
    ) -> (LocationSet, Vec<LocationSet>) {
        let mut together = LocationSet::NONE;
        let mut of_rules = vec![LocationSet::NONE; self.plan.enforced.len()];
        for seat in self.seats_of(row, epoch) {
            self.push(row, seat);
            self.open_room(epoch);
            let common = self.candidate.locations;
            let mut of_all = common;
            let plan = self.plan;
            for (rule, of_rule) in plan.enforced.iter().zip(&mut of_rules) {
                let possible = self.possible(rule, epoch);
                of_all = of_all.intersect(possible);
                *of_rule = of_rule.union(possible.intersect(common));
            }
            together = together.union(of_all);
            self.candidate.clear();
        }
        (together, of_rules)
    }

    /// A match of a ticket and some of `others`, tried in their order, whose teams have their
    /// minimums in an epoch. Where the rules let none of those left join, one joins all the same.
    pub(crate) fn fill(
        &mut self,
        row: TicketRow,
        others: &[TicketRow],
        epoch: Epoch,
    ) -> Option<Vec<(InstanceIdx, TicketRow)>> {
        for own in self.seats_of(row, epoch).into_iter().flatten() {
            self.candidate.push(own, row, self.columns);
            let mut passed_over = Vec::new();
            for obeys in [true, false] {
                let rows = if obeys { others } else { &std::mem::take(&mut passed_over)[..] };
                for &other in rows {
                    if self.is_full_enough(epoch) || self.nodes_left == 0 {
                        break;
                    }
                    if !self.join(other, epoch, obeys) {
                        passed_over.push(other);
                    }
                }
            }
            let is_complete = self.is_full_enough(epoch);
            let teams = is_complete.then(|| self.candidate.new_tickets().collect());
            self.candidate.clear();
            if teams.is_some() {
                return teams;
            }
        }
        None
    }

    fn is_full_enough(&self, epoch: Epoch) -> bool {
        let sizes = self.plan.sizes[epoch].enumerate();
        sizes.into_iter().all(|(it, size)| self.candidate.slots[it].players >= size.min)
    }

    /// Puts a ticket where most players are missing; if it obeys the rules, only where they let it.
    fn join(&mut self, row: TicketRow, epoch: Epoch, obeys: bool) -> bool {
        let players = u32::from(self.columns.players[row].len);
        let sizes = &self.plan.sizes[epoch];
        let missing = |(it, size): (InstanceIdx, _)| {
            let size: &crate::ruleset::epochs::TeamSize = size;
            let now = self.candidate.slots[it].players;
            let has_room = now < size.min && now + players <= size.max;
            has_room.then(|| (std::cmp::Reverse(size.min - now), it))
        };
        let mut seats: Vec<_> = sizes.enumerate().filter_map(missing).collect();
        seats.sort_unstable();
        for (_, seat) in seats {
            if self.nodes_left == 0 {
                return false;
            }
            self.nodes_left -= 1;
            self.candidate.push(seat, row, self.columns);
            if !obeys || self.refusing(epoch).1 {
                return true;
            }
            self.candidate.pop(self.columns);
        }
        false
    }

    fn push(&mut self, row: TicketRow, seat: Option<InstanceIdx>) {
        match seat {
            Some(seat) => self.candidate.push(seat, row, self.columns),
            None => self.candidate.push_roster(row, self.columns),
        }
    }

    /// The rules that no completion satisfies, and whether one may satisfy all of them at once.
    fn refusing(&mut self, epoch: Epoch) -> (Vec<usize>, bool) {
        self.open_room(epoch);
        let common = self.candidate.locations;
        let mut locations = common;
        let mut rules = Vec::new();
        let plan = self.plan;
        for (position, rule) in plan.enforced.iter().enumerate() {
            let possible = self.possible(rule, epoch);
            if possible.intersect(common).is_empty() && !common.is_empty() {
                rules.push(position);
            }
            locations = locations.intersect(possible);
        }
        (rules, !locations.is_empty())
    }

    /// The locations at which a completion may satisfy a rule.
    fn possible(&mut self, rule: &EnforcedRule, epoch: Epoch) -> LocationSet {
        let partial = Partial {
            columns: self.columns,
            candidate: &self.candidate,
            room: &self.room,
            coming: &[],
        };
        rule.rule.partial(&partial, epoch, &mut self.scratch).possible
    }

    /// The room that is left. A match that a backfill ticket may still join has no minimums.
    fn open_room(&mut self, epoch: Epoch) {
        for (instance, size) in self.plan.sizes[epoch].enumerate() {
            let players = self.candidate.slots[instance].players;
            self.room[instance] = Room { min: 0, max: size.max.saturating_sub(players) };
        }
    }

    /// Where a ticket alone may sit: of empty instances that no rule tells apart one.
    fn seats_of(&self, row: TicketRow, epoch: Epoch) -> Vec<Option<InstanceIdx>> {
        if self.columns.is_roster(row) {
            return vec![None];
        }
        let players = u32::from(self.columns.players[row].len);
        let sizes = self.plan.sizes[epoch].enumerate();
        let able = sizes.filter(|&(it, size)| players <= size.max && self.stands_for(it, None));
        able.map(|(it, _)| Some(it)).collect()
    }

    /// Where the two may sit together.
    fn seats(&self, own: TicketRow, other: TicketRow, epoch: Epoch) -> Vec<Seats> {
        let sizes = &self.plan.sizes[epoch];
        let players = |row: TicketRow| u32::from(self.columns.players[row].len);
        let of_roster = |row: TicketRow, instance: InstanceIdx| {
            let parts = self.columns.parts(row).iter();
            parts.filter(|&&(it, _)| it == instance).map(|&(_, part)| players(part)).sum::<u32>()
        };
        let has_room = |instance: InstanceIdx, row: TicketRow, beside: u32| {
            beside + players(row) <= sizes[instance].max
        };
        match (self.columns.is_roster(own), self.columns.is_roster(other)) {
            (true, true) => Vec::new(),
            (true, false) => sizes
                .indices()
                .filter(|&it| has_room(it, other, of_roster(own, it)))
                .map(|it| Seats { own: None, other: Some(it) })
                .collect(),
            (false, true) => sizes
                .indices()
                .filter(|&it| has_room(it, own, of_roster(other, it)))
                .map(|it| Seats { own: Some(it), other: None })
                .collect(),
            (false, false) => {
                let mut seats = Vec::new();
                for a in sizes.indices().filter(|&it| self.stands_for(it, None)) {
                    for b in sizes.indices().filter(|&it| self.stands_for(it, Some(a))) {
                        let beside = if a == b { players(own) } else { 0 };
                        if has_room(a, own, 0) && has_room(b, other, beside) {
                            seats.push(Seats { own: Some(a), other: Some(b) });
                        }
                    }
                }
                seats
            }
        }
    }

    /// Whether an instance is the first of those that are alike beside the one that is taken.
    fn stands_for(&self, instance: InstanceIdx, taken: Option<InstanceIdx>) -> bool {
        let instances = &self.plan.ast.schema.instances;
        let team = instances[instance].team;
        if !self.plan.interchangeable[team] || taken == Some(instance) {
            return true;
        }
        let mut alike = instances.enumerate().filter(|(_, it)| it.team == team);
        alike.find(|&(it, _)| Some(it) != taken).is_some_and(|(it, _)| it == instance)
    }
}

/// The epochs that can judge a match with two tickets of these epochs, that of the two alone first.
/// No ticket is older than the epoch `oldest`.
pub(crate) fn epochs_of(
    plan: &Plan,
    (a, b): (Epoch, Epoch),
    oldest: Epoch,
) -> Box<dyn Iterator<Item = Epoch>> {
    match plan.ast.algorithm.age_selection {
        AgeSelection::Newest => {
            let alone = a.min(b).index();
            Box::new((0..=alone).rev().map(Epoch::from_usize))
        }
        AgeSelection::Oldest => {
            let alone = a.max(b).index();
            Box::new((alone..=oldest.index().max(alone)).map(Epoch::from_usize))
        }
    }
}

/// Puts keys with rows into the order of anchors and leaves the rows.
pub(super) fn in_order(mut keyed: Vec<(AnchorKey, TicketRow)>) -> Vec<TicketRow> {
    keyed.sort_unstable_by_key(|&(key, _)| key);
    keyed.into_iter().map(|(_, row)| row).collect()
}
