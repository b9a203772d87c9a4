//! Simulations: a population of players, or arrivals that were recorded, against a rule set in
//! virtual time (feature `simulate`).
//!
//! A [`Population`] says who plays, [`Arrivals`] who comes when. [`simulate()`] runs a
//! [`Matchmaker`](crate::Matchmaker) through it and gives a [`SimulationSummary`]: waits, matches,
//! fill, fairness rule by rule, expansions, locations, backfill. [`compare()`] does so with two rule
//! sets. Nothing reads a clock; who wants to know where the time goes passes an observer.

mod arrivals;
mod compare;
mod derive;
mod draw;
mod host;
mod measure;
mod population;
mod run;
mod sketch;
mod summary;

pub use arrivals::{Arrivals, ArrivalsError, PoissonArrivals, RecordedArrivals, RecordingError};
pub use compare::{SimulationComparison, compare};
pub use population::{
    AcceptanceHabits, Exponential, GivingUp, Home, ListOf, Normal, Parties, Population,
    PopulationError, Quantity, Sessions, Uniform, Values,
};
pub use run::{SimulationError, SimulationSettings, SimulationStep, simulate};
pub use summary::{
    ArrivalsSummary, BackfillSummary, Distribution, EpochShare, ExpansionOverWait,
    IgnoredOperation, LocationShare, MatchSize, MatchesSummary, Outcomes, RuleOutcome, SearchWork,
    SimulationSummary, TeamGap, TimelineBucket, ValueFrom,
};
