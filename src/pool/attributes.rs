//! The values that players have of the attributes that a rule set declares: which are missing, which
//! are of another type.

use crate::model::schema::{AttributeIdx, AttributeType, Schema};
use crate::model::ticket::{AttributeValue, Player};

/// A player's value of an attribute, or its default.
pub(super) fn value_of<'a>(
    schema: &'a Schema,
    attribute: AttributeIdx,
    player: &'a Player,
) -> Option<&'a AttributeValue> {
    let declaration = &schema.attributes[attribute];
    player.attributes.get(&*declaration.name).or(declaration.default.as_ref())
}

/// Every player with every declared attribute that the player lacks and that has no default: a
/// ticket with one can never be matched (facts 1.3).
pub(crate) fn missing_attributes<'a>(
    schema: &'a Schema,
    players: &'a [Player],
) -> impl Iterator<Item = (&'a Player, &'a str)> {
    players.iter().flat_map(move |player| {
        let attributes = schema.attributes.indices();
        let lacked = attributes.filter(move |&it| value_of(schema, it, player).is_none());
        lacked.map(move |it| (player, &*schema.attributes[it].name))
    })
}

/// Every player with every declared attribute that the player has a value of another type of. A
/// request with one is refused; it comes about when the rule set changes.
pub(crate) fn mistyped_attributes<'a>(
    schema: &'a Schema,
    players: &'a [Player],
) -> impl Iterator<Item = (&'a Player, &'a str)> {
    players.iter().flat_map(|player| {
        let declared = schema.attributes.iter().filter(|declaration| {
            let value = player.attributes.get(&*declaration.name);
            value.is_some_and(|value| AttributeType::of(value) != declaration.attribute_type)
        });
        declared.map(move |declaration| (player, &*declaration.name))
    })
}

/// Whether players have all that the rule set declares, so that they can have rows.
pub(crate) fn suits(schema: &Schema, players: &[Player]) -> bool {
    missing_attributes(schema, players).next().is_none()
        && mistyped_attributes(schema, players).next().is_none()
}
