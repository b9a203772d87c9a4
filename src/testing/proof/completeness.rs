//! The search finds a match for an anchor if and only if there is one, a valid one, and a fullest
//! one (`matching.md` section 2, decision 36). It finds the same when it looks at all tickets.
//!
//! Half of the pools are for generated rule sets, the others for those of `rulesets/`. Half of them
//! have backfill tickets, and some matches are to leave places open. The usual run has 2,000 pools; [`law`] has the command for 10,000.

use super::choices::{Choices, choices};
use super::declared::{Attribute, Scale};
use super::law;
use super::rule_set::rule_set;
use super::seated::{NOW, Table};
use super::text;
use super::tickets::{self, PoolScale};
use crate::RuleSet;
use crate::base::epoch::Epoch;
use crate::model::matched::PlacedTicket;
use crate::model::schema::{BackfillPriority, InstanceIdx, PartyAggregation, Schema, Strategy};
use crate::model::ticket::AttributeValue;
use crate::pool::ingest::missing_attributes;
use crate::rules::KINDS;
use crate::ruleset::plan::Plan;
use crate::search::{MatchTerms, Partitions, PoolAt};
use crate::testing::brute::{PoolTicket, Wanted, best_match};
use crate::testing::reference::is_valid;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const POOLS: u32 = 2000;
const SCALE: Scale = Scale { teams: 3, instances: 4, rules: 3 };
const TICKETS_MAX: usize = 9;
/// Assignments of a pool: far fewer than decision 36 allows, for speed.
const ASSIGNMENTS_MAX: usize = 1 << 16;

/// Values that make matches of our own rule sets neither certain nor hopeless.
const PLAUSIBLE: &[(&str, &str, &[f64])] = &[
    ("duel", "skill", &[1000.0, 1050.0, 1101.0, 1251.0, 1650.0, 2200.0, 500.0, 0.0]),
    ("even_teams", "skill", &[1000.0, 1020.0, 1050.0, 1100.0, 800.0]),
    ("greedy_trap", "skill", &[1000.0, 1050.0, 1100.0, 1101.0]),
    ("greedy_trap", "keeper", &[0.0, 0.0, 1.0]),
    ("hunters", "skill", &[1000.0, 1200.0, 1300.0, 900.0]),
    ("hunters", "beastSkillWanted", &[0.0, 1000.0, 1200.0, 1250.0]),
    ("squads", "skill", &[1000.0, 1040.0, 1080.0, 1300.0, 1450.0]),
    ("trios", "skill", &[1000.0, 1075.0, 1150.0, 1300.0]),
    ("trios", "veteran", &[1.0, 0.0, 1.0]),
];
const PLAUSIBLE_STRINGS: &[(&str, &str, &[&str])] = &[
    ("co_op", "difficulty", &["normal", "hard"]),
    ("co_op", "languages", &["en", "de", "fr"]),
    ("free_for_all", "map", &["quarry", "quarry", "quarry", "orchard"]),
    ("free_for_all", "character", CHARACTERS),
    ("hunters", "role", &["hunter", "hunter", "hunter", "beast"]),
];

const CHARACTERS: &[&str] = &[
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
];

/// A rule set with the attributes that its players send.
struct Subject {
    name: String,
    text: String,
    rule_set: RuleSet,
    attributes: Vec<Attribute>,
    party_max: u32,
}

/// Every rule set of `rulesets/` that is searched exhaustively.
fn own_rule_sets() -> Vec<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulesets");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the package");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let subjects = paths.iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let rule_set = RuleSet::from_json(&text).unwrap();
        let attributes = plausible_attributes(&name, &rule_set);
        let party_max = if name == "duel" { 1 } else { 3 };
        Subject { name, text, rule_set, attributes, party_max }
    });
    subjects.filter(|it| it.rule_set.strategy() == Strategy::ExhaustiveSearch).collect()
}

fn plausible_attributes(file: &str, rule_set: &RuleSet) -> Vec<Attribute> {
    use crate::model::schema::AttributeType;
    let declared = rule_set.attributes().iter();
    let attribute = |it: &crate::AttributeDeclaration| {
        let is_this = |known: &str, name: &str| known == file && name == &*it.name;
        let numbers = PLAUSIBLE.iter().find(|(known, name, _)| is_this(known, name));
        let strings = PLAUSIBLE_STRINGS.iter().find(|(known, name, _)| is_this(known, name));
        let strings = strings.map_or(&["x", "y"][..], |(_, _, values)| values);
        let values: Vec<AttributeValue> = match it.attribute_type {
            AttributeType::Number => {
                let values = numbers.map_or(&[0.0, 1.0, 2.0, 50.0][..], |(_, _, values)| values);
                values.iter().map(|&number| AttributeValue::Number(number)).collect()
            }
            AttributeType::String => {
                strings.iter().map(|&text| AttributeValue::String(text.into())).collect()
            }
            AttributeType::StringList => {
                let pairs = strings.iter().zip(strings.iter().cycle().skip(1));
                let list = |(a, b): (&&str, &&str)| vec![(*a).to_owned(), (*b).to_owned()];
                pairs.map(|pair| AttributeValue::StringList(list(pair))).collect()
            }
            AttributeType::StringNumberMap => {
                vec![AttributeValue::StringNumberMap(BTreeMap::new())]
            }
        };
        Attribute {
            name: it.name.to_string(),
            attribute_type: it.attribute_type,
            default: it.default.clone(),
            values,
        }
    };
    declared.map(attribute).collect()
}

/// Pool, rule set, and which of our own rule sets to take instead.
type Case = (Vec<u16>, Vec<u16>, u16);

/// The rule set of a case: every second one is generated.
fn with_subject<R>(
    (_, rules, which): &Case,
    own: &[Subject],
    then: impl FnOnce(&Subject) -> R,
) -> Result<R, String> {
    if let Some(subject) = own.get(Choices::new(&[*which]).below(2 * own.len())) {
        return Ok(then(subject));
    }
    let generated = rule_set(rules, SCALE);
    let rule_set = generated.compile()?;
    Ok(then(&Subject {
        name: "generated".into(),
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
    let anchor = c.below(pool.len());
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

#[derive(Clone, Copy, Default)]
struct Counts {
    pools: u64,
    matched: u64,
    /// Matches of at least two tickets.
    joint: u64,
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
            Ok(Counts { pools: 1, matched: 1, joint: u64::from(found.len() > 1) })
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

#[test]
fn the_search_finds_what_brute_force_finds() {
    let own = own_rule_sets();
    assert!(own.len() >= 6, "only {} rule sets", own.len());
    let counts: RefCell<BTreeMap<String, Counts>> = RefCell::default();
    let law = |case: &Case| {
        with_subject(case, &own, |subject| {
            let pool = generate_pool(&case.0, subject);
            let more = compare(subject, &pool)?;
            let mut counts = counts.borrow_mut();
            let mut names = BTreeSet::from([subject.name.clone()]);
            if pool.tickets.iter().any(PoolTicket::is_backfill) {
                let anchor = pool.tickets[0].is_backfill();
                names.insert(if anchor { "backfill anchor" } else { "backfill waiting" }.into());
            }
            if pool.additional_players > 0 {
                names.insert("places left open".into());
            }
            if subject.name == "generated" {
                let ast = &subject.rule_set.plan().ast;
                names.extend(ast.rules.iter().map(|rule| format!("with {}", rule.kind)));
                if ast.party_aggregation == PartyAggregation::Collapse {
                    names.insert("parties as one".into());
                }
            }
            for name in names {
                let sum = counts.entry(name).or_default();
                sum.pools += more.pools;
                sum.matched += more.matched;
                sum.joint += more.joint;
            }
            Ok(())
        })?
    };
    let strategy = (choices(200), choices(260), proptest::prelude::any::<u16>());
    law::check(POOLS, &strategy, law, |case| show(case, &own));
    let counts = counts.into_inner();
    println!("\n{:20}{:>8}{:>9}{:>8}", "rule set", "pools", "matched", "joint");
    for (name, Counts { pools, matched, joint }) in &counts {
        println!("{name:20}{pools:>8}{matched:>9}{joint:>8}");
    }
    assert_eq!(counts.len(), own.len() + 5 + KINDS.len());
    for (name, least) in [("backfill anchor", 200), ("backfill waiting", 500)] {
        assert!(counts[name].pools >= least, "{name}: {} pools", counts[name].pools);
    }
    for (name, Counts { pools, matched, joint }) in counts {
        assert!(pools >= 50, "{name}: {pools} pools");
        assert!(matched * 20 >= pools, "{name}: {matched} of {pools} pools have a match");
        assert!(matched * 20 <= pools * 19, "{name}: {matched} of {pools} pools have a match");
        assert!(joint * 25 >= pools, "{name}: {joint} of {pools} matches are of several tickets");
    }
}
