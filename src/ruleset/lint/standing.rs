//! What a match needs of each rule: compound rules turn the rules that they name around.

use crate::ruleset::ast::{RuleSetAst, Statement};

/// Which ways a rule counts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Standing {
    /// Somewhere a match may profit from it being true.
    pub(super) wanted: bool,
    /// Somewhere a match may profit from it being false.
    pub(super) unwanted: bool,
    /// No match is valid where it is false.
    pub(super) needed: bool,
}

/// The standing of each rule, by its position.
pub(super) struct Standings(Vec<Standing>);

impl Standings {
    pub(super) fn new(ast: &RuleSetAst) -> Self {
        let named = ast.named_by_compounds();
        let enforced = Standing { wanted: true, unwanted: false, needed: true };
        let stands_alone = |position| match named.contains(&position) {
            true => Standing::default(),
            false => enforced,
        };
        let mut standings = Self((0..ast.rules.len()).map(stands_alone).collect());
        // A statement names earlier rules only, so whoever names a rule has its standing by now.
        for (position, rule) in ast.rules.iter().enumerate().rev() {
            if let Some(statement) = rule.statement() {
                standings.spread(statement, standings.of(position));
            }
        }
        standings
    }

    pub(super) fn of(&self, position: usize) -> Standing {
        self.0.get(position).copied().unwrap_or_default()
    }

    /// Gives the rules of a statement what follows from the standing of the whole.
    fn spread(&mut self, statement: &Statement, whole: Standing) {
        let Standing { wanted, unwanted, .. } = whole;
        match statement {
            Statement::Rule(position) => {
                if let Some(standing) = self.0.get_mut(*position) {
                    standing.wanted |= whole.wanted;
                    standing.unwanted |= whole.unwanted;
                    standing.needed |= whole.needed;
                }
            }
            Statement::Not(part) => {
                let turned = Standing { wanted: unwanted, unwanted: wanted, needed: false };
                self.spread(part, turned);
            }
            Statement::And(a, b) => [a, b].into_iter().for_each(|part| self.spread(part, whole)),
            Statement::Or(a, b) => {
                let one_of_two = Standing { needed: false, ..whole };
                [a, b].into_iter().for_each(|part| self.spread(part, one_of_two));
            }
            Statement::Xor(a, b) => {
                let either_way = Standing { wanted: true, unwanted: true, needed: false };
                [a, b].into_iter().for_each(|part| self.spread(part, either_way));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RuleSet;

    /// The standing of rule `r` under a statement about it and rule `s`, as letters.
    fn of_r(compounds: &[&str]) -> String {
        let bound = |name| format!(r#"{{"name": "{name}", "type": "latency", "maxLatency": 50}}"#);
        let mut rules = vec![bound("r"), bound("s")];
        rules.extend(compounds.iter().zip(1..).map(|(statement, at)| {
            format!(r#"{{"name": "c{at}", "type": "compound", "statement": "{statement}"}}"#)
        }));
        let text = format!(
            r#"{{"ruleLanguageVersion": "1.0", "rules": [{}],
                "teams": [{{"name": "a", "minPlayers": 1, "maxPlayers": 2}}]}}"#,
            rules.join(", ")
        );
        let rule_set = RuleSet::from_json(&text).unwrap();
        let Standing { wanted, unwanted, needed } = Standings::new(&rule_set.plan().ast).of(0);
        let letters = [(wanted, 'w'), (unwanted, 'u'), (needed, 'n')];
        letters.into_iter().filter(|(is, _)| *is).map(|(_, letter)| letter).collect()
    }

    #[test]
    fn compound_rules_turn_what_they_name_around() {
        for (compounds, expected) in [
            (&[][..], "wn"),
            (&["r"], "wn"),
            (&["and(s, r)"], "wn"),
            (&["or(s, r)"], "w"),
            (&["not(r)"], "u"),
            (&["not(not(r))"], "w"),
            (&["xor(s, r)"], "wu"),
            (&["and(s, or(not(r), s))"], "u"),
            (&["or(r, s)", "not(and(s, r))"], "wu"),
            (&["or(r, s)", "and(s, r)"], "wn"),
            (&["or(r, s)", "not(c1)"], "u"),
            (&["and(r, s)", "and(s, c1)"], "wn"),
            (&["and(r, s)", "or(s, c1)"], "w"),
            (&["s"], "wn"),
        ] {
            assert_eq!(of_r(compounds), expected, "{compounds:?}");
        }
    }
}
