//! What a rule set declares: attributes, teams, and how to search.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ticket::AttributeValue;
use crate::base::idx::{Col, index_type};
use crate::base::num::finite;

index_type! {
    /// A declared player attribute.
    pub(crate) struct AttributeIdx;
}
index_type! {
    /// A declared team, whatever its quantity.
    pub(crate) struct TeamIdx;
}
index_type! {
    /// One instance of a team: the thing that players are put into. Instances stand in the order
    /// of definition, and of their numbers within one team.
    pub(crate) struct InstanceIdx;
}

/// The type of a player attribute (facts 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeType {
    /// `string`, sent as `S`.
    String,
    /// `number`, sent as `N`.
    Number,
    /// `string_list`, sent as `SL`.
    StringList,
    /// `string_number_map`, sent as `SDM`.
    StringNumberMap,
}

impl AttributeType {
    /// The name of the type in a rule set.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::StringList => "string_list",
            Self::StringNumberMap => "string_number_map",
        }
    }

    /// The type that a value has.
    pub(crate) const fn of(value: &AttributeValue) -> Self {
        match value {
            AttributeValue::String(_) => Self::String,
            AttributeValue::Number(_) => Self::Number,
            AttributeValue::StringList(_) => Self::StringList,
            AttributeValue::StringNumberMap(_) => Self::StringNumberMap,
        }
    }
}

/// A declared player attribute.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct AttributeDeclaration {
    /// The key under which requests send it.
    pub name: Arc<str>,
    /// The type of its values.
    pub attribute_type: AttributeType,
    /// The value of players who send none. A player who sends none of an attribute without a
    /// default can never be matched (facts 1.3).
    pub default: Option<AttributeValue>,
}

/// A declared team, as written: expansions may change its sizes with waiting time.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct TeamDeclaration {
    /// The name; instances of a team with a quantity append `_1`, `_2`, and so on.
    pub name: Arc<str>,
    /// The fewest players of each instance.
    pub min_players: u32,
    /// The most players of each instance.
    pub max_players: u32,
    /// How many instances there are.
    pub quantity: u32,
}

/// One instance of a team.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct TeamInstance {
    pub(crate) team: TeamIdx,
    pub(crate) name: Arc<str>,
}

/// A team name that is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NameClash {
    /// By a team of the same name.
    Team(Arc<str>),
    /// `name` is that of an instance of `team`, which has a quantity, and of another team.
    Instance { name: Arc<str>, team: Arc<str> },
}

/// The names that expressions, rules and requests refer to.
#[derive(Clone, Default, Debug)]
pub(crate) struct Schema {
    pub(crate) attributes: Col<AttributeIdx, AttributeDeclaration>,
    pub(crate) teams: Col<TeamIdx, TeamDeclaration>,
    pub(crate) instances: Col<InstanceIdx, TeamInstance>,
    attributes_by_name: BTreeMap<Arc<str>, AttributeIdx>,
    instances_by_name: BTreeMap<Arc<str>, InstanceIdx>,
    teams_by_name: BTreeMap<Arc<str>, TeamIdx>,
    /// What of the declarations could not be read, so that names and sizes which hang on it are
    /// not blamed as well. All of it is empty in a rule set that compiled.
    pub(crate) unread: Unread,
}

/// Declarations with mistakes, which are reported where they stand.
#[derive(Clone, Default, Debug)]
pub(crate) struct Unread {
    /// There are attributes, of whatever names, that are not in the schema.
    pub(crate) attributes: bool,
    /// Attributes that are not in the schema because their types are not known.
    pub(crate) without_type: BTreeSet<Arc<str>>,
    /// There are teams or instances that are not in the schema.
    pub(crate) teams: bool,
    /// Teams whose sizes are not what they were meant to be.
    pub(crate) sizes: BTreeSet<TeamIdx>,
    /// The search strategy.
    pub(crate) strategy: bool,
}

impl Unread {
    /// Whether a name that the schema does not have may be that of an attribute.
    pub(crate) fn may_be_attribute(&self, name: &str) -> bool {
        self.attributes || self.without_type.contains(name)
    }
}

impl Schema {
    /// The names of the attributes in the order of the text, then of those whose types are not known.
    pub(crate) fn attribute_names(&self) -> Vec<&str> {
        let without_type = self.unread.without_type.iter().map(|name| &**name);
        self.attributes.iter().map(|it| &*it.name).chain(without_type).collect()
    }

    /// Adds an attribute; false when its name is taken.
    pub(crate) fn add_attribute(&mut self, attribute: AttributeDeclaration) -> bool {
        let name = Arc::clone(&attribute.name);
        let fresh = !self.attributes_by_name.contains_key(&name);
        let index = self.attributes.push(attribute);
        self.attributes_by_name.entry(name).or_insert(index);
        fresh
    }

    /// Adds a team and its instances, and says whose name was taken already, if one was.
    pub(crate) fn add_team(&mut self, declaration: TeamDeclaration) -> Result<(), NameClash> {
        let name = Arc::clone(&declaration.name);
        let quantity = declaration.quantity;
        let mut clash = None;
        if self.teams_by_name.contains_key(&name) {
            clash = Some(NameClash::Team(Arc::clone(&name)));
        }
        let team = self.teams.push(declaration);
        for number in 1..=quantity {
            let instance_name: Arc<str> = match quantity {
                1 => Arc::clone(&name),
                _ => format!("{name}_{number}").into(),
            };
            let taken_by = self.instance(&instance_name).map(|it| self.instances[it].team);
            let taken_by = taken_by.or_else(|| self.team(&instance_name));
            if let Some(other) = taken_by {
                let with_quantity = if self.teams[other].quantity > 1 { other } else { team };
                clash.get_or_insert_with(|| NameClash::Instance {
                    name: Arc::clone(&instance_name),
                    team: Arc::clone(&self.teams[with_quantity].name),
                });
            }
            let instance = TeamInstance { team, name: Arc::clone(&instance_name) };
            let index = self.instances.push(instance);
            self.instances_by_name.entry(instance_name).or_insert(index);
        }
        self.teams_by_name.entry(name).or_insert(team);
        clash.map_or(Ok(()), Err)
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<AttributeIdx> {
        self.attributes_by_name.get(name).copied()
    }

    pub(crate) fn team(&self, name: &str) -> Option<TeamIdx> {
        self.teams_by_name.get(name).copied()
    }

    pub(crate) fn instance(&self, name: &str) -> Option<InstanceIdx> {
        self.instances_by_name.get(name).copied()
    }

    /// The instances of a team, in order.
    pub(crate) fn instances_of(&self, team: TeamIdx) -> impl Iterator<Item = InstanceIdx> + '_ {
        self.instances.enumerate().filter(move |(_, it)| it.team == team).map(|(index, _)| index)
    }
}

/// How matches are searched for (facts 1.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// `exhaustiveSearch`: matches of up to 40 players.
    #[default]
    ExhaustiveSearch,
    /// `balanced`: large matches with even teams.
    Balanced,
}

/// In what order candidates are looked at, or how tickets are grouped (facts 1.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum BatchingPreference {
    #[default]
    Random,
    Sorted,
    LargestPopulation,
    FastestRegion,
}

/// Which requests come first (facts 4.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum BackfillPriority {
    #[default]
    Normal,
    High,
    Low,
}

/// What one value stands for the players of a party (facts 1.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Aggregation {
    Min,
    Max,
    Avg,
    /// All strings of all players.
    Union,
    /// The strings that all players share.
    Intersection,
}

impl Aggregation {
    /// The word for it in a rule set.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
            Self::Union => "union",
            Self::Intersection => "intersection",
        }
    }
}

/// One number for a party (facts 1.6); `None` when it overflows.
pub(crate) fn aggregate(
    values: impl ExactSizeIterator<Item = f64>,
    aggregation: Aggregation,
) -> Option<f64> {
    let count = values.len() as f64;
    match aggregation {
        Aggregation::Min => values.reduce(f64::min),
        Aggregation::Max => values.reduce(f64::max),
        _ => finite(values.sum::<f64>() / count),
    }
}

/// Whether parties are judged player by player or as one (facts 10.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PartyAggregation {
    /// `distance`, `comparison` and `collection` rules look at every player of a party.
    #[default]
    Exact,
    /// They see a party as one player: a number is aggregated as the rule's `partyAggregation`
    /// says, a list is the union or the intersection, a string counts only when all players have
    /// the same, and `count` counts parties. Player ids are never put together.
    Collapse,
}

impl PartyAggregation {
    /// The word for it in options and summaries.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Collapse => "collapse",
        }
    }
}

/// Whose waiting time decides which expansions apply (facts 4.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum AgeSelection {
    /// The newest ticket of the potential match.
    #[default]
    Newest,
    /// The oldest ticket of the potential match.
    Oldest,
}

/// The `algorithm` of a rule set; the default is that of one without (facts 1.4).
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Algorithm {
    pub(crate) strategy: Strategy,
    pub(crate) batching_preference: BatchingPreference,
    pub(crate) sort_by_attributes: Vec<AttributeIdx>,
    pub(crate) balanced_attribute: Option<AttributeIdx>,
    pub(crate) backfill_priority: BackfillPriority,
    pub(crate) age_selection: AgeSelection,
    /// Whether the text states it.
    pub(crate) age_selection_is_stated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(name: &str, quantity: u32) -> TeamDeclaration {
        TeamDeclaration { name: name.into(), min_players: 1, max_players: 1, quantity }
    }

    #[test]
    fn instances_take_their_names() {
        let mut schema = Schema::default();
        assert_eq!(schema.add_team(team("trio", 2)), Ok(()));
        assert_eq!(schema.add_team(team("solo", 1)), Ok(()));
        let names: Vec<&str> = schema.instances.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["trio_1", "trio_2", "solo"]);
        assert_eq!(schema.instance("trio"), None);
        assert_eq!(schema.add_team(team("solo", 1)), Err(NameClash::Team("solo".into())));
        let clash = NameClash::Instance { name: "trio_2".into(), team: "trio".into() };
        assert_eq!(schema.add_team(team("trio_2", 1)), Err(clash));
    }

    #[test]
    fn a_later_quantity_finds_the_earlier_name() {
        let mut schema = Schema::default();
        assert_eq!(schema.add_team(team("trio_1", 1)), Ok(()));
        let clash = NameClash::Instance { name: "trio_1".into(), team: "trio".into() };
        assert_eq!(schema.add_team(team("trio", 3)), Err(clash));
    }
}
