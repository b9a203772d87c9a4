//! What a request carries: players, their attributes, their latencies (facts 8.4).

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// The id of a matchmaking ticket: 1 to 128 letters, digits, hyphens and dots. Cheap to clone.
    /// Any text makes one; a request with a bad one is refused.
    TicketId
}
text_id! {
    /// The id of a player: 1 to 1,024 characters. Cheap to clone.
    PlayerId
}
text_id! {
    /// The id of a match, a UUID of the engine. Cheap to clone.
    MatchId
}
text_id! {
    /// The id of a game session placement: 1 to 48 letters, digits and hyphens. Cheap to clone.
    PlacementId
}

/// A value of a player attribute, in the four types of the API.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, PartialEq, Debug)]
pub enum AttributeValue {
    /// `S`: a string of 1 to 100 characters.
    String(String),
    /// `N`: a finite number.
    Number(f64),
    /// `SL`: up to 100 strings of 1 to 100 characters; repeats after the first are ignored.
    StringList(Vec<String>),
    /// `SDM`: up to 10 pairs of a key of 1 to 100 characters and a finite number.
    StringNumberMap(BTreeMap<String, f64>),
}

/// A player of a request.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
#[derive(Clone, PartialEq, Debug)]
pub struct Player {
    /// Who it is; one player is in at most one active ticket.
    pub player_id: PlayerId,
    /// Up to 10 values by attribute name. Undeclared ones are accepted and ignored.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The team, in a backfill request only.
    pub team: Option<String>,
    /// Latency in whole milliseconds, at least 1, by location. Empty: not reported, no location
    /// is preferred.
    pub latency_in_ms: BTreeMap<String, u32>,
}

impl Player {
    /// A player without attributes and latencies.
    pub fn new(player_id: impl Into<PlayerId>) -> Self {
        Self {
            player_id: player_id.into(),
            attributes: BTreeMap::new(),
            team: None,
            latency_in_ms: BTreeMap::new(),
        }
    }

    /// The same player with an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.attributes.insert(name.into(), value);
        self
    }

    /// The same player with a number attribute.
    #[must_use]
    pub fn with_number(self, name: &str, value: f64) -> Self {
        self.with(name, AttributeValue::Number(value))
    }

    /// The same player with a string attribute.
    #[must_use]
    pub fn with_string(self, name: &str, value: &str) -> Self {
        self.with(name, AttributeValue::String(value.into()))
    }

    /// The same player with a string list attribute.
    #[must_use]
    pub fn with_strings(self, name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|&value| value.into()).collect();
        self.with(name, AttributeValue::StringList(values))
    }

    /// The same player with a string to number map attribute.
    #[must_use]
    pub fn with_numbers(self, name: &str, values: &[(&str, f64)]) -> Self {
        let values = values.iter().map(|&(key, value)| (key.into(), value)).collect();
        self.with(name, AttributeValue::StringNumberMap(values))
    }

    /// The same player in a team, for a backfill.
    #[must_use]
    pub fn with_team(mut self, team: &str) -> Self {
        self.team = Some(team.into());
        self
    }

    /// The same player with a latency at a location.
    #[must_use]
    pub fn with_latency(mut self, location: &str, millis: u32) -> Self {
        self.latency_in_ms.insert(location.into(), millis);
        self
    }
}
