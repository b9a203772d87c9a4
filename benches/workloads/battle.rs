//! `battle`: fifty against fifty in parties of up to four, as even in skill as can be.

use rallypoint::Player;

use super::draw::Draw;
use super::{FloorRun, Workload, floor_run, id};
use crate::floor;

/// Parties of one to four players, in percent.
const SIZES: [u32; 4] = [50, 25, 15, 10];

/// The workload.
pub struct Battle;

/// A ticket of up to four players.
#[derive(Clone, Copy, Debug)]
pub struct Squad {
    players: u8,
    /// Hundredths.
    skills: [u32; 4],
}

impl Squad {
    /// The skill of each player.
    pub fn skills(&self) -> impl Iterator<Item = f64> + '_ {
        self.skills.iter().take(self.players.into()).map(|&skill| f64::from(skill) / 100.0)
    }
}

impl Workload for Battle {
    const NAME: &'static str = "battle";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "algorithm": {"strategy": "balanced", "balancedAttribute": "skill"},
        "teams": [
            {"name": "red", "minPlayers": 50, "maxPlayers": 50},
            {"name": "blue", "minPlayers": 50, "maxPlayers": 50}
        ]
    }"#;
    const TEAM_PLAYERS: usize = 50;
    const HAS_REFERENCE: bool = false;
    type Ticket = Squad;

    fn draw(draw: &mut Draw) -> Squad {
        let players = draw.share(&SIZES) as u8 + 1;
        Squad { players, skills: [0; 4].map(|_| draw.below(300_000)) }
    }

    fn player_count(ticket: &Squad) -> usize {
        ticket.players.into()
    }

    fn players(ticket: &Squad, number: u32) -> Vec<Player> {
        let player = |(place, skill): (usize, f64)| {
            Player::new(id(&format!("c4a7d90{place}"), number)).with_number("skill", skill)
        };
        ticket.skills().enumerate().map(player).collect()
    }

    fn may_hold(_: &[Vec<Squad>; 2]) -> bool {
        true
    }

    fn hold(teams: &[Vec<Squad>; 2]) -> bool {
        let players = |team: &Vec<Squad>| team.iter().map(Self::player_count).sum::<usize>();
        teams.iter().all(|team| players(team) == Self::TEAM_PLAYERS)
    }

    fn floor(squads: &[Squad]) -> Option<FloorRun> {
        let party = |squad: &Squad| floor::battle::Party {
            players: squad.players,
            skills: squad.skills.iter().take(squad.players.into()).sum(),
        };
        let parties: Vec<_> = squads.iter().map(party).collect();
        let matches = |parties: &Vec<floor::battle::Party>| floor::battle::matches(parties);
        Some(floor_run(parties, matches, Clone::clone))
    }
}
