//! The problems that a rule set text can have, in the words of a rule set author.
//!
//! Messages are lower case, without a full stop, with the author's text in backticks. What to do
//! about a problem is its help, apart from the message.

use std::fmt;

use super::found::shorten;
use super::source::Location;

/// One problem that keeps a rule set from compiling.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetError {
    pub(super) kind: RuleSetErrorKind,
    pub(super) at: Location,
    pub(super) help: Option<String>,
}

/// Something legal that is surely not meant, or a reading that the service may not share.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetWarning {
    pub(super) kind: RuleSetWarningKind,
    pub(super) at: Location,
    pub(super) help: Option<String>,
}

macro_rules! diagnostic {
    ($name:ident, $kind:ident) => {
        impl $name {
            pub(super) fn new(kind: $kind, at: Location, help: Option<String>) -> Self {
                Self { kind, at, help }
            }

            /// What is wrong.
            pub fn kind(&self) -> &$kind {
                &self.kind
            }

            /// Where it is.
            pub fn location(&self) -> &Location {
                &self.at
            }

            /// What to do about it, where that is known.
            pub fn help(&self) -> Option<&str> {
                self.help.as_deref()
            }
        }

        /// `LINE:COLUMN: MESSAGE (at POINTER)`, then the help.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Location { line, column, pointer, .. } = &self.at;
                write!(f, "{line}:{column}: {}", self.kind)?;
                if !pointer.as_str().is_empty() {
                    write!(f, " (at {pointer})")?;
                }
                if let Some(help) = &self.help {
                    write!(f, "; help: {help}")?;
                }
                Ok(())
            }
        }
    };
}
diagnostic!(RuleSetError, RuleSetErrorKind);
diagnostic!(RuleSetWarning, RuleSetWarningKind);

impl std::error::Error for RuleSetError {}

/// Every problem of a rule set text, in the order of the text; never empty.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetErrors {
    errors: Vec<RuleSetError>,
    warnings: Vec<RuleSetWarning>,
}

impl RuleSetErrors {
    pub(super) fn new(errors: Vec<RuleSetError>, warnings: Vec<RuleSetWarning>) -> Self {
        debug_assert!(!errors.is_empty());
        Self { errors, warnings }
    }

    /// The errors, first in the text first.
    pub fn errors(&self) -> &[RuleSetError] {
        &self.errors
    }

    /// The warnings found beside them.
    pub fn warnings(&self) -> &[RuleSetWarning] {
        &self.warnings
    }
}

/// One line per error.
impl fmt::Display for RuleSetErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.errors.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleSetErrors {}

/// Something that the reader understands although the service's own text does not promise it
/// (facts 1.1, decision 8): a warning, and an error under `strict`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LaxReading {
    /// A `//` or `/* */` comment.
    Comment,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A key that the same object has already; the last one counts.
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of the earlier one, from 1.
        first_line: u32,
        /// The column of the earlier one, from 1.
        first_column: u32,
    },
    /// A number written as a string.
    NumericString {
        /// The string.
        text: String,
    },
    /// `measurements` as one string instead of a list of strings.
    BareMeasurement,
    /// A byte order mark before the text.
    ByteOrderMark,
    /// A `latency` rule with a `maxDistance` from it does not say what: the lowest latency (facts
    /// 10.8).
    MissingDistanceReference,
}

impl LaxReading {
    /// The code of every lax reading, which is also that of the error or warning it becomes.
    pub const CODES: &[&'static str] = &[
        "comment",
        "trailingComma",
        "duplicateKey",
        "numericString",
        "bareMeasurement",
        "byteOrderMark",
        "missingDistanceReference",
    ];

    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Comment => "take the comment out, or put it into a `description`".into(),
            Self::TrailingComma => "take the comma out".into(),
            Self::DuplicateKey { .. } => "keep one of the two".into(),
            Self::NumericString { text } => {
                format!("write {} without quotes", shorten(text.trim()))
            }
            Self::BareMeasurement => "put the string into a list: [\"...\"]".into(),
            Self::ByteOrderMark => "save the file as UTF-8 without a byte order mark".into(),
            Self::MissingDistanceReference => {
                "add a `distanceReference`: \"min\" or \"avg\"".into()
            }
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Comment => Self::CODES[0],
            Self::TrailingComma => Self::CODES[1],
            Self::DuplicateKey { .. } => Self::CODES[2],
            Self::NumericString { .. } => Self::CODES[3],
            Self::BareMeasurement => Self::CODES[4],
            Self::ByteOrderMark => Self::CODES[5],
            Self::MissingDistanceReference => Self::CODES[6],
        }
    }
}

impl fmt::Display for LaxReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment => f.write_str("JSON has no comments"),
            Self::TrailingComma => f.write_str("JSON has no comma before a closing bracket"),
            Self::DuplicateKey { key, first_line, first_column } => write!(
                f,
                "`{}` stands twice in this object, first at {first_line}:{first_column}; the last one counts",
                shorten(key)
            ),
            Self::NumericString { text } => {
                write!(f, "`\"{}\"` is a string, not a number", shorten(text))
            }
            Self::BareMeasurement => f.write_str("`measurements` is a list of strings"),
            Self::ByteOrderMark => f.write_str("the text begins with a byte order mark"),
            Self::MissingDistanceReference => f.write_str(
                "`maxDistance` without `distanceReference` is a distance from the lowest latency",
            ),
        }
    }
}

macro_rules! kinds {
    (
        $(#[$meta:meta])* $name:ident {
            $( $(#[$doc:meta])* $variant:ident $code:literal
               $({ $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* })? $message:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug, thiserror::Error)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* #[error($message)]
               $variant $({ $( $(#[$field_doc])* $field: $type, )* })?, )*
            /// A lax reading (see [`LaxReading`]).
            #[error("{0}")]
            Lax(LaxReading),
        }

        impl $name {
            /// The codes of all kinds but the lax readings, which are in [`LaxReading::CODES`].
            pub const CODES: &[&'static str] = &[$($code),*];

            /// The name of this kind in JSON output, stable across releases.
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$variant $({ $($field: _,)* })? => $code, )*
                    Self::Lax(reading) => reading.code(),
                }
            }
        }
    };
}

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
    }
}
