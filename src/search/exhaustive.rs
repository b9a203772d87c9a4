//! The search for an anchor's match among up to 40 players: sound, and complete within its budget
//! (`matching.md` sections 1 to 4).
//!
//! Tickets are put into teams one by one, in the order of the candidates. Each step looks ahead only
//! as far as it must: until the candidates that can still join would fill every team to its
//! minimum. It then goes on with the first of them, and comes back for more when that has led
//! nowhere. A step that cannot be filled is left at once. A partial match is given up only when a
//! rule says that no completion of it can be valid, or when the candidates left cannot fill it.
//!
//! Epochs. A match is judged in the epoch of its newest (or oldest) ticket. The search goes
//! through the epochs that can come out, latest first, each time over the tickets that are old
//! (or young) enough for it, and judges only matches whose epoch it is (decision 20). Each epoch
//! has a share of the budget, so that none hides the others.
//!
//! Backfill. A backfill ticket seeds a match with its players; candidates are new tickets alone.
//! A new ticket may found a match or join one of the waiting backfill tickets: these are attempts,
//! each with a share of the budget, and the first that gives a match wins (`matching.md` section 5).

use super::run::{Exhausted, Run, seeds};
use super::stream::{Known, Stream};
use super::together::Together;
use super::view::{Entry, View};
use super::waiting::Waiting;
use super::{AnchorKey, Found, Outcome, Tally};
use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx};
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::lineup::LineupBuffers;
use crate::eval::scratch::Scratch;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::epochs::TeamSize;
use crate::ruleset::plan::{EnforcedRule, Plan};

/// The memory of the search, used again for every anchor.
#[derive(Debug)]
pub(crate) struct Searcher {
    pub(super) candidate: Candidate,
    room: Col<InstanceIdx, Room>,
    /// The candidates that can join, step by step, each step's after those of the step before.
    known: Vec<Known>,
    /// Players of candidates that could join an instance, in the step that looks ahead.
    supply: Col<InstanceIdx, u32>,
    stream: Stream,
    together: Together,
    lineup: LineupBuffers,
    scratch: Scratch,
    best: Vec<(InstanceIdx, TicketRow)>,
    /// For each enforced rule of the plan.
    tallies: Vec<Tally>,
}

/// Where a step draws its candidates from: those that the step before knows, then those that it
/// has not looked at yet.
#[derive(Clone, Copy)]
struct Source<'s> {
    /// A stretch of `Searcher::known`.
    from: usize,
    to: usize,
    then: Then<'s>,
}

#[derive(Clone, Copy)]
enum Then<'s> {
    Source(&'s Source<'s>),
    /// The position in the stream of candidates.
    Rest(usize),
}

impl Searcher {
    pub(crate) fn new(plan: &Plan) -> Self {
        let instances = plan.ast.schema.instances.len();
        Self {
            candidate: Candidate::new(instances),
            room: (0..instances).map(|_| Room { min: 0, max: 0 }).collect(),
            known: Vec::new(),
            supply: (0..instances).map(|_| 0).collect(),
            stream: Stream::default(),
            together: Together::default(),
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

    /// Looks for the fullest match with the ticket of a key among those that wait. Stops after
    /// `nodes_max` nodes with the best found so far.
    pub(crate) fn search(
        &mut self,
        view: &View<'_>,
        waiting: &mut Waiting,
        key: AnchorKey,
        nodes_max: u64,
    ) -> Outcome {
        self.tallies.fill((0, 0));
        // Work of the slice, as putting the pool in order is: it takes nothing of the budget.
        let mut upkeep = self.keep_anchor(view, waiting, key);
        let Some(anchor) = waiting.get(view, key) else { return Outcome::default() };
        if !anchor.is_roster && !anchor.is_kept {
            upkeep += self.keep_for_backfill(view, waiting);
        }
        let seeds = seeds(view, waiting, anchor);
        let mut run = Run::new(view, waiting, anchor, nodes_max);
        let (mut found, mut exhausted) = (None, false);
        for (position, &seed) in seeds.iter().enumerate() {
            let share = (seeds.len() - position) as u64;
            let end = run.nodes + nodes_max.saturating_sub(run.nodes) / share;
            exhausted |= self.attempt(&mut run, seed, end);
            let players_before = seed.map_or(0, Entry::players);
            if run.best_players > players_before {
                found = Some(Found {
                    placed: std::mem::take(&mut self.best),
                    roster: seed.map(|it| it.row),
                    locations: run.best_locations,
                });
                break;
            }
        }
        Outcome { found, nodes: run.nodes + run.upkeep + upkeep, judged: run.judged, exhausted }
    }

    /// Looks for the fullest match that begins with `seed`, until the search has spent `nodes_end`
    /// nodes in all; says whether those ran out.
    fn attempt(&mut self, run: &mut Run<'_>, seed: Option<Entry>, nodes_end: u64) -> bool {
        run.seed = seed;
        // A match with a backfill ticket has a new ticket at least.
        run.best_players = seed.map_or(0, Entry::players);
        let reachable: Vec<Epoch> = run.reachable().rev().filter(|&it| run.occurs(it)).collect();
        let mut exhausted = false;
        for (position, &epoch) in reachable.iter().enumerate() {
            let share = (reachable.len() - position) as u64;
            run.nodes_max = run.nodes + nodes_end.saturating_sub(run.nodes) / share;
            run.enter(epoch);
            if run.meets_seed() {
                exhausted |= self.search_epoch(run).is_err();
            } else {
                run.upkeep += 1;
            }
        }
        exhausted
    }

    /// Clears the teams for a search in the epoch of `run` and puts the backfill ticket in that it
    /// begins with; false when no match can come of that.
    pub(super) fn start(&mut self, run: &mut Run<'_>) -> Result<bool, Exhausted> {
        self.candidate.clear();
        self.together.clear();
        self.known.clear();
        self.supply.iter_mut().for_each(|supply| *supply = 0);
        run.epochs_in.clear();
        if let Some(seed) = run.seed {
            run.spend()?;
            let fits = run.columns.parts(seed.row).iter().all(|&(instance, part)| {
                u32::from(run.columns.players[part].len) <= run.sizes[instance].max
            });
            if !fits || seed.players() >= run.capacity || !self.together.push(run, seed) {
                return Ok(false);
            }
            self.candidate.push_roster(seed.row, run.columns);
            run.epochs_in.push(seed.epoch);
        }
        for instance in run.sizes.indices() {
            self.update_room(run, instance);
        }
        Ok(run.seed.is_none() || !self.is_hopeless(run))
    }

    fn search_epoch(&mut self, run: &mut Run<'_>) -> Result<(), Exhausted> {
        if !self.start(run)? {
            return Ok(());
        }
        self.stream.open(run);
        let all = Source { from: 0, to: 0, then: Then::Rest(0) };
        let result = match run.anchor.is_roster {
            true => self.extend(run, all),
            false => self.place(run, run.anchor, all),
        };
        self.candidate.clear();
        result
    }

    /// Tries a ticket in every team instance, and in each goes on with the candidates of `source`.
    fn place(
        &mut self,
        run: &mut Run<'_>,
        entry: Entry,
        source: Source<'_>,
    ) -> Result<(), Exhausted> {
        let mut tried = TriedInstances::default();
        while let Some(instance) = self.next_instance(run, &tried) {
            tried.insert(instance);
            if self.join(run, instance, entry)? {
                run.epochs_in.push(entry.epoch);
                let result = self.extend(run, source);
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

    /// Judges the match as it is, then tries to add candidates, each with those behind it.
    fn extend(&mut self, run: &mut Run<'_>, mut source: Source<'_>) -> Result<(), Exhausted> {
        self.judge(run);
        if run.best_players >= run.capacity || self.candidate.players >= run.capacity {
            return Ok(());
        }
        let start = self.known.len();
        let result = match self.look_ahead(run, &mut source) {
            Ok(true) => self.try_each(run, start, source),
            Ok(false) => Ok(()),
            Err(exhausted) => Err(exhausted),
        };
        self.known.truncate(start);
        result
    }

    /// Goes on with each of the candidates known from `start` on, and with those still to be drawn.
    fn try_each(
        &mut self,
        run: &mut Run<'_>,
        start: usize,
        mut source: Source<'_>,
    ) -> Result<(), Exhausted> {
        let missing: u32 = self.room.iter().map(|room| room.min).sum();
        let mut position = start;
        loop {
            if position == self.known.len() && !self.draw(run, &mut source)? {
                return Ok(());
            }
            let Some(&Known { entry, .. }) = self.known.get(position) else { return Ok(()) };
            let left = self.players_of(position, self.known.len());
            let left = left.saturating_add(self.players_to_draw(run, &source));
            let reach = self.candidate.players.saturating_add(left).min(run.capacity);
            if left < missing || reach <= run.best_players {
                return Ok(());
            }
            let behind =
                Source { from: position + 1, to: self.known.len(), then: Then::Source(&source) };
            self.place(run, entry, behind)?;
            if run.best_players >= run.capacity {
                return Ok(());
            }
            position += 1;
        }
    }

    /// Draws candidates until those that can join would fill every instance to its minimum; false
    /// when they cannot.
    fn look_ahead(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<bool, Exhausted> {
        self.supply.iter_mut().for_each(|supply| *supply = 0);
        let missing: u32 = self.room.iter().map(|room| room.min).sum();
        let start = self.known.len();
        loop {
            let supplied = |instance: InstanceIdx| {
                let room = self.room[instance];
                room.min == 0 || self.supply[self.stands_for(run, instance)] >= room.min
            };
            let enough = self.players_of(start, self.known.len()) >= missing;
            if enough && run.sizes.indices().all(supplied) {
                return Ok(true);
            }
            if !self.draw(run, source)? {
                return Ok(false);
            }
        }
    }

    /// Draws candidates until one can join, and adds it to those known; false when there is none.
    fn draw(&mut self, run: &mut Run<'_>, source: &mut Source<'_>) -> Result<bool, Exhausted> {
        while let Some(entry) = self.next_entry(run, source)? {
            run.spend()?;
            if self.is_joinable(run, entry)? {
                let before = self.known.last().map_or(0, |known| known.players_up_to);
                self.known.push(Known { entry, players_up_to: before + entry.players() });
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn next_entry(
        &mut self,
        run: &mut Run<'_>,
        source: &mut Source<'_>,
    ) -> Result<Option<Entry>, Exhausted> {
        loop {
            if source.from < source.to {
                source.from += 1;
                return Ok(self.known.get(source.from - 1).map(|known| known.entry));
            }
            match source.then {
                Then::Source(rest) => *source = *rest,
                Then::Rest(position) => {
                    source.then = Then::Rest(position + 1);
                    return self.stream.get(run, position);
                }
            }
        }
    }

    /// The players of the known candidates from `from` to `to`.
    fn players_of(&self, from: usize, to: usize) -> u32 {
        let up_to = |end: usize| {
            end.checked_sub(1).and_then(|it| self.known.get(it)).map_or(0, |it| it.players_up_to)
        };
        up_to(to).saturating_sub(up_to(from))
    }

    /// At most so many players can still be drawn.
    fn players_to_draw(&self, run: &Run<'_>, source: &Source<'_>) -> u32 {
        let (mut players, mut source) = (0_u32, source);
        loop {
            players = players.saturating_add(self.players_of(source.from, source.to));
            match source.then {
                Then::Source(rest) => source = rest,
                Then::Rest(position) => {
                    return players.saturating_add(self.stream.players_from(run, position));
                }
            }
        }
    }

    /// Whether a ticket can join some instance; what it would fill is added to the supply.
    pub(super) fn is_joinable(
        &mut self,
        run: &mut Run<'_>,
        entry: Entry,
    ) -> Result<bool, Exhausted> {
        let mut joinable = false;
        for instance in run.sizes.indices() {
            let needed = self.supply[instance] < self.room[instance].min;
            if joinable && !needed || self.stands_for(run, instance) != instance {
                continue;
            }
            if self.join(run, instance, entry)? {
                self.leave(run, instance);
                joinable = true;
                self.supply[instance] += entry.players();
            }
        }
        Ok(joinable)
    }

    /// Puts a ticket into an instance, unless no completion with it can be valid.
    pub(super) fn join(
        &mut self,
        run: &mut Run<'_>,
        instance: InstanceIdx,
        entry: Entry,
    ) -> Result<bool, Exhausted> {
        let players = entry.players();
        if players > self.room[instance].max || self.candidate.players + players > run.capacity {
            return Ok(false);
        }
        run.spend()?;
        if !self.together.push(run, entry) {
            return Ok(false);
        }
        self.candidate.push(instance, entry.row, run.columns);
        self.update_room(run, instance);
        let hopeless = self.is_hopeless(run);
        if hopeless {
            self.leave(run, instance);
        }
        Ok(!hopeless)
    }

    /// Whether no completion of the match can be valid at any location.
    fn is_hopeless(&mut self, run: &Run<'_>) -> bool {
        let partial =
            Partial { columns: run.columns, candidate: &self.candidate, room: &self.room };
        let mut locations = self.candidate.locations.intersect(self.together.locations());
        let asked = |it: &&EnforcedRule| !it.rule.is_told_by_pairs() || run.view.is_plain;
        let asking_order = &run.plan.asking_order;
        let rules = asking_order.iter().filter_map(|&it| run.plan.enforced.get(it));
        let mut rules = rules.filter(asked);
        while !locations.is_empty()
            && let Some(rule) = rules.next()
        {
            let verdict = rule.rule.partial(&partial, run.epoch, &mut self.scratch);
            locations = locations.intersect(verdict.possible);
        }
        locations.is_empty()
    }

    /// Takes the ticket that joined last out of its instance.
    pub(super) fn leave(&mut self, run: &Run<'_>, instance: InstanceIdx) {
        self.candidate.pop(run.columns);
        self.together.pop(run);
        self.update_room(run, instance);
    }

    fn update_room(&mut self, run: &Run<'_>, instance: InstanceIdx) {
        let players = self.candidate.slots[instance].players;
        let TeamSize { min, max } = run.sizes[instance];
        let min = if self.candidate.roster.is_some() { 0 } else { min };
        self.room[instance] =
            Room { min: min.saturating_sub(players), max: max.saturating_sub(players) };
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
    pub(super) fn stands_for(&self, run: &Run<'_>, instance: InstanceIdx) -> InstanceIdx {
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
        let epoch = match run.selection {
            AgeSelection::Newest => epochs.min(),
            AgeSelection::Oldest => epochs.max(),
        };
        if epoch != Some(run.epoch) {
            return;
        }
        run.judged += 1;
        let lineup = self.lineup.line_up(run.columns, &self.candidate);
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
            self.best.extend(self.candidate.new_tickets());
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
        if let Some(word) = self.0.get_mut(instance.index() / 64) {
            *word |= 1 << (instance.index() % 64);
        }
    }

    fn contains(&self, instance: InstanceIdx) -> bool {
        let word = self.0.get(instance.index() / 64);
        word.is_some_and(|word| word >> (instance.index() % 64) & 1 == 1)
    }
}
