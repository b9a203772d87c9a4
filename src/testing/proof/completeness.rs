//! The search finds a match for an anchor if and only if there is one, a valid one, and a fullest
//! one (`matching.md` section 2, decision 36). It finds the same when it looks at all tickets.
//!
//! Two thirds of the pools are for the rule sets of `rulesets/`, under both age selections and all
//! priorities of backfill; the others are for generated rule sets. Half of them have backfill
//! tickets, and some matches are to leave places open. The usual run has 2,000 pools for our own
//! rule sets; [`law`] has the command for 10,000. What was covered is printed as a table, and
//! nothing that [`own_rows`] asks for may be missing.
//!
//! Of fullest matches the search takes the first that it looks at (decision 19). Where there is one
//! team, one epoch and no sort rule that is the first one of all, and the proof asks for it; beyond
//! that the decision promises nothing that brute force could see.

use super::choices::{Choices, choices};
use super::declared::Scale;
use super::law;
use super::own::{AGES, PRIORITIES, Subject, own_rule_sets};
use super::rule_set::rule_set;
use super::seated::{NOW, Table};
use super::text;
use super::tickets::{self, PoolScale};
use crate::base::epoch::Epoch;
use crate::model::matched::PlacedTicket;
use crate::model::schema::{AgeSelection, BackfillPriority, InstanceIdx, PartyAggregation, Schema};
use crate::pool::attributes::missing_attributes;
use crate::rules::KINDS;
use crate::ruleset::plan::Plan;
use crate::search::{MatchTerms, Partitions, PoolAt};
use crate::testing::brute::{PoolTicket, Wanted, best_match};
use crate::testing::reference::is_valid;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Two thirds of them are for our own rule sets.
const POOLS: u32 = 3100;
const OWN_POOLS: u64 = 2000;
/// So many times the usual run are the full count.
const FULL_TIMES: u32 = 5;
const SCALE: Scale = Scale { teams: 3, instances: 4, rules: 3 };
const TICKETS_MAX: usize = 9;
/// Assignments of a pool: far fewer than decision 36 allows, for speed.
const ASSIGNMENTS_MAX: usize = 1 << 16;

/// The name of generated rule sets.
const GENERATED: &str = "generated";

/// Pool, rule set, and which of our own rule sets to take instead.
type Case = (Vec<u16>, Vec<u16>, u16);

/// The rule set of a case: every third one is generated.
fn with_subject<R>(
    (_, rules, which): &Case,
    own: &[Subject],
    then: impl FnOnce(&Subject) -> R,
) -> Result<R, String> {
    if let Some(subject) = own.get(Choices::new(&[*which]).below(own.len() * 3 / 2)) {
        return Ok(then(subject));
    }
    let generated = rule_set(rules, SCALE);
    let rule_set = generated.compile()?;
    Ok(then(&Subject {
        name: GENERATED.into(),
        text: generated.show(),
        rule_set,
        attributes: generated.declared.attributes,
        party_max: 3,
    }))
}

/// Tickets in the order in which they are preferred as candidates, the anchor first.
struct Pool {
    tickets: Vec<PoolTicket>,
    additional_players: u32,
}

fn generate_pool(numbers: &[u16], subject: &Subject) -> Pool {
    let plan = subject.rule_set.plan();
    let c = &mut Choices::new(numbers);
    let choices = plan.ast.schema.instances.len() + 1;
    let mut most = TICKETS_MAX;
    while choices.pow(most as u32) > ASSIGNMENTS_MAX {
        most -= 1;
    }
    let starts: Vec<u64> =
        plan.epochs.indices().map(|epoch| plan.epochs.start(epoch).get()).collect();
    let ages = tickets::ages(&starts);
    let tickets = most - c.below(most.min(4));
    let scale =
        PoolScale { tickets, party_max: subject.party_max, by_latency: tickets::has_latency(plan) };
    let mut pool = tickets::pool(c, &subject.attributes, &ages, scale);
    if c.once_in(16) {
        // A ticket that can never be matched (facts 1.3).
        let player = pool.last_mut().and_then(|ticket| ticket.players.first_mut());
        player.expect("a pool has a ticket").attributes.clear();
    }
    if c.once_in(2) {
        for _ in 0..1 + c.below(2) {
            let roster = roster(c, &mut pool, plan);
            pool.extend(roster);
        }
    }
    let additional_players = if c.once_in(4) { c.between(1, 3) } else { 0 };
    let backfills: Vec<usize> = (0..pool.len()).filter(|&it| pool[it].is_backfill()).collect();
    let anchor = match !backfills.is_empty() && c.once_in(4) {
        true => c.one(&backfills),
        false => c.below(pool.len()),
    };
    let anchor = pool.remove(anchor);
    pool.sort_by_key(|ticket| Reverse(ticket.age));
    pool.insert(0, anchor);
    Pool { tickets: pool, additional_players }
}

/// Makes one backfill ticket of some tickets, most of the time one with open places; none where
/// few tickets are left.
fn roster(c: &mut Choices, pool: &mut Vec<PoolTicket>, plan: &Plan) -> Option<PoolTicket> {
    let mut roster: Option<PoolTicket> = None;
    for _ in 0..c.between(1, 3) {
        let new: Vec<usize> = (0..pool.len()).filter(|&it| !pool[it].is_backfill()).collect();
        if new.len() > 1 {
            let ticket = pool.remove(c.one(&new));
            match &mut roster {
                Some(roster) => roster.players.extend(ticket.players),
                None => roster = Some(ticket),
            }
        }
    }
    let mut roster = roster?;
    let sizes = &plan.sizes[Epoch::first()];
    let mut teams: Vec<InstanceIdx> = Vec::new();
    for _ in &roster.players {
        let taken = |team: &InstanceIdx| teams.iter().filter(|it| *it == team).count() as u32;
        let open: Vec<_> = sizes.indices().filter(|it| taken(it) < sizes[*it].max).collect();
        let all: Vec<_> = sizes.indices().collect();
        teams.push(c.one(if open.is_empty() { &all } else { &open }));
    }
    roster.teams = Some(teams);
    Some(roster)
}

/// The tickets of a match, as positions in the pool with their instances; of a backfill ticket
/// with that of its first player.
type Members = Vec<(usize, InstanceIdx)>;

/// What the search finds for the first ticket; `plainly` without passing over any other.
fn search(plan: &Plan, pool: &Pool, plainly: bool) -> Result<Option<Members>, String> {
    let schema: &Schema = &plan.ast.schema;
    let mut table = Table::new(plan);
    let mut rows = Vec::new();
    for (position, ticket) in pool.tickets.iter().enumerate() {
        let PoolTicket { age, players, teams } = ticket;
        if missing_attributes(schema, players).next().is_none() {
            let row = match teams {
                Some(teams) => table.submit_roster(players, teams, *age),
                None => table.submit(players, *age),
            };
            rows.push((row, position));
        }
    }
    let Some(&(anchor, 0)) = rows.first() else { return Ok(None) };
    let columns = &table.pool.columns;
    let terms = MatchTerms { additional_players: pool.additional_players, ..MatchTerms::default() };
    let pool_at = PoolAt { plan, columns, now: NOW, terms };
    let mut waiting = if plainly { Partitions::plain(plan) } else { Partitions::new(plan) };
    rows.iter().for_each(|&(row, _)| waiting.insert(pool_at, row));
    let outcome = waiting.search(pool_at, anchor, u64::MAX);
    if outcome.exhausted {
        return Err("a budget without an end is exhausted".into());
    }
    let Some(found) = outcome.found else { return Ok(None) };
    let position_of = |row| rows.iter().find(|(it, _)| *it == row).map(|&(_, position)| position);
    let placed =
        found.placed.into_iter().map(|(instance, row)| Some((position_of(row)?, instance)));
    let mut members: Members =
        placed.collect::<Option<_>>().ok_or("the match holds a row that is not in the pool")?;
    if let Some(row) = found.roster {
        let position = position_of(row).ok_or("its backfill ticket is not in the pool")?;
        let teams = pool.tickets[position].teams.as_ref().ok_or("it is no backfill ticket")?;
        members.push((position, teams[0]));
    }
    members.sort_unstable();
    Ok(Some(members))
}

/// What brute force finds for the first ticket: the fullest match of the first backfill ticket, or
/// the fullest new match, in the order in which the ticket tries them (`matching.md` section 5).
fn expected(plan: &Plan, pool: &Pool) -> Option<Members> {
    let tickets = &pool.tickets;
    let mut backfills: Vec<usize> =
        (0..tickets.len()).filter(|&it| tickets[it].is_backfill()).collect();
    backfills.sort_by_key(|&it| (Reverse(tickets[it].age), it));
    let backfills = backfills.into_iter().map(Some);
    let attempts: Vec<Option<usize>> = match plan.ast.algorithm.backfill_priority {
        _ if tickets[0].is_backfill() => vec![Some(0)],
        BackfillPriority::High => backfills.chain([None]).collect(),
        BackfillPriority::Normal | BackfillPriority::Low => {
            [None].into_iter().chain(backfills).collect()
        }
    };
    let additional_players = pool.additional_players;
    attempts.into_iter().find_map(|backfill| {
        let wanted = Wanted { anchor: 0, backfill, additional_players };
        let assignment = best_match(&plan.ast, tickets, wanted)?;
        let seats = assignment.iter().enumerate();
        Some(seats.filter_map(|(position, seat)| Some((position, (*seat)?))).collect())
    })
}

fn place(plan: &Plan, pool: &Pool, members: &Members) -> Vec<PlacedTicket> {
    let instances = &plan.ast.schema.instances;
    let mut placed = Vec::new();
    for &(position, instance) in members {
        let PoolTicket { age, players, teams } = pool.tickets[position].clone();
        let team = instances[instance].name.to_string();
        let Some(teams) = teams else {
            placed.push(PlacedTicket { team, age, players, backfill: false });
            continue;
        };
        placed.extend(teams.iter().zip(players).map(|(&team, player)| {
            let team = instances[team].name.to_string();
            PlacedTicket { team, age, players: vec![player], backfill: true }
        }));
    }
    placed
}

/// Pools, and in how many of them the anchor has a match of some sort.
#[derive(Clone, Copy, Default)]
struct Counts {
    pools: u64,
    matched: u64,
    /// Of at least two tickets.
    joint: u64,
    /// Without a backfill ticket.
    new: u64,
    /// With a backfill ticket.
    backfill: u64,
    /// With a party of several players.
    parties: u64,
    /// The fullest match that decides ties was foreseen.
    first: u64,
}

impl Counts {
    fn add(&mut self, more: Self) {
        let Self { pools, matched, joint, new, backfill, parties, first } = more;
        self.pools += pools;
        self.matched += matched;
        self.joint += joint;
        self.new += new;
        self.backfill += backfill;
        self.parties += parties;
        self.first += first;
    }

    fn none(self) -> u64 {
        self.pools - self.matched
    }
}

/// Whether members are all that is to be chosen, in the order of age: one team, one epoch.
fn is_in_one_order(plan: &Plan, pool: &Pool) -> bool {
    let epochs: BTreeSet<Epoch> = pool.tickets.iter().map(|it| plan.epochs.at(it.age)).collect();
    let is_by_age = plan.sort_keys.is_empty() && plan.sort_columns.is_empty();
    is_by_age && epochs.len() == 1 && plan.ast.schema.instances.indices().count() == 1
}

fn compare(subject: &Subject, pool: &Pool) -> Result<Counts, String> {
    let plan = subject.rule_set.plan();
    let found = search(plan, pool, false)?;
    if found != search(plan, pool, true)? {
        return Err("a search that looks at all tickets finds something else".into());
    }
    let best = expected(plan, pool);
    let backfill = |it: &Members| {
        it.iter().map(|&(position, _)| position).find(|&it| pool.tickets[it].is_backfill())
    };
    let players = |it: &Members| -> usize {
        it.iter().map(|&(position, _)| pool.tickets[position].players.len()).sum()
    };
    match (&found, &best) {
        (None, None) => Ok(Counts { pools: 1, ..Counts::default() }),
        (None, Some(best)) => {
            let best = text::placed(&place(plan, pool, best));
            Err(format!("the search found nothing, but there is\n{best}"))
        }
        (Some(found), best) => {
            let shown = || text::placed(&place(plan, pool, found));
            if found.first().map(|&(position, _)| position) != Some(0) {
                return Err(format!("the anchor is not in\n{}", shown()));
            }
            if !is_valid(&plan.ast, &place(plan, pool, found), pool.additional_players) {
                return Err(format!("this is not valid:\n{}", shown()));
            }
            let wanted = best.as_ref().and_then(backfill);
            if backfill(found) != wanted {
                return Err(format!("{wanted:?} comes before what is in\n{}", shown()));
            }
            let most = best.as_ref().map_or(0, players);
            if players(found) != most {
                return Err(format!("{most} players can be matched, more than in\n{}", shown()));
            }
            let is_first = is_in_one_order(plan, pool);
            if is_first && Some(found) != best.as_ref() {
                let best = best.as_ref().map(|it| text::placed(&place(plan, pool, it)));
                let best = best.unwrap_or_default();
                return Err(format!("{best}\ncomes before\n{}", shown()));
            }
            let is_party = |&(position, _): &(usize, InstanceIdx)| {
                let ticket = &pool.tickets[position];
                ticket.players.len() > 1 && !ticket.is_backfill()
            };
            Ok(Counts {
                pools: 1,
                matched: 1,
                joint: u64::from(found.len() > 1),
                new: u64::from(wanted.is_none()),
                backfill: u64::from(wanted.is_some()),
                parties: u64::from(found.iter().any(is_party)),
                first: u64::from(is_first),
            })
        }
    }
}

fn show(case: &Case, own: &[Subject]) -> String {
    let shown = with_subject(case, own, |subject| {
        let pool = generate_pool(&case.0, subject);
        let first = subject.rule_set.plan().ast.schema.instances.indices().next();
        let first = first.expect("a rule set has a team");
        let ticket = |at: usize| {
            let members = vec![(at, first)];
            let placed = text::placed(&place(subject.rule_set.plan(), &pool, &members));
            format!("{at}: {placed}\n")
        };
        let placed: String = (0..pool.tickets.len()).map(ticket).collect();
        let Subject { name, text, .. } = subject;
        let open = pool.additional_players;
        format!(
            "rule set {name}:\n{text}\npool, the anchor first; new tickets in the first team; \
             {open} places stay open:\n{placed}"
        )
    });
    shown.unwrap_or_else(|error| error)
}

/// The rows that a pool counts in.
fn rows(subject: &Subject, pool: &Pool) -> BTreeSet<String> {
    let ast = &subject.rule_set.plan().ast;
    let name = &subject.name;
    let mut rows = BTreeSet::from([name.clone()]);
    let age = match ast.algorithm.age_selection {
        AgeSelection::Newest => "newest",
        AgeSelection::Oldest => "oldest",
    };
    rows.insert(format!("{name}, {age}"));
    let priority = match ast.algorithm.backfill_priority {
        BackfillPriority::Normal => "normal",
        BackfillPriority::High => "high",
        BackfillPriority::Low => "low",
    };
    let has_backfill = pool.tickets.iter().any(PoolTicket::is_backfill);
    if has_backfill && pool.tickets[0].is_backfill() {
        rows.insert(format!("{name}, a backfill's turn"));
    } else if has_backfill {
        rows.insert(format!("{name}, {priority} backfill waits"));
        rows.insert(format!("{priority} backfill waits"));
    }
    if pool.additional_players > 0 {
        rows.insert(format!("{name}, places left open"));
    }
    if name == GENERATED {
        rows.extend(ast.rules.iter().map(|rule| format!("with {}", rule.kind)));
        if ast.party_aggregation == PartyAggregation::Collapse {
            rows.insert("parties as one".into());
        }
    }
    rows
}

/// The rows that there must be of a rule set, with the counts that must not be zero in each. The
/// usual run is too short for every priority of backfill in every rule set.
fn own_rows(name: &str, is_of_parties: bool, is_full: bool) -> Vec<(String, Vec<Column>)> {
    let mut all = vec!["pools", "matched", "none", "joint", "new", "backfill"];
    all.extend(is_of_parties.then_some("parties"));
    let mut rows = vec![(name.to_owned(), all)];
    let both = || vec!["matched", "none", "new", "backfill"];
    rows.extend(AGES.map(|age| (format!("{name}, {age}"), both())));
    rows.push((format!("{name}, a backfill's turn"), vec!["matched", "none", "backfill"]));
    rows.push((format!("{name}, places left open"), vec!["matched", "none"]));
    for priority in PRIORITIES.into_iter().filter(|_| is_full) {
        let row = format!("{name}, {priority} backfill waits");
        rows.push((row, vec!["matched", "none", "backfill"]));
    }
    rows
}

type Column = &'static str;

fn columns(counts: Counts) -> [(Column, u64); 8] {
    let Counts { pools, matched, joint, new, backfill, parties, first } = counts;
    [
        ("pools", pools),
        ("matched", matched),
        ("none", counts.none()),
        ("joint", joint),
        ("new", new),
        ("backfill", backfill),
        ("parties", parties),
        ("first", first),
    ]
}

fn print(counts: &BTreeMap<String, Counts>) {
    print!("\n{:36}", "rule set");
    columns(Counts::default()).iter().for_each(|(name, _)| print!("{name:>9}"));
    println!();
    for (row, &counts) in counts {
        print!("{row:36}");
        columns(counts).iter().for_each(|(_, count)| print!("{count:>9}"));
        println!();
    }
}

#[test]
fn the_search_finds_what_brute_force_finds() {
    let own = own_rule_sets();
    let counts: RefCell<BTreeMap<String, Counts>> = RefCell::default();
    let law = |case: &Case| {
        with_subject(case, &own, |subject| {
            let pool = generate_pool(&case.0, subject);
            let more = compare(subject, &pool)?;
            let mut counts = counts.borrow_mut();
            for row in rows(subject, &pool) {
                counts.entry(row).or_default().add(more);
            }
            Ok(())
        })?
    };
    let strategy = (choices(200), choices(260), proptest::prelude::any::<u16>());
    law::check(POOLS, &strategy, law, |case| show(case, &own));
    let counts = counts.into_inner();
    print(&counts);
    let takes_parties =
        |subject: &Subject| subject.rule_set.teams().iter().any(|team| team.max_players > 1);
    let own: BTreeMap<&str, bool> =
        own.iter().map(|it| (&*it.name, takes_parties(it))).chain([(GENERATED, true)]).collect();
    assert!(own.len() > 11, "only {own:?}");
    let is_full = law::times() >= FULL_TIMES;
    let mut wanted: Vec<(String, Vec<Column>)> =
        own.iter().flat_map(|(name, parties)| own_rows(name, *parties, is_full)).collect();
    let of_all = PRIORITIES.map(|priority| format!("{priority} backfill waits"));
    wanted.extend(of_all.map(|row| (row, vec!["matched", "none", "new", "backfill"])));
    for (row, wanted) in wanted {
        let found = columns(counts.get(&row).copied().unwrap_or_default());
        for wanted in wanted {
            let (_, count) = found.iter().find(|(name, _)| *name == wanted).expect("a column");
            assert!(*count > 0, "{row}: {wanted} is 0");
        }
    }
    let of = |name: &str| counts.get(name).copied().unwrap_or_default();
    let own_pools: u64 = own.keys().filter(|&&it| it != GENERATED).map(|name| of(name).pools).sum();
    println!("{own_pools} pools for our own rule sets");
    assert!(own_pools >= OWN_POOLS * u64::from(law::times()), "only {own_pools}");
    let first: u64 = own.keys().map(|name| of(name).first).sum();
    assert!(first >= 50, "in {first} pools alone it is known which match comes first");
    let kinds = KINDS.iter().map(|kind| format!("with {}", kind.name()));
    let names = own.keys().map(|&it| it.to_owned()).chain(kinds);
    for name in names.chain(["parties as one".into()]) {
        let Counts { pools, matched, joint, .. } = of(&name);
        assert!(pools >= 50, "{name}: {pools} pools");
        assert!(matched * 20 >= pools, "{name}: {matched} of {pools} pools have a match");
        assert!(matched * 20 <= pools * 19, "{name}: {matched} of {pools} pools have a match");
        assert!(joint * 25 >= pools, "{name}: {joint} of {pools} matches are of several tickets");
    }
}
