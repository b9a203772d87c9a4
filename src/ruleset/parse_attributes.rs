//! Player attributes of the typed tree (facts 1.3).

use std::collections::BTreeMap;

use super::parse::{check_length, parse_name};
use crate::diag::{
    Problems, RuleSetErrorKind, RuleSetWarningKind, Site, did_you_mean, nearest, shorten,
};
use crate::json::cursor::Cursor;
use crate::json::node::Value;
use crate::model::limits;
use crate::model::schema::{AttributeDeclaration, AttributeIdx, AttributeType, Schema, Unread};
use crate::model::ticket::AttributeValue;

pub(super) fn parse_attributes(cursor: &Cursor, schema: &mut Schema, problems: &mut Problems) {
    let items = cursor.list(problems);
    schema.unread.attributes = items.is_none();
    for (index, node) in items.unwrap_or_default().iter().enumerate() {
        if problems.is_full() {
            return;
        }
        let item = cursor.item(index, node);
        let attribute = parse_attribute(&item, &mut schema.unread, problems);
        let Some((declaration, name_site)) = attribute else { continue };
        let name = shorten(&declaration.name);
        if !schema.add_attribute(declaration) {
            let kind = RuleSetErrorKind::DuplicateName { what: "attributes".into(), name };
            problems.error(&name_site, kind);
        }
    }
}

/// An attribute that has a name and a type, and where its name stands; of another what is known is
/// left in `unread`.
fn parse_attribute(
    item: &Cursor,
    unread: &mut Unread,
    problems: &mut Problems,
) -> Option<(AttributeDeclaration, Site)> {
    let Some(mut object) = item.object("a player attribute", problems) else {
        unread.attributes = true;
        return None;
    };
    object.deny_unknown(&["name", "type", "default"], |_| None, problems);
    let name_cursor = object.require("name", problems);
    let name = name_cursor.and_then(|it| parse_name(&it, "an attribute", problems));
    let attribute_type =
        object.require("type", problems).and_then(|it| parse_attribute_type(&it, problems));
    let default = object
        .get("default")
        .zip(attribute_type)
        .and_then(|(it, attribute_type)| parse_default(&it, attribute_type, problems));
    let Some((name, name_cursor)) = name.zip(name_cursor) else {
        unread.attributes = true;
        return None;
    };
    let Some(attribute_type) = attribute_type else {
        unread.without_type.insert(name);
        return None;
    };
    if name.contains(']') || name.trim() != &*name {
        let kind = RuleSetWarningKind::UnaddressableName {
            what: "attribute".into(),
            name: shorten(&name),
        };
        let help = "expressions name it if it has no `]` and no spaces around it";
        problems.warn(&name_cursor.site(), kind, Some(help.into()));
    }
    Some((AttributeDeclaration { name, attribute_type, default }, name_cursor.site()))
}

fn parse_attribute_type(cursor: &Cursor, problems: &mut Problems) -> Option<AttributeType> {
    const TYPES: [AttributeType; 4] = [
        AttributeType::String,
        AttributeType::Number,
        AttributeType::StringList,
        AttributeType::StringNumberMap,
    ];
    let words = TYPES.map(AttributeType::as_str);
    let word = cursor.word("an attribute type", &words, problems);
    let word = word.or_else(|| match &cursor.node.value {
        // The slip is reported; what was meant lets the rest be checked.
        Value::String(text) => nearest(text, words),
        _ => None,
    })?;
    TYPES.into_iter().find(|it| it.as_str() == word)
}

/// The default value, within the limits of a request (facts 1.3); an empty string is the same as
/// none.
fn parse_default(
    cursor: &Cursor,
    attribute_type: AttributeType,
    problems: &mut Problems,
) -> Option<AttributeValue> {
    let chars_max = limits::ATTRIBUTE_STRING_CHARS_MAX;
    match attribute_type {
        AttributeType::String => {
            let text = cursor.string(problems)?;
            let length = text.chars().count();
            check_length(&cursor.site(), "a default string", length, 0, chars_max, problems)?;
            (!text.is_empty()).then(|| AttributeValue::String(text.into()))
        }
        AttributeType::Number => cursor.number(problems).map(AttributeValue::Number),
        AttributeType::StringList => {
            let items = cursor.list(problems)?;
            check_count(cursor, "strings", items.len(), limits::STRING_LIST_MAX, problems)?;
            let texts = items.iter().enumerate().map(|(index, node)| {
                let item = cursor.item(index, node);
                let text = item.string(problems)?;
                let length = text.chars().count();
                check_length(&item.site(), "a default string", length, 1, chars_max, problems)?;
                Some(text.to_owned())
            });
            // All are read before the first that cannot be is answered.
            let texts: Vec<Option<String>> = texts.collect();
            texts.into_iter().collect::<Option<_>>().map(AttributeValue::StringList)
        }
        AttributeType::StringNumberMap => {
            let Value::Object(members) = &cursor.node.value else {
                return cursor.wrong_type("an object of numbers", problems);
            };
            check_count(cursor, "pairs", members.len(), limits::NUMBER_MAP_MAX, problems)?;
            let pairs = members.iter().map(|member| {
                let path = cursor.path.key(&member.key);
                let key = Site::new(path, member.key_span);
                let item = Cursor { node: &member.node, path };
                let length = member.key.chars().count();
                let fits =
                    check_length(&key, "a key of a default map", length, 1, chars_max, problems);
                let number = item.number(problems);
                fits.and(number).map(|number| (member.key.clone(), number))
            });
            let pairs: Vec<Option<(String, f64)>> = pairs.collect();
            let map: Option<BTreeMap<String, f64>> = pairs.into_iter().collect();
            map.map(AttributeValue::StringNumberMap)
        }
    }
}

fn check_count(
    cursor: &Cursor,
    of: &str,
    count: usize,
    max: usize,
    problems: &mut Problems,
) -> Option<()> {
    if count <= max {
        return Some(());
    }
    let kind = RuleSetErrorKind::OutOfRange {
        what: format!("the number of {of}"),
        value: count as f64,
        range: format!("at most {max}, as in a request"),
    };
    problems.error(&cursor.site(), kind);
    None
}

/// The declared attribute that a string names.
pub(super) fn declared_attribute(
    cursor: &Cursor,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<AttributeIdx> {
    let name = cursor.string(problems)?;
    let found = schema.attribute(name);
    if found.is_none() && !schema.unread.may_be_attribute(name) && !problems.is_full() {
        let kind = RuleSetErrorKind::UnknownAttribute { name: shorten(name) };
        let known = schema.attribute_names();
        let help = match &*known {
            [] => "declare it in `playerAttributes`".into(),
            _ if name.contains("attributes[") => {
                "write the name alone: this is not an expression".into()
            }
            known => did_you_mean(name, known, "declared:"),
        };
        problems.error_help(&cursor.site(), kind, help);
    }
    found
}
