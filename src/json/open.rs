//! The lists and objects that the reader is inside of.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Member, Node, Value};
use crate::diag::Span;

/// An object with more members than this finds its keys through a map.
const SCANNED_MEMBERS_MAX: usize = 16;

/// A list or object whose closing bracket has not come yet.
pub(super) struct Open {
    pub(super) start: usize,
    pub(super) contents: Contents,
}

pub(super) enum Contents {
    List(Vec<Node>),
    Object(OpenObject),
}

impl Contents {
    pub(super) const fn brackets(&self) -> (char, char) {
        match self {
            Self::List(_) => ('[', ']'),
            Self::Object(_) => ('{', '}'),
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::List(nodes) => Value::Array(nodes),
            Self::Object(object) => Value::Object(object.into_members()),
        }
    }
}

#[derive(Default)]
pub(super) struct OpenObject {
    members: Vec<Member>,
    /// The key whose value is being read.
    pub(super) key: Option<(String, Span)>,
    /// Positions of members whose key came again.
    superseded: BTreeSet<usize>,
    /// The last position of each key, once there are many.
    positions: BTreeMap<String, usize>,
}

impl OpenObject {
    /// Takes the key of the next member; the place of the member that it replaces, if any.
    pub(super) fn begin_member(&mut self, key: String, span: Span) -> Option<Span> {
        let earlier = self.position(&key);
        self.key = Some((key, span));
        self.superseded.extend(earlier);
        earlier.and_then(|position| self.members.get(position)).map(|member| member.key_span)
    }

    /// The last member with this key.
    fn position(&mut self, key: &str) -> Option<usize> {
        if self.members.len() <= SCANNED_MEMBERS_MAX {
            return self.members.iter().rposition(|member| member.key == key);
        }
        if self.positions.is_empty() {
            let keys = self.members.iter().map(|member| member.key.clone());
            self.positions = keys.zip(0..).collect();
        }
        self.positions.get(key).copied()
    }

    pub(super) fn insert(&mut self, node: Node) {
        let Some((key, key_span)) = self.key.take() else { return };
        if !self.positions.is_empty() {
            self.positions.insert(key.clone(), self.members.len());
        }
        self.members.push(Member { key, key_span, node });
    }

    fn into_members(self) -> Vec<Member> {
        let Self { mut members, superseded, .. } = self;
        if !superseded.is_empty() {
            let mut positions = 0..members.len();
            members.retain(|_| positions.next().is_none_or(|at| !superseded.contains(&at)));
        }
        members
    }
}
