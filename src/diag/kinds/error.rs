//! The kinds of errors: each keeps a rule set from compiling.

use super::kinds;
use crate::diag::LaxReading;

kinds! {
    /// What is wrong with a rule set text. The source of each limit is named in its message's
    /// documentation; `facts` are the published facts of FlexMatch.
    RuleSetErrorKind {
        /// The text is not JSON.
        Syntax "syntax" {
            /// What the reader was looking for.
            expected: String,
            /// What stands there.
            found: String,
        } "expected {expected}, found {found}";
        /// The text is longer than the service takes (facts 1.1).
        TextTooLong "textTooLong" {
            /// Its length in characters.
            length: usize,
            /// The longest text.
            limit: usize,
        } "the rule set has {length} characters, the limit is {limit}";
        /// Brackets are nested too deep.
        TooDeep "tooDeep" {
            /// The deepest nesting read.
            limit: usize,
        } "brackets are nested more than {limit} deep";
        /// More problems than are listed.
        TooManyErrors "tooManyErrors" {
            /// How many are listed.
            limit: usize,
        } "more than {limit} problems; mend these first";
        /// A value has another JSON type.
        WrongType "wrongType" {
            /// What belongs here.
            expected: String,
            /// What stands here.
            found: String,
        } "expected {expected}, found {found}";
        /// A required key is not there.
        MissingKey "missingKey" {
            /// The key.
            key: String,
            /// What lacks it.
            of: String,
        } "{of} needs `{key}`";
        /// A key that this object does not have.
        UnknownKey "unknownKey" {
            /// The key.
            key: String,
            /// What it was found in.
            of: String,
        } "{of} has no `{key}`";
        /// A word that is not one of the allowed ones.
        UnknownWord "unknownWord" {
            /// The word.
            word: String,
            /// What it was meant to name.
            what: String,
        } "`{word}` is not {what}";
        /// `ruleLanguageVersion` is not `"1.0"` (facts 1.2).
        Version "version" {
            /// What it is.
            found: String,
        } "rule language version `{found}` is not known";
        /// A number outside its range.
        OutOfRange "outOfRange" {
            /// What the number is.
            what: String,
            /// The number.
            value: f64,
            /// What it may be.
            range: String,
        } "{what} is {value}, but must be {range}";
        /// A text shorter or longer than allowed.
        BadLength "badLength" {
            /// What the text is.
            what: String,
            /// Its length in characters.
            length: usize,
            /// The shortest and longest.
            range: String,
        } "{what} has {length} characters, but must have {range}";
        /// A list that must not be empty.
        EmptyList "emptyList" {
            /// What the list is.
            what: String,
        } "{what} must not be empty";
        /// Two things of a kind with one name.
        DuplicateName "duplicateName" {
            /// What they are.
            what: String,
            /// The name.
            name: String,
        } "there are two {what} named `{name}`";
        /// A team name that another team's `quantity` makes as well.
        InstanceName "instanceName" {
            /// The name.
            name: String,
            /// The team with `quantity`.
            team: String,
        } "`{name}` is also the name of an instance of team `{team}`";
        /// `minPlayers` above `maxPlayers`, at some waiting time (facts 10.30).
        MinAboveMax "minAboveMax" {
            /// The team.
            team: String,
            /// Its `minPlayers`.
            min: u32,
            /// Its `maxPlayers`.
            max: u32,
            /// When: as written, or after a wait.
            when: String,
        } "team `{team}` has minPlayers {min} above maxPlayers {max} {when}";
        /// Room for more players than a match may have (facts 1.5).
        MatchTooLarge "matchTooLarge" {
            /// The players.
            players: u32,
            /// The most there may be.
            limit: u32,
        } "the teams hold {players} players, the limit is {limit}";
        /// A match that can never hold a player.
        NoPlayers "noPlayers" "the teams hold no player at any waiting time";
        /// More than 40 players without strategy `balanced` (facts 10.4).
        NeedsBalanced "needsBalanced" {
            /// The players.
            players: u32,
        } "the teams hold {players} players; a match of more than 40 needs the strategy `balanced`";
        /// A rule kind that large matches do not recognise (facts 1.8, 10.4).
        NotInLargeMatches "notInLargeMatches" {
            /// The kind.
            kind: String,
            /// The players.
            players: u32,
        } "rule type `{kind}` is not recognised in a match of {players} players";
        /// A `batchingPreference` of the other strategy (facts 1.4).
        BatchingPreference "batchingPreference" {
            /// The preference.
            preference: String,
            /// The strategy in force.
            strategy: String,
        } "batching preference `{preference}` does not go with strategy `{strategy}`";
        /// An attribute that is not declared.
        UnknownAttribute "unknownAttribute" {
            /// The name.
            name: String,
        } "no attribute `{name}` is declared";
        /// An attribute of a type that cannot be used here.
        AttributeType "attributeType" {
            /// The name.
            name: String,
            /// Its type.
            found: String,
            /// The type needed.
            expected: String,
        } "attribute `{name}` is a {found}, but {expected} is needed here";
        /// A team that is not declared.
        UnknownTeam "unknownTeam" {
            /// The name.
            name: String,
        } "no team `{name}` is declared";
        /// A rule that is not declared.
        UnknownRule "unknownRule" {
            /// The name.
            name: String,
        } "no rule `{name}` is declared";
        /// A rule type that FlexMatch does not have.
        UnknownRuleType "unknownRuleType" {
            /// The type.
            name: String,
        } "`{name}` is not a rule type";
        /// A property expression that does not parse.
        ExpressionSyntax "expressionSyntax" {
            /// What the parser was looking for.
            expected: String,
            /// What stands there.
            found: String,
        } "expected {expected}, found {found}";
        /// Functions nested too deep in an expression.
        ExpressionTooDeep "expressionTooDeep" {
            /// The deepest nesting read.
            limit: usize,
        } "functions are nested more than {limit} deep";
        /// The statement of a compound rule that does not parse (facts 3.7).
        StatementSyntax "statementSyntax" {
            /// What the parser was looking for.
            expected: String,
            /// What stands there.
            found: String,
        } "expected {expected}, found {found}";
        /// A statement nested too deep.
        StatementTooDeep "statementTooDeep" {
            /// The deepest nesting read.
            limit: usize,
        } "statements are nested more than {limit} deep";
        /// A statement that, with those of the compound rules it names, has too many parts.
        StatementTooLarge "statementTooLarge" {
            /// The most parts, each a rule or an operator.
            limit: usize,
        } "the statement and those it names have more than {limit} parts";
        /// A statement that names a rule which does not stand before it (facts 1.8).
        LaterRule "laterRule" {
            /// The rule.
            name: String,
        } "rule `{name}` does not stand before this compound rule";
        /// Compound rules that name each other in a ring.
        RuleRing "ruleRing" {
            /// The names along the ring, the first again at the end.
            ring: String,
        } "compound rules name each other in a ring: {ring}";
        /// A rule that a statement cannot name (facts 1.8, 10.11).
        NotInCompounds "notInCompounds" {
            /// The rule.
            rule: String,
            /// Its type.
            kind: String,
        } "rule `{rule}` is of type `{kind}`, which no statement can name";
        /// A name that stands twice in one selector (decision 13).
        RepeatedName "repeatedName" {
            /// The name.
            name: String,
        } "`{name}` stands twice in this list";
        /// A function on something that it does not take.
        FunctionType "functionType" {
            /// The function.
            function: String,
            /// What it takes.
            expected: String,
            /// What it got.
            found: String,
        } "`{function}` takes {expected}, this is {found}";
        /// A measurement of a type that the rule does not judge.
        MeasurementType "measurementType" {
            /// What the rule judges.
            expected: String,
            /// What this is.
            found: String,
        } "{expected} is needed here, this is {found}";
        /// A reference value of another type than the measurement.
        ReferenceType "referenceType" {
            /// What is needed.
            expected: String,
            /// What this is.
            found: String,
        } "the reference value must be {expected}, this is {found}";
        /// An ordering operation on strings (decision 12).
        OperationOnStrings "operationOnStrings" {
            /// The operation.
            operation: String,
        } "`{operation}` does not compare strings";
        /// An operation that needs a reference value (facts 1.8).
        OperationNeedsReference "operationNeedsReference" {
            /// The operation.
            operation: String,
        } "`{operation}` needs a `referenceValue`";
        /// An operation that has no use for a reference value (facts 3.3).
        OperationTakesNoReference "operationTakesNoReference" {
            /// The operation.
            operation: String,
        } "`{operation}` takes no `referenceValue`";
        /// One lone value compared with nothing (decision 12).
        LoneValue "loneValue" "one value has nothing to be compared with";
        /// Values of different types compared with each other.
        MixedMeasurements "mixedMeasurements" "numbers and strings cannot be compared with each other";
        /// A rule without any bound (decision 12).
        NoBound "noBound" {
            /// The rule's type.
            kind: String,
            /// The bounds it may have.
            bounds: String,
        } "a `{kind}` rule without {bounds} judges nothing";
        /// An expansion target that is not of the form `component[names].property`.
        TargetSyntax "targetSyntax" {
            /// The target.
            target: String,
        } "`{target}` is not an expansion target";
        /// A property that cannot be expanded (facts 1.7, 10.30).
        TargetProperty "targetProperty" {
            /// The property.
            property: String,
            /// Of what.
            of: String,
        } "`{property}` of {of} cannot be expanded";
        /// A bound that the rule does not state (decision 10).
        TargetAbsent "targetAbsent" {
            /// The rule.
            rule: String,
            /// The property.
            property: String,
        } "rule `{rule}` has no `{property}` to expand";
        /// One instance of a team with `quantity` (decision 10).
        TargetInstance "targetInstance" {
            /// The instance.
            instance: String,
            /// The team.
            team: String,
        } "`{instance}` is one instance of team `{team}`; only the whole team can be expanded";
        /// A property that two expansions change (decision 10).
        TargetOverlap "targetOverlap" {
            /// The target that stands twice.
            target: String,
        } "`{target}` is the target of two expansions";
        /// Steps that do not come in increasing order of waiting time.
        StepOrder "stepOrder" {
            /// The step before.
            previous_seconds: u32,
            /// This step.
            seconds: u32,
        } "this step's waitTimeSeconds {seconds} is not above the {previous_seconds} of the step before";
    }
}
