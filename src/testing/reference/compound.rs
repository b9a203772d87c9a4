//! `compound`: a statement about other rules, at each place about their truth there (facts 3.7,
//! 10.11, decision 15).

use super::Lineup;
use super::location::Truth;
use super::rules::{Judged, verdict};
use super::value::name;
use crate::ruleset::ast::{FieldValue, RuleAst, Statement};
use crate::testing::judgement::{Check, Measured};

/// `earlier` are the verdicts on the rules before this one. A rule that could not be evaluated
/// does not hold (decision 14), so its `not` does.
pub(super) fn judge(rule: &RuleAst, lineup: &Lineup<'_>, earlier: &[Judged]) -> Judged {
    let statement = match rule.field("statement").map(|field| &field.value) {
        Some(FieldValue::Statement(statement)) => statement,
        other => unreachable!("`statement` is a statement, not {other:?}"),
    };
    let words = show(statement, &|position| name(&child(earlier, position).judgement.name));
    let check = |place: usize, expression: String| {
        let truth = |position| child(earlier, position).truth.at(place);
        let value = Some(show(statement, &|position| truth(position).to_string()));
        Check {
            measured: Measured { expression, value, undefined: None },
            bound: "true".into(),
            holds: holds(statement, &truth),
            misses: Vec::new(),
        }
    };
    if !depends_on_place(statement, earlier) {
        return Judged::everywhere(verdict(rule, None, vec![check(0, words)]));
    }
    let mut checks = Vec::new();
    for (position, place) in lineup.places.iter().enumerate() {
        checks.push(check(
            position,
            match place {
                Some(location) => format!("{words} at {}", name(location)),
                None => words.clone(),
            },
        ));
    }
    let holds = checks.iter().map(|check| check.holds).collect();
    Judged::by_place(rule, lineup, holds, checks)
}

fn child(earlier: &[Judged], position: usize) -> &Judged {
    earlier.get(position).expect("a statement names rules that stand before its own")
}

fn holds(statement: &Statement, truth: &dyn Fn(usize) -> bool) -> bool {
    match statement {
        Statement::Rule(position) => truth(*position),
        Statement::Not(part) => !holds(part, truth),
        Statement::And(a, b) => holds(a, truth) && holds(b, truth),
        Statement::Or(a, b) => holds(a, truth) || holds(b, truth),
        Statement::Xor(a, b) => holds(a, truth) != holds(b, truth),
    }
}

fn depends_on_place(statement: &Statement, earlier: &[Judged]) -> bool {
    match statement {
        Statement::Rule(position) => {
            matches!(child(earlier, *position).truth, Truth::ByPlace(_))
        }
        Statement::Not(part) => depends_on_place(part, earlier),
        Statement::And(a, b) | Statement::Or(a, b) | Statement::Xor(a, b) => {
            depends_on_place(a, earlier) || depends_on_place(b, earlier)
        }
    }
}

/// The statement with a word for each rule.
fn show(statement: &Statement, word: &dyn Fn(usize) -> String) -> String {
    let two = |operator: &str, a: &Statement, b: &Statement| {
        format!("{operator}({}, {})", show(a, word), show(b, word))
    };
    match statement {
        Statement::Rule(position) => word(*position),
        Statement::Not(part) => format!("not({})", show(part, word)),
        Statement::And(a, b) => two("and", a, b),
        Statement::Or(a, b) => two("or", a, b),
        Statement::Xor(a, b) => two("xor", a, b),
    }
}
