//! What a timeline is made of besides its rule set.

use super::chance::Chance;
use super::games::Game;
use crate::base::time::{Millis, Timestamp};
use crate::engine::Matchmaker;
use crate::engine::options::{
    BackfillMode, Configuration, EarlyRejection, EngineOptions, FlexMatchMode,
};

pub(super) const START: Timestamp = Timestamp::from_millis(0);

pub(super) struct Setup {
    pub(super) seed: u64,
    pub(super) game: Game,
    pub(super) configuration: Configuration,
    pub(super) options: EngineOptions,
    /// Everything happens at whole seconds, so that much happens at once.
    pub(super) is_coarse: bool,
    pub(super) has_backfill: bool,
}

impl Setup {
    pub(super) fn draw(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        // Nobody but those who stop and time out keeps these from being matched.
        let is_dense = chance.percent(30);
        let game = Game::draw(&mut chance, is_dense);
        let with_queue = !is_dense && chance.percent(60);
        let acceptance_required = !is_dense && chance.percent(45);
        let configuration = Configuration {
            request_timeout_seconds: game.request_timeout_seconds,
            acceptance_required,
            acceptance_timeout_seconds: acceptance_required.then_some(3),
            additional_player_count: u32::from(chance.percent(30)),
            flex_match_mode: match with_queue {
                true => FlexMatchMode::WithQueue,
                false => FlexMatchMode::Standalone,
            },
            backfill_mode: match with_queue && chance.percent(60) {
                true => BackfillMode::Automatic,
                false => BackfillMode::Manual,
            },
            ..Configuration::default()
        };
        // A slice of a few nodes, or of a few events, ends in the middle of a pass.
        let nodes_per_slice = *chance.one_of(&[20, 20, 300, 1_000_000, 1_000_000]);
        let undrained_events_max = if chance.percent(20) { 3 } else { 4_000_000 };
        let guard = match is_dense {
            true => *chance.one_of(&[0, 3, 3, 8]),
            false => *chance.one_of(&[0, 0, 0, 3]),
        };
        let has_small_budget = chance.percent(10);
        let options = EngineOptions {
            nodes_per_anchor: match has_small_budget {
                true => *chance.one_of(&[15, 60, 250]),
                false => game.nodes_per_anchor,
            },
            nodes_per_slice,
            undrained_events_max,
            pass_interval: Millis::new(if chance.percent(15) { 700 } else { 0 }),
            placement_timeout: Millis::from_secs(4),
            early_rejection: match chance.percent(20) {
                true => EarlyRejection::Literal,
                false => EarlyRejection::RejectersOnly,
            },
            backfill_before_new_match_seconds: guard,
            // Exchange is for the matches of one slice, and slices of the two engines end in
            // different places.
            exchange_tries: if nodes_per_slice == 1_000_000 { 8 } else { 0 },
            ..EngineOptions::default()
        };
        let (is_coarse, has_backfill) = (chance.percent(20), chance.percent(80));
        Self { seed, game, configuration, options, is_coarse, has_backfill }
    }

    pub(super) fn matchmaker(&self) -> Matchmaker {
        let (rule_set, configuration) = (self.game.rule_set.clone(), self.configuration.clone());
        Matchmaker::new(rule_set, configuration, self.options.clone(), START, self.seed)
            .expect("the configuration is valid")
    }
}
