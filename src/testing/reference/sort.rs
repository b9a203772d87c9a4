//! `absoluteSort` and `distanceSort`: they say in which order candidates are looked at, and refuse
//! none (facts 3.6).

use super::rules::verdict;
use crate::ruleset::ast::RuleAst;
use crate::testing::judgement::RuleJudgement;

pub(super) fn judge(rule: &RuleAst) -> RuleJudgement {
    RuleJudgement { enforced: false, ..verdict(rule, None, Vec::new()) }
}
