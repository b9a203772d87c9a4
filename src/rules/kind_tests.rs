//! What the tests of the rule kinds share: rule sets from text, and tickets waiting in a pool.

use crate::base::epoch::Epoch;
use crate::base::idx::Col;
use crate::base::time::Timestamp;
use crate::diag::{RuleSetError, RuleSetErrors};
use crate::eval::candidate::{Candidate, Partial, Room};
use crate::eval::lineup::LineupBuffers;
use crate::eval::scratch::Scratch;
use crate::eval::verdict::Verdict;
use crate::model::ticket::{AttributeValue, Player};
use crate::pool::columns::{LocationSet, TicketRow};
use crate::pool::ingest::Pool;
use crate::ruleset::RuleSet;
use crate::search::{MatchTerms, Partitions, PoolAt, rank};

/// A rule set with an attribute of every type, teams `red` and `blue` of one to three players, and
/// these rules and more.
pub(super) fn with_rules(rules: &str) -> String {
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number", "default": 0}},
                                 {{"name": "mode", "type": "string", "default": "any"}},
                                 {{"name": "tags", "type": "string_list", "default": ["a"]}},
                                 {{"name": "maps", "type": "string_number_map", "default": {{}}}}],
            "teams": [{{"name": "red", "minPlayers": 1, "maxPlayers": 3}},
                      {{"name": "blue", "minPlayers": 1, "maxPlayers": 3}}],
            "rules": {rules}}}"#
    )
}

/// A rule set for matches of 50 players with one rule of these fields.
pub(super) fn large(rule: &str) -> String {
    format!(
        r#"{{"ruleLanguageVersion": "1.0",
            "playerAttributes": [{{"name": "skill", "type": "number"}}],
            "algorithm": {{"strategy": "balanced", "balancedAttribute": "skill"}},
            "teams": [{{"name": "red", "minPlayers": 10, "maxPlayers": 50}}],
            "rules": [{{"name": "r", {rule}}}]}}"#
    )
}

/// The errors of a rule set with these rules: pointer, underlined text, message, help.
#[track_caller]
pub(super) fn errors(rules: &str) -> Vec<[String; 4]> {
    let text = with_rules(rules);
    let errors: RuleSetErrors = RuleSet::from_json(&text).expect_err(rules);
    let shown = |error: &RuleSetError| {
        let at = error.location();
        let underlined = text[at.source.clone()].to_owned();
        let help = error.help().unwrap_or_default().to_owned();
        [at.pointer.as_str().to_owned(), underlined, error.kind().to_string(), help]
    };
    errors.errors().iter().map(shown).collect()
}

/// A number map.
pub(super) fn map(pairs: &[(&str, f64)]) -> AttributeValue {
    let pairs = pairs.iter().map(|&(key, value)| (key.to_owned(), value));
    AttributeValue::StringNumberMap(pairs.collect())
}

/// Tickets that wait for a match.
pub(super) struct Waiting {
    pub(super) rule_set: RuleSet,
    pub(super) pool: Pool,
    rows: Vec<TicketRow>,
}

impl Waiting {
    #[track_caller]
    pub(super) fn new(rules: &str) -> Self {
        let rule_set = RuleSet::from_json(&with_rules(rules));
        let rule_set = rule_set.unwrap_or_else(|errors| panic!("{errors}"));
        let pool = Pool::new(&rule_set.plan().layout, 1);
        Self { rule_set, pool, rows: Vec::new() }
    }

    /// Adds a ticket, a second after the one before, and says which it is.
    pub(super) fn ticket(&mut self, players: Vec<Player>) -> usize {
        let position = self.rows.len();
        let schema = &self.rule_set.plan().ast.schema;
        let start_time = Timestamp::from_millis(position as u64 * 1000);
        let row = self.pool.insert(schema, &players, start_time, position as u64);
        self.rows.push(row.expect("there is room"));
        position
    }

    /// Adds a ticket of one player.
    pub(super) fn solo(&mut self, attribute: &str, value: AttributeValue) -> usize {
        let player = Player::new(format!("p{}", self.rows.len()));
        self.ticket(vec![player.with(attribute, value)])
    }

    /// Adds a ticket of one player for each of these numbers.
    pub(super) fn solos(&mut self, attribute: &str, values: &[f64]) {
        for &value in values {
            self.solo(attribute, AttributeValue::Number(value));
        }
    }

    /// Adds a party of players with these numbers.
    pub(super) fn party(&mut self, attribute: &str, values: &[f64]) -> usize {
        let player = |(position, &value)| {
            Player::new(format!("p{}-{position}", self.rows.len())).with_number(attribute, value)
        };
        self.ticket(values.iter().enumerate().map(player).collect())
    }

    pub(super) fn row(&self, ticket: usize) -> TicketRow {
        self.rows[ticket]
    }

    /// The order in which the other tickets are tried when a match is sought for `anchor`. It must
    /// not depend on the order in which they are handed over, but for ties.
    #[track_caller]
    pub(super) fn order(&self, anchor: usize) -> Vec<usize> {
        let plan = self.rule_set.plan();
        let others: Vec<usize> = (0..self.rows.len()).filter(|&it| it != anchor).collect();
        let rows: Vec<TicketRow> = others.iter().map(|&it| self.row(it)).collect();
        let mut entries = self.waiting().entries(self.pool_at(), &rows);
        rank(plan, &self.pool.columns, self.row(anchor), &mut entries);
        self.assert_weak_order(anchor);
        let ticket = |row| self.rows.iter().position(|&it| it == row);
        entries.iter().filter_map(|entry| ticket(entry.row)).collect()
    }

    /// What a sort needs of a comparison: each pair turned around gives the contrary, and "not
    /// after" carries over.
    #[track_caller]
    fn assert_weak_order(&self, anchor: usize) {
        let columns = &self.pool.columns;
        for key in &self.rule_set.plan().sort_keys {
            let compare = |a, b| key.compare(self.row(anchor), a, b, columns);
            for &a in &self.rows {
                for &b in &self.rows {
                    assert_eq!(compare(a, b), compare(b, a).reverse(), "{a:?} {b:?}");
                    for &c in &self.rows {
                        let chained = compare(a, b).is_le() && compare(b, c).is_le();
                        assert!(!chained || compare(a, c).is_le(), "{a:?} {b:?} {c:?}");
                    }
                }
            }
        }
    }

    /// The pool as a pass sees it: the tickets came one second apart.
    fn pool_at(&self) -> PoolAt<'_> {
        PoolAt {
            plan: self.rule_set.plan(),
            columns: &self.pool.columns,
            now: Timestamp::from_millis(self.rows.len() as u64 * 1000),
            terms: MatchTerms::default(),
        }
    }

    fn waiting(&self) -> Partitions {
        let mut waiting = Partitions::new(self.rule_set.plan());
        self.rows.iter().for_each(|&row| waiting.insert(self.pool_at(), row));
        waiting
    }

    /// The match that the search finds for `anchor` among all others: its tickets, sorted.
    pub(super) fn found(&self, anchor: usize) -> Option<Vec<usize>> {
        let outcome = self.waiting().search(self.pool_at(), self.row(anchor), 10_000);
        let mut tickets: Vec<usize> = outcome
            .found?
            .placed
            .iter()
            .filter_map(|(_, row)| self.rows.iter().position(|it| it == row))
            .collect();
        tickets.sort_unstable();
        Some(tickets)
    }

    /// The only enforced rule's verdict on a match in the making: the tickets in each team, and
    /// how many more players each may still take.
    #[track_caller]
    pub(super) fn partial(&self, teams: [&[usize]; 2], room: [u32; 2], epoch: Epoch) -> Verdict {
        let candidate = self.candidate(teams);
        let room: Col<_, Room> = room.iter().map(|&max| Room { min: 0, max }).collect();
        let partial = Partial {
            columns: &self.pool.columns,
            candidate: &candidate,
            room: &room,
            coming: &[],
        };
        let [rule] = &*self.rule_set.plan().enforced else { panic!("there is one rule") };
        rule.rule.partial(&partial, epoch, &mut Scratch::default())
    }

    /// Whether the only enforced rule holds of a complete match.
    #[track_caller]
    pub(super) fn complete(&self, teams: [&[usize]; 2], epoch: Epoch) -> bool {
        let candidate = self.candidate(teams);
        let mut buffers = LineupBuffers::default();
        let lineup = buffers.line_up(&self.pool.columns, &candidate);
        let [rule] = &*self.rule_set.plan().enforced else { panic!("there is one rule") };
        let locations = rule.rule.complete(&lineup, epoch, &mut Scratch::default());
        assert!([LocationSet::ALL, LocationSet::NONE].contains(&locations), "{locations:?}");
        !locations.is_empty()
    }

    fn candidate(&self, teams: [&[usize]; 2]) -> Candidate {
        let instances = self.rule_set.plan().ast.schema.instances.indices();
        let mut candidate = Candidate::new(teams.len());
        for (instance, tickets) in instances.zip(teams) {
            for &ticket in tickets {
                candidate.push(instance, self.row(ticket), &self.pool.columns);
            }
        }
        candidate
    }
}
