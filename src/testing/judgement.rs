//! What `judge` answers: every team, every rule, every measurement, with the reason of each
//! verdict.

use std::fmt;

use crate::base::time::Millis;

/// The verdict on a match (decision 16). Its `Display` is a report for a terminal.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Judgement {
    /// Whether this is a valid match (`matching.md` section 1): every team and every rule holds,
    /// and there is no problem.
    pub valid: bool,
    /// The waiting time that decides which expansions are in force: the age of the newest or of
    /// the oldest ticket, as the rule set says (facts 4.5). In JSON: `waitMillis`, a number.
    #[cfg_attr(
        feature = "wire",
        serde(rename = "waitMillis", serialize_with = "serialize_millis")
    )]
    pub wait: Millis,
    /// Of the locations that all players who report latencies report, and at which every enforced
    /// rule about latency holds, the one with their lowest mean latency, ties by name (decision
    /// 15). None when nobody reports latencies, and when there is no such location.
    pub location: Option<String>,
    /// Why there is no location, when no rule by itself says it; as a sentence it is also among the
    /// problems. In JSON left out when there is nothing to say.
    #[cfg_attr(feature = "wire", serde(skip_serializing_if = "Option::is_none"))]
    pub no_location: Option<NoLocation>,
    /// Every team instance, in the order of definition.
    pub teams: Vec<TeamJudgement>,
    /// Every rule, in the order of the rule set.
    pub rules: Vec<RuleJudgement>,
    /// What else keeps the match from being valid, one sentence each: a player without a needed
    /// attribute, a value of the wrong type, a player who stands in it twice, no location that all
    /// report or that suits all rules, nobody who joins a backfill ticket.
    pub problems: Vec<String>,
}

#[cfg(feature = "wire")]
fn serialize_millis<S: serde::Serializer>(
    millis: &Millis,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(millis.get())
}

/// Why a match can be nowhere, although each rule by itself holds somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[non_exhaustive]
pub enum NoLocation {
    /// No location is reported by all players who report latencies.
    NoneInCommon,
    /// No location suits all enforced rules about latencies.
    NoneForAllRules {
        /// Where each of them holds.
        rules: Vec<RuleLocations>,
    },
}

/// Where a rule holds.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct RuleLocations {
    /// The rule.
    pub rule_name: String,
    /// The locations, by name.
    pub locations: Vec<String>,
}

/// The verdict on the size of a team instance.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct TeamJudgement {
    /// The name of the instance.
    pub name: String,
    /// How many players it holds.
    pub players: u32,
    /// The fewest it may hold after the match's waiting time; 0 in a match with a backfill ticket.
    pub min: u32,
    /// The most it may hold after the match's waiting time.
    pub max: u32,
    /// Whether `players` lies between the two, both included.
    pub holds: bool,
}

/// The verdict on a rule.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct RuleJudgement {
    /// The name of the rule.
    pub name: String,
    /// Its type: `comparison`, `distance`, ...
    pub kind: String,
    /// Whether it holds; of a rule that depends on where the match is, whether it does at one
    /// location at least of those that all players who report latencies report.
    pub holds: bool,
    /// Whether the match needs it to hold. Sort rules never refuse a match, and rules that a
    /// compound rule names count only through that (facts 10.11).
    pub enforced: bool,
    /// Where it holds, by name, if it depends on where the match is: a latency rule, or a compound
    /// rule about one. None for other rules, and when nobody reports latencies.
    pub locations: Option<Vec<String>>,
    /// The reference value, where the rule has one that is an expression.
    pub reference: Option<Measured>,
    /// One for each measurement, in the order of the rule. Measurements that are compared with
    /// each other stand in one check, which comes first. A rule that depends on where the match is
    /// has one for each location that could be common, by name. Sort rules have none.
    pub checks: Vec<Check>,
}

/// An expression and its value in this match.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Measured {
    /// The expression as the rule set has it; several with commas between them when their values
    /// are compared with each other. Of a rule without expressions, in words what was measured.
    pub expression: String,
    /// Its value as text: numbers to six digits, strings in quotes, lists in brackets and cut when
    /// long; of a collection rule, the counts follow. None: undefined.
    pub value: Option<String>,
    /// Why the value is undefined, when it is. An undefined value makes its rule false
    /// (facts 10.2, decision 14).
    pub undefined: Option<String>,
}

/// The verdict on a measurement of a rule.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Check {
    /// What was measured.
    pub measured: Measured,
    /// What the rule asks of it, with the values in force after the match's waiting time:
    /// `each within 10 of 52.5`, `= 1`, `all different`.
    pub bound: String,
    /// Whether it is so.
    pub holds: bool,
    /// The elements that fail, in order; empty when the check holds or a value is undefined.
    pub misses: Vec<Miss>,
}

/// An element of a measurement that fails.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Miss {
    /// Whose value it is: the team, the player, or team and player with ` / ` between them. None
    /// when the measurement is a single value.
    pub of: Option<String>,
    /// The value as text.
    pub value: String,
    /// What is wrong with it: `17.5 away, 7.5 too far`.
    pub reason: String,
    /// How far a number is from meeting the bound, in the unit of the measurement; 0 when it
    /// stands on a bound that it must not touch. None where distance has no meaning.
    pub by: Option<f64>,
}

/// Why a match cannot be judged. A match that can be judged and is bad gives a [`Judgement`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// There is no ticket.
    #[error("a match needs at least one ticket")]
    NoTickets,
    /// A ticket has no player.
    #[error("ticket {position} has no player")]
    EmptyTicket {
        /// Its place in the list, counted from 1.
        position: usize,
    },
    /// More players than any match may have (facts 1.5).
    #[error("the match has {players} players, the limit is {limit}")]
    TooManyPlayers {
        /// How many there are.
        players: usize,
        /// The most there may be.
        limit: usize,
    },
    /// No team instance has this name. The instances of a team with a quantity are named
    /// `trio_1`, `trio_2`, and so on.
    #[error("ticket {position} is in team `{team}`, which the rule set does not have")]
    UnknownTeam {
        /// The place of the ticket in the list, counted from 1.
        position: usize,
        /// The name.
        team: String,
        /// The names that there are, in the order of definition.
        known: Vec<String>,
    },
    /// The parts of the backfill ticket, which is one ticket, have waited for different times.
    #[error(
        "ticket {position} is a part of the backfill ticket, but has another age than the part before"
    )]
    BackfillAges {
        /// The place of the part in the list, counted from 1.
        position: usize,
    },
    /// The evaluator does not know a rule's type, so it has no verdict on any match.
    #[error("rule `{rule}` is of type `{kind}`, which cannot be judged yet")]
    Unsupported {
        /// The rule.
        rule: String,
        /// Its type.
        kind: String,
    },
}

/// Checks of a rule that a report lists; the others are counted.
const CHECKS_SHOWN: usize = 16;
/// Misses of a check that a report lists; the others are counted.
const MISSES_SHOWN: usize = 8;
/// Locations of a rule that a line lists; the others are counted.
const LOCATIONS_SHOWN: usize = 8;
/// The kinds of rules that order candidates and refuse none.
const SORT_KINDS: [&str; 2] = ["absoluteSort", "distanceSort"];

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.valid { "valid match" } else { "not a valid match" };
        write!(f, "{verdict}, judged after a wait of {} s", seconds(self.wait))?;
        if let Some(location) = &self.location {
            write!(f, ", location {}", location.escape_debug())?;
        }
        f.write_str("\nteams")?;
        for team in &self.teams {
            write!(f, "\n  {team}")?;
        }
        if !self.rules.is_empty() {
            f.write_str("\nrules")?;
        }
        for rule in &self.rules {
            write!(f, "\n  {rule}")?;
        }
        if !self.problems.is_empty() {
            f.write_str("\nproblems")?;
        }
        for problem in &self.problems {
            write!(f, "\n  {} {problem}", mark(false))?;
        }
        Ok(())
    }
}

/// The sentence that stands among the problems.
impl fmt::Display for NoLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneInCommon => {
                f.write_str("no location is reported by all players who report latencies")
            }
            Self::NoneForAllRules { rules } => {
                let each: Vec<String> = rules.iter().map(RuleLocations::to_string).collect();
                write!(f, "no location suits all rules: {}", each.join("; "))
            }
        }
    }
}

/// `` `near` holds at eu, us ``.
impl fmt::Display for RuleLocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule_name, locations } = self;
        write!(f, "`{}` holds at {}", rule_name.escape_debug(), name_some(locations))
    }
}

/// One line: `ok    red: 4 players (2 to 4)`.
impl fmt::Display for TeamJudgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, players, min, max, holds } = self;
        let noun = if *players == 1 { "player" } else { "players" };
        write!(f, "{} {}: {players} {noun} (", mark(*holds), name.escape_debug())?;
        if min == max {
            write!(f, "{min})")?
        } else {
            write!(f, "{min} to {max})")?
        }
        match (min.saturating_sub(*players), players.saturating_sub(*max)) {
            (0, 0) => Ok(()),
            (0, more) => write!(f, ", {more} too many"),
            (fewer, _) => write!(f, ", {fewer} too few"),
        }
    }
}

/// The name and the verdict, then a line for each check and each miss. A rule that the match does
/// not need is `true` or `false` rather than `ok` or `FAILS`.
impl fmt::Display for RuleJudgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, holds, enforced, .. } = self;
        let is_sort = SORT_KINDS.contains(&kind.as_str());
        let (mark, note) = match (enforced, is_sort) {
            (true, _) => (mark(*holds), ""),
            (false, true) => (mark(*holds), ", not enforced"),
            (false, false) if *holds => ("true ", ", not enforced alone"),
            (false, false) => ("false", ", not enforced alone"),
        };
        write!(f, "{mark} {} ({kind}{note})", name.escape_debug())?;
        match self.locations.as_deref() {
            None => {}
            Some([]) => f.write_str(" at no location")?,
            Some(places) => write!(f, " at {}", name_some(places))?,
        }
        if let Some(reference) = &self.reference {
            write!(f, "\n          reference {reference}")?;
        }
        for check in self.checks.iter().take(CHECKS_SHOWN) {
            write!(f, "\n     {check}")?;
        }
        match self.checks.len().saturating_sub(CHECKS_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n          and {more} more"),
        }
    }
}

/// `EXPRESSION is VALUE`.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, value, undefined } = self;
        match value {
            Some(value) => write!(f, "{expression} is {value}"),
            None => write!(f, "{expression} is undefined: {}", undefined.as_deref().unwrap_or("")),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.holds { "    " } else { "  - " };
        write!(f, "{mark} {}; asked: {}", self.measured, self.bound)?;
        for miss in self.misses.iter().take(MISSES_SHOWN) {
            write!(f, "\n            {miss}")?;
        }
        match self.misses.len().saturating_sub(MISSES_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n            and {more} more"),
        }
    }
}

/// `blue: 70 is 17.5 away, 7.5 too far`.
impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(of) = &self.of {
            write!(f, "{of}: ")?;
        }
        write!(f, "{} is {}", self.value, self.reason)
    }
}

/// The first names with commas between them, and how many more there are.
pub(super) fn name_some(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(LOCATIONS_SHOWN).map(|name| name.escape_debug().to_string()).collect();
    match names.len().saturating_sub(LOCATIONS_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn mark(holds: bool) -> &'static str {
    if holds { "ok   " } else { "FAILS" }
}

fn seconds(wait: Millis) -> String {
    let (whole, millis) = (wait.get() / 1000, wait.get() % 1000);
    match millis {
        0 => whole.to_string(),
        _ => format!("{whole}.{millis:03}").trim_end_matches('0').to_owned(),
    }
}
