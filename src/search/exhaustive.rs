//! The search for an anchor's match among up to 40 players: sound, and complete within its budget
//! (`matching.md` sections 1 to 4).
//!
//! Tickets are put into teams one by one, in the order of the candidates. After each, the
//! candidates that can still join are kept for the next step, so that a dead end is seen before it
//! is walked into. A partial match is given up only when a rule says that no completion of it can
//! be valid, or when the candidates left cannot fill the teams.
//!
//! Epochs. A match is judged in the epoch of its newest (or oldest) ticket. The search goes
//! through the epochs that can come out, latest first, each time over the tickets that are old
//! (or young) enough for it, and judges only matches whose epoch it is (decision 20).

use super::{Found, Outcome, Tally};
use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::base::time::Timestamp;
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::lineup::LineupBuffers;
use crate::eval::scratch::Scratch;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::pool::columns::{Columns, LocationSet, TicketRow};
use crate::ruleset::epochs::TeamSize;
use crate::ruleset::plan::Plan;

/// A candidate that can still join.
#[derive(Clone, Copy, Debug)]
struct Entry {
    row: TicketRow,
    players: u32,
    epoch: Epoch,
}

/// The memory of the search, used again for every anchor.
#[derive(Debug)]
pub(crate) struct Searcher {
    candidate: Candidate,
    room: Col<InstanceIdx, Room>,
    /// The candidates that can join, step by step, each step's after those of the step before.
    entries: Vec<Entry>,
    /// Players of candidates that could join an instance, in the step that is being prepared.
    supply: Col<InstanceIdx, u32>,
    lineup: LineupBuffers,
    scratch: Scratch,
    best: Vec<(InstanceIdx, TicketRow)>,
    /// For each enforced rule of the plan.
    tallies: Vec<Tally>,
}

/// One search: what stays the same in it, and what it counts.
struct Run<'a> {
    plan: &'a Plan,
    columns: &'a Columns,
    sizes: &'a Col<InstanceIdx, TeamSize>,
    epoch: Epoch,
    /// The most players that a match can have in this epoch.
    capacity: u32,
    /// The epochs of the tickets that are in.
    epochs_in: Vec<Epoch>,
    best_players: u32,
    /// Where the best match so far may be.
    best_locations: LocationSet,
    nodes: u64,
    nodes_max: u64,
    judged: u64,
}

/// The budget ran out; the search ends where it stands.
struct Exhausted;

impl Searcher {
    pub(crate) fn new(plan: &Plan) -> Self {
        let instances = plan.ast.schema.instances.len();
        Self {
            candidate: Candidate::new(instances),
            room: (0..instances).map(|_| Room { min: 0, max: 0 }).collect(),
            entries: Vec::new(),
            supply: (0..instances).map(|_| 0).collect(),
            lineup: LineupBuffers::default(),
            scratch: Scratch::default(),
            best: Vec::new(),
            tallies: plan.enforced.iter().map(|_| (0, 0)).collect(),
        }
    }

    /// How often each rule was judged in the last search.
    pub(crate) fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Looks for the fullest match with `anchor` among `candidates`, which come in the order in
    /// which they are to be tried. Stops after `nodes_max` nodes with the best found so far.
    pub(crate) fn search(
        &mut self,
        plan: &Plan,
        columns: &Columns,
        anchor: TicketRow,
        candidates: &[TicketRow],
        now: Timestamp,
        nodes_max: u64,
    ) -> Outcome {
        let entry = |row: TicketRow| Entry {
            row,
            players: columns.players[row].len,
            epoch: plan.epochs.at(now.since(columns.start_time[row])),
        };
        let anchor = entry(anchor);
        self.tallies.fill((0, 0));
        let mut run = Run {
            plan,
            columns,
            sizes: &plan.sizes[anchor.epoch],
            epoch: anchor.epoch,
            capacity: 0,
            epochs_in: Vec::new(),
            best_players: 0,
            best_locations: LocationSet::NONE,
            nodes: 0,
            nodes_max,
            judged: 0,
        };
        let mut exhausted = false;
        let selection = plan.ast.algorithm.age_selection;
        for epoch in plan.epochs.indices().rev() {
            let reachable = match selection {
                AgeSelection::Newest => epoch <= anchor.epoch,
                AgeSelection::Oldest => epoch >= anchor.epoch,
            };
            if !reachable {
                continue;
            }
            self.entries.clear();
            let entries = candidates.iter().map(|&row| entry(row));
            self.entries.extend(entries.filter(|it| match selection {
                AgeSelection::Newest => it.epoch >= epoch,
                AgeSelection::Oldest => it.epoch <= epoch,
            }));
            let comes_out =
                anchor.epoch == epoch || self.entries.iter().any(|it| it.epoch == epoch);
            if !comes_out {
                continue;
            }
            run.epoch = epoch;
            run.sizes = &plan.sizes[epoch];
            run.capacity = run.sizes.iter().map(|size| size.max).sum();
            if self.search_epoch(&mut run, anchor).is_err() {
                exhausted = true;
                break;
            }
        }
        let found = (run.best_players > 0).then(|| Found {
            placed: std::mem::take(&mut self.best),
            locations: run.best_locations,
        });
        Outcome { found, nodes: run.nodes, judged: run.judged, exhausted }
    }

    fn search_epoch(&mut self, run: &mut Run<'_>, anchor: Entry) -> Result<(), Exhausted> {
        self.candidate.clear(run.columns);
        for (room, size) in self.room.iter_mut().zip(run.sizes.iter()) {
            *room = Room { min: size.min, max: size.max };
        }
        let result = self.place(run, anchor, 0, self.entries.len());
        self.candidate.clear(run.columns);
        run.epochs_in.clear();
        result
    }

    /// Tries a ticket in every team instance, and in each goes on with the entries from `from` to
    /// `to`.
    fn place(
        &mut self,
        run: &mut Run<'_>,
        entry: Entry,
        from: usize,
        to: usize,
    ) -> Result<(), Exhausted> {
        let mut tried = TriedInstances::default();
        while let Some(instance) = self.next_instance(run, &tried) {
            tried.insert(instance);
            if self.join(run, instance, entry)? {
                run.epochs_in.push(entry.epoch);
                let result = self.extend(run, from, to);
                run.epochs_in.pop();
                self.leave(run, instance);
                result?;
                if run.best_players >= run.capacity {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Judges the match as it is, then tries to add one of the entries from `from` to `to`, each
    /// with those behind it.
    fn extend(&mut self, run: &mut Run<'_>, from: usize, to: usize) -> Result<(), Exhausted> {
        self.judge(run);
        if run.best_players >= run.capacity || self.candidate.players >= run.capacity {
            return Ok(());
        }
        let start = self.entries.len();
        let fillable = self.keep_joinable(run, from, to)?;
        let end = self.entries.len();
        if fillable {
            let mut left: u32 = self.entries.iter().skip(start).map(|entry| entry.players).sum();
            let missing: u32 = self.room.iter().map(|room| room.min).sum();
            for position in start..end {
                let reach = (self.candidate.players + left).min(run.capacity);
                if left < missing || reach <= run.best_players {
                    break;
                }
                let entry = self.entries[position];
                self.place(run, entry, position + 1, end)?;
                if run.best_players >= run.capacity {
                    break;
                }
                left -= entry.players;
            }
        }
        self.entries.truncate(start);
        Ok(())
    }

    /// Appends those of the entries that can join some instance, and says whether they could fill
    /// every instance to its minimum.
    fn keep_joinable(
        &mut self,
        run: &mut Run<'_>,
        from: usize,
        to: usize,
    ) -> Result<bool, Exhausted> {
        self.supply.iter_mut().for_each(|supply| *supply = 0);
        for position in from..to {
            let entry = self.entries[position];
            let mut joinable = false;
            for instance in run.sizes.indices() {
                let needed = self.supply[instance] < self.room[instance].min;
                if joinable && !needed || self.stands_for(run, instance) != instance {
                    continue;
                }
                if self.join(run, instance, entry)? {
                    self.leave(run, instance);
                    joinable = true;
                    self.supply[instance] += entry.players;
                }
            }
            if joinable {
                self.entries.push(entry);
            }
        }
        let filled = |instance: InstanceIdx| {
            let supplier = self.stands_for(run, instance);
            self.supply[supplier] >= self.room[instance].min
        };
        Ok(run.sizes.indices().all(filled))
    }

    /// Puts a ticket into an instance, unless no completion with it can be valid.
    fn join(
        &mut self,
        run: &mut Run<'_>,
        instance: InstanceIdx,
        entry: Entry,
    ) -> Result<bool, Exhausted> {
        if entry.players > self.room[instance].max {
            return Ok(false);
        }
        if run.nodes >= run.nodes_max {
            return Err(Exhausted);
        }
        run.nodes += 1;
        self.candidate.push(instance, entry.row, run.columns);
        self.update_room(run, instance);
        let partial =
            Partial { columns: run.columns, candidate: &self.candidate, room: &self.room };
        let mut locations = self.candidate.locations;
        let asking_order = &run.plan.asking_order;
        let mut rules = asking_order.iter().filter_map(|&it| run.plan.enforced.get(it));
        while !locations.is_empty()
            && let Some(rule) = rules.next()
        {
            let verdict = rule.rule.partial(&partial, run.epoch, &mut self.scratch);
            locations = locations.intersect(verdict.possible);
        }
        let hopeless = locations.is_empty();
        if hopeless {
            self.leave(run, instance);
        }
        Ok(!hopeless)
    }

    /// Takes the ticket that joined last out of its instance.
    fn leave(&mut self, run: &Run<'_>, instance: InstanceIdx) {
        self.candidate.pop(run.columns);
        self.update_room(run, instance);
    }

    fn update_room(&mut self, run: &Run<'_>, instance: InstanceIdx) {
        let players = self.candidate.slots[instance].players;
        let size = run.sizes[instance];
        self.room[instance] =
            Room { min: size.min.saturating_sub(players), max: size.max.saturating_sub(players) };
    }

    /// The instance to try next: most open places below the minimum first, then most open places,
    /// then the order of definition (`matching.md` section 5).
    fn next_instance(&self, run: &Run<'_>, tried: &TriedInstances) -> Option<InstanceIdx> {
        let open = self.room.enumerate().filter(|&(instance, room)| {
            room.max > 0 && !tried.contains(instance) && self.stands_for(run, instance) == instance
        });
        // Of equals `max_by_key` takes the last, so the order of definition is turned around.
        open.rev().max_by_key(|(_, room)| (room.min, room.max)).map(|(instance, _)| instance)
    }

    /// Empty instances of a team that no rule tells apart are alike: the first stands for them all.
    fn stands_for(&self, run: &Run<'_>, instance: InstanceIdx) -> InstanceIdx {
        let instances = &run.plan.ast.schema.instances;
        let team = instances[instance].team;
        if !run.plan.interchangeable[team] || self.candidate.slots[instance].players > 0 {
            return instance;
        }
        let mut alike = instances.enumerate().filter(|(_, it)| it.team == team);
        let first = alike.find(|&(it, _)| self.candidate.slots[it].players == 0);
        first.map_or(instance, |(it, _)| it)
    }

    /// Judges the match as it is if it is complete and better than the best so far.
    fn judge(&mut self, run: &mut Run<'_>) {
        let full_enough = self.room.iter().all(|room| room.min == 0);
        if !full_enough || self.candidate.players <= run.best_players {
            return;
        }
        let epochs = run.epochs_in.iter().copied();
        let epoch = match run.plan.ast.algorithm.age_selection {
            AgeSelection::Newest => epochs.min(),
            AgeSelection::Oldest => epochs.max(),
        };
        if epoch != Some(run.epoch) {
            return;
        }
        run.judged += 1;
        let lineup = self.lineup.line_up(run.columns, &self.candidate.slots);
        let common = self.candidate.locations;
        let mut locations = common;
        for (rule, tally) in run.plan.enforced.iter().zip(&mut self.tallies) {
            let holds = rule.rule.complete(&lineup, run.epoch, &mut self.scratch).intersect(common);
            locations = locations.intersect(holds);
            if holds.is_empty() {
                tally.1 += 1;
            } else {
                tally.0 += 1;
            }
        }
        if !locations.is_empty() {
            run.best_locations = locations;
            run.best_players = self.candidate.players;
            self.best.clear();
            let placed =
                self.candidate.slots.enumerate().flat_map(|(instance, slot)| {
                    slot.tickets.iter().map(move |&row| (instance, row))
                });
            self.best.extend(placed);
            let Columns { start_time, number, .. } = run.columns;
            self.best
                .sort_unstable_by_key(|&(instance, row)| (instance, start_time[row], number[row]));
        }
    }
}

/// The instances that a ticket was tried in; at most 200 exist.
#[derive(Default)]
struct TriedInstances([u64; 4]);

impl TriedInstances {
    fn insert(&mut self, instance: InstanceIdx) {
        use crate::base::idx::Idx;
        if let Some(word) = self.0.get_mut(instance.index() / 64) {
            *word |= 1 << (instance.index() % 64);
        }
    }

    fn contains(&self, instance: InstanceIdx) -> bool {
        use crate::base::idx::Idx;
        self.0
            .get(instance.index() / 64)
            .is_some_and(|word| word >> (instance.index() % 64) & 1 == 1)
    }
}
