//! What the content of a file seems to be, for whoever named the wrong file.

use serde_json::{Deserializer, Map, Value};

/// What a file may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Contents {
    Nothing,
    RuleSet,
    Tickets,
    Match,
    /// With a header, or the lines alone, as recorded arrivals are.
    Scenario,
    Population,
    Configuration,
}

impl Contents {
    /// What the text, or its beginning, seems to be.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let is_remark = |line: &&str| line.trim().is_empty() || line.trim().starts_with("//");
        let Some(start) = text.lines().find(|line| !is_remark(line)) else {
            return Some(Self::Nothing);
        };
        let from_start = text.find(start).and_then(|at| text.get(at..)).unwrap_or(start);
        match Deserializer::from_str(from_start).into_iter::<Value>().next() {
            Some(Ok(Value::Object(members))) => Self::of_members(&members),
            Some(Err(_)) => Self::of_words(text, start),
            _ => None,
        }
    }

    /// Of an object that is cut short, or no plain JSON: what its words tell.
    fn of_words(text: &str, first_line: &str) -> Option<Self> {
        let has_rules = text.contains("\"ruleLanguageVersion\"");
        match (has_rules, first_line.contains("\"RuleSet")) {
            (true, true) => Some(Self::Scenario),
            (true, false) if !first_line.contains("\"at\"") => Some(Self::RuleSet),
            _ => None,
        }
    }

    fn of_members(members: &Map<String, Value>) -> Option<Self> {
        let has = |names: &[&str]| names.iter().any(|name| members.contains_key(*name));
        let of_configuration = ["RequestTimeoutSeconds", "AcceptanceRequired", "FlexMatchMode"];
        let is_list = |name: &str| members.get(name).is_some_and(Value::is_array);
        Some(match () {
            () if has(&["RuleSet", "RuleSetFile", "at"]) => Self::Scenario,
            () if has(&["Players"]) => Self::Tickets,
            () if has(&["ruleLanguageVersion", "playerAttributes"]) || is_list("teams") => {
                Self::RuleSet
            }
            () if has(&["teams"]) => Self::Match,
            () if has(&["attributes", "parties", "givingUp"]) => Self::Population,
            () if has(&of_configuration) => Self::Configuration,
            () => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::RuleSet => "a rule set",
            Self::Tickets => "a pool of tickets",
            Self::Match => "a match",
            Self::Scenario => "a scenario",
            Self::Population => "a population",
            Self::Configuration => "a matchmaking configuration",
        }
    }

    /// The commands that take such a file, and where among their arguments.
    fn commands(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::RuleSet => {
                "it comes first in `match RULESET TICKETS.jsonl` and `judge RULESET MATCH.json`, and \
                 `check RULESET` takes one"
            }
            Self::Tickets => "it comes second in `match RULESET TICKETS.jsonl`",
            Self::Match => "it comes second in `judge RULESET MATCH.json`",
            Self::Scenario => {
                "`replay SCENARIO`, `test SCENARIO` and `explain SCENARIO --ticket ID` take one"
            }
            Self::Population => "`simulate RULESET --population FILE.json` takes one",
            Self::Configuration => "`simulate RULESET --configuration FILE.json` takes one",
        }
    }

    /// Where such a file goes, unless it is what was expected.
    pub fn hint(self, expected: Self) -> Option<String> {
        match self {
            _ if self == expected => None,
            Self::Nothing => Some(format!("the file is empty, {} is expected", expected.name())),
            _ => Some(format!(
                "this seems to be {}, not {}: {}",
                self.name(),
                expected.name(),
                self.commands()
            )),
        }
    }
}

/// The message about a text that is not what was expected, with what it seems to be.
pub fn with_hint(message: String, text: &str, expected: Contents) -> String {
    joined(message, Contents::of(text).and_then(|it| it.hint(expected)).as_deref())
}

/// The message, and after it the hint, if there is one.
pub fn joined(message: String, hint: Option<&str>) -> String {
    match hint {
        Some(hint) if message.ends_with('?') => format!("{message} {hint}"),
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_known_by_their_first_object() {
        for (text, expected) in [
            ("", Some(Contents::Nothing)),
            ("\u{feff}\n // a pool\n", Some(Contents::Nothing)),
            ("{\n \"ruleLanguageVersion\": \"1.0\"}", Some(Contents::RuleSet)),
            (
                "// ours\n{\"name\": \"a\", // b\n \"ruleLanguageVersion\": ",
                Some(Contents::RuleSet),
            ),
            ("{\"teams\": []}", Some(Contents::RuleSet)),
            ("{\"teams\": {\"red\": []}}", Some(Contents::Match)),
            ("// a\n{\"RuleSetFile\": \"a.json\"}\n{\"at\": 0}", Some(Contents::Scenario)),
            ("{\"at\": 0, \"StartMatchmaking\": {\"Players\": []}}", Some(Contents::Scenario)),
            ("{\"TicketId\": \"a\", \"Players\": []}\n{]", Some(Contents::Tickets)),
            ("{\"RuleSet\": {\"ruleLanguageVersion\": \"1.0\", ", Some(Contents::Scenario)),
            ("{\"attributes\": {}}", Some(Contents::Population)),
            ("{\"Name\": \"a\", \"AcceptanceRequired\": true}", Some(Contents::Configuration)),
            ("{}", None),
            ("[1, 2]", None),
            ("nothing of ours", None),
        ] {
            assert_eq!(Contents::of(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_was_expected_or_is_unknown() {
        let said = |text| with_hint("bad".into(), text, Contents::Tickets);
        assert_eq!(said("{\"Players\": []}"), "bad");
        assert_eq!(said("{}"), "bad");
        assert_eq!(said(""), "bad; the file is empty, a pool of tickets is expected");
        let of_match = "bad; this seems to be a match, not a pool of tickets: it comes second in \
                        `judge RULESET MATCH.json`";
        assert_eq!(said("{\"teams\": {}}"), of_match);
        assert_eq!(joined("did you mean `a`?".into(), Some("b")), "did you mean `a`? b");
    }
}
