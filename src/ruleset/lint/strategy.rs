//! Strategy `balanced`: what its documentation does not foresee.

use super::places;
use crate::diag::{Problems, RuleSetWarningKind};
use crate::json::node::Node;
use crate::model::limits;
use crate::model::schema::Strategy;
use crate::ruleset::plan::Plan;

pub(super) fn check(root: &Node, plan: &Plan, problems: &mut Problems) {
    if plan.ast.algorithm.strategy != Strategy::Balanced {
        return;
    }
    let totals = plan.sizes.iter().map(|sizes| sizes.iter().map(|size| size.max).sum::<u32>());
    let players = totals.max().unwrap_or(0);
    if players <= limits::SMALL_MATCH_PLAYERS_MAX {
        let kind = RuleSetWarningKind::SmallBalanced { players };
        let help = "this engine reads every rule type all the same, and evens the teams out; if \
                    that is not wanted, use `exhaustiveSearch`";
        problems.warn(&places::setting(root, "strategy"), kind, Some(help.into()));
        return;
    }
    for rule in plan.ast.rules.iter().filter(|rule| rule.kind == "latency") {
        let Some(field) = rule.field("maxDistance") else { continue };
        let kind = RuleSetWarningKind::NotReadInLargeMatches {
            field: field.name.into(),
            kind: rule.kind.into(),
            players,
        };
        let help = "this engine reads it; for the service, use `maxLatency` alone";
        problems.warn(&field.site, kind, Some(help.into()));
    }
}
