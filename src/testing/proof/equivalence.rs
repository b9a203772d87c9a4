//! Every compiled rule says of a complete match what the reference evaluator says of it.

use super::choices::{Choices, choices};
use super::declared::{Attribute, Scale};
use super::law;
use super::rule_set::rule_set;
use super::seated::Table;
use super::tally::{Tally, expected_keys, is_of_sort, keys, nudged};
use super::text;
use super::tickets::{self, PoolScale, has_latency};
use crate::base::epoch::Epoch;
use crate::model::matched::PlacedTicket;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::{LocationSet, TicketRow};
use crate::ruleset::ast::RuleSetAst;
use crate::ruleset::plan::Plan;
use crate::testing::judgement::{Judgement, NoLocation};
use crate::testing::reference::judge;
use proptest::collection::vec;
use std::collections::BTreeSet;

const SCALE: Scale = Scale { teams: 4, instances: 8, rules: 5 };
const CASES: u32 = 4200;
const MATCHES: usize = 48;
/// Pairs that a run must compare.
const PAIRS: u64 = 100_000;
/// One match in so many is judged with moved bounds, too.
const NUDGED_EVERY: usize = 4;

/// Matches first: proptest shrinks in this order.
type Case = (Vec<Vec<u16>>, Vec<u16>);

/// A match to be judged: sizes are right or not, everything else is well-formed.
fn generate_match(
    numbers: &[u16],
    plan: &Plan,
    attributes: &[Attribute],
) -> (Vec<PlacedTicket>, bool) {
    let c = &mut Choices::new(numbers);
    let schema = &plan.ast.schema;
    let instances: Vec<String> = schema.instances.iter().map(|it| it.name.to_string()).collect();
    let starts: Vec<u64> =
        plan.epochs.indices().map(|epoch| plan.epochs.start(epoch).get()).collect();
    let is_backfill = c.once_in(2);
    let most = if c.once_in(3) { 1 } else { 2 * instances.len().min(4) };
    let scale =
        PoolScale { tickets: 1 + c.below(most), party_max: 3, by_latency: has_latency(plan) };
    let pool = tickets::pool(c, attributes, &tickets::ages(&starts), scale);
    let seated_in_reverse = c.once_in(2);
    let mut placed = tickets::placed(c, pool, &instances);
    if is_backfill {
        // Several stand for a running session; now and then nobody joins it.
        let most = if c.once_in(16) { placed.len() } else { placed.len().saturating_sub(1) };
        let every = 1 + c.below(2);
        let parts = placed.iter_mut().step_by(every).take(most);
        let mut age = None;
        for part in parts {
            part.backfill = true;
            part.age = *age.get_or_insert(part.age);
        }
    }
    (placed, seated_in_reverse)
}

/// Submits what is placed, the parts of a backfill ticket as one where the first of them is.
fn submit(
    table: &mut Table<'_>,
    tickets: &[PlacedTicket],
) -> Option<Vec<(TicketRow, Option<InstanceIdx>)>> {
    let schema = &table.plan.ast.schema;
    let mut rows = Vec::new();
    let mut roster_is_in = false;
    for ticket in tickets {
        if !ticket.backfill {
            let row = table.submit(&ticket.players, ticket.age);
            rows.push((row, Some(schema.instance(&ticket.team)?)));
        } else if !roster_is_in {
            roster_is_in = true;
            let (mut players, mut teams) = (Vec::new(), Vec::new());
            for part in tickets.iter().filter(|part| part.backfill) {
                let team = schema.instance(&part.team)?;
                players.extend_from_slice(&part.players);
                teams.extend(part.players.iter().map(|_| team));
            }
            rows.push((table.submit_roster(&players, &teams, ticket.age), None));
        }
    }
    Some(rows)
}

/// Seats a match, judges it both ways and compares; gives the reference's judgement.
fn compare(
    table: &mut Table<'_>,
    tickets: &[PlacedTicket],
    seated_in_reverse: bool,
) -> Result<Judgement, String> {
    let judgement = judge(&table.plan.ast, tickets).map_err(|error| error.to_string())?;
    let result = compare_seated(table, tickets, seated_in_reverse, &judgement);
    table.clear();
    result.map(|()| judgement)
}

fn compare_seated(
    table: &mut Table<'_>,
    tickets: &[PlacedTicket],
    seated_in_reverse: bool,
    judgement: &Judgement,
) -> Result<(), String> {
    let plan = table.plan;
    let mut rows = submit(table, tickets).ok_or("an instance is unknown")?;
    if seated_in_reverse {
        rows.reverse();
    }
    for (row, instance) in rows {
        match instance {
            Some(instance) => table.seat(instance, row),
            None => table.candidate.push_roster(row, &table.pool.columns),
        }
    }
    let epoch = table.epoch().ok_or("nobody is seated")?;
    if epoch != plan.epochs.at(judgement.wait) {
        return Err(format!("it waited {} ms, but is in {epoch:?}", judgement.wait.get()));
    }
    compare_teams(table, epoch, judgement)?;
    let no_location = judgement.no_location == Some(NoLocation::NoneInCommon);
    if table.candidate.locations.is_empty() != no_location {
        return Err(format!("common locations: {:?}", table.candidate.locations));
    }
    let common = table.candidate.locations;
    // Where there is no common location, a rule about locations holds at none.
    let universe = if common.is_empty() { LocationSet::ALL } else { common };
    let of_rule = |places: bool| if places { common } else { universe };
    let rules = judgement.rules.iter();
    let verdicts: Vec<LocationSet> = table
        .verdicts(epoch)
        .into_iter()
        .zip(rules)
        .map(|(holds, rule)| holds.intersect(of_rule(rule.locations.is_some())))
        .collect();
    let pool = &table.pool;
    let name = |location| pool.location_name(location).map(ToString::to_string);
    let names = |set: LocationSet| -> Option<Vec<String>> {
        pool.locations().filter(|&it| set.contains(it)).map(name).collect()
    };
    for (position, (&compiled, rule)) in verdicts.iter().zip(&judgement.rules).enumerate() {
        let same_places =
            rule.locations.as_ref().is_none_or(|it| names(compiled).as_ref() == Some(it));
        if compiled.is_empty() == rule.holds || !same_places {
            return Err(format!("compiled: {compiled:?}, reference:\n{rule:#?}"));
        }
        if rule.locations.is_none() && !compiled.is_empty() && compiled != universe {
            return Err(format!("it holds at {compiled:?} only, reference:\n{rule:#?}"));
        }
        if plan.enforced.iter().any(|it| it.position == position) != rule.enforced {
            return Err(format!("enforced or not, reference:\n{rule:#?}"));
        }
    }
    let enforced = table.plan.enforced.iter().filter_map(|it| verdicts.get(it.position));
    let allowed = enforced.fold(common, |allowed, holds| allowed.intersect(*holds));
    let valid = !allowed.is_empty() && table.sizes_hold(epoch);
    if valid != judgement.valid {
        return Err(format!("valid by the plan: {valid}, reference: {judgement}"));
    }
    Ok(())
}

/// The players of each team, and how many it takes.
fn compare_teams(table: &Table<'_>, epoch: Epoch, judgement: &Judgement) -> Result<(), String> {
    let (sizes, slots) = (table.sizes(epoch), &table.candidate.slots);
    for ((size, slot), team) in sizes.iter().zip(slots.iter()).zip(&judgement.teams) {
        let compiled = (slot.players, size.min, size.max);
        let expected = (team.players, team.min, team.max);
        if compiled != expected {
            return Err(format!("team {}: {compiled:?} is not {expected:?}", team.name));
        }
    }
    Ok(())
}

/// For `rallypoint judge`.
fn show((matches, rules): &Case) -> String {
    let generated = rule_set(rules, SCALE);
    let mut shown = format!("{}\n", generated.show());
    if let Ok(rule_set) = generated.compile() {
        for numbers in matches {
            let (tickets, _) =
                generate_match(numbers, rule_set.plan(), &generated.declared.attributes);
            shown.push_str(&format!("match:\n{}\n", text::placed(&tickets)));
        }
    }
    shown
}

/// How often each part of the language was judged.
type Judged = Tally<4>;

struct Counted<'a> {
    judged: &'a Judged,
    keys: Vec<BTreeSet<String>>,
    moved: RuleSetAst,
}

impl Counted<'_> {
    fn count(&self, judgement: &Judgement, tickets: Option<&[PlacedTicket]>) -> Result<(), String> {
        let moved = tickets.map(|it| judge(&self.moved, it)).transpose();
        let moved = moved.map_err(|error| error.to_string())?;
        for (position, rule) in judgement.rules.iter().enumerate() {
            let on_bound =
                moved.as_ref().is_some_and(|moved| moved.rules[position].holds != rule.holds);
            let (holds, fails) = (u64::from(rule.holds), u64::from(!rule.holds));
            self.judged.add(&self.keys[position], [1, holds, fails, u64::from(on_bound)]);
        }
        Ok(())
    }
}

#[test]
fn compiled_rules_agree_with_the_reference() {
    let judged = Judged::new(["seen", "true", "false", "on bound*"]);
    let pairs = std::cell::Cell::new((0_u64, 0_u64));
    let backfills = std::cell::Cell::new((0_u64, 0_u64));
    let strategy = (vec(choices(110), 1..=MATCHES), choices(320));
    let law = |(matches, rules): &Case| {
        let generated = rule_set(rules, SCALE);
        let rule_set = generated.compile()?;
        let plan = rule_set.plan();
        let mut table = Table::new(plan);
        let counted = Counted {
            judged: &judged,
            keys: (0..plan.ast.rules.len()).map(|rule| keys(&plan.ast, rule)).collect(),
            moved: nudged(&plan.ast),
        };
        for (at, numbers) in matches.iter().enumerate() {
            let (tickets, reverse) = generate_match(numbers, plan, &generated.declared.attributes);
            let judgement = compare(&mut table, &tickets, reverse)?;
            let also_moved = (at % NUDGED_EVERY == 0).then_some(&*tickets);
            counted.count(&judgement, also_moved)?;
            let (all, valid) = pairs.get();
            pairs.set((all + 1, valid + u64::from(judgement.valid)));
            if tickets.iter().any(|ticket| ticket.backfill) {
                let (all, valid) = backfills.get();
                backfills.set((all + 1, valid + u64::from(judgement.valid)));
            }
        }
        Ok(())
    };
    law::check(CASES, &strategy, law, show);
    let (pairs, valid) = pairs.get();
    let sampled = format!("* of the matches that were asked, one in {NUDGED_EVERY}");
    judged.print(&format!("{pairs} pairs of rule set and match, {valid} valid\n{sampled}"));
    assert!(pairs >= PAIRS, "only {pairs} pairs");
    assert!(valid > pairs / 100, "only {valid} valid matches");
    let (backfills, valid) = backfills.get();
    println!("{backfills} with a backfill ticket, {valid} of them valid");
    assert!(backfills * 5 > pairs, "only {backfills} matches with a backfill ticket");
    assert!(valid * 100 > backfills, "only {valid} of them are valid");
    let rows = judged.rows();
    for key in expected_keys() {
        assert!(rows.contains_key(&key), "nothing was generated with: {key}");
    }
    for (key, [seen, holds, fails, on_bound]) in rows {
        assert!(seen >= 1000, "{key}: seen {seen} times");
        if is_of_sort(&key) {
            assert_eq!(holds, seen, "{key}: it refuses");
            continue;
        }
        assert!(holds * 10 >= seen, "{key}: true {holds} times of {seen}");
        assert!(fails * 10 >= seen, "{key}: false {fails} times of {seen}");
        // Equal strings have no bound that could be moved.
        let has_bound = key != "batchDistance batchAttribute string";
        assert!(on_bound > 0 || !has_bound, "{key}: never on the bound");
    }
}
