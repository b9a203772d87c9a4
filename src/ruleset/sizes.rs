//! Team sizes must make sense at every waiting time, and decide how large matches are.

use super::ast::{RuleAst, RuleSetAst, Target};
use super::epochs::{Epochs, TeamSize, TeamSizes};
use super::places::{self, Step::Key};
use crate::base::epoch::Epoch;
use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, Site, shorten};
use crate::json::node::Node;
use crate::model::limits;
use crate::model::schema::{Strategy, TeamDeclaration, TeamIdx};
use crate::rules;

/// The most players of a match at any waiting time.
pub(super) fn most_players(sizes: &TeamSizes) -> u32 {
    totals(sizes).max().unwrap_or(0)
}

/// The most players of a match, epoch by epoch.
fn totals(sizes: &TeamSizes) -> impl Iterator<Item = u32> {
    sizes.iter().map(|sizes| sizes.iter().map(|size| size.max).sum())
}

/// What the sizes of teams are checked against.
struct Sizes<'a> {
    root: &'a Node,
    ast: &'a RuleSetAst,
    epochs: &'a Epochs,
    sizes: &'a TeamSizes,
}

/// Checks the sizes of a rule set whose text is `root`.
pub(super) fn check_sizes(
    root: &Node,
    ast: &RuleSetAst,
    epochs: &Epochs,
    sizes: &TeamSizes,
    problems: &mut Problems,
) {
    if ast.schema.teams.is_empty() {
        return;
    }
    let all = Sizes { root, ast, epochs, sizes };
    for (team, declaration) in ast.schema.teams.enumerate() {
        if !ast.schema.unread.sizes.contains(&team) {
            all.check_team(team, declaration, problems);
        }
    }
    all.check_match(problems);
}

impl Sizes<'_> {
    fn check_team(&self, team: TeamIdx, declaration: &TeamDeclaration, problems: &mut Problems) {
        let Some(instance) = self.ast.schema.instances_of(team).next() else { return };
        let mut epochs = self.sizes.enumerate();
        let crossed = epochs.find(|(_, sizes)| sizes[instance].min > sizes[instance].max);
        let Some((epoch, sizes)) = crossed else { return };
        let TeamSize { min, max } = sizes[instance];
        let when = match self.epochs.start_seconds(epoch) {
            0 => "as written".into(),
            seconds => format!("after a wait of {seconds} s"),
        };
        let kind =
            RuleSetErrorKind::MinAboveMax { team: shorten(&declaration.name), min, max, when };
        let step = self.step_at(epoch, |target| match target {
            Target::MinPlayers(teams) | Target::MaxPlayers(teams) => teams.contains(&team),
            Target::RuleField { .. } => false,
        });
        let site = match step {
            Some(site) => site.clone(),
            None => places::named_item(self.root, "teams", &declaration.name),
        };
        problems.error(&site, kind);
    }

    fn check_match(&self, problems: &mut Problems) {
        let schema = &self.ast.schema;
        let teams_site = places::at(self.root, &[Key("teams")]);
        // What is misread only makes it smaller.
        let players = most_players(self.sizes);
        let is_whole = schema.unread.sizes.is_empty() && !schema.unread.teams;
        if players > limits::MATCH_PLAYERS_MAX {
            let limit = limits::MATCH_PLAYERS_MAX;
            let kind = RuleSetErrorKind::MatchTooLarge { players, limit };
            problems.error(&self.site_above(limit), kind);
        } else if players > limits::SMALL_MATCH_PLAYERS_MAX {
            self.check_large_match(players, problems);
        } else if players == 0 && is_whole {
            problems.error(&teams_site, RuleSetErrorKind::NoPlayers);
        }
        let empty_from_the_start = self.sizes[Epoch::first()].iter().all(|size| size.min == 0);
        if empty_from_the_start && players > 0 && is_whole {
            let help = Some("give a team a `minPlayers` of 1 or more".into());
            problems.warn(&teams_site, RuleSetWarningKind::EmptyTeams, help);
        }
    }

    fn check_large_match(&self, players: u32, problems: &mut Problems) {
        let is_balanced = self.ast.algorithm.strategy == Strategy::Balanced;
        if !is_balanced && !self.ast.schema.unread.strategy {
            let kind = RuleSetErrorKind::NeedsBalanced { players };
            let help = "set `algorithm.strategy` to \"balanced\" with a `balancedAttribute`";
            problems.error_help(&self.site_above(limits::SMALL_MATCH_PLAYERS_MAX), kind, help);
        }
        let is_recognised =
            |rule: &&RuleAst| rules::kind(rule.kind).is_none_or(|it| it.in_large_matches());
        for rule in self.ast.rules.iter().filter(|rule| !is_recognised(rule)) {
            let kind = RuleSetErrorKind::NotInLargeMatches { kind: rule.kind.into(), players };
            problems.error_help(&rule.site, kind, "use `latency` and `batchDistance` rules");
        }
    }

    /// Where a match gets room for more players than this: the teams, or the step that makes it so.
    fn site_above(&self, limit: u32) -> Site {
        let crossed = totals(self.sizes).position(|players| players > limit).unwrap_or(0);
        let epoch = Epoch::from_usize(crossed);
        let step = self.step_at(epoch, |target| matches!(target, Target::MaxPlayers(_)));
        match step.filter(|_| crossed > 0) {
            Some(site) => site.clone(),
            None => places::at(self.root, &[Key("teams")]),
        }
    }

    /// The place of a step that comes due when `epoch` begins and changes one of these targets.
    fn step_at(&self, epoch: Epoch, changes: impl Fn(&Target) -> bool) -> Option<&Site> {
        let due = self.epochs.start_seconds(epoch);
        let expansions = self.ast.expansions.iter().filter(|it| changes(&it.target));
        let mut steps = expansions.flat_map(|it| &it.steps);
        steps.find(|step| step.wait_seconds == due).map(|step| &step.site)
    }
}
