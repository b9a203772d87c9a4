//! Two rule sets on the same arrivals.

use serde::{Deserialize, Serialize};

use super::arrivals::Arrivals;
use super::run::{SimulationError, SimulationSettings, SimulationStep, simulate};
use super::summary::SimulationSummary;
use crate::RuleSet;

/// What came of two rule sets for the same tickets at the same times, who answer, give up and stay
/// as they do by the same seed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulationComparison {
    /// Of the first.
    pub base: SimulationSummary,
    /// Of the other.
    pub other: SimulationSummary,
}

/// Plays the same arrivals against two rule sets. A population that is derived from the first should
/// have what the other needs as well:
/// [`Population::and_suited_to`](super::Population::and_suited_to).
///
/// # Errors
/// As [`simulate`].
pub fn compare(
    base: &RuleSet,
    other: &RuleSet,
    arrivals: &Arrivals,
    settings: &SimulationSettings,
    observe: &mut dyn FnMut(SimulationStep<'_>),
) -> Result<SimulationComparison, SimulationError> {
    let base = simulate(base, arrivals, settings, observe)?;
    let other = simulate(other, arrivals, settings, observe)?;
    Ok(SimulationComparison { base, other })
}
