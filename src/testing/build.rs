//! Rule sets for tests, built by hand: no reader, no type checker, no compiler.

use crate::base::idx::Idx;
use crate::base::pointer::Path;
use crate::base::time::Millis;
use crate::diag::{Site, Span};
use crate::expr::ast::{Expr, Function, Leaf};
use crate::expr::ty::{Base, Type};
use crate::model::matched::PlacedTicket;
use crate::model::schema::{
    AgeSelection, Algorithm, AttributeDeclaration, AttributeType, BackfillPriority,
    BatchingPreference, InstanceIdx, PartyAggregation, Schema, Strategy, TeamDeclaration,
};
use crate::model::ticket::{AttributeValue, Player};
use crate::ruleset::ast::{
    ExpansionAst, FieldAst, FieldValue, RuleAst, RuleSetAst, Statement, StepAst, Target,
};

fn site() -> Site {
    Site::new(Path::Root, Span::default())
}

/// An empty rule set.
pub(crate) fn rule_set() -> RuleSetAst {
    RuleSetAst {
        name: None,
        schema: Schema::default(),
        party_aggregation: PartyAggregation::Exact,
        algorithm: Algorithm {
            strategy: Strategy::ExhaustiveSearch,
            batching_preference: BatchingPreference::Random,
            sort_by_attributes: Vec::new(),
            balanced_attribute: None,
            backfill_priority: BackfillPriority::Normal,
            age_selection: AgeSelection::Newest,
            age_selection_is_stated: false,
        },
        rules: Vec::new(),
        expansions: Vec::new(),
    }
}

pub(crate) fn number(value: f64) -> FieldValue {
    FieldValue::Number(value)
}

pub(crate) fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.into())
}

pub(crate) fn word(word: &'static str) -> FieldValue {
    FieldValue::Word(word)
}

pub(crate) fn text_list(texts: &[&str]) -> FieldValue {
    FieldValue::TextList(texts.iter().map(|&text| text.into()).collect())
}

pub(crate) fn not(a: Statement) -> Statement {
    Statement::Not(Box::new(a))
}

pub(crate) fn and(a: Statement, b: Statement) -> Statement {
    Statement::And(Box::new(a), Box::new(b))
}

pub(crate) fn or(a: Statement, b: Statement) -> Statement {
    Statement::Or(Box::new(a), Box::new(b))
}

pub(crate) fn xor(a: Statement, b: Statement) -> Statement {
    Statement::Xor(Box::new(a), Box::new(b))
}

impl RuleSetAst {
    pub(crate) fn teams(mut self, name: &str, min: u32, max: u32, quantity: u32) -> Self {
        let team =
            TeamDeclaration { name: name.into(), min_players: min, max_players: max, quantity };
        assert_eq!(self.schema.add_team(team), Ok(()));
        self
    }

    pub(crate) fn team(self, name: &str, min: u32, max: u32) -> Self {
        self.teams(name, min, max, 1)
    }

    pub(crate) fn attribute(
        mut self,
        name: &str,
        attribute_type: AttributeType,
        default: Option<AttributeValue>,
    ) -> Self {
        let attribute = AttributeDeclaration { name: name.into(), attribute_type, default };
        assert!(self.schema.add_attribute(attribute));
        self
    }

    pub(crate) fn number(self, name: &str) -> Self {
        self.attribute(name, AttributeType::Number, None)
    }

    pub(crate) fn oldest(mut self) -> Self {
        self.algorithm.age_selection = AgeSelection::Oldest;
        self
    }

    /// Adds a rule with measurements and other fields.
    pub(crate) fn rule(
        self,
        name: &str,
        kind: &'static str,
        measurements: &[&str],
        others: Vec<(&'static str, FieldValue)>,
    ) -> Self {
        let expressions = measurements.iter().map(|text| (self.expr(text), site())).collect();
        let mut fields = vec![("measurements", FieldValue::Measurements(expressions))];
        fields.extend(others);
        self.plain_rule(name, kind, fields)
    }

    /// Adds a rule with these fields.
    pub(crate) fn plain_rule(
        mut self,
        name: &str,
        kind: &'static str,
        fields: Vec<(&'static str, FieldValue)>,
    ) -> Self {
        let field = |(name, value)| FieldAst { name, site: site(), value };
        let fields = fields.into_iter().map(field).collect();
        self.rules.push(RuleAst { name: name.into(), kind, site: site(), fields, unread: vec![] });
        self
    }

    pub(crate) fn comparison(
        self,
        measurements: &[&str],
        operation: &'static str,
        reference: Option<FieldValue>,
    ) -> Self {
        let name = format!("rule{}", self.rules.len());
        let mut fields = vec![("operation", FieldValue::Word(operation))];
        fields.extend(reference.map(|value| ("referenceValue", value)));
        self.rule(&name, "comparison", measurements, fields)
    }

    pub(crate) fn distance(
        self,
        measurement: &str,
        reference: FieldValue,
        min: Option<f64>,
        max: Option<f64>,
    ) -> Self {
        let name = format!("rule{}", self.rules.len());
        let mut fields = vec![("referenceValue", reference)];
        fields.extend(min.map(|min| ("minDistance", number(min))));
        fields.extend(max.map(|max| ("maxDistance", number(max))));
        self.rule(&name, "distance", &[measurement], fields)
    }

    pub(crate) fn collection(
        self,
        measurement: &str,
        operation: &'static str,
        reference: Option<FieldValue>,
        min: Option<f64>,
        max: Option<f64>,
    ) -> Self {
        let name = format!("rule{}", self.rules.len());
        let mut fields = vec![("operation", word(operation))];
        fields.extend(reference.map(|value| ("referenceValue", value)));
        fields.extend(min.map(|min| ("minCount", number(min))));
        fields.extend(max.map(|max| ("maxCount", number(max))));
        self.rule(&name, "collection", &[measurement], fields)
    }

    pub(crate) fn latency(
        self,
        name: &str,
        max_latency: Option<f64>,
        max_distance: Option<f64>,
        reference: Option<&'static str>,
    ) -> Self {
        let mut fields = Vec::new();
        fields.extend(max_latency.map(|max| ("maxLatency", number(max))));
        fields.extend(max_distance.map(|max| ("maxDistance", number(max))));
        fields.extend(reference.map(|it| ("distanceReference", word(it))));
        self.plain_rule(name, "latency", fields)
    }

    pub(crate) fn batch_distance(self, attribute: &str, max: Option<f64>) -> Self {
        let name = format!("rule{}", self.rules.len());
        let attribute = FieldValue::Attribute(self.schema.attribute(attribute).unwrap());
        let mut fields = vec![("batchAttribute", attribute)];
        fields.extend(max.map(|max| ("maxDistance", number(max))));
        self.plain_rule(&name, "batchDistance", fields)
    }

    pub(crate) fn compound(self, name: &str, statement: Statement) -> Self {
        self.plain_rule(name, "compound", vec![("statement", FieldValue::Statement(statement))])
    }

    /// Sets a field of the last rule.
    pub(crate) fn with(mut self, name: &'static str, value: FieldValue) -> Self {
        let rule = self.rules.last_mut().unwrap();
        rule.fields.push(FieldAst { name, site: site(), value });
        self
    }

    /// Gives the last rule a `partyAggregation`.
    pub(crate) fn aggregated(self, aggregation: &'static str) -> Self {
        self.with("partyAggregation", word(aggregation))
    }

    /// Renames the last rule.
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.rules.last_mut().unwrap().name = name.into();
        self
    }

    /// Lets rules see a ticket as one player.
    pub(crate) fn collapse(mut self) -> Self {
        self.party_aggregation = PartyAggregation::Collapse;
        self
    }

    /// The statement that is a rule's name.
    pub(crate) fn named_rule(&self, name: &str) -> Statement {
        Statement::Rule(self.rules.iter().position(|rule| rule.name == name).unwrap())
    }

    /// Adds an expansion of a field of the last rule.
    pub(crate) fn expand_rule(self, field: &'static str, steps: Vec<(u32, FieldValue)>) -> Self {
        let rule = self.rules.len() - 1;
        self.expand(Target::RuleField { rule, field }, steps)
    }

    pub(crate) fn expand_min(self, team: &str, steps: &[(u32, u32)]) -> Self {
        let team = self.schema.team(team).unwrap();
        let steps = steps.iter().map(|&(wait, size)| (wait, number(f64::from(size)))).collect();
        self.expand(Target::MinPlayers(vec![team]), steps)
    }

    fn expand(mut self, target: Target, steps: Vec<(u32, FieldValue)>) -> Self {
        let step = |(wait_seconds, value)| StepAst {
            wait_seconds,
            wait_site: site(),
            site: site(),
            value,
        };
        let steps = steps.into_iter().map(step).collect();
        self.expansions.push(ExpansionAst { target, steps });
        self
    }

    /// A `referenceValue` that is an expression.
    pub(crate) fn reference(&self, text: &str) -> FieldValue {
        FieldValue::Expression(self.expr(text))
    }

    /// Reads a well-formed, well-typed expression. Anything else panics or gives nonsense.
    pub(crate) fn expr(&self, text: &str) -> Expr {
        let (functions, path) = text.split_once("teams[").unwrap();
        let functions: Vec<Function> = functions
            .split_terminator('(')
            .map(|name| Function::ALL.into_iter().find(|it| it.name() == name).unwrap())
            .collect();
        let (selector, rest) = path.split_once(']').unwrap();
        let base = |name: &str| {
            self.schema.team(name).map(|team| self.schema.instances_of(team).collect::<Vec<_>>())
        };
        let mut instances: Vec<InstanceIdx> = match selector {
            "*" => self.schema.instances.indices().collect(),
            names => names
                .split(", ")
                .flat_map(|name| {
                    base(name).unwrap_or_else(|| vec![self.schema.instance(name).unwrap()])
                })
                .collect(),
        };
        instances.sort();
        let grouped = selector == "*" || instances.len() > 1;
        let rest = rest.trim_end_matches(')');
        let (leaf, mut depth, mut base) = match rest {
            "" => (Leaf::Team, 0, Base::Team),
            ".players" => (Leaf::Players, 1, Base::Player),
            ".players[playerId]" => (Leaf::PlayerIds, 1, Base::String),
            _ => {
                let name = rest.strip_prefix(".players.attributes[").unwrap().trim_end_matches(']');
                let attribute = self.schema.attribute(name).unwrap();
                let (depth, base) = match self.schema.attributes[attribute].attribute_type {
                    AttributeType::Number => (1, Base::Number),
                    AttributeType::String => (1, Base::String),
                    AttributeType::StringList => (2, Base::String),
                    AttributeType::StringNumberMap => (1, Base::NumberMap),
                };
                (Leaf::Attribute(attribute), depth, base)
            }
        };
        depth += u8::from(grouped);
        for function in functions.iter().rev() {
            if *function == Function::Count {
                base = Base::Number;
            }
            depth -= u8::from(!(*function == Function::Flatten && depth == 1));
        }
        let ty = Type::new(depth, base);
        Expr { text: text.into(), functions, instances, grouped, leaf, ty }
    }
}

/// A ticket in a team, after a wait in seconds.
pub(crate) fn ticket(team: &str, seconds: u32, players: Vec<Player>) -> PlacedTicket {
    let age = Millis::from_secs(seconds);
    PlacedTicket { team: team.into(), age, players, backfill: false }
}

/// The part of a backfill ticket in a team, after a wait in seconds.
pub(crate) fn part(team: &str, seconds: u32, players: Vec<Player>) -> PlacedTicket {
    PlacedTicket { backfill: true, ..ticket(team, seconds, players) }
}

/// A ticket of one player.
pub(crate) fn solo(team: &str, player: Player) -> PlacedTicket {
    ticket(team, 0, vec![player])
}

/// Tickets of one player each, who have one number attribute, `x`; ids are `red1`, `red2`, ...
pub(crate) fn solos(team: &str, values: &[f64]) -> Vec<PlacedTicket> {
    let player = |(at, &value)| Player::new(format!("{team}{at}")).with_number("x", value);
    (1..).zip(values).map(player).map(|player| solo(team, player)).collect()
}

/// The instances of an assignment as numbers, -1 for none.
pub(crate) fn seats(assignment: &[Option<InstanceIdx>]) -> Vec<i32> {
    assignment.iter().map(|seat| seat.map_or(-1, |team| team.index() as i32)).collect()
}
