//! The canonical text of an expression: no white space but after the commas of a selector.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use super::ast::{ExprSyntax, LeafSyntax, TeamSelector};

/// The text that parses to the same tree. Names must be such as a parsed tree has: not empty, no
/// white space around, no `]`, in a selector no `,`.
pub(crate) fn print(syntax: &ExprSyntax) -> String {
    let mut text = String::new();
    for function in &syntax.functions {
        text.push_str(function.value.name());
        text.push('(');
    }
    text.push_str("teams[");
    match &syntax.path.teams {
        TeamSelector::All => text.push('*'),
        TeamSelector::Named(names) => {
            for (position, name) in names.iter().enumerate() {
                if position > 0 {
                    text.push_str(", ");
                }
                text.push_str(&name.value);
            }
        }
    }
    text.push(']');
    match &syntax.path.leaf {
        LeafSyntax::Team => {}
        LeafSyntax::Players => text.push_str(".players"),
        LeafSyntax::PlayerIds => text.push_str(".players[playerId]"),
        LeafSyntax::Attribute(name) => {
            text.push_str(".players.attributes[");
            text.push_str(&name.value);
            text.push(']');
        }
    }
    text.extend(syntax.functions.iter().map(|_| ')'));
    text
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::expr::ast::{Function, PathSyntax, Spanned};
    use crate::expr::parse::parse;

    /// The tree with every span empty, for comparing.
    fn without_spans(mut syntax: ExprSyntax) -> ExprSyntax {
        for function in &mut syntax.functions {
            function.span = 0..0;
        }
        if let TeamSelector::Named(names) = &mut syntax.path.teams {
            for name in names {
                name.span = 0..0;
            }
        }
        if let LeafSyntax::Attribute(name) = &mut syntax.path.leaf {
            name.span = 0..0;
        }
        syntax.path.span = 0..0;
        syntax
    }

    fn unplaced<T>(value: T) -> Spanned<T> {
        Spanned { value, span: 0..0 }
    }

    /// Names with everything in them that a name may have.
    fn name(forbidden: &'static str) -> impl Strategy<Value = Spanned<String>> {
        prop_oneof!["[a-zA-Z][a-zA-Z0-9_]{0,8}", "[ -~]{1,6}", ".{1,6}"]
            .prop_map(move |text: String| {
                let allowed: String = text.chars().filter(|c| !forbidden.contains(*c)).collect();
                unplaced(allowed.trim().to_string())
            })
            .prop_filter("a selector holds no empty name", |name| !name.value.is_empty())
    }

    fn team_selector() -> impl Strategy<Value = TeamSelector> {
        let named = prop::collection::vec(name("],"), 1..4)
            .prop_map(TeamSelector::Named)
            .prop_filter("`*` alone means all teams", |teams| {
                !matches!(teams, TeamSelector::Named(names) if names.len() == 1 && names[0].value == "*")
            });
        prop_oneof![1 => Just(TeamSelector::All), 4 => named]
    }

    fn expression() -> impl Strategy<Value = ExprSyntax> {
        let functions = prop::collection::vec(prop::sample::select(&Function::ALL[..]), 0..=16);
        let leaf = prop_oneof![
            Just(LeafSyntax::Team),
            Just(LeafSyntax::Players),
            Just(LeafSyntax::PlayerIds),
            name("]").prop_map(LeafSyntax::Attribute),
        ];
        (functions, team_selector(), leaf).prop_map(|(functions, teams, leaf)| ExprSyntax {
            functions: functions.into_iter().map(unplaced).collect(),
            path: PathSyntax { teams, leaf, span: 0..0 },
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same_tree(syntax in expression()) {
            let text = print(&syntax);
            let parsed = parse(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            for function in &parsed.functions {
                prop_assert_eq!(&text[function.span.clone()], function.value.name());
            }
            if let TeamSelector::Named(names) = &parsed.path.teams {
                for name in names {
                    prop_assert_eq!(&text[name.span.clone()], &name.value);
                }
            }
            if let LeafSyntax::Attribute(name) = &parsed.path.leaf {
                prop_assert_eq!(&text[name.span.clone()], &name.value);
            }
            prop_assert_eq!(without_spans(parsed), syntax);
        }
    }

    #[test]
    fn the_canonical_form() {
        for (written, canonical) in [
            (" count ( team[ red,blue ] . players ) ", "count(teams[red, blue].players)"),
            ("teams[ * ].players[ playerid ]", "teams[*].players[playerId]"),
            ("avg(teams[a].players.attributes[ b c ])", "avg(teams[a].players.attributes[b c])"),
            ("team[a]", "teams[a]"),
        ] {
            assert_eq!(print(&parse(written).unwrap()), canonical);
        }
    }
}
