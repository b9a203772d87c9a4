//! Where things stand in the text of a rule set, found again when they turn out to be odd.

use crate::base::pointer::Path;
use crate::diag::Site;
use crate::json::node::{Node, Value};

/// A step from a value to one inside it.
#[derive(Clone, Copy)]
pub(super) enum Step<'k> {
    Key(&'k str),
    Item(usize),
}

/// The place to which these steps lead from the whole text; where one leads nowhere, the place that
/// was reached.
pub(super) fn at(root: &Node, steps: &[Step<'_>]) -> Site {
    walk(root, Path::Root, steps)
}

fn walk(node: &Node, path: Path<'_>, steps: &[Step<'_>]) -> Site {
    if let Some((&step, rest)) = steps.split_first() {
        match step {
            Step::Key(key) => {
                if let Some(inside) = member(node, key) {
                    return walk(inside, path.key(key), rest);
                }
            }
            Step::Item(index) => {
                if let Some(inside) = items(node).get(index) {
                    return walk(inside, path.index(index), rest);
                }
            }
        }
    }
    Site::new(path, node.span)
}

/// The place of the item with this name in a list of the rule set, or of the list.
pub(super) fn named_item(root: &Node, list: &str, name: &str) -> Site {
    let has_name = |item: &Node| {
        let found = member(item, "name").map(|it| &it.value);
        matches!(found, Some(Value::String(text)) if text == name)
    };
    let position = member(root, list).and_then(|list| items(list).iter().position(has_name));
    match position {
        Some(index) => at(root, &[Step::Key(list), Step::Item(index)]),
        None => at(root, &[Step::Key(list)]),
    }
}

fn member<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Object(members) = &node.value else { return None };
    members.iter().find(|member| member.key == key).map(|member| &member.node)
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => &[],
    }
}
