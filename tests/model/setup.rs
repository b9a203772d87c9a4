//! What one run is about: a rule set, a configuration and options, drawn from its seed.

use rallypoint::{
    BackfillMode, Configuration, EarlyRejection, EngineOptions, FlexMatchMode, Millis, RuleSet,
};

use crate::dice::Dice;

/// A rule set as the model needs to know it.
pub struct Game {
    pub text: &'static str,
    /// Team instances with the fewest and the most players.
    pub teams: &'static [(&'static str, usize, usize)],
    /// The enforced rules by name.
    pub rules: &'static [&'static str],
    /// The most players of one ticket that make sense.
    pub party: usize,
    /// When expansion steps come into force, in milliseconds.
    pub steps: &'static [u64],
}

/// Every player may have `skill`; where it has no default, a ticket without it is never matched.
pub const GAMES: [Game; 6] = [
    Game {
        text: r#"{"name":"duel","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number"}],
            "teams":[{"name":"red","minPlayers":1,"maxPlayers":1},
                     {"name":"blue","minPlayers":1,"maxPlayers":1}],
            "rules":[{"name":"Close","type":"distance",
                "measurements":["avg(teams[red].players.attributes[skill])"],
                "referenceValue":"avg(teams[blue].players.attributes[skill])","maxDistance":40}],
            "expansions":[{"target":"rules[Close].maxDistance",
                "steps":[{"waitTimeSeconds":2,"value":80},{"waitTimeSeconds":5,"value":1000}]}]}"#,
        teams: &[("red", 1, 1), ("blue", 1, 1)],
        rules: &["Close"],
        party: 1,
        steps: &[2000, 5000],
    },
    Game {
        text: r#"{"name":"squads","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number","default":50}],
            "teams":[{"name":"squad","minPlayers":2,"maxPlayers":2,"quantity":2}],
            "rules":[{"name":"Even","type":"distance",
                "measurements":["avg(teams[squad_1].players.attributes[skill])"],
                "referenceValue":"avg(teams[squad_2].players.attributes[skill])","maxDistance":50}]}"#,
        teams: &[("squad_1", 2, 2), ("squad_2", 2, 2)],
        rules: &["Even"],
        party: 2,
        steps: &[],
    },
    Game {
        text: r#"{"name":"arena","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number","default":50}],
            "teams":[{"name":"all","minPlayers":1,"maxPlayers":6}]}"#,
        teams: &[("all", 1, 6)],
        rules: &[],
        party: 3,
        steps: &[],
    },
    Game {
        text: r#"{"name":"regions","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number","default":50}],
            "teams":[{"name":"north","minPlayers":1,"maxPlayers":2},
                     {"name":"south","minPlayers":1,"maxPlayers":2}],
            "rules":[{"name":"Near","type":"latency","maxLatency":60}],
            "expansions":[{"target":"rules[Near].maxLatency",
                "steps":[{"waitTimeSeconds":3,"value":120}]}]}"#,
        teams: &[("north", 1, 2), ("south", 1, 2)],
        rules: &["Near"],
        party: 2,
        steps: &[3000],
    },
    Game {
        text: r#"{"name":"refill","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number","default":50}],
            "teams":[{"name":"us","minPlayers":1,"maxPlayers":3},
                     {"name":"them","minPlayers":1,"maxPlayers":3}],
            "algorithm":{"strategy":"exhaustiveSearch","backfillPriority":"high",
                "expansionAgeSelection":"oldest"},
            "rules":[{"name":"Order","type":"absoluteSort","sortDirection":"ascending",
                "sortAttribute":"skill"}]}"#,
        teams: &[("us", 1, 3), ("them", 1, 3)],
        rules: &[],
        party: 2,
        steps: &[],
    },
    Game {
        text: r#"{"name":"later","ruleLanguageVersion":"1.0",
            "playerAttributes":[{"name":"skill","type":"number","default":50}],
            "teams":[{"name":"one","minPlayers":2,"maxPlayers":3},
                     {"name":"two","minPlayers":1,"maxPlayers":1}],
            "algorithm":{"strategy":"exhaustiveSearch","backfillPriority":"low"},
            "rules":[{"name":"Spread","type":"batchDistance","batchAttribute":"skill",
                "maxDistance":60}]}"#,
        teams: &[("one", 2, 3), ("two", 1, 1)],
        rules: &["Spread"],
        party: 2,
        steps: &[],
    },
];

/// One run.
pub struct Setup {
    pub seed: u64,
    pub game: &'static Game,
    pub rule_set: RuleSet,
    pub configuration: Configuration,
    pub options: EngineOptions,
    /// How many players there are: few, so that they meet themselves.
    pub players: usize,
}

impl Setup {
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let game = &GAMES[dice.below(GAMES.len())];
        // Every fourth run is about sessions that fill up while players answer.
        let fills = seed % 4 == 3;
        let with_queue = fills || dice.percent(60);
        let automatic = with_queue && (fills || dice.percent(60));
        let acceptance_required = fills || dice.percent(55);
        let configuration = Configuration {
            request_timeout_seconds: dice.one(if fills { &[30, 300] } else { &[3, 8, 30, 300] }),
            acceptance_required,
            acceptance_timeout_seconds: acceptance_required
                .then(|| dice.one(if fills { &[8, 20] } else { &[1, 3, 8] })),
            additional_player_count: dice.one(if fills { &[0] } else { &[0, 0, 1, 2] }),
            custom_event_data: dice.percent(30).then(|| "from-the-test".into()),
            flex_match_mode: match with_queue {
                true => FlexMatchMode::WithQueue,
                false => FlexMatchMode::Standalone,
            },
            backfill_mode: match automatic {
                true => BackfillMode::Automatic,
                false => BackfillMode::Manual,
            },
            ..Configuration::default()
        };
        let mut options = EngineOptions::default();
        options.pass_interval = Millis::new(dice.one(&[0, 0, 0, 700, 2000]));
        options.nodes_per_slice = dice.one(&[1, 20, 1_000_000, 1_000_000]);
        options.nodes_per_anchor = dice.one(&[3, 50, 100_000, 100_000]);
        options.active_tickets_max = dice.one(&[3, 8, 40, 40]);
        options.undrained_events_max = dice.one(&[1, 4, 12, 100_000, 100_000]);
        options.retention = Millis::new(dice.one(&[0, 1000, 15_000, 120_000]));
        options.retained_tickets_max = dice.one(&[0, 2, 12, 40]);
        options.placement_timeout = Millis::new(dice.one(&[1000, 4000, 20_000]));
        options.early_rejection = match dice.percent(35) {
            true => EarlyRejection::Literal,
            false => EarlyRejection::RejectersOnly,
        };
        options.backfill_before_new_match_seconds = dice.one(&[0, 0, 1, 3]);
        options.sessions_max = dice.one(&[2, 6, 50, 50]);
        let players = 4 + dice.below(12);
        let rule_set = RuleSet::from_json(game.text).expect("the rule sets of the test are right");
        Self { seed, game, rule_set, configuration, options, players }
    }

    pub fn has_queue(&self) -> bool {
        self.configuration.flex_match_mode == FlexMatchMode::WithQueue
    }

    pub fn is_automatic(&self) -> bool {
        self.configuration.backfill_mode == BackfillMode::Automatic
    }

    /// The most players of a match (facts 5.6, decision 17).
    pub fn capacity(&self) -> usize {
        let fewest: usize = self.game.teams.iter().map(|&(_, min, _)| min).sum();
        let most: usize = self.game.teams.iter().map(|&(_, _, max)| max).sum();
        let kept = match self.has_queue() {
            true => self.configuration.additional_player_count as usize,
            false => 0,
        };
        fewest.max(most.saturating_sub(kept))
    }

    pub fn request_timeout(&self) -> u64 {
        u64::from(self.configuration.request_timeout_seconds) * 1000
    }
}
