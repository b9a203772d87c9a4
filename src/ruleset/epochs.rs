//! Expansions cut waiting time into epochs: in each, every property has one frozen value. Nothing is
//! patched while matches are searched.

use super::ast::{ExpansionAst, FieldValue, RuleSetAst, StepAst, Target};
use crate::base::epoch::{Epoch, PerEpoch};
use crate::base::idx::{Col, Idx};
use crate::base::time::Millis;
use crate::model::schema::{InstanceIdx, TeamIdx};

/// When each epoch begins.
#[derive(Clone, Debug)]
pub(crate) struct Epochs {
    starts: Col<Epoch, Millis>,
}

/// How many players a team instance takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TeamSize {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// The size of every team instance in every epoch.
pub(crate) type TeamSizes = Col<Epoch, Col<InstanceIdx, TeamSize>>;

impl Epochs {
    pub(crate) fn new(expansions: &[ExpansionAst]) -> Self {
        let steps = expansions.iter().flat_map(|expansion| &expansion.steps);
        let mut starts: Vec<Millis> =
            steps.map(|step| Millis::from_secs(step.wait_seconds)).collect();
        starts.push(Millis::new(0));
        starts.sort_unstable();
        starts.dedup();
        Self { starts: starts.into_iter().collect() }
    }

    pub(crate) fn indices(&self) -> impl DoubleEndedIterator<Item = Epoch> + use<> {
        self.starts.indices()
    }

    /// The waiting time from which `epoch` is in force.
    pub(crate) fn start(&self, epoch: Epoch) -> Millis {
        self.starts[epoch]
    }

    /// The same in seconds: every step is a whole number of them.
    pub(super) fn start_seconds(&self, epoch: Epoch) -> u32 {
        (self.start(epoch).get() / 1000) as u32
    }

    /// The epoch in force at a waiting time.
    pub(crate) fn at(&self, wait: Millis) -> Epoch {
        let begun = self.starts.as_slice().partition_point(|&start| start <= wait);
        Epoch::from_usize(begun.saturating_sub(1))
    }

    /// The waiting time at which the epoch after `wait` begins.
    pub(crate) fn next_start(&self, wait: Millis) -> Option<Millis> {
        let begun = self.starts.as_slice().partition_point(|&start| start <= wait);
        self.starts.as_slice().get(begun).copied()
    }

    /// The last step of an expansion that is due in `epoch`.
    fn due_step<'a>(
        &self,
        expansion: &'a ExpansionAst,
        epoch: Epoch,
    ) -> Option<(usize, &'a FieldValue)> {
        let start = self.start(epoch);
        let due = |step: &StepAst| Millis::from_secs(step.wait_seconds) <= start;
        let position = expansion.steps.partition_point(due).checked_sub(1)?;
        expansion.steps.get(position).map(|step| (position, &step.value))
    }
}

/// Where the value of a field in one epoch comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    AsWritten,
    /// This step of this expansion.
    Step {
        expansion: usize,
        step: usize,
    },
}

/// Where a rule's field has its value from, epoch by epoch.
pub(crate) fn field_origins(
    epochs: &Epochs,
    expansions: &[ExpansionAst],
    rule: usize,
    field: &str,
) -> PerEpoch<Origin> {
    let changes = |expansion: &ExpansionAst| match &expansion.target {
        Target::RuleField { rule: target, field: name } => *target == rule && *name == field,
        _ => false,
    };
    let Some(position) = expansions.iter().position(changes) else {
        return PerEpoch::constant(Origin::AsWritten);
    };
    let expansion = &expansions[position];
    let origins = epochs.indices().map(|epoch| match epochs.due_step(expansion, epoch) {
        Some((step, _)) => Origin::Step { expansion: position, step },
        None => Origin::AsWritten,
    });
    PerEpoch::varying(origins.collect()).unwrap_or(PerEpoch::constant(Origin::AsWritten))
}

/// The sizes of every team instance in every epoch.
pub(crate) fn team_sizes(ast: &RuleSetAst, epochs: &Epochs) -> TeamSizes {
    let in_epoch = |epoch| {
        let written = ast.schema.teams.iter();
        let mut teams: Col<TeamIdx, TeamSize> =
            written.map(|team| TeamSize { min: team.min_players, max: team.max_players }).collect();
        for expansion in &ast.expansions {
            let Some((_, FieldValue::Number(players))) = epochs.due_step(expansion, epoch) else {
                continue;
            };
            let players = *players as u32;
            match &expansion.target {
                Target::MinPlayers(targets) => {
                    targets.iter().for_each(|&team| teams[team].min = players);
                }
                Target::MaxPlayers(targets) => {
                    targets.iter().for_each(|&team| teams[team].max = players);
                }
                Target::RuleField { .. } => {}
            }
        }
        ast.schema.instances.iter().map(|instance| teams[instance.team]).collect()
    };
    epochs.indices().map(in_epoch).collect()
}
