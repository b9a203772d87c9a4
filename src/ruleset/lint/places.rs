//! Where things stand in the text of a rule set that compiled.

use crate::base::pointer::Path;
use crate::diag::Site;
use crate::json::node::{Node, Value};

/// The place of a member of an item of a top-level list, for instance of a team's `maxPlayers`; of
/// what is around it where there is none.
pub(super) fn member_of_item(root: &Node, list: &str, index: usize, key: &str) -> Site {
    let start = Path::Root;
    let Some(items) = member(root, list) else { return Site::new(start, root.span) };
    let list_path = start.key(list);
    let item = match &items.value {
        Value::Array(nodes) => nodes.get(index),
        _ => None,
    };
    let Some(item) = item else { return Site::new(list_path, items.span) };
    let item_path = list_path.index(index);
    match member(item, key) {
        Some(found) => Site::new(item_path.key(key), found.span),
        None => Site::new(item_path, item.span),
    }
}

/// The place of a member of `algorithm`; of what is around it where there is none.
pub(super) fn setting(root: &Node, key: &str) -> Site {
    let start = Path::Root;
    let Some(algorithm) = member(root, "algorithm") else { return Site::new(start, root.span) };
    let path = start.key("algorithm");
    match member(algorithm, key) {
        Some(found) => Site::new(path.key(key), found.span),
        None => Site::new(path, algorithm.span),
    }
}

fn member<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Object(members) = &node.value else { return None };
    members.iter().find(|member| member.key == key).map(|member| &member.node)
}
