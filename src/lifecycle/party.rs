//! The players of a ticket, packed. A waiting ticket is described now and then and judged by its
//! rows, so its players rest in two blocks of memory instead of a dozen maps and strings.

use std::sync::Arc;

use super::event_ticket::Identity;
use crate::base::idx::Idx;
use crate::base::intern::{Interner, Sym};
use crate::base::time::Timestamp;
use crate::model::ticket::{AttributeValue, Player, PlayerId, TicketId};

/// The names of attributes, locations and teams that parties hold: each once, and no longer than
/// one of them holds it.
pub(crate) type Names = Interner;

/// The players of a ticket. Its names must be given back with [`release`](Self::release).
#[derive(Debug)]
pub(crate) struct Party {
    identity: Arc<Identity>,
    /// Player after player. Every count, length and symbol is a [varint](put).
    ///
    /// A player is `attributes * 2 + has_team`, the team's name if there is one, the attributes,
    /// the number of latencies, and the latencies as pairs of a name and milliseconds. An attribute
    /// is `name * 4 + type` and its value: the eight bytes of a number, a length with so many bytes
    /// of text, or a number of texts, or of pairs of a text and a number.
    values: Box<[u8]>,
}

const STRING: u64 = 0;
const NUMBER: u64 = 1;
const STRING_LIST: u64 = 2;
const STRING_NUMBER_MAP: u64 = 3;

impl Party {
    /// Packs players, of which at most 2^32 names are held at one time.
    pub(crate) fn pack(
        names: &mut Names,
        id: TicketId,
        start_time: Timestamp,
        players: &[Player],
    ) -> Self {
        let ids = players.iter().map(|player| player.player_id.clone());
        let identity = Arc::new(Identity::new(id, start_time, ids));
        let mut values = Vec::with_capacity(players.iter().map(packed_max).sum());
        for player in players {
            pack_player(names, player, &mut values);
        }
        Self { identity, values: values.into_boxed_slice() }
    }

    /// Whose party it is, and who is in it.
    pub(crate) fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// How many players there are.
    pub(crate) fn len(&self) -> usize {
        self.identity.players().len()
    }

    /// The players in the order of the request.
    pub(crate) fn ids(&self) -> std::slice::Iter<'_, PlayerId> {
        self.identity.players().iter()
    }

    /// The players as they were packed.
    pub(crate) fn unpack(&self, names: &Names) -> Vec<Player> {
        let mut reader = Reader { rest: &self.values };
        self.ids().map(|id| reader.player(names, id)).collect()
    }

    /// Keeps the players that `stays` admits.
    pub(crate) fn keep(&mut self, names: &mut Names, mut stays: impl FnMut(&PlayerId) -> bool) {
        let mut reader = Reader { rest: &self.values };
        let mut values = Vec::with_capacity(self.values.len());
        let mut ids = Vec::with_capacity(self.len());
        for id in self.ids() {
            let before = reader.rest;
            if stays(id) {
                reader.skip_player(|_| ());
                let length = before.len() - reader.rest.len();
                values.extend(before.iter().take(length));
                ids.push(id.clone());
            } else {
                reader.skip_player(|name| names.release(name));
            }
        }
        let Identity { id, start_time, .. } = &*self.identity;
        let identity = Arc::new(Identity::new(id.clone(), *start_time, ids.into_iter()));
        *self = Self { identity, values: values.into() };
    }

    /// Gives the names back.
    pub(crate) fn release(self, names: &mut Names) {
        let mut reader = Reader { rest: &self.values };
        for _ in self.ids() {
            reader.skip_player(|name| names.release(name));
        }
    }
}

/// More bytes than a player takes, or just as many.
fn packed_max(player: &Player) -> usize {
    const VARINT_MAX: usize = 5;
    let text = |text: &String| VARINT_MAX + text.len();
    let value = |value: &AttributeValue| match value {
        AttributeValue::String(it) => text(it),
        AttributeValue::Number(_) => size_of::<f64>(),
        AttributeValue::StringList(texts) => VARINT_MAX + texts.iter().map(text).sum::<usize>(),
        AttributeValue::StringNumberMap(map) => {
            VARINT_MAX + map.keys().map(|key| text(key) + size_of::<f64>()).sum::<usize>()
        }
    };
    let attributes: usize = player.attributes.values().map(|it| VARINT_MAX + value(it)).sum();
    3 * VARINT_MAX + attributes + player.latency_in_ms.len() * 2 * VARINT_MAX
}

fn pack_player(names: &mut Names, player: &Player, into: &mut Vec<u8>) {
    let has_team = u64::from(player.team.is_some());
    put(into, player.attributes.len() as u64 * 2 + has_team);
    if let Some(team) = &player.team {
        put(into, names.acquire(team).index() as u64);
    }
    for (name, value) in &player.attributes {
        let name = names.acquire(name).index() as u64 * 4;
        match value {
            AttributeValue::String(text) => {
                put(into, name + STRING);
                put_text(into, text);
            }
            AttributeValue::Number(number) => {
                put(into, name + NUMBER);
                into.extend(number.to_le_bytes());
            }
            AttributeValue::StringList(texts) => {
                put(into, name + STRING_LIST);
                put(into, texts.len() as u64);
                texts.iter().for_each(|text| put_text(into, text));
            }
            AttributeValue::StringNumberMap(map) => {
                put(into, name + STRING_NUMBER_MAP);
                put(into, map.len() as u64);
                for (key, number) in map {
                    put_text(into, key);
                    into.extend(number.to_le_bytes());
                }
            }
        }
    }
    put(into, player.latency_in_ms.len() as u64);
    for (name, &millis) in &player.latency_in_ms {
        put(into, names.acquire(name).index() as u64);
        put(into, u64::from(millis));
    }
}

/// Seven bits to a byte, lowest first; the eighth says that more follow.
fn put(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn put_text(into: &mut Vec<u8>, text: &str) {
    put(into, text.len() as u64);
    into.extend(text.as_bytes());
}

/// Reads what `pack_player` has written.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn player(&mut self, names: &Names, id: &PlayerId) -> Player {
        let head = self.number();
        let team = (head % 2 == 1).then(|| self.name(names));
        let attributes = (0..head / 2).map(|_| {
            let head = self.number();
            (text_of(names, head / 4), self.value(head % 4))
        });
        let attributes = attributes.collect();
        let latencies = 0..self.number();
        let latency_in_ms = latencies.map(|_| (self.name(names), self.number() as u32)).collect();
        Player { player_id: id.clone(), attributes, team, latency_in_ms }
    }

    /// Passes a player over and tells the names that it holds.
    fn skip_player(&mut self, mut name: impl FnMut(Sym)) {
        let mut symbol = |number: u64| name(Sym::from_usize(number as usize));
        let head = self.number();
        if head % 2 == 1 {
            symbol(self.number());
        }
        for _ in 0..head / 2 {
            let head = self.number();
            symbol(head / 4);
            self.skip_value(head % 4);
        }
        for _ in 0..self.number() {
            symbol(self.number());
            self.number();
        }
    }

    fn value(&mut self, of_type: u64) -> AttributeValue {
        match of_type {
            STRING => AttributeValue::String(self.text()),
            NUMBER => AttributeValue::Number(self.float()),
            STRING_LIST => {
                let texts = 0..self.number();
                AttributeValue::StringList(texts.map(|_| self.text()).collect())
            }
            _ => {
                let pairs = 0..self.number();
                let map = pairs.map(|_| (self.text(), self.float())).collect();
                AttributeValue::StringNumberMap(map)
            }
        }
    }

    fn skip_value(&mut self, of_type: u64) {
        let skip_text = |reader: &mut Self| {
            let length = reader.number() as usize;
            reader.bytes(length);
        };
        match of_type {
            STRING => skip_text(self),
            NUMBER => {
                self.float();
            }
            STRING_LIST => (0..self.number()).for_each(|_| skip_text(self)),
            _ => (0..self.number()).for_each(|_| {
                skip_text(self);
                self.float();
            }),
        }
    }

    fn name(&mut self, names: &Names) -> String {
        let number = self.number();
        text_of(names, number)
    }

    fn text(&mut self) -> String {
        let length = self.number() as usize;
        String::from_utf8_lossy(self.bytes(length)).into_owned()
    }

    fn float(&mut self) -> f64 {
        let bytes = self.bytes(size_of::<f64>());
        f64::from_le_bytes(bytes.try_into().expect("so many bytes were taken"))
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let (&byte, rest) = self.rest.split_first().expect("a party is read as it was packed");
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) =
            self.rest.split_at_checked(count).expect("a party is read as it was packed");
        self.rest = rest;
        taken
    }
}

fn text_of(names: &Names, number: u64) -> String {
    let text: &Arc<str> = names.text(Sym::from_usize(number as usize));
    text.as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = AttributeValue> {
        let number = || prop_oneof![any::<i16>().prop_map(f64::from), -1e300..1e300];
        prop_oneof![
            ".{0,40}".prop_map(AttributeValue::String),
            number().prop_map(AttributeValue::Number),
            vec("[a-cä]{0,3}", 0..200).prop_map(AttributeValue::StringList),
            btree_map(".{0,3}", number(), 0..12).prop_map(AttributeValue::StringNumberMap),
        ]
    }

    fn player() -> impl Strategy<Value = Player> {
        let fields = (
            "[a-z]{1,4}",
            btree_map("[a-zé]{0,2}|.{100}", value(), 0..11),
            option::of("[a-d]|red"),
            btree_map("[a-f]{1,2}", any::<u32>(), 0..6),
        );
        fields.prop_map(|(id, attributes, team, latency_in_ms)| Player {
            player_id: id.into(),
            attributes,
            team,
            latency_in_ms,
        })
    }

    fn pack(names: &mut Names, players: &[Player]) -> Party {
        Party::pack(names, "t1".into(), Timestamp::from_millis(1_000), players)
    }

    /// How many different names players hold.
    fn names_of(players: &[Player]) -> usize {
        let names = players.iter().flat_map(|player| {
            let named = player.attributes.keys().chain(player.latency_in_ms.keys());
            named.chain(&player.team)
        });
        names.collect::<std::collections::BTreeSet<_>>().len()
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(parties in vec(vec(player(), 0..5), 1..5)) {
            let mut names = Names::new(3);
            let packed: Vec<_> = parties.iter().map(|it| pack(&mut names, it)).collect();
            for (players, party) in parties.iter().zip(&packed) {
                prop_assert_eq!(&party.unpack(&names), players);
                prop_assert_eq!(party.len(), players.len());
                prop_assert!(party.ids().eq(players.iter().map(|it| &it.player_id)));
                let room: usize = players.iter().map(packed_max).sum();
                prop_assert!(party.values.len() <= room, "the buffer had to grow");
            }
            prop_assert_eq!(names.len(), names_of(&parties.concat()));
            for party in packed {
                party.release(&mut names);
            }
            prop_assert_eq!(names.len(), 0);
        }

        #[test]
        fn those_who_stay_are_as_they_were(
            players in vec((player(), any::<bool>()), 0..12),
        ) {
            let mut names = Names::new(3);
            let (mut all, mut staying) = (Vec::new(), Vec::new());
            for (position, (mut player, stays)) in players.into_iter().enumerate() {
                player.player_id = format!("{}{position}", player.player_id).into();
                if stays {
                    staying.push(player.clone());
                }
                all.push(player);
            }
            let mut party = pack(&mut names, &all);
            party.keep(&mut names, |id| staying.iter().any(|it| it.player_id == *id));
            prop_assert_eq!(party.len(), staying.len());
            prop_assert_eq!(&party.unpack(&names), &staying);
            prop_assert_eq!(names.len(), names_of(&staying));
            party.release(&mut names);
            prop_assert_eq!(names.len(), 0);
        }
    }

    #[test]
    fn numbers_keep_every_bit() {
        let mut names = Names::new(3);
        for number in [0.0, -0.0, f64::MIN_POSITIVE / 8.0, f64::MAX, 0.1 + 0.2] {
            let player = Player::new("ana").with_number("skill", number);
            let party = pack(&mut names, &[player]);
            let AttributeValue::Number(found) = party.unpack(&names)[0].attributes["skill"] else {
                panic!("a number was packed");
            };
            assert_eq!(found.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn a_standard_party_takes_little_more_than_its_values() {
        let mut names = Names::new(3);
        let mut player = Player::new("ana")
            .with_number("skill", 1500.5)
            .with_number("level", 12.0)
            .with_string("role", "sixteen-bytes-it")
            .with_strings("modes", &["conquest", "deathmatch", "duel"]);
        for (location, millis) in [("us-east-1", 20), ("eu-west-1", 90), ("a", 250), ("b", 1)] {
            player = player.with_latency(location, millis);
        }
        let own_bytes = 2 * 8 + 16 + "conquestdeathmatchduel".len() + 4 * 4;
        let party = pack(&mut names, &[player]);
        assert!(party.values.len() <= own_bytes + 16, "{} bytes", party.values.len());
    }
}
