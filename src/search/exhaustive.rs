//! The search for an anchor's match among up to 40 players: sound, and complete within its budget
//! (`matching.md` sections 1 to 4).
//!
//! Tickets are put into teams one by one, in the order of the candidates. Each step looks ahead
//! (`ahead.rs`) only as far as it must: until the candidates that can still join would fill every team to its
//! minimum. It then goes on with the first of them, and comes back for more when that has led
//! nowhere. A step that cannot be filled is left at once. A partial match is given up only when a
//! rule says that no completion of it can be valid, or when the candidates left cannot fill it, or
//! do not bring what rules count (`quotas.rs`).
//!
//! Epochs. A match is judged in the epoch of its newest (or oldest) ticket. The search goes
//! through the epochs that can come out, latest first, each time over the tickets that are old
//! (or young) enough for it, and judges only matches whose epoch it is (decision 20). Each epoch
//! has a share of the budget, so that none hides the others.
//!
//! Backfill. A backfill ticket seeds a match with its players; candidates are new tickets alone.
//! A new ticket may found a match or join one of the waiting backfill tickets: these are attempts,
//! each with a share of the budget, and the first that gives a match wins (`matching.md` section 5).
//! Under the storm guard half of the budget is for finding out which candidates of a new match are
//! kept for a backfill ticket. They are examined when they are drawn.

use super::ahead::{Able, Source, Then, Windows};
use super::balanced::Group;
use super::quotas::Supplies;
use super::run::{Exhausted, Run, add_seeds};
use super::stream::Stream;
use super::together::{Facts, Together};
use super::view::{Entry, View};
use super::waiting::Waiting;
use super::{AnchorKey, Found, Outcome, Tally};
use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx};
use crate::eval::candidate::{Candidate, Coming, Partial, Room};
use crate::eval::lineup::LineupBuffers;
use crate::eval::scratch::Scratch;
use crate::model::schema::{AgeSelection, InstanceIdx};
use crate::pool::columns::{Columns, TicketRow};
use crate::ruleset::epochs::TeamSize;
use crate::ruleset::plan::{EnforcedRule, Plan};

/// Nodes that a search spends before it looks ahead, for each player of a full match: enough to
/// try some for each place. With half as many more anchors are searched anew, with twice as many
/// those without a match cost more.
const FIRST_TRY_NODES_PER_PLAYER: u64 = 10;

/// The memory of the search, used again for every anchor.
#[derive(Debug)]
pub(crate) struct Searcher {
    pub(super) candidate: Candidate,
    pub(super) room: Col<InstanceIdx, Room>,
    /// The candidates that can join, step by step, each step's after those of the step before.
    pub(super) known: Vec<Able>,
    /// Players of candidates that could join an instance, in the step that looks ahead.
    pub(super) supply: Col<InstanceIdx, u32>,
    pub(super) stream: Stream,
    /// Of the anchor and of the candidates drawn.
    pub(super) facts: Facts,
    /// The number of the first candidate's.
    pub(super) first_fact: usize,
    pub(super) together: Together,
    pub(super) windows: Windows,
    pub(super) supplies: Supplies,
    /// Whether the search looks ahead. Its first try does not.
    pub(super) is_careful: bool,
    /// What those who may still join can bring.
    coming: Vec<Coming>,
    pub(super) lineup: LineupBuffers,
    pub(super) scratch: Scratch,
    pub(super) best: Vec<(InstanceIdx, TicketRow)>,
    /// The groups of tickets of strategy `balanced`.
    pub(super) groups: Vec<Group>,
    /// For each enforced rule of the plan.
    tallies: Vec<Tally>,
    /// Those before the first try.
    first_tallies: Vec<Tally>,
    /// Memory of [`Searcher::search`].
    seeds: Vec<Option<Entry>>,
    reachable: Vec<Epoch>,
    epochs_in: Vec<Epoch>,
    #[cfg(test)]
    pub(super) used: Used,
}

/// How often the search went which way.
#[cfg(test)]
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Used {
    pub(super) first_tries: u32,
    pub(super) begun_anew: u32,
    /// Steps left because too few of those who could join get on with each other.
    pub(super) counted_out: u32,
    /// Steps left because of what quotas count.
    pub(super) ruled_out: u32,
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
            facts: Facts::default(),
            first_fact: 0,
            together: Together::default(),
            windows: Windows::default(),
            supplies: Supplies::default(),
            is_careful: false,
            coming: Vec::new(),
            lineup: LineupBuffers::default(),
            scratch: Scratch::default(),
            best: Vec::new(),
            groups: Vec::new(),
            tallies: plan.enforced.iter().map(|_| (0, 0)).collect(),
            first_tallies: Vec::new(),
            seeds: Vec::new(),
            reachable: Vec::new(),
            epochs_in: Vec::new(),
            #[cfg(test)]
            used: Used::default(),
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
        let mut upkeep = 0;
        self.examine(view, waiting, key, u64::MAX, &mut upkeep);
        let Some(anchor) = waiting.get(view, key) else { return Outcome::default() };
        let examines = waiting.is_guarded(view) && !anchor.is_roster && !anchor.is_kept;
        let for_examining = if examines { nodes_max / 2 } else { 0 };
        let nodes_max = nodes_max - for_examining;
        let mut seeds = std::mem::take(&mut self.seeds);
        add_seeds(view, waiting, anchor, &mut seeds);
        let mut run = Run::new(view, waiting, anchor, nodes_max);
        run.epochs_in = std::mem::take(&mut self.epochs_in);
        run.for_examining = for_examining;
        let (mut found, mut exhausted) = (None, false);
        for (position, &seed) in seeds.iter().enumerate() {
            let share = (seeds.len() - position) as u64;
            let end = run.nodes + nodes_max.saturating_sub(run.nodes) / share;
            exhausted |= self.attempt(&mut run, seed, end);
            let players_before = seed.map_or(0, Entry::players);
            if run.best_players > players_before {
                found = Some(Found {
                    placed: self.best.clone(),
                    roster: seed.map(|it| it.row),
                    locations: run.best_locations,
                    epoch: run.best_epoch,
                });
                break;
            }
        }
        seeds.clear();
        self.seeds = seeds;
        self.epochs_in = std::mem::take(&mut run.epochs_in);
        let nodes = run.nodes + run.upkeep + upkeep;
        Outcome { found, nodes, judged: run.judged, exhausted, reading: run.reading }
    }

    /// Looks for the fullest match that begins with `seed`, until the search has spent `nodes_end`
    /// nodes in all; says whether those ran out.
    fn attempt(&mut self, run: &mut Run<'_>, seed: Option<Entry>, nodes_end: u64) -> bool {
        run.seed = seed;
        // A match with a backfill ticket has a new ticket at least.
        run.best_players = seed.map_or(0, Entry::players);
        let mut reachable = std::mem::take(&mut self.reachable);
        reachable.clear();
        reachable.extend(run.reachable().rev().filter(|&it| run.occurs(it)));
        let mut exhausted = false;
        for (position, &epoch) in reachable.iter().enumerate() {
            let share = (reachable.len() - position) as u64;
            run.nodes_max = run.nodes + nodes_end.saturating_sub(run.nodes) / share;
            run.enter(epoch);
            if run.plan.balance.is_some() {
                exhausted |= self.search_groups(run);
            } else if run.meets_seed() {
                exhausted |= self.search_epoch(run).is_err();
            } else {
                run.upkeep += 1;
            }
        }
        self.reachable = reachable;
        exhausted
    }

    /// Clears the teams for a search in the epoch of `run` and puts the backfill ticket in that it
    /// begins with; false when no match can come of that.
    pub(super) fn start(&mut self, run: &mut Run<'_>) -> Result<bool, Exhausted> {
        self.candidate.clear();
        self.together.clear();
        self.facts.clear();
        self.known.clear();
        self.supply.iter_mut().for_each(|supply| *supply = 0);
        run.epochs_in.clear();
        if let Some(seed) = run.seed {
            run.spend()?;
            let fits = run.columns.parts(seed.row).iter().all(|&(instance, part)| {
                u32::from(run.columns.players[part].len) <= run.sizes[instance].max
            });
            if !fits || seed.players() >= run.capacity || !self.is_taken(run, seed) {
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

    /// Puts a ticket beside the others, unless pairs tell that no match can hold it.
    fn is_taken(&mut self, run: &Run<'_>, entry: Entry) -> bool {
        let fact = self.facts.push(run, entry);
        let fact_of = self.facts.of(run, fact);
        let is_taken = self.together.takes(run, fact_of);
        if is_taken {
            self.together.push(fact_of);
        }
        self.facts.pop(run);
        is_taken
    }

    /// Tries it first without looking ahead: most of the time the first that could join do. What
    /// that does not find or rule out, it does not decide: the search begins anew.
    pub(super) fn search_epoch(&mut self, run: &mut Run<'_>) -> Result<(), Exhausted> {
        if !self.start(run)? {
            return Ok(());
        }
        self.stream.open(run);
        self.supplies.clear();
        let anchor = self.facts.push(run, run.anchor);
        self.first_fact = anchor + 1;
        let nodes_end = run.nodes_max;
        let (judged, best_players) = (run.judged, run.best_players);
        self.first_tallies.clone_from(&self.tallies);
        self.is_careful = run.view.is_plain;
        if !self.is_careful {
            #[cfg(test)]
            {
                self.used.first_tries += 1;
            }
            let first_try = u64::from(run.capacity) * FIRST_TRY_NODES_PER_PLAYER;
            run.nodes_max = nodes_end.min(run.nodes + first_try);
        }
        let mut result = self.search_from(run, anchor);
        run.nodes_max = nodes_end;
        if result.is_err() && run.nodes < nodes_end {
            if run.best_players == best_players {
                // They come up again.
                self.tallies.clone_from(&self.first_tallies);
                run.judged = judged;
            }
            #[cfg(test)]
            {
                self.used.begun_anew += 1;
            }
            self.is_careful = true;
            result = self.search_from(run, anchor);
        }
        self.candidate.clear();
        result
    }

    fn search_from(&mut self, run: &mut Run<'_>, anchor: usize) -> Result<(), Exhausted> {
        let all = Source { from: 0, to: 0, then: Then::Rest(0) };
        match run.anchor.is_roster {
            true => self.extend(run, all),
            false if !self.together.takes(run, self.facts.of(run, anchor)) => Ok(()),
            false => self.place(run, (run.anchor, anchor), all),
        }
    }

    /// Tries a ticket in every team instance, and in each goes on with the candidates of `source`.
    fn place(
        &mut self,
        run: &mut Run<'_>,
        (entry, fact): (Entry, usize),
        source: Source<'_>,
    ) -> Result<(), Exhausted> {
        let mut tried = TriedInstances::default();
        while let Some(instance) = self.next_instance(run, &tried) {
            tried.insert(instance);
            if self.join_known(run, instance, entry, fact)? {
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
        if self.is_ruled_out(run, self.next_position(&source)) {
            return Ok(());
        }
        let start = self.known.len();
        let goes_on = match self.is_careful {
            true => self.look_ahead(run, &mut source),
            false => Ok(true),
        };
        let result = match goes_on {
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
            if position == self.known.len() && !self.draw_able(run, &mut source)? {
                return Ok(());
            }
            let Some(&Able { entry, fact, .. }) = self.known.get(position) else { return Ok(()) };
            if self.is_careful {
                let left = self.players_of(position, self.known.len());
                let left = left.saturating_add(self.players_to_draw(run, &source));
                let reach = self.candidate.players.saturating_add(left).min(run.capacity);
                if left < missing || reach <= run.best_players {
                    return Ok(());
                }
            }
            // The steps before may have come to the last of the candidates.
            if self.is_ruled_out(run, fact.saturating_sub(self.first_fact)) {
                return Ok(());
            }
            let behind =
                Source { from: position + 1, to: self.known.len(), then: Then::Source(&source) };
            self.place(run, (entry, fact), behind)?;
            if run.best_players >= run.capacity {
                return Ok(());
            }
            position += 1;
        }
    }

    /// Whether a ticket can join some instance.
    pub(super) fn is_joinable(
        &mut self,
        run: &mut Run<'_>,
        entry: Entry,
    ) -> Result<bool, Exhausted> {
        let fact = self.facts.push(run, entry);
        let takes = self.together.takes(run, self.facts.of(run, fact));
        let is_able = if takes { self.is_able(run, entry, fact) } else { Ok(false) };
        self.facts.pop(run);
        is_able
    }

    /// Whether a ticket that pairs let join can join some instance; what it would fill is added to
    /// the supply.
    pub(super) fn is_able(
        &mut self,
        run: &mut Run<'_>,
        entry: Entry,
        fact: usize,
    ) -> Result<bool, Exhausted> {
        let mut is_able = false;
        for instance in run.sizes.indices() {
            let needed = self.supply[instance] < self.room[instance].min;
            if is_able && !needed || self.stands_for(run, instance) != instance {
                continue;
            }
            if self.join_known(run, instance, entry, fact)? {
                self.leave(run, instance);
                is_able = true;
                self.supply[instance] += entry.players();
            }
        }
        Ok(is_able)
    }

    /// Puts a ticket into an instance, unless no completion with it can be valid.
    pub(super) fn join(
        &mut self,
        run: &mut Run<'_>,
        instance: InstanceIdx,
        entry: Entry,
    ) -> Result<bool, Exhausted> {
        let fact = self.facts.push(run, entry);
        let takes = self.together.takes(run, self.facts.of(run, fact));
        let joins = if takes { self.join_known(run, instance, entry, fact) } else { Ok(false) };
        self.facts.pop(run);
        joins
    }

    /// [`Searcher::join`], of a ticket that has been looked up and that pairs let join.
    pub(super) fn join_known(
        &mut self,
        run: &mut Run<'_>,
        instance: InstanceIdx,
        entry: Entry,
        fact: usize,
    ) -> Result<bool, Exhausted> {
        let players = entry.players();
        if players > self.room[instance].max || self.candidate.players + players > run.capacity {
            return Ok(false);
        }
        run.spend()?;
        self.together.push(self.facts.of(run, fact));
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
        let mut locations = self.candidate.locations.intersect(self.together.locations());
        if locations.is_empty() {
            return true;
        }
        let is_plain = run.view.is_plain;
        if !is_plain && run.plan.enforced.iter().all(|it| it.is_told_by_pairs) {
            return false;
        }
        self.coming.clear();
        if !is_plain {
            let spans = run.view.pairs.near.iter().zip(self.together.spans(run));
            let coming = spans.map(|(near, &span)| Coming::beside(near, run.epoch, span));
            self.coming.extend(coming);
        }
        let partial = Partial {
            columns: run.columns,
            candidate: &self.candidate,
            room: &self.room,
            coming: &self.coming,
        };
        let asked = |it: &&EnforcedRule| !it.is_told_by_pairs || is_plain;
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
        let mut next: Option<(InstanceIdx, Room)> = None;
        for (instance, &room) in self.room.enumerate() {
            let comes_first =
                next.is_none_or(|(_, best)| (room.min, room.max) > (best.min, best.max));
            if comes_first
                && room.max > 0
                && !tried.contains(instance)
                && self.stands_for(run, instance) == instance
            {
                next = Some((instance, room));
            }
        }
        next.map(|(instance, _)| instance)
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
    pub(super) fn judge(&mut self, run: &mut Run<'_>) {
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
        let common = self.candidate.locations.intersect(run.group.location);
        let mut locations = common;
        // What is told by pairs holds of all that are in.
        let is_told = !run.view.is_plain
            && self.candidate.roster.is_none()
            && self.candidate.slots.iter().all(|slot| slot.players > 0);
        if is_told {
            locations = locations.intersect(self.together.locations());
        }
        let is_asked = |rule: &EnforcedRule| !(is_told && rule.is_told_by_pairs);
        let lineup = run.plan.enforced.iter().any(is_asked);
        let lineup = lineup.then(|| self.lineup.line_up(run.columns, &self.candidate));
        for (rule, tally) in run.plan.enforced.iter().zip(&mut self.tallies) {
            let Some(lineup) = lineup.as_ref().filter(|_| is_asked(rule)) else {
                tally.0 += 1;
                continue;
            };
            let holds = rule.rule.complete(lineup, run.epoch, &mut self.scratch).intersect(common);
            locations = locations.intersect(holds);
            if holds.is_empty() {
                tally.1 += 1;
            } else {
                tally.0 += 1;
            }
        }
        if !locations.is_empty() {
            run.best_locations = locations;
            run.best_epoch = run.epoch;
            run.best_players = self.candidate.players;
            self.best.clear();
            self.best.extend(self.candidate.new_tickets());
            sort_placed(run.columns, &mut self.best);
        }
    }
}

/// Puts the tickets of a match in order: by team instance, then age.
pub(super) fn sort_placed(columns: &Columns, placed: &mut [(InstanceIdx, TicketRow)]) {
    let Columns { start_time, number, .. } = columns;
    placed.sort_unstable_by_key(|&(instance, row)| (instance, start_time[row], number[row]));
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
