//! Strategies that draw what a rule set is sent.

use std::collections::BTreeMap;
use std::fmt;

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any};
use proptest::sample::{Index, select};
use proptest::strategy::{BoxedStrategy, Union};

use super::pool::{Pool, PoolTicket};
use super::values::{self, Interesting};
use crate::{AttributeValue, Millis, Player, RuleSet};

/// The locations of which players report latencies.
const LOCATIONS: [&str; 3] = ["east", "west", "north"];

/// Draws what players could send to a rule set. Everything shrinks towards few tickets of one
/// player with simple values.
///
/// Values are drawn to be interesting for the rules: the constants that an attribute is held
/// against, values a bound away from these, strings that rules name and two that they do not, and
/// latencies around the limits. In some pools all players are alike in something, which makes rules
/// true that random players never meet. Everybody sends a value of each attribute that has no
/// default.
#[derive(Clone)]
pub struct Strategies {
    rule_set: RuleSet,
    attributes: Vec<Attribute>,
    party_max: u32,
}

/// How an attribute is drawn.
#[derive(Clone)]
struct Attribute {
    name: String,
    has_default: bool,
    values: BoxedStrategy<AttributeValue>,
}

/// Somebody comes who wants to play.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// The time since the arrival before.
    pub after: Millis,
    /// The party. Their ids are those of no other arrival.
    pub players: Vec<Player>,
}

/// For each attribute, whether all players are alike in it.
pub(super) type Alike = Vec<Option<AttributeValue>>;

impl Strategies {
    /// What is worth sending to a rule set.
    pub fn of(rule_set: &RuleSet) -> Self {
        let ast = &rule_set.plan().ast;
        let attribute = |it: Interesting| Attribute {
            name: it.name,
            has_default: it.has_default,
            values: some_of(it.values),
        };
        Self {
            rule_set: rule_set.clone(),
            attributes: values::attributes(ast).into_iter().map(attribute).collect(),
            party_max: values::party_max(ast),
        }
    }

    /// Draws a declared attribute in another way: as your game does, say.
    ///
    /// # Panics
    /// When the rule set does not declare it.
    #[must_use]
    pub fn attribute(
        mut self,
        name: &str,
        values: impl Strategy<Value = AttributeValue> + 'static,
    ) -> Self {
        let attribute = self.attributes.iter_mut().find(|it| it.name == name);
        assert!(attribute.is_some(), "the rule set declares no attribute `{name}`");
        if let Some(attribute) = attribute {
            attribute.values = values.boxed();
        }
        self
    }

    /// Draws parties of at most so many players, from 1 to 10. Without this: as many as the largest
    /// team takes.
    #[must_use]
    pub fn party_max(mut self, players: u32) -> Self {
        self.party_max = players.clamp(1, 10);
        self
    }

    /// A player named `p1`.
    pub fn player(&self) -> BoxedStrategy<Player> {
        (self.attribute_values(), self.latencies())
            .prop_map(|(attributes, latency_in_ms)| {
                let mut player = Player::new("p1");
                (player.attributes, player.latency_in_ms) = (attributes, latency_in_ms);
                player
            })
            .boxed()
    }

    /// A party of players named `p1`, `p2`, ... More than half of them play alone.
    pub fn party(&self) -> BoxedStrategy<Vec<Player>> {
        let largest = self.party_max as usize;
        let alone = vec(self.player(), 1).boxed();
        let together = vec(self.player(), 1..=largest).boxed();
        Union::new_weighted(vec![(3, alone), (2, together)])
            .prop_map(|mut players| {
                name_players(1, &mut players);
                players
            })
            .boxed()
    }

    /// Latencies in whole milliseconds by location: around the limits of latency rules; without such
    /// a rule most players report none.
    pub fn latencies(&self) -> BoxedStrategy<BTreeMap<String, u32>> {
        let values = values::latencies(&self.rule_set.plan().ast);
        let (often, values) = match values.is_empty() {
            true => (0.1, vec![20, 60]),
            false => (0.9, values),
        };
        vec(option::weighted(often, select(values)), LOCATIONS.len())
            .prop_map(|drawn| {
                let reported = LOCATIONS.iter().zip(drawn);
                reported
                    .filter_map(|(name, latency)| Some(((*name).to_owned(), latency?)))
                    .collect()
            })
            .boxed()
    }

    /// A pool of some tickets, each after some wait. Players are named `p1`, `p2`, ... through the
    /// pool, and tickets `t1`, `t2`, ...
    ///
    /// [`assert_complete`](super::assert_complete) tries all assignments of a pool: up to eight
    /// tickets for two teams keep that fast.
    pub fn pool(&self, tickets: impl Into<SizeRange>) -> BoxedStrategy<Pool> {
        let waits: Vec<Millis> = self.waits().into_iter().map(Millis::new).collect();
        let drawn = (
            self.alike(),
            option::weighted(0.4, select(waits.clone())),
            vec((select(waits), self.party()), tickets),
        );
        let (rule_set, strategies) = (self.rule_set.clone(), self.clone());
        drawn
            .prop_map(move |(alike, shared_wait, tickets)| {
                let mut named = 1;
                let ticket = |(wait, mut players): (Millis, Vec<Player>)| {
                    strategies.make_alike(&alike, &mut players);
                    named = name_players(named, &mut players);
                    PoolTicket { wait: shared_wait.unwrap_or(wait), players }
                };
                Pool::new(&rule_set, tickets.into_iter().map(ticket).collect())
            })
            .boxed()
    }

    /// Parties that come one after the other, often at one instant, now and then just when an
    /// expansion of the one before comes due. Players are named `p1`, `p2`, ... through the list.
    pub fn arrivals(&self, count: impl Into<SizeRange>) -> BoxedStrategy<Vec<Arrival>> {
        let strategies = self.clone();
        (self.alike(), vec((self.gap(), self.party()), count))
            .prop_map(move |(alike, arrivals)| {
                let mut named = 1;
                let arrival = |(after, mut players): (Millis, Vec<Player>)| {
                    strategies.make_alike(&alike, &mut players);
                    named = name_players(named, &mut players);
                    Arrival { after, players }
                };
                arrivals.into_iter().map(arrival).collect()
            })
            .boxed()
    }

    pub(super) fn rule_set(&self) -> &RuleSet {
        &self.rule_set
    }

    /// The time between two commands.
    pub(super) fn gap(&self) -> BoxedStrategy<Millis> {
        let shorter = Union::new_weighted(vec![
            (2, select(vec![0, 1, 300]).boxed()),
            (1, select(vec![1_000, 4_000]).boxed()),
        ]);
        let steps =
            Union::new_weighted(vec![(4, shorter.boxed()), (1, select(self.waits()).boxed())]);
        steps.prop_map(Millis::new).boxed()
    }

    /// What all players are alike in, if they are.
    pub(super) fn alike(&self) -> BoxedStrategy<Alike> {
        let attributes = self.attributes.iter();
        let alike: Vec<_> = attributes.map(|it| option::weighted(0.4, it.values.clone())).collect();
        alike.boxed()
    }

    /// Gives players who send an attribute the value that all are alike in.
    pub(super) fn make_alike(&self, alike: &Alike, players: &mut [Player]) {
        for (attribute, shared) in self.attributes.iter().zip(alike) {
            let Some(shared) = shared else { continue };
            for value in players.iter_mut().filter_map(|it| it.attributes.get_mut(&attribute.name))
            {
                value.clone_from(shared);
            }
        }
    }

    /// Any position of a list that is not known yet.
    pub(super) fn position() -> BoxedStrategy<Index> {
        any::<Index>().boxed()
    }

    fn waits(&self) -> Vec<u64> {
        values::waits(&self.rule_set.plan().ast)
    }

    fn attribute_values(&self) -> BoxedStrategy<BTreeMap<String, AttributeValue>> {
        let value = |it: &Attribute| match it.has_default {
            true => option::weighted(0.7, it.values.clone()).boxed(),
            false => it.values.clone().prop_map(Some).boxed(),
        };
        let drawn: Vec<_> = self.attributes.iter().map(value).collect();
        let names: Vec<String> = self.attributes.iter().map(|it| it.name.clone()).collect();
        drawn
            .prop_map(move |values| {
                let sent = names.iter().cloned().zip(values);
                sent.filter_map(|(name, value)| Some((name, value?))).collect()
            })
            .boxed()
    }
}

impl fmt::Debug for Strategies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strategies")
            .field("rule_set", &self.rule_set.name())
            .field("party_max", &self.party_max)
            .finish_non_exhaustive()
    }
}

/// One of these values, the first ones more often.
fn some_of(values: Vec<AttributeValue>) -> BoxedStrategy<AttributeValue> {
    let Some(first) = values.first().cloned() else {
        return Just(AttributeValue::Number(0.0)).boxed();
    };
    let few: Vec<_> = values.iter().take(4).cloned().collect();
    Union::new_weighted(vec![
        (1, Just(first).boxed()),
        (3, select(few).boxed()),
        (2, select(values).boxed()),
    ])
    .boxed()
}

/// Names players `p1`, `p2`, ... from a number on; the number of the next.
pub(super) fn name_players(first: usize, players: &mut [Player]) -> usize {
    for (number, player) in (first..).zip(players.iter_mut()) {
        player.player_id = format!("p{number}").into();
    }
    first + players.len()
}
