//! `parties`: five against five in parties of up to five, at a location that is near to all, in a
//! game mode that all take.

use rallypoint::{AttributeValue, Player};

use super::draw::Draw;
use super::{FloorRun, Workload, draw_latencies, floor_run, id, living};
use crate::floor;

const MODES: [&str; 5] = ["conquest", "siege", "escort", "arena", "payload"];
/// Parties of one to five players, in percent.
const SIZES: [u32; 5] = [50, 25, 12, 8, 5];

/// The workload.
pub struct Parties;

/// A ticket of up to five players.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    players: u8,
    members: [Member; 5],
    /// The number of a mode that hardly anybody takes; the party takes no other then.
    pub(super) rare_mode: Option<u32>,
}

/// A player of a party.
#[derive(Clone, Copy, Default, Debug)]
pub struct Member {
    latency_ms: [u16; 4],
    /// One to three of five, a bit for each.
    modes: u8,
}

impl Party {
    fn members(&self) -> &[Member] {
        self.members.get(..self.players.into()).unwrap_or_default()
    }

    /// What all its players share: the locations that are near, and the modes.
    fn common(&self) -> (u8, u8) {
        let merged = self.merged();
        let near = (0..).zip(merged.latency_ms).filter(|&(_, latency)| latency <= 150.0);
        (near.fold(0, |set, (location, _)| set | 1 << location), merged.modes)
    }

    /// The rule takes the average of a party, as latency rules do unless they say otherwise.
    fn merged(&self) -> floor::parties::Party {
        let mut latency_ms = [0.0; 4];
        let mut modes = u8::MAX;
        for member in self.members() {
            for (sum, latency) in latency_ms.iter_mut().zip(member.latency_ms) {
                *sum += f64::from(latency);
            }
            modes &= member.modes;
        }
        let latency_ms = latency_ms.map(|sum| sum / f64::from(self.players));
        floor::parties::Party { players: self.players, latency_ms, modes }
    }

    /// A party that takes no mode but a rare one.
    pub(super) fn with_rare_mode(mut self, mode: u32) -> Self {
        self.rare_mode = Some(mode);
        self
    }

    /// The first of its players alone.
    pub(super) fn alone(mut self) -> Self {
        self.players = 1;
        self
    }
}

impl Workload for Parties {
    const NAME: &'static str = "parties";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "modes", "type": "string_list"}],
        "teams": [
            {"name": "red", "minPlayers": 5, "maxPlayers": 5},
            {"name": "blue", "minPlayers": 5, "maxPlayers": 5}
        ],
        "rules": [
            {"name": "Near", "type": "latency", "maxLatency": 150},
            {"name": "SameMode", "type": "collection", "operation": "intersection", "minCount": 1,
             "measurements": ["flatten(teams[*].players.attributes[modes])"]}
        ]
    }"#;
    const TEAM_PLAYERS: usize = 5;
    type Ticket = Party;

    /// Players live near one location, and friends near the same; the friends agree on one mode,
    /// and each may take others. So every party can be matched.
    fn draw(draw: &mut Draw) -> Party {
        let players = draw.share(&SIZES) as u8 + 1;
        let base = draw_latencies(draw);
        let agreed = draw.below(5);
        let mut members = [Member::default(); 5];
        for member in members.iter_mut().take(players.into()) {
            member.latency_ms = base.map(|latency| (latency + draw.below(20)) as u16);
            member.modes = 1 << agreed;
            for _ in 0..draw.below(3) {
                member.modes |= 1 << draw.below(5);
            }
        }
        Party { players, members, rare_mode: None }
    }

    fn player_count(ticket: &Party) -> usize {
        ticket.players.into()
    }

    fn players(ticket: &Party, number: u32) -> Vec<Player> {
        let player = |(place, member): (usize, &Member)| {
            let modes = match ticket.rare_mode {
                Some(mode) => vec![format!("mode_{mode}")],
                None => {
                    let taken =
                        MODES.iter().enumerate().filter(|(at, _)| member.modes >> at & 1 == 1);
                    taken.map(|(_, &mode)| mode.to_owned()).collect()
                }
            };
            let player = Player::new(id(&format!("c4a7d90{place}"), number))
                .with("modes", AttributeValue::StringList(modes));
            living(player, member.latency_ms.map(u32::from))
        };
        ticket.members().iter().enumerate().map(player).collect()
    }

    fn may_hold(teams: &[Vec<Party>; 2]) -> bool {
        let common = teams.iter().flatten().map(Party::common);
        let (near, modes) = common.fold((u8::MAX, u8::MAX), |a, b| (a.0 & b.0, a.1 & b.1));
        near != 0 && modes != 0
    }

    fn floor(parties: &[Party]) -> Option<FloorRun> {
        let merged: Vec<_> = parties.iter().map(Party::merged).collect();
        let matches = |parties: &Vec<floor::parties::Party>| floor::parties::matches(parties);
        Some(floor_run(merged, matches, |teams| teams.map(|team| team.tickets().to_vec())))
    }
}
