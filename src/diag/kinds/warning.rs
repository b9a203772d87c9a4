//! The kinds of warnings: the rule set compiles all the same.

use super::kinds;
use crate::diag::LaxReading;

kinds! {
    /// What a rule set author should look at although the rule set compiles.
    RuleSetWarningKind {
        /// `flatten` on a flat list does nothing (facts 10.23).
        FlattenFlat "flattenFlat" "`flatten` does nothing here, the list is flat";
        /// A literal that looks like an expression which does not parse (facts 10.42).
        ExpressionAsLiteral "expressionAsLiteral" {
            /// The text.
            text: String,
            /// Why it is not an expression.
            reason: String,
        } "`{text}` is taken as a plain string: {reason}";
        /// A name that no expression or statement can address (facts 1.2).
        UnaddressableName "unaddressableName" {
            /// What has the name.
            what: String,
            /// The name.
            name: String,
        } "{what} `{name}` cannot be named in an expression";
        /// An attribute that nothing uses.
        UnusedAttribute "unusedAttribute" {
            /// The attribute.
            name: String,
        } "no rule uses attribute `{name}`";
        /// `minPlayers` 0 for every team.
        EmptyTeams "emptyTeams" "every team has minPlayers 0, so one ticket alone is a match";
        /// Bounds that nothing can meet.
        NeverPasses "neverPasses" {
            /// The rule.
            rule: String,
            /// Why.
            reason: String,
        } "rule `{rule}` can never pass: {reason}";
        /// An expansion without steps.
        NoSteps "noSteps" "an expansion without steps changes nothing";
        /// A step after the longest request timeout that the service allows (43,200 s).
        StepNeverFires "stepNeverFires" {
            /// The step's waiting time.
            seconds: u32,
            /// The longest a ticket waits.
            limit: u32,
        } "this step comes after {seconds} s, but no ticket waits longer than {limit} s";
        /// A field that has no effect without another one.
        IgnoredField "ignoredField" {
            /// The field.
            field: String,
            /// The other one.
            without: String,
        } "`{field}` has no effect without `{without}`";
        /// A setting that has no effect with this strategy.
        IgnoredSetting "ignoredSetting" {
            /// The setting.
            setting: String,
            /// The strategy.
            strategy: String,
        } "`{setting}` has no effect with strategy `{strategy}`";
        /// A step that gives its target the value that it has already.
        StepChangesNothing "stepChangesNothing" {
            /// The target.
            target: String,
            /// The value.
            value: String,
        } "this step changes nothing: `{target}` is {value} already";
        /// A step after which fewer matches are good enough than before it (facts 1.7 has
        /// expansions relax). Of rules that compound rules name it counts which way they count.
        StepTightens "stepTightens" {
            /// The target.
            target: String,
            /// The value before.
            from: String,
            /// The value of the step.
            to: String,
        } "this step tightens `{target}` from {from} to {to}: whoever waits longer finds fewer matches";
        /// A step of a minute or more under the age selection `newest` (facts 4.5), which the rule
        /// set does not state.
        NewestHoldsBack "newestHoldsBack" {
            /// The step's waiting time.
            seconds: u32,
        } "with `newest`, the default, this step needs a match in which everybody has waited {seconds} s: as long as tickets keep coming, few are";
        /// A rule that no match of these team sizes breaks, whatever its players are.
        NeverFails "neverFails" {
            /// The rule.
            rule: String,
            /// Why.
            reason: String,
        } "rule `{rule}` can never fail: {reason}";
        /// A bound of a rule that refuses no match, whatever its players are, beside one that may.
        BoundNeverRefuses "boundNeverRefuses" {
            /// The bound.
            bound: String,
            /// The rule.
            rule: String,
            /// Why.
            reason: String,
        } "`{bound}` of rule `{rule}` refuses no match: {reason}";
        /// A `maxCount` of a `contains` rule that counts the teams of which a player holds a string.
        BoundCountsTeams "boundCountsTeams" {
            /// The rule.
            rule: String,
            /// Its `maxCount`.
            most: u32,
            /// The teams that it measures.
            teams: usize,
        } "`maxCount` of rule `{rule}` counts teams, not players: the string may be in {most} of {teams} teams, with any number of players";
        /// A team that a rule keeps from being filled, however large the parties are. The search
        /// looks for a fuller match each time.
        TeamNeverFull "teamNeverFull" {
            /// The team instance.
            team: String,
            /// Its `maxPlayers`.
            players: u32,
            /// A rule that refuses so many.
            rule: String,
        } "team `{team}` can never hold {players} players: rule `{rule}` refuses it";
        /// A team that has no players in any match.
        TeamAlwaysEmpty "teamAlwaysEmpty" {
            /// The team instance.
            team: String,
            /// Why.
            reason: String,
        } "nobody can ever be in team `{team}`: {reason}";
        /// A default that keeps whoever is given it out of every match.
        DefaultNeverPasses "defaultNeverPasses" {
            /// The attribute.
            attribute: String,
            /// The rule.
            rule: String,
        } "whoever does not send `{attribute}` is never matched: its default cannot pass rule `{rule}`";
        /// Strategy `balanced` where no match has more than 40 players, which its documentation
        /// does not foresee (facts 1.4, 10.4).
        SmallBalanced "smallBalanced" {
            /// The most players of a match.
            players: u32,
        } "strategy `balanced` is documented for matches of 41 to 200 players, the teams hold {players}";
        /// A field that is not among those which large matches recognise (facts 4.6).
        NotReadInLargeMatches "notReadInLargeMatches" {
            /// The field.
            field: String,
            /// The rule's type.
            kind: String,
            /// The most players of a match.
            players: u32,
        } "`{field}` of `{kind}` rules is not documented for a match of {players} players, and the service may ignore it";
        /// A `comparison` or `distance` rule that means what a `batchDistance` rule means, which
        /// the guide recommends for speed (facts 3.5).
        BatchDistanceServes "batchDistanceServes" {
            /// The rule.
            rule: String,
            /// The attribute.
            attribute: String,
        } "rule `{rule}` says of `{attribute}` what a `batchDistance` rule would say, which is recommended for speed";
        /// Players who report no latency, where a rule needs it of everybody (facts 3.4, decision
        /// 15). Only [`lint_players`](crate::RuleSet::lint_players) finds them.
        PlayersWithoutLatency "playersWithoutLatency" {
            /// The rule.
            rule: String,
            /// So many report none.
            without: usize,
            /// Of so many.
            players: usize,
        } "{without} of {players} players report no latency: rule `{rule}` keeps them out of every match";
        /// Players without an attribute that has no default (facts 1.3). Only
        /// [`lint_players`](crate::RuleSet::lint_players) finds them.
        PlayersWithoutAttribute "playersWithoutAttribute" {
            /// The attribute.
            attribute: String,
            /// So many do not have it.
            without: usize,
            /// Of so many.
            players: usize,
        } "{without} of {players} players do not send `{attribute}`, which has no default: they are never matched";
        /// An attribute with a default that nobody sends, perhaps for its name. Only
        /// [`lint_players`](crate::RuleSet::lint_players) finds it.
        NobodySends "nobodySends" {
            /// The attribute.
            attribute: String,
            /// So many players were looked at.
            players: usize,
        } "none of {players} players sends `{attribute}`: all count with its default";
        /// Players who send an attribute as another type than it is declared as. Only
        /// [`lint_players`](crate::RuleSet::lint_players) finds them.
        PlayersWithOtherType "playersWithOtherType" {
            /// The attribute.
            attribute: String,
            /// Its type.
            declared: String,
            /// So many send another one.
            others: usize,
            /// Of so many.
            players: usize,
        } "{others} of {players} players send `{attribute}` as another type than {declared}: their requests are refused";
    }
}
