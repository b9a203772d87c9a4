//! Rules of the typed tree: which fields there are, the rule kinds say.

use std::collections::BTreeSet;

use super::ast::{FieldAst, FieldValue, RuleAst};
use super::parse::parse_name;
use super::parse_attributes::declared_attribute;
use super::statement::{self, RuleText};
use crate::diag::{
    LaxReading, Problems, RuleSetErrorKind, RuleSetWarningKind, Site, did_you_mean, shorten,
};
use crate::expr::ast::{Expr, ExprSyntax};
use crate::expr::ty::Base;
use crate::expr::{check, parse::parse as parse_expression};
use crate::json::cursor::{Cursor, Object};
use crate::json::node::{Node, Value};
use crate::model::schema::Schema;
use crate::rules::{self, FieldShape, KINDS, RuleKind};

/// A rule as far as it was read. A rule with mistakes keeps its name, so that expansions which
/// name it are not blamed.
pub(super) struct ParsedRule {
    pub(super) rule: RuleAst,
    pub(super) kind: Option<&'static dyn RuleKind>,
}

impl ParsedRule {
    /// A rule whose name cannot be told.
    pub(super) fn unread(site: Site) -> Self {
        let rule = RuleAst { name: String::new(), kind: "", site, fields: vec![], unread: vec![] };
        Self { rule, kind: None }
    }

    /// Whether one of `rules` may have any name: then no name is unknown.
    pub(super) fn any_unread(rules: &[Self]) -> bool {
        rules.iter().any(|it| it.rule.name.is_empty())
    }
}

pub(super) fn parse(cursor: &Cursor, schema: &Schema, problems: &mut Problems) -> Vec<ParsedRule> {
    let Some(items) = cursor.list(problems) else {
        return vec![ParsedRule::unread(cursor.site())];
    };
    let text_of = |node| RuleText {
        name: member_text(node, "name"),
        statement: member_text(node, "statement"),
    };
    let all: Vec<RuleText<'_>> = items.iter().map(text_of).collect();
    let mut parsed: Vec<ParsedRule> = Vec::new();
    let mut taken = BTreeSet::new();
    for (index, node) in items.iter().enumerate() {
        if problems.is_full() {
            break;
        }
        let item = cursor.item(index, node);
        let context = RuleContext { schema, earlier: &parsed, all: &all };
        let rule = parse_rule(&item, &context, problems);
        let rule = rule.unwrap_or_else(|| ParsedRule::unread(item.site()));
        if !rule.rule.name.is_empty() && !taken.insert(rule.rule.name.clone()) {
            let name = shorten(&rule.rule.name);
            let kind = RuleSetErrorKind::DuplicateName { what: "rules".into(), name };
            problems.error(&rule.rule.site, kind);
        }
        parsed.push(rule);
    }
    parsed
}

/// What the fields of a rule may refer to.
struct RuleContext<'a> {
    schema: &'a Schema,
    /// The rules before it.
    earlier: &'a [ParsedRule],
    /// Every rule of the text.
    all: &'a [RuleText<'a>],
}

/// A member of a rule that is a string, without a look at what else is wrong with it.
fn member_text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    let Value::Object(members) = &node.value else { return None };
    match &members.iter().find(|member| member.key == key)?.node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn parse_rule(
    item: &Cursor,
    context: &RuleContext<'_>,
    problems: &mut Problems,
) -> Option<ParsedRule> {
    let untitled = item.object("a rule", problems)?;
    let has_type = untitled.get("type").is_some();
    let kind = untitled.get("type").and_then(|it| rule_kind(&it, problems));
    let of = match (kind, member_text(item.node, "name").map(shorten)) {
        (Some(kind), Some(name)) => format!("{} rule `{name}`", kind.name()),
        (Some(kind), None) if kind.name().starts_with('a') => format!("an {} rule", kind.name()),
        (Some(kind), None) => format!("a {} rule", kind.name()),
        (None, Some(name)) => format!("rule `{name}`"),
        (None, None) => "a rule".into(),
    };
    let mut object = item.object(of, problems)?;
    // Which fields a rule has, only its type tells; without one, those of all types.
    let kinds = KINDS.iter().filter(|it| kind.is_none_or(|kind| kind.name() == it.name()));
    let fields = kinds.flat_map(|it| it.fields()).map(|field| field.name);
    let known: Vec<&str> = ["name", "description", "type"].into_iter().chain(fields).collect();
    if kind.is_some() || !has_type {
        object.deny_unknown(&known, |_| None, problems);
    }
    let name_cursor = object.require("name", problems);
    let name = name_cursor.and_then(|it| parse_name(&it, "a rule", problems));
    if !has_type {
        object.require("type", problems);
    }
    if let Some(description) = object.get("description") {
        description.string(problems);
    }
    let mut rule = ParsedRule::unread(name_cursor.map_or_else(|| object.site(), |it| it.site()));
    // A rule without a name keeps the empty one, which no rule can have.
    rule.rule.name = name.map(|it| it.to_string()).unwrap_or_default();
    if let Some(kind) = kind {
        rule.kind = Some(kind);
        rule.rule.kind = kind.name();
        let Fields { read, unread } = parse_fields(&object, kind, context, problems);
        (rule.rule.fields, rule.rule.unread) = (read, unread);
    }
    Some(rule)
}

fn rule_kind(cursor: &Cursor, problems: &mut Problems) -> Option<&'static dyn RuleKind> {
    let word = cursor.string(problems)?;
    if let Some(kind) = rules::kind(word) {
        return Some(kind);
    }
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name()).collect();
    let help = did_you_mean(word, &names, "there are");
    let kind = RuleSetErrorKind::UnknownRuleType { name: shorten(word) };
    problems.error_help(&cursor.site(), kind, help);
    None
}

/// The fields of a rule.
struct Fields {
    read: Vec<FieldAst>,
    /// Those that are missing, or of which not all could be read.
    unread: Vec<&'static str>,
}

fn parse_fields(
    object: &Object,
    kind: &'static dyn RuleKind,
    context: &RuleContext<'_>,
    problems: &mut Problems,
) -> Fields {
    let mut fields = Fields { read: Vec::new(), unread: Vec::new() };
    for field in kind.fields() {
        let cursor = match field.required {
            true => object.require(field.name, problems),
            false => object.get(field.name),
        };
        let Some(cursor) = cursor else {
            fields
                .unread
                .extend((field.required || object.means(field.name)).then_some(field.name));
            continue;
        };
        let base = measured_base(&fields.read);
        let value = match field.shape {
            FieldShape::Statement => {
                statement::parse(&cursor, context.earlier, context.all, problems)
                    .map(FieldValue::Statement)
            }
            shape => parse_field(&cursor, shape, base, context.schema, problems),
        };
        let is_whole = match (&value, &cursor.node.value) {
            (Some(FieldValue::Measurements(read)), Value::Array(all)) => read.len() == all.len(),
            (value, _) => value.is_some(),
        };
        fields.unread.extend((!is_whole).then_some(field.name));
        if let Some(value) = value {
            fields.read.push(FieldAst { name: field.name, site: cursor.site(), value });
        }
    }
    fields
}

/// What the measurements of a rule are made of: it decides how a reference value is read.
pub(super) fn measured_base(fields: &[FieldAst]) -> Option<Base> {
    fields.iter().find_map(|field| match &field.value {
        FieldValue::Measurements(measurements) => measurements.first().map(|(it, _)| it.ty.base),
        _ => None,
    })
}

/// The value of a field, in a rule or in a step of an expansion.
pub(super) fn parse_field(
    cursor: &Cursor,
    shape: FieldShape,
    measured: Option<Base>,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<FieldValue> {
    match shape {
        FieldShape::Number => cursor.number(problems).map(FieldValue::Number),
        FieldShape::Words { what, words } => {
            cursor.word(what, words, problems).map(FieldValue::Word)
        }
        FieldShape::Measurements => parse_measurements(cursor, schema, problems),
        FieldShape::Reference => parse_reference(cursor, measured, schema, problems),
        FieldShape::ReferenceOrList => match &cursor.node.value {
            Value::Array(_) => parse_text_list(cursor, problems).map(FieldValue::TextList),
            Value::Number(_) | Value::String(_) => {
                parse_reference(cursor, measured, schema, problems)
            }
            _ => cursor.wrong_type("a string, a list of strings or an expression", problems),
        },
        FieldShape::Count => {
            let count = cursor.whole_number("a count", 0, u32::MAX, problems)?;
            Some(FieldValue::Number(f64::from(count)))
        }
        // Statements are read with the rules that they name; no expansion changes one.
        FieldShape::Statement => None,
        FieldShape::Attribute => {
            declared_attribute(cursor, schema, problems).map(FieldValue::Attribute)
        }
    }
}

/// Those of the measurements that can be read.
fn parse_measurements(
    cursor: &Cursor,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<FieldValue> {
    if let Value::String(_) = cursor.node.value {
        problems.lax(&cursor.site(), LaxReading::BareMeasurement);
        let expression = parse_measurement(cursor, schema, problems)?;
        return Some(FieldValue::Measurements(vec![(expression, cursor.site())]));
    }
    let items = cursor.list(problems)?;
    if items.is_empty() {
        let what = "`measurements`".into();
        problems.error(&cursor.site(), RuleSetErrorKind::EmptyList { what });
        return None;
    }
    let parsed = items.iter().enumerate().filter_map(|(index, node)| {
        let item = cursor.item(index, node);
        parse_measurement(&item, schema, problems).map(|it| (it, item.site()))
    });
    let parsed: Vec<_> = parsed.collect();
    (!parsed.is_empty()).then_some(FieldValue::Measurements(parsed))
}

fn parse_measurement(cursor: &Cursor, schema: &Schema, problems: &mut Problems) -> Option<Expr> {
    let text = cursor.string(problems)?;
    if problems.is_full() {
        return None;
    }
    match parse_expression(text) {
        Ok(syntax) => check_expression(&syntax, cursor, schema, problems),
        Err(error) => {
            problems.error_inside(&cursor.site(), error.span, error.kind, error.help);
            None
        }
    }
}

fn check_expression(
    syntax: &ExprSyntax,
    cursor: &Cursor,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<Expr> {
    match check::check(syntax, schema) {
        Ok((expression, flat_flattens)) => {
            for span in flat_flattens {
                let help = Some("take the `flatten` out".into());
                problems.warn_inside(&cursor.site(), span, RuleSetWarningKind::FlattenFlat, help);
            }
            Some(expression)
        }
        Err(errors) => {
            for error in errors {
                problems.error_inside(&cursor.site(), error.span, error.kind, error.help);
            }
            None
        }
    }
}

/// A number, a string that parses as an expression, or any other string as itself (facts 2.1,
/// 10.42).
fn parse_reference(
    cursor: &Cursor,
    measured: Option<Base>,
    schema: &Schema,
    problems: &mut Problems,
) -> Option<FieldValue> {
    match &cursor.node.value {
        Value::Number(number) => Some(FieldValue::Number(*number)),
        Value::String(text) => match parse_expression(text) {
            Ok(syntax) => {
                check_expression(&syntax, cursor, schema, problems).map(FieldValue::Expression)
            }
            Err(error) => {
                let number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
                match measured {
                    Some(Base::Number) if number => {
                        return cursor.number(problems).map(FieldValue::Number);
                    }
                    // Only measurements, which are misread, could tell whether it is a string.
                    None if number => return None,
                    _ => {}
                }
                if text.contains("teams[") || text.contains(".players") {
                    if measured != Some(Base::String) {
                        problems.error_inside(&cursor.site(), error.span, error.kind, error.help);
                        return None;
                    }
                    let kind = RuleSetWarningKind::ExpressionAsLiteral {
                        text: shorten(text),
                        reason: error.kind.to_string(),
                    };
                    problems.warn_inside(&cursor.site(), error.span, kind, error.help);
                }
                Some(FieldValue::Text(text.clone()))
            }
        },
        _ => cursor.wrong_type("a number, a string or an expression", problems),
    }
}

fn parse_text_list(cursor: &Cursor, problems: &mut Problems) -> Option<Vec<String>> {
    let items = cursor.list(problems)?.iter().enumerate();
    let texts: Vec<Option<String>> = items
        .map(|(index, node)| cursor.item(index, node).string(problems).map(str::to_owned))
        .collect();
    texts.into_iter().collect()
}
