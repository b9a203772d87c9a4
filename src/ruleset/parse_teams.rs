//! Teams of the typed tree (facts 1.5).

use std::sync::Arc;

use super::parse::parse_name;
use crate::base::idx::Idx;
use crate::diag::{Problems, RuleSetErrorKind, RuleSetWarningKind, shorten};
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
        let Some(mut object) = item.object("a team", problems) else {
            schema.unread.teams = true;
            continue;
        };
        let known = ["name", "maxPlayers", "minPlayers", "quantity"];
        object.deny_unknown(&known, |_| None, problems);
        let name_cursor = object.require("name", problems);
        let name = name_cursor.and_then(|it| parse_name(&it, "a team", problems));
        let players_max = limits::MATCH_PLAYERS_MAX;
        let max = object
            .require("maxPlayers", problems)
            .and_then(|it| it.whole_number("maxPlayers", 0, players_max, problems));
        let min = object
            .require("minPlayers", problems)
            .and_then(|it| it.whole_number("minPlayers", 0, players_max, problems));
        let quantity = match object.get("quantity") {
            Some(it) => it.whole_number("quantity", 1, players_max, problems),
            None => (!object.means("quantity")).then_some(1),
        };
        schema.unread.teams |= quantity.is_none();
        let Some((name, name_cursor)) = name.zip(name_cursor) else {
            schema.unread.teams = true;
            continue;
        };
        warn_unaddressable_team(&name, &name_cursor, problems);
        let quantity = quantity.unwrap_or(1);
        instances += quantity;
        if instances > players_max {
            let kind = RuleSetErrorKind::OutOfRange {
                what: "the number of team instances".into(),
                value: f64::from(instances),
                range: format!("at most {players_max}"),
            };
            problems.error(&item.site(), kind);
            schema.unread.teams = true;
            return;
        }
        let declaration = TeamDeclaration {
            name: Arc::clone(&name),
            min_players: min.unwrap_or(0),
            max_players: max.unwrap_or(0),
            quantity,
        };
        if min.is_none() || max.is_none() {
            schema.unread.sizes.insert(TeamIdx::from_usize(schema.teams.len()));
        }
        if let Err(clash) = schema.add_team(declaration) {
            let kind = match clash {
                NameClash::Team(name) => {
                    RuleSetErrorKind::DuplicateName { what: "teams".into(), name: shorten(&name) }
                }
                NameClash::Instance { name, team } => {
                    RuleSetErrorKind::InstanceName { name: shorten(&name), team: shorten(&team) }
                }
            };
            problems.error(&name_cursor.site(), kind);
        }
    }
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
