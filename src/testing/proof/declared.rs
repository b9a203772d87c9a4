//! Generated attributes and teams.

use super::choices::Choices;
use super::text::{list, object, plain_value, quote};
use crate::model::schema::AttributeType;
use crate::model::ticket::AttributeValue;

/// What the generated rules refer to.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) teams: Vec<Team>,
}

/// An attribute and the values that players have of it.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) attribute_type: AttributeType,
    pub(crate) default: Option<AttributeValue>,
    /// What players send, few values, so that equal ones are frequent.
    pub(crate) values: Vec<AttributeValue>,
}

#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) name: &'static str,
    pub(crate) quantity: u32,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// Whether an expansion changes its sizes.
    pub(crate) expanded: bool,
}

impl Team {
    /// The names of its instances.
    pub(crate) fn instances(&self) -> Vec<String> {
        match self.quantity {
            1 => vec![self.name.to_owned()],
            _ => (1..=self.quantity).map(|at| format!("{}_{at}", self.name)).collect(),
        }
    }
}

/// How large rule sets are to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) teams: usize,
    /// Team instances in total.
    pub(crate) instances: u32,
    pub(crate) rules: usize,
}

const PLAIN: &[f64] = &[0.0, 1.0, 2.0, 3.0, 0.25, 0.5, 1.75, -1.0, -0.25];
const EXTREME: &[f64] = &[1e16, 1e300, -1e300, f64::MAX, 1e160, 5e-324, -0.0];
/// What lists are made of: some are ids of players, as in a list of whom to avoid.
const LISTED: &[&str] = &["a", "b", "medic", "p1", "p2"];
const STRINGS: &[&str] = &["a", "b", "medic", "Ü ni\"", "count"];

impl Declared {
    pub(crate) fn generate(c: &mut Choices, scale: Scale) -> Self {
        Self { teams: teams(c, scale), attributes: attributes(c) }
    }

    pub(crate) fn of_type(&self, wanted: AttributeType) -> Vec<&Attribute> {
        self.attributes.iter().filter(|it| it.attribute_type == wanted).collect()
    }

    pub(crate) fn attributes_text(&self) -> String {
        list(self.attributes.iter().map(|attribute| {
            let mut members = vec![
                ("name", quote(&attribute.name)),
                ("type", quote(attribute.attribute_type.as_str())),
            ];
            members.extend(attribute.default.as_ref().map(|it| ("default", plain_value(it))));
            object(members)
        }))
    }

    pub(crate) fn teams_text(&self) -> String {
        list(self.teams.iter().map(|team| {
            let mut members = vec![
                ("name", quote(team.name)),
                ("minPlayers", team.min.to_string()),
                ("maxPlayers", team.max.to_string()),
            ];
            if team.quantity > 1 {
                members.push(("quantity", team.quantity.to_string()));
            }
            object(members)
        }))
    }
}

fn teams(c: &mut Choices, scale: Scale) -> Vec<Team> {
    let count = 1 + c.below(scale.teams);
    let mut room = scale.instances;
    let mut teams = Vec::new();
    for name in ["red", "blue", "trio", "team 4"].into_iter().take(count) {
        let quantity = if c.once_in(3) { c.between(2, 3) } else { 1 };
        if quantity > room {
            break;
        }
        room -= quantity;
        let max = c.between(1, 3);
        let min = if c.once_in(2) { c.between(0, max) } else { c.between(0, 1) };
        teams.push(Team { name, quantity, min, max, expanded: false });
    }
    teams
}

fn attributes(c: &mut Choices) -> Vec<Attribute> {
    let mut attributes = vec![attribute(c, "skill", AttributeType::Number)];
    for (name, attribute_type) in [
        ("rank", AttributeType::Number),
        ("map", AttributeType::String),
        ("tags", AttributeType::StringList),
        ("levels", AttributeType::StringNumberMap),
    ] {
        if c.once_in(2) {
            attributes.push(attribute(c, name, attribute_type));
        }
    }
    attributes
}

fn attribute(c: &mut Choices, name: &str, attribute_type: AttributeType) -> Attribute {
    let count = 2 + c.below(3);
    let mut values: Vec<AttributeValue> = (0..count).map(|_| value(c, attribute_type)).collect();
    if attribute_type == AttributeType::Number && c.once_in(8) {
        values.push(AttributeValue::Number(c.one(EXTREME)));
    }
    let default = c.once_in(2).then(|| c.one(&values));
    Attribute { name: name.into(), attribute_type, default, values }
}

fn value(c: &mut Choices, attribute_type: AttributeType) -> AttributeValue {
    match attribute_type {
        AttributeType::Number => AttributeValue::Number(c.one(PLAIN)),
        AttributeType::String => AttributeValue::String(c.one(STRINGS).into()),
        AttributeType::StringList => {
            let length = c.below(4);
            let texts = (0..length).map(|_| c.one(LISTED).to_owned());
            AttributeValue::StringList(texts.collect())
        }
        AttributeType::StringNumberMap => {
            let keys = c.some(STRINGS, 2);
            let pairs = keys.into_iter().map(|key| (key.to_owned(), c.one(PLAIN)));
            AttributeValue::StringNumberMap(pairs.collect())
        }
    }
}
