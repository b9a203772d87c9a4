//! What is legal but surely not meant: a file for each family of warnings. Each speaks only of what
//! is certain from the text, or from what the caller says about the matchmaker and its players.
//!
//! What a rule can come to is asked of the compiled rules themselves (`prospect`).

mod attributes;
mod batch;
mod collections;
mod defaults;
mod expansions;
mod outcomes;
mod players;
mod prospect;
mod standing;
mod strategy;
mod teams;

use super::plan::Plan;
use crate::diag::{Problems, RuleSetWarning};
use crate::json::node::Node;
use crate::json::reader;
use crate::model::ticket::Player;
#[cfg(test)]
pub(crate) use prospect::Outcome;
use prospect::Prospect;
use standing::Standings;

/// What is known of the matchmaker that a rule set is for, see
/// [`RuleSet::lint`](crate::RuleSet::lint).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct LintOptions {
    /// The `RequestTimeoutSeconds` of its configuration; `None` where it is not known.
    pub request_timeout_seconds: Option<u32>,
}

impl LintOptions {
    /// The same options with a request timeout in seconds.
    #[must_use]
    pub const fn request_timeout_seconds(mut self, seconds: u32) -> Self {
        self.request_timeout_seconds = Some(seconds);
        self
    }
}

/// The warnings that the text alone gives rise to, for a plan that has no mistake.
pub(super) fn text(root: &Node, plan: &Plan, problems: &mut Problems) {
    attributes::check(root, &plan.ast, problems);
    let standings = Standings::new(&plan.ast);
    expansions::check(&plan.ast, &standings, problems);
    strategy::check(root, plan, problems);
    batch::check(plan, problems);
    let mut prospect = Prospect::new(plan);
    let outcomes = outcomes::check(plan, &mut prospect, problems);
    collections::check(plan, problems);
    teams::check(root, plan, &outcomes, &mut prospect, problems);
    defaults::check(root, plan, &outcomes, problems);
}

/// The warnings of [`text`], which `plan` has, and those that `options` give rise to.
pub(super) fn with_options(plan: &Plan, options: LintOptions) -> Vec<RuleSetWarning> {
    let mut problems = Problems::new(&plan.text, false);
    if let Some(seconds) = options.request_timeout_seconds {
        expansions::check_timeout(&plan.ast, seconds, &mut problems);
    }
    let mut warnings = plan.warnings.clone();
    warnings.extend(problems.into_warnings());
    warnings.sort_by_key(|warning| warning.location().source.start);
    warnings
}

/// The warnings that players give rise to.
pub(super) fn with_players<'p>(
    plan: &Plan,
    sample: impl Iterator<Item = &'p Player>,
) -> Vec<RuleSetWarning> {
    // What is lax about the text, its compilation has said.
    let Some(root) = reader::read(&mut Problems::new(&plan.text, false)) else { return Vec::new() };
    let mut problems = Problems::new(&plan.text, false);
    players::check(&root, plan, sample, &mut problems);
    problems.into_warnings()
}

/// What each rule comes to in all matches.
#[cfg(test)]
pub(crate) fn outcomes(plan: &Plan) -> Vec<Outcome> {
    let mut prospect = Prospect::new(plan);
    (0..plan.ast.rules.len()).map(|rule| outcomes::outcome(plan, rule, &mut prospect)).collect()
}
