//! A verdict on a partial match is right for every completion of it (`matching.md` section 1):
//! `Never` for none that the rule is true of, `Always` for all. And no rule is true of a match with
//! two tickets that what it says of pairs keeps apart, or with more or fewer players who hold a string
//! than its quotas say.

use super::choices::{Choices, choices};
use super::declared::{Attribute, Scale};
use super::law;
use super::rule_set::rule_set;
use super::seated::Table;
use super::tally::{Tally, is_of_sort, keys};
use super::text;
use super::tickets::{self, PoolScale, has_latency};
use crate::base::epoch::Epoch;
use crate::base::idx::{Col, Idx};
use crate::eval::candidate::{Partial, Room};
use crate::eval::pairs::Pairs;
use crate::eval::profiles::Profiles;
use crate::eval::quotas::{Quotas, Share};
use crate::eval::verdict::Verdict;
use crate::model::matched::PlacedTicket;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationSet, TicketRow};
use crate::rules::{Compiled, KINDS};
use crate::ruleset::plan::Plan;
use crate::testing::brute::PoolTicket;
use proptest::collection::vec;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

const SCALE: Scale = Scale { teams: 3, instances: 3, rules: 4 };
const CASES: u32 = 3000;
const PARTIALS: usize = 32;
/// Partial matches with at least one completion that a run must look at.
const PARTIALS_MIN: u64 = 20_000;
/// Tickets that are still to be placed.
const WAITING_MAX: usize = 3;

type Case = (Vec<Vec<u16>>, Vec<u16>);

/// Some tickets in teams, within the sizes of an epoch, and some beside.
struct Started {
    epoch: Epoch,
    /// So many of the first ones that are seated are parts of a backfill ticket.
    roster: usize,
    seated: Vec<(PoolTicket, InstanceIdx)>,
    waiting: Vec<PoolTicket>,
}

fn start(numbers: &[u16], plan: &Plan, attributes: &[Attribute]) -> Started {
    let c = &mut Choices::new(numbers);
    let is_backfill = c.once_in(2);
    let epochs: Vec<Epoch> = plan.epochs.indices().collect();
    let epoch = c.one(&epochs);
    let sizes = &plan.sizes[epoch];
    let scale = PoolScale { tickets: 1 + c.below(5), party_max: 3, by_latency: has_latency(plan) };
    let ages = tickets::ages(&[0, 5000]);
    let mut waiting = tickets::pool(c, attributes, &ages, scale);
    let mut seated: Vec<(PoolTicket, InstanceIdx)> = Vec::new();
    let wanted = waiting.len().saturating_sub(1 + c.below(WAITING_MAX));
    for ticket in waiting.drain(..wanted).collect::<Vec<_>>() {
        let players = ticket.players.len() as u32;
        let taken = |instance| -> u32 {
            let inside = seated.iter().filter(|(_, it)| *it == instance);
            inside.map(|(ticket, _)| ticket.players.len() as u32).sum()
        };
        let open = sizes.indices().filter(|&it| taken(it) + players <= sizes[it].max);
        let open: Vec<InstanceIdx> = open.collect();
        match open.is_empty() {
            true => waiting.push(ticket),
            false => seated.push((ticket, c.one(&open))),
        }
    }
    waiting.truncate(WAITING_MAX);
    let roster = match seated.len() {
        parts @ 1.. if is_backfill => 1 + c.below(parts),
        _ => 0,
    };
    Started { epoch, roster, seated, waiting }
}

/// The room that is left in each instance.
fn room(table: &Table<'_>, epoch: Epoch) -> Col<InstanceIdx, Room> {
    let slots = table.candidate.slots.iter();
    let sizes = table.sizes(epoch);
    sizes
        .iter()
        .zip(slots)
        .map(|(size, slot)| Room {
            min: size.min.saturating_sub(slot.players),
            max: size.max.saturating_sub(slot.players),
        })
        .collect()
}

/// What the rules say of the completions that hold all of what is seated, and some of `waiting`.
fn complete_all(
    table: &mut Table<'_>,
    epoch: Epoch,
    waiting: &[TicketRow],
    judge: &mut dyn FnMut(&mut Table<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let Some((&row, others)) = waiting.split_first() else {
        return if table.sizes_hold(epoch) { judge(table) } else { Ok(()) };
    };
    complete_all(table, epoch, others, judge)?;
    let players = u32::from(table.pool.columns.players[row].len);
    let room = room(table, epoch);
    for instance in room.indices().filter(|&it| players <= room[it].max) {
        table.seat(instance, row);
        let result = complete_all(table, epoch, others, judge);
        table.candidate.pop(&table.pool.columns);
        result?;
    }
    Ok(())
}

/// A ticket in the pool; a part of the backfill ticket has its row.
type Known = (TicketRow, PoolTicket);

fn seated_text(table: &Table<'_>, roster: &[PlacedTicket], known: &[Known]) -> String {
    let mut placed = roster.to_vec();
    for (instance, row) in table.candidate.new_tickets() {
        let Some((_, ticket)) = known.iter().find(|(it, _)| *it == row) else { continue };
        placed.push(seat(table.plan, instance, ticket));
    }
    text::placed(&placed)
}

fn seat(plan: &Plan, instance: InstanceIdx, ticket: &PoolTicket) -> PlacedTicket {
    let team = plan.ast.schema.instances[instance].name.to_string();
    let PoolTicket { age, players, .. } = ticket.clone();
    PlacedTicket { team, age, players, backfill: false }
}

/// Puts the parts of a backfill ticket into the columns and into their teams.
fn seat_roster(table: &mut Table<'_>, parts: Vec<(PoolTicket, InstanceIdx)>) -> Vec<PlacedTicket> {
    let Some(age) = parts.first().map(|(part, _)| part.age) else { return Vec::new() };
    let (mut players, mut teams, mut placed) = (Vec::new(), Vec::new(), Vec::new());
    for (part, team) in parts {
        placed.push(PlacedTicket { backfill: true, age, ..seat(table.plan, team, &part) });
        teams.extend(part.players.iter().map(|_| team));
        players.extend(part.players);
    }
    let row = table.submit_roster(&players, &teams, age);
    table.candidate.push_roster(row, &table.pool.columns);
    placed
}

/// For each rule, whether what it says of pairs refuses two tickets of the match.
fn refused_pairs(table: &Table<'_>, epoch: Epoch, pairs: &[Pairs]) -> Vec<bool> {
    let columns = &table.pool.columns;
    let tickets: Vec<TicketRow> = table.candidate.tickets().collect();
    let refuses = |pairs: &Pairs| {
        let mut profiles = Profiles::default();
        let is_defined = |&row: &TicketRow| profiles.set(pairs, columns, row);
        let is_possible = tickets.iter().all(is_defined);
        let strings = |row| {
            let mut strings = Vec::new();
            pairs.strings(columns, row, &mut strings).then_some(strings)
        };
        let at = |row| profiles.locations(pairs, columns, epoch, row);
        let meet = |a: TicketRow, b: TicketRow| {
            strings(a).zip(strings(b)).is_some_and(|(a, b)| a == b)
                && profiles.meet(pairs, epoch, a, b)
                && !at(a).intersect(at(b)).is_empty()
        };
        !is_possible || tickets.iter().any(|&a| tickets.iter().any(|&b| !meet(a, b)))
    };
    pairs.iter().map(refuses).collect()
}

/// For each rule, whether the match breaks one of its quotas.
fn broken_quotas(table: &Table<'_>, epoch: Epoch, quotas: &[Quotas]) -> Vec<bool> {
    let Table { pool, candidate, .. } = table;
    let is_broken = |quotas: &Quotas| {
        let units = |holding: usize, instances: &[InstanceIdx]| -> u32 {
            let tickets = instances.iter().flat_map(|it| &candidate.slots[*it].tickets);
            let count = |&row: &TicketRow| {
                let mut numbers = vec![0; quotas.width()];
                quotas.count(&pool.columns, row, &mut numbers);
                u32::from(numbers[holding])
            };
            tickets.map(count).sum()
        };
        quotas.holdings.iter().enumerate().any(|(holding, of)| {
            let is_excused = |share: &Share| {
                let players = |it: &InstanceIdx| candidate.slots[*it].players;
                share.unless_empty && share.instances.iter().map(players).sum::<u32>() == 0
            };
            let too_few =
                |it: &Share| !is_excused(it) && units(holding, &it.instances) < *it.count.at(epoch);
            of.at_least.iter().any(too_few)
                || of.at_most.iter().any(|it| units(holding, &it.instances) > *it.count.at(epoch))
        })
    };
    quotas.iter().map(is_broken).collect()
}

/// The verdicts on a partial match, each held against all completions; none without completions.
fn check(
    table: &mut Table<'_>,
    started: Started,
    (pairs, quotas): (&[Pairs], &[Quotas]),
    (refused, broken): (&mut [u64], &mut [u64]),
) -> Result<Option<Vec<Verdict>>, String> {
    let Started { epoch, roster, mut seated, waiting } = started;
    let mut known = Vec::new();
    let roster = seat_roster(table, seated.drain(..roster).collect());
    for (ticket, instance) in seated {
        let row = table.submit(&ticket.players, ticket.age);
        table.seat(instance, row);
        known.push((row, ticket));
    }
    let mut rows = Vec::new();
    for ticket in waiting {
        let row = table.submit(&ticket.players, ticket.age);
        rows.push(row);
        known.push((row, ticket));
    }
    let room = room(table, epoch);
    let verdicts: Vec<Verdict> = {
        let Table { plan, pool, candidate, scratch, .. } = &*table;
        let partial = Partial { columns: &pool.columns, candidate, room: &room, coming: &[] };
        let verdict = |rule: &Compiled| match rule {
            Compiled::Admit(rule) => rule.partial(&partial, epoch, &mut scratch.borrow_mut()),
            Compiled::Order(_) => Verdict::ALWAYS,
        };
        plan.compiled.iter().map(verdict).collect()
    };
    let reported = table.candidate.locations;
    let before = seated_text(table, &roster, &known);
    let mut completions = 0;
    complete_all(table, epoch, &rows, &mut |table| {
        completions += 1;
        let kept_apart = refused_pairs(table, epoch, pairs);
        // Without a location in common nothing is left to be said.
        let has_location = !table.candidate.locations.is_empty();
        for (count, &is_refused) in refused.iter_mut().zip(&kept_apart) {
            *count += u64::from(is_refused && has_location);
        }
        let breaks = broken_quotas(table, epoch, quotas);
        for (count, &is_broken) in broken.iter_mut().zip(&breaks) {
            *count += u64::from(is_broken && has_location);
        }
        for (at, (&verdict, holds)) in verdicts.iter().zip(table.verdicts(epoch)).enumerate() {
            let common = table.candidate.locations;
            if kept_apart[at] && !holds.intersect(common).is_empty() {
                let name = &table.plan.ast.rules[at].name;
                let after = seated_text(table, &roster, &known);
                return Err(format!("{name} keeps two tickets apart, but {holds:?} of\n{after}"));
            }
            if breaks[at] && !holds.intersect(common).is_empty() {
                let name = &table.plan.ast.rules[at].name;
                let after = seated_text(table, &roster, &known);
                return Err(format!(
                    "{name} says otherwise of how many, but {holds:?} of\n{after}"
                ));
            }
            let beyond = holds.intersect(common).intersect(verdict.possible.complement());
            let short = verdict.always.intersect(common).intersect(holds.complement());
            if !beyond.is_empty() || !short.is_empty() {
                let name = &table.plan.ast.rules[at].name;
                let after = seated_text(table, &roster, &known);
                let epoch = epoch.index();
                return Err(format!(
                    "{name} is {verdict:?} in epoch {epoch} of\n{before}\nbut {holds:?} of\n{after}"
                ));
            }
        }
        Ok(())
    })?;
    // Locations that nobody can come to do not count.
    let universe = if reported.is_empty() { LocationSet::ALL } else { reported };
    let seen = |it: &Verdict| Verdict {
        possible: it.possible.intersect(universe),
        always: it.always.union(universe.complement()),
    };
    Ok((completions > 0).then(|| verdicts.iter().map(seen).collect()))
}

fn show((_, rules): &Case) -> String {
    rule_set(rules, SCALE).show()
}

#[test]
fn partial_verdicts_hold_for_every_completion() {
    let tally = Tally::new(["seen", "never", "open", "always"]);
    let (partials, backfills) = (Cell::new(0), Cell::new(0));
    let apart: RefCell<BTreeMap<String, u64>> = RefCell::default();
    let broken_of: RefCell<BTreeMap<String, u64>> = RefCell::default();
    let strategy = (vec(choices(80), 1..=PARTIALS), choices(320));
    let law = |(started, rules): &Case| {
        let generated = rule_set(rules, SCALE);
        let rule_set = generated.compile()?;
        let plan = rule_set.plan();
        let keys: Vec<BTreeSet<String>> =
            (0..plan.compiled.len()).map(|rule| keys(&plan.ast, rule)).collect();
        let shape = plan.team_shape();
        let pairs_of = |rule: &Compiled| match rule {
            Compiled::Admit(rule) => Pairs::new(rule.pairs(shape)),
            Compiled::Order(_) => Pairs::default(),
        };
        let pairs: Vec<Pairs> = plan.compiled.iter().map(pairs_of).collect();
        let quotas_of = |rule: &Compiled| match rule {
            Compiled::Admit(rule) => Quotas::new(rule.quotas()),
            Compiled::Order(_) => Quotas::default(),
        };
        let quotas: Vec<Quotas> = plan.compiled.iter().map(quotas_of).collect();
        for numbers in started {
            // A fresh pool: its columns know no other values than those of these tickets.
            let mut table = Table::new(plan);
            let started = start(numbers, plan, &generated.declared.attributes);
            let is_backfill = started.roster > 0;
            let mut refused = vec![0; pairs.len()];
            let mut broken = vec![0; quotas.len()];
            let counts = (&mut refused[..], &mut broken[..]);
            let verdicts = check(&mut table, started, (&pairs, &quotas), counts)?;
            for (keys, (&refused, &broken)) in keys.iter().zip(refused.iter().zip(&broken)) {
                for key in keys {
                    *apart.borrow_mut().entry(key.clone()).or_default() += refused;
                    *broken_of.borrow_mut().entry(key.clone()).or_default() += broken;
                }
            }
            let Some(verdicts) = verdicts else { continue };
            partials.set(partials.get() + 1);
            backfills.set(backfills.get() + u64::from(is_backfill));
            for (keys, verdict) in keys.iter().zip(verdicts) {
                let never = verdict.is_never();
                let always = !never && verdict.always == LocationSet::ALL;
                let open = !(never || always);
                let row = [true, never, open, always].map(u64::from);
                tally.add(keys, row);
            }
        }
        Ok(())
    };
    law::check(CASES, &strategy, law, show);
    let (apart, broken_of) = (apart.into_inner(), broken_of.into_inner());
    for kind in ["collection", "compound"] {
        let broken = broken_of.get(kind).copied().unwrap_or_default();
        println!("{kind}: {broken} matches break a quota");
        assert!(broken > 100, "{kind}: {broken}");
    }
    let partials = partials.get();
    tally.print(&format!("{partials} partial matches"));
    assert!(partials >= PARTIALS_MIN, "only {partials} partial matches");
    let backfills = backfills.get();
    assert!(backfills * 10 >= partials, "only {backfills} of {partials} with a backfill ticket");
    let rows = tally.rows();
    for kind in KINDS {
        let row = rows.get(kind.name()).copied().unwrap_or_default();
        if is_of_sort(kind.name()) {
            assert!(row[0] > 0 && row[0] == row[3], "{}: {row:?}", kind.name());
            continue;
        }
        let apart = apart.get(kind.name()).copied().unwrap_or_default();
        println!("{}: two tickets kept apart in {apart} matches", kind.name());
        assert!(apart > 100, "{}: {apart}", kind.name());
        assert!(row.iter().all(|&count| count > 0), "{}: {row:?}", kind.name());
    }
}
