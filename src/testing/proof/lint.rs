//! What the lint says can never be, no match shows: a rule that never passes or never fails, a team
//! that is never full or always empty, a default that keeps players out, a step that tightens.

use super::choices::{Choices, choices};
use super::declared::{Attribute, Scale};
use super::law;
use super::rule_set::rule_set;
use super::text;
use super::tickets::{self, PoolScale, has_latency};
use crate::RuleSetWarningKind;
use crate::base::time::Millis;
use crate::model::matched::PlacedTicket;
use crate::ruleset::lint::{Outcome, outcomes};
use crate::ruleset::plan::Plan;
use crate::testing::judgement::Judgement;
use crate::testing::reference::judge;
use proptest::collection::vec;
use std::cell::Cell;
use std::collections::BTreeMap;

const SCALE: Scale = Scale { teams: 3, instances: 4, rules: 4 };
const CASES: u32 = 4000;
const MATCHES: usize = 16;
/// Warnings, beside those of rules, that matches are held against.
const CLAIMS: [&str; 3] = ["teamNeverFull", "teamAlwaysEmpty", "defaultNeverPasses"];
/// Judged matches that a run must hold against each claim.
const JUDGED_MIN: &[(&str, u64)] = &[
    ("fails", 1000),
    ("passes", 1000),
    ("passes with backfill", 200),
    ("never full", 60),
    ("always empty", 30),
    ("default", 100),
];

/// Matches first: proptest shrinks in this order.
type Case = (Vec<Vec<u16>>, Vec<u16>);

/// A match whose teams are as large as they may be at some waiting time, as far as tickets fit.
fn generate_match(numbers: &[u16], plan: &Plan, attributes: &[Attribute]) -> Vec<PlacedTicket> {
    let c = &mut Choices::new(numbers);
    let epochs: Vec<_> = plan.epochs.indices().collect();
    let epoch = c.one(&epochs);
    let is_backfill = c.once_in(2);
    let start = plan.epochs.start(epoch);
    let ages = [start, Millis::new(start.get() + 1)];
    let scale = PoolScale { tickets: 14, party_max: 3, by_latency: has_latency(plan) };
    let mut pool = tickets::pool(c, attributes, &ages, scale);
    let mut placed: Vec<PlacedTicket> = Vec::new();
    for (instance, size) in plan.sizes[epoch].enumerate() {
        let low = if is_backfill { 0 } else { size.min };
        let mut missing = if c.once_in(2) { size.max } else { c.between(low, size.max) };
        while let Some(at) = pool.iter().position(|it| it.players.len() as u32 <= missing) {
            if missing == 0 {
                break;
            }
            let ticket = pool.remove(at);
            missing -= ticket.players.len() as u32;
            let team = plan.ast.schema.instances[instance].name.to_string();
            // All of a session are one ticket, so they share their age.
            let backfill = is_backfill && c.once_in(2);
            let age = if backfill { ages[0] } else { ticket.age };
            placed.push(PlacedTicket { team, age, players: ticket.players, backfill });
        }
    }
    placed
}

/// How many matches each claim was held against.
#[derive(Default)]
struct Counts {
    rule_sets: BTreeMap<&'static str, u64>,
    matches: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn seen(&mut self, claim: &'static str) {
        *self.matches.entry(claim).or_default() += 1;
    }
}

/// Holds a judged match with right sizes against what the lint says.
fn compare(
    rule_set: &crate::RuleSet,
    outcomes: &[Outcome],
    placed: &[PlacedTicket],
    judgement: &Judgement,
    counts: &mut Counts,
) -> Result<(), String> {
    let is_backfill = placed.iter().any(|ticket| ticket.backfill);
    for (rule, outcome) in judgement.rules.iter().zip(outcomes) {
        let claim = match outcome {
            Outcome::Fails if !is_backfill => "fails",
            Outcome::Passes if is_backfill => "passes with backfill",
            Outcome::Passes => "passes",
            _ => continue,
        };
        counts.seen(claim);
        if rule.holds == (*outcome == Outcome::Fails) {
            return Err(format!("rule {} always {claim}, but not here:\n{judgement}", rule.name));
        }
    }
    let enforced_hold = judgement.rules.iter().filter(|it| it.enforced).all(|it| it.holds);
    for warning in rule_set.warnings() {
        let is_of = |team: &str, name: &str| name == team || name.starts_with(&format!("{team}_"));
        let (claim, applies) = match warning.kind() {
            RuleSetWarningKind::TeamNeverFull { team, .. } => {
                let mut teams = judgement.teams.iter().filter(|it| it.name == *team);
                ("never full", teams.any(|it| it.players == it.max))
            }
            RuleSetWarningKind::TeamAlwaysEmpty { team, .. } => {
                let mut teams = judgement.teams.iter().filter(|it| is_of(team, &it.name));
                ("always empty", teams.any(|it| it.players > 0))
            }
            RuleSetWarningKind::DefaultNeverPasses { attribute, .. } => {
                let mut players = placed.iter().flat_map(|it| &it.players);
                let sends = |it: &crate::Player| it.attributes.contains_key(attribute.as_str());
                ("default", !players.all(sends))
            }
            _ => continue,
        };
        if applies {
            counts.seen(claim);
            if enforced_hold {
                return Err(format!("{warning}, but:\n{judgement}"));
            }
        }
    }
    Ok(())
}

fn show((matches, rules): &Case) -> String {
    let generated = rule_set(rules, SCALE);
    let mut shown = generated.show();
    if let Ok(rule_set) = generated.compile() {
        for numbers in matches {
            let placed = generate_match(numbers, rule_set.plan(), &generated.declared.attributes);
            shown.push_str(&format!("\nmatch:\n{}", text::placed(&placed)));
        }
    }
    shown
}

#[test]
fn no_match_shows_what_the_lint_says_can_never_be() {
    let counts = Cell::new(Counts::default());
    let law = |(matches, rules): &Case| {
        let generated = rule_set(rules, SCALE);
        let rule_set = generated.compile()?;
        let outcomes = outcomes(rule_set.plan());
        let mut seen = counts.take();
        for warning in rule_set.warnings() {
            *seen.rule_sets.entry(warning.kind().code()).or_default() += 1;
        }
        let is_claim = |code| CLAIMS.contains(&code);
        let has_claims = outcomes.iter().any(|it| *it != Outcome::Open)
            || rule_set.warnings().iter().any(|it| is_claim(it.kind().code()));
        for numbers in matches.iter().filter(|_| has_claims) {
            let placed = generate_match(numbers, rule_set.plan(), &generated.declared.attributes);
            if placed.is_empty() {
                continue;
            }
            let judged = judge(&rule_set.plan().ast, &placed).map_err(|it| it.to_string())?;
            if judged.problems.is_empty() && judged.teams.iter().all(|it| it.holds) {
                seen.seen("matches");
                compare(&rule_set, &outcomes, &placed, &judged, &mut seen)?;
            }
        }
        counts.set(seen);
        Ok(())
    };
    let strategy = (vec(choices(160), MATCHES), choices(320));
    law::check(CASES, &strategy, law, show);
    let counts = counts.into_inner();
    println!("warnings: {:#?}\nmatches: {:#?}", counts.rule_sets, counts.matches);
    for &(claim, least) in JUDGED_MIN {
        let judged = counts.matches.get(claim).copied().unwrap_or(0);
        assert!(judged >= least, "{claim}: {judged}");
    }
}
