//! From rule set text to a compiled plan: text → located tree → typed tree → plan.

pub(crate) mod ast;
pub(crate) mod describe;
pub(crate) mod epochs;
mod graph;
pub(crate) mod lint;
mod parse;
mod parse_algorithm;
mod parse_attributes;
mod parse_expansions;
mod parse_rules;
mod parse_teams;
mod places;
pub(crate) mod plan;
mod sizes;
mod statement;
pub(crate) mod terms;

use std::sync::Arc;

use crate::base::fnv::fnv1a_128;
use crate::diag::{Problems, RuleSetErrors, RuleSetWarning};
use crate::json::reader;
use crate::model::matched::PlacedTicket;
use crate::model::schema::{AttributeDeclaration, PartyAggregation, Strategy, TeamDeclaration};
use crate::model::ticket::Player;
use crate::testing::judgement::JudgeError;
pub(crate) use crate::testing::judgement::{Judgement, RuleJudgement};
use crate::testing::reference;
use describe::PlanSummary;
use graph::DependencyGraph;
use lint::LintOptions;
use plan::Plan;
use terms::RuleSetTerms;

/// A compiled rule set: immutable, and cheap to clone and to share between threads.
///
/// What compiles cannot fail while matches are searched: every name is resolved and every
/// expression is of a type that its rule judges.
#[derive(Clone, Debug)]
pub struct RuleSet(Arc<Plan>);

/// How a rule set text is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CompileOptions {
    /// Refuse what is read with a warning otherwise: comments, trailing commas, repeated keys,
    /// numbers in quotes, a bare string for `measurements`, a byte order mark (decision 8).
    pub strict: bool,
    /// Whether rules judge parties player by player, or as one.
    pub party_aggregation: PartyAggregation,
}

impl CompileOptions {
    /// The same options, strict or not.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The same options with another way to judge parties.
    #[must_use]
    pub const fn party_aggregation(mut self, party_aggregation: PartyAggregation) -> Self {
        self.party_aggregation = party_aggregation;
        self
    }
}

/// Equal when the texts are, and the options.
impl PartialEq for RuleSet {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.options() == other.options()
    }
}

impl RuleSet {
    /// Compiles a rule set text of up to 65,535 characters, read leniently.
    ///
    /// ```
    /// let text = r#"{"ruleLanguageVersion": "1.0",
    ///                "teams": [{"name": "red", "minPlayers": 9, "maxPlayer": 2}],
    ///                "rules": [{"name": "fair"}]}"#;
    /// let errors = rallypoint::RuleSet::from_json(text).unwrap_err();
    /// let [misspelt, no_type] = errors.errors() else { panic!("two mistakes") };
    /// assert_eq!(misspelt.help(), Some("did you mean `maxPlayers`?"));
    /// assert_eq!(no_type.location().line, 3);
    /// ```
    ///
    /// # Errors
    /// Every problem of the text, each with its place and, where there is one, a remedy.
    pub fn from_json(text: &str) -> Result<Self, RuleSetErrors> {
        Self::compile(text, CompileOptions::default())
    }

    /// Compiles a rule set text.
    ///
    /// # Errors
    /// As [`RuleSet::from_json`].
    pub fn compile(text: &str, options: CompileOptions) -> Result<Self, RuleSetErrors> {
        let mut problems = Problems::new(text, options.strict);
        let plan = reader::read(&mut problems).and_then(|root| {
            let mut ast = parse::parse(&root, &mut problems)?;
            ast.party_aggregation = options.party_aggregation;
            let plan = Plan::compile(&root, ast, &mut problems)?;
            lint::text(&root, &plan, &mut problems);
            Some(plan)
        });
        let (mut plan, warnings) = problems.finish(plan)?;
        plan.warnings = warnings;
        plan.text = text.into();
        Ok(Self(Arc::new(plan)))
    }

    /// What the author should look at although the rule set compiles.
    pub fn warnings(&self) -> &[RuleSetWarning] {
        &self.0.warnings
    }

    /// The [`warnings`](Self::warnings), and those that come of what is known of the matchmaker
    /// that the rule set is for, in the order of the text. [`Matchmaker::warnings`] asks this with
    /// its own configuration.
    ///
    /// ```
    /// # use rallypoint::{LintOptions, RuleSet};
    /// let rules = RuleSet::from_json(include_str!("../../rulesets/duel.json"))?;
    /// let warnings = rules.lint(LintOptions::default().request_timeout_seconds(30));
    /// let late = warnings.iter().find(|it| it.kind().code() == "stepNeverFires").expect("one");
    /// assert_eq!(late.location().pointer.as_str(), "/expansions/0/steps/1/waitTimeSeconds");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`Matchmaker::warnings`]: crate::Matchmaker::warnings
    pub fn lint(&self, options: LintOptions) -> Vec<RuleSetWarning> {
        lint::with_options(&self.0, options)
    }

    /// What of the rule set these players can never meet, whoever joins them: they lack an
    /// attribute without a default, send another type than is declared, or report no latency where a
    /// rule needs it; and attributes that none of them sends. A look at the
    /// players of last night says whether the game sends what the rules ask for.
    ///
    /// ```
    /// # use rallypoint::{Player, RuleSet};
    /// let rules = RuleSet::from_json(r#"{"ruleLanguageVersion": "1.0",
    ///     "playerAttributes": [{"name": "skill", "type": "number"}],
    ///     "teams": [{"name": "all", "minPlayers": 2, "maxPlayers": 2}],
    ///     "rules": [{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5}]}"#)?;
    /// let players = [Player::new("ana").with_number("skil", 7.0)];
    /// let warnings = rules.lint_players(&players);
    /// assert_eq!(warnings.len(), 1);
    /// println!("{}", warnings[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lint_players<'p>(
        &self,
        players: impl IntoIterator<Item = &'p Player>,
    ) -> Vec<RuleSetWarning> {
        lint::with_players(&self.0, players.into_iter())
    }

    /// The text that was compiled.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The options that it was compiled with. A rule set that compiles strictly compiles to the
    /// same leniently, so `strict` is not kept.
    pub fn options(&self) -> CompileOptions {
        CompileOptions::default().party_aggregation(self.0.ast.party_aggregation)
    }

    /// A hash of the text to the letter and of the options: 32 hexadecimal digits, FNV-1a with 128
    /// bits, the same in every release. Journals and snapshots name their rule set by it
    /// (decision 3). It finds a mistake; it does not resist someone who looks for two texts with
    /// one hash.
    pub fn fingerprint(&self) -> String {
        let parties = self.0.ast.party_aggregation.as_str();
        format!("{:032x}", fnv1a_128(&[self.text(), parties]))
    }

    /// The `name` of the rule set, a label without a meaning.
    pub fn name(&self) -> Option<&str> {
        self.0.ast.name.as_deref()
    }

    /// The search strategy.
    pub fn strategy(&self) -> Strategy {
        self.0.ast.algorithm.strategy
    }

    /// The declared player attributes, in the order of the text.
    pub fn attributes(&self) -> &[AttributeDeclaration] {
        self.0.ast.schema.attributes.as_slice()
    }

    /// The declared teams, in the order of the text, with their sizes as written.
    pub fn teams(&self) -> &[TeamDeclaration] {
        self.0.ast.schema.teams.as_slice()
    }

    /// The names of the team instances, in the order in which they are filled and listed:
    /// `trio_1`, `trio_2` for a team `trio` with quantity 2.
    pub fn team_instances(&self) -> impl Iterator<Item = &str> {
        self.0.ast.schema.instances.iter().map(|instance| &*instance.name)
    }

    /// The names of the rules, in the order of the text.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.0.ast.rules.iter().map(|rule| rule.name.as_str())
    }

    /// Judges a match rule by rule with the reference evaluator, a plain interpreter that shares
    /// no code with the search. Tickets of a team are given in the order of their submission.
    ///
    /// # Errors
    /// [`JudgeError`] when the tickets do not describe a match of this rule set at all, for
    /// instance because a team is not declared. A match that breaks rules is no error.
    ///
    /// ```
    /// # use rallypoint::{Millis, PlacedTicket, Player, RuleSet};
    /// let rules = RuleSet::from_json(include_str!("../../rulesets/duel.json"))?;
    /// let ticket = |team: &str, name: &str, skill| PlacedTicket {
    ///     team: team.into(),
    ///     age: Millis::from_secs(0),
    ///     players: vec![Player::new(name).with_number("skill", skill)],
    ///     backfill: false,
    /// };
    /// let judgement = rules.judge(&[ticket("challenger", "ana", 1500.0), ticket("defender", "ben", 2900.0)])?;
    /// assert!(!judgement.valid);
    /// println!("{judgement:#?}"); // every rule with its values and bounds
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge(&self, tickets: &[PlacedTicket]) -> Result<Judgement, JudgeError> {
        reference::judge(&self.0.ast, tickets)
    }

    /// For each rule, in the order of the rule set, one number that says how near a match came to
    /// its bound, by the reference evaluator, in the unit of what the rule measures:
    ///
    /// - `distance`: the greatest distance; the least where only `minDistance` is stated;
    /// - `comparison` of numbers: under `<` and `<=` the greatest, under `>` and `>=` the least value,
    ///   less the reference value if that is an expression; under `=` and `!=` the greatest distance
    ///   from the reference value;
    /// - `collection`: the least count where `minCount` is stated, else the greatest;
    /// - `batchDistance` of numbers: how far the tickets are apart;
    /// - `latency`: the highest latency of a ticket in milliseconds, at the location where that is
    ///   lowest.
    ///
    /// None for other rules, and where something is undefined or there is nothing to measure.
    ///
    /// # Errors
    /// [`JudgeError`] when the tickets do not describe a match of this rule set at all.
    pub fn measure(&self, tickets: &[PlacedTicket]) -> Result<Vec<Option<f64>>, JudgeError> {
        reference::measure(&self.0.ast, tickets)
    }

    /// What the rules read, where their bounds lie, and what waiting changes.
    pub fn terms(&self) -> RuleSetTerms {
        RuleSetTerms::new(&self.0)
    }

    /// What the compiler made of the rule set: columns, epochs, the order of evaluation, and what
    /// lets the search give a partial match up.
    pub fn describe(&self) -> PlanSummary {
        PlanSummary::new(&self.0)
    }

    /// What needs what, in the DOT language: expansions need rules and teams, rules need
    /// attributes, teams, and the rules that their statements name.
    pub fn dependency_graph(&self) -> String {
        DependencyGraph::new(&self.0.ast).to_dot()
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.0
    }
}
