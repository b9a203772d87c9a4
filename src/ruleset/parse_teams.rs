//! Teams of the typed tree (facts 1.5).

use super::parse::parse_name;
use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, Site, shorten};
use crate::json::cursor::Cursor;
use crate::json::node::Value;
use crate::model::limits;
use crate::model::schema::{NameClash, Schema, TeamDeclaration, TeamIdx};

pub(super) fn parse_teams(cursor: &Cursor, schema: &mut Schema, problems: &mut Problems) {
    let items = cursor.list(problems).unwrap_or_default();
    schema.unread.teams = items.is_empty();
    if matches!(&cursor.node.value, Value::Array(items) if items.is_empty()) {
        problems.error(&cursor.site(), RuleSetErrorKind::EmptyList { what: "`teams`".into() });
    }
    let mut instances: u32 = 0;
    for (index, node) in items.iter().enumerate() {
        if problems.is_full() {
            return;
        }
        let item = cursor.item(index, node);
        let Some(team) = parse_team(&item, schema, problems) else {
            schema.unread.teams = true;
            continue;
        };
        instances += team.declaration.quantity;
        if instances > limits::MATCH_PLAYERS_MAX {
            let kind = RuleSetErrorKind::OutOfRange {
                what: "the number of team instances".into(),
                value: f64::from(instances),
                range: format!("at most {}", limits::MATCH_PLAYERS_MAX),
            };
            problems.error(&item.site(), kind);
            schema.unread.teams = true;
            return;
        }
        if !team.has_sizes {
            schema.unread.sizes.insert(TeamIdx::from_usize(schema.teams.len()));
        }
        if let Err(clash) = schema.add_team(team.declaration) {
            let kind = match clash {
                NameClash::Team(name) => {
                    RuleSetErrorKind::DuplicateName { what: "teams".into(), name: shorten(&name) }
                }
                NameClash::Instance { name, team } => {
                    RuleSetErrorKind::InstanceName { name: shorten(&name), team: shorten(&team) }
                }
            };
            problems.error(&team.name_site, kind);
        }
    }
}

/// A team as far as it was read: it has a name at least.
struct ParsedTeam {
    declaration: TeamDeclaration,
    name_site: Site,
    /// Whether both sizes are as they are meant.
    has_sizes: bool,
}

fn parse_team(item: &Cursor, schema: &mut Schema, problems: &mut Problems) -> Option<ParsedTeam> {
    let mut object = item.object("a team", problems)?;
    object.deny_unknown(&["name", "maxPlayers", "minPlayers", "quantity"], |_| None, problems);
    let name_cursor = object.require("name", problems);
    let name = name_cursor.and_then(|it| parse_name(&it, "a team", problems));
    let mut players = |key| {
        let cursor = object.require(key, problems)?;
        cursor.whole_number(key, 0, limits::MATCH_PLAYERS_MAX, problems)
    };
    let (max, min) = (players("maxPlayers"), players("minPlayers"));
    let quantity = match object.get("quantity") {
        Some(it) => it.whole_number("quantity", 1, limits::MATCH_PLAYERS_MAX, problems),
        None => (!object.means("quantity")).then_some(1),
    };
    schema.unread.teams |= quantity.is_none();
    let (name, name_cursor) = name.zip(name_cursor)?;
    warn_unaddressable_team(&name, &name_cursor, problems);
    let declaration = TeamDeclaration {
        name,
        min_players: min.unwrap_or(0),
        max_players: max.unwrap_or(0),
        quantity: quantity.unwrap_or(1),
    };
    let has_sizes = min.is_some() && max.is_some();
    Some(ParsedTeam { declaration, name_site: name_cursor.site(), has_sizes })
}

fn warn_unaddressable_team(name: &str, cursor: &Cursor, problems: &mut Problems) {
    if name.contains([']', ',']) || name.trim() != name || name == "*" {
        let kind =
            RuleSetWarningKind::UnaddressableName { what: "team".into(), name: shorten(name) };
        let help = match name {
            "*" => "`teams[*]` means every team",
            _ => "expressions name it if it has no `]`, no `,` and no spaces around it",
        };
        problems.warn(&cursor.site(), kind, Some(help.into()));
    }
}
