//! Reading a located tree: each accessor records what is wrong and goes on.

use super::node::{Member, Node, Value};
use crate::base::pointer::Path;
use crate::diag::{LaxReading, Problems, RuleSetErrorKind, Site, did_you_mean, nearest, shorten};

/// A node and the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'n> {
    pub(crate) node: &'n Node,
    pub(crate) path: Path<'n>,
}

/// An object, with what it is in words for messages: `a team`, `rule \`fair\``.
pub(crate) struct Object<'n> {
    cursor: Cursor<'n>,
    members: &'n [Member],
    of: String,
    /// The keys that its unknown keys are slips for.
    meant: Vec<String>,
}

impl<'n> Cursor<'n> {
    pub(crate) fn root(node: &'n Node) -> Self {
        Self { node, path: Path::Root }
    }

    pub(crate) fn site(&self) -> Site {
        Site::new(self.path, self.node.span)
    }

    pub(crate) fn object(
        self,
        of: impl Into<String>,
        problems: &mut Problems,
    ) -> Option<Object<'n>> {
        match &self.node.value {
            Value::Object(members) => {
                Some(Object { cursor: self, members, of: of.into(), meant: Vec::new() })
            }
            _ => self.wrong_type("an object", problems),
        }
    }

    pub(crate) fn list(&self, problems: &mut Problems) -> Option<&'n [Node]> {
        match &self.node.value {
            Value::Array(items) => Some(items),
            _ => self.wrong_type("a list", problems),
        }
    }

    /// The item at `index` of this list.
    pub(crate) fn item<'s>(&'s self, index: usize, node: &'s Node) -> Cursor<'s> {
        Cursor { node, path: self.path.index(index) }
    }

    pub(crate) fn string(&self, problems: &mut Problems) -> Option<&'n str> {
        match &self.node.value {
            Value::String(text) => Some(text),
            _ => self.wrong_type("a string", problems),
        }
    }

    /// A number; a string that holds one is a lax reading (facts 10.43).
    pub(crate) fn number(&self, problems: &mut Problems) -> Option<f64> {
        match &self.node.value {
            Value::Number(number) => Some(*number),
            Value::String(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    problems.lax(&self.site(), LaxReading::NumericString { text: text.clone() });
                    Some(number)
                }
                _ => self.wrong_type("a number", problems),
            },
            _ => self.wrong_type("a number", problems),
        }
    }

    /// A whole number from `min` to `max`.
    pub(crate) fn whole_number(
        &self,
        what: &str,
        min: u32,
        max: u32,
        problems: &mut Problems,
    ) -> Option<u32> {
        let value = self.number(problems)?;
        if value.fract() == 0.0 && value >= f64::from(min) && value <= f64::from(max) {
            return Some(value as u32);
        }
        let range = format!("a whole number from {min} to {max}");
        problems
            .error(&self.site(), RuleSetErrorKind::OutOfRange { what: what.into(), value, range });
        None
    }

    /// One of `words`, which are `what` in words (`a strategy`).
    pub(crate) fn word(
        &self,
        what: &str,
        words: &[&'static str],
        problems: &mut Problems,
    ) -> Option<&'static str> {
        let text = self.string(problems)?;
        if let Some(word) = words.iter().find(|&&word| word == text) {
            return Some(word);
        }
        let help = did_you_mean(text, words, "use one of");
        let kind = RuleSetErrorKind::UnknownWord { word: shorten(text), what: what.into() };
        problems.error_help(&self.site(), kind, help);
        None
    }

    /// Records that this is not `expected`.
    pub(crate) fn wrong_type<T>(&self, expected: &str, problems: &mut Problems) -> Option<T> {
        let found = match &self.node.value {
            Value::String(text) => format!("`\"{}\"`", shorten(text)),
            value => value.describe().into(),
        };
        let kind = RuleSetErrorKind::WrongType { expected: expected.into(), found };
        problems.error(&self.site(), kind);
        None
    }
}

impl<'n> Object<'n> {
    pub(crate) fn site(&self) -> Site {
        self.cursor.site()
    }

    pub(crate) fn get<'s>(&'s self, key: &'s str) -> Option<Cursor<'s>> {
        let member = self.members.iter().find(|member| member.key == key)?;
        Some(Cursor { node: &member.node, path: self.cursor.path.key(&member.key) })
    }

    /// Whether the key is there, be it misspelt.
    pub(crate) fn means(&self, key: &str) -> bool {
        self.get(key).is_some() || self.meant.iter().any(|meant| meant == key)
    }

    /// The value of a key that must be there. One that stands there misspelt is reported with the
    /// unknown keys.
    pub(crate) fn require<'s>(
        &'s self,
        key: &'s str,
        problems: &mut Problems,
    ) -> Option<Cursor<'s>> {
        if !self.means(key) {
            let kind = RuleSetErrorKind::MissingKey { key: key.into(), of: self.of.clone() };
            problems.error(&self.site(), kind);
        }
        self.get(key)
    }

    /// Records every key that is not among `known`. `hint` may say more about one of them.
    pub(crate) fn deny_unknown(
        &mut self,
        known: &[&str],
        hint: impl Fn(&str) -> Option<&'static str>,
        problems: &mut Problems,
    ) {
        for member in self.members {
            if known.contains(&member.key.as_str()) {
                continue;
            }
            if problems.is_full() {
                return;
            }
            let near = nearest(&member.key, known.iter().copied());
            self.meant.extend(near.map(str::to_owned));
            let site = Site::new(self.cursor.path.key(&member.key), member.key_span);
            let help = match hint(&member.key) {
                Some(hint) => hint.into(),
                None => did_you_mean(&member.key, known, "it has"),
            };
            let key = shorten(&member.key);
            problems.error_help(
                &site,
                RuleSetErrorKind::UnknownKey { key, of: self.of.clone() },
                help,
            );
        }
    }
}
