//! `royale`: a hundred players, each alone, at a location that is near to all.

use rallypoint::Player;

use super::draw::Draw;
use super::{FloorRun, LOCATIONS, Workload, draw_latencies, floor_run, id, living};
use crate::floor;

const LATENCY_MAX: u16 = 120;

/// The workload.
pub struct Royale;

/// A player alone: the latency at each location, and the skill.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    latencies: [u16; 4],
    skill: u16,
}

impl Workload for Royale {
    const NAME: &'static str = "royale";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "algorithm": {"strategy": "balanced", "balancedAttribute": "skill"},
        "teams": [{"name": "all", "minPlayers": 100, "maxPlayers": 100}],
        "rules": [{"name": "Near", "type": "latency", "maxLatency": 120}]
    }"#;
    const TEAM_PLAYERS: usize = 100;
    const HAS_REFERENCE: bool = false;
    type Ticket = Contender;

    fn draw(draw: &mut Draw) -> Contender {
        let latencies = draw_latencies(draw).map(|latency| latency as u16);
        Contender { latencies, skill: draw.below(3_000) as u16 }
    }

    fn players(ticket: &Contender, number: u32) -> Vec<Player> {
        let player = Player::new(id("c4a7d900", number)).with_number("skill", ticket.skill.into());
        vec![living(player, ticket.latencies.map(u32::from))]
    }

    fn may_hold(teams: &[Vec<Contender>; 2]) -> bool {
        let all = || teams.iter().flatten();
        (0..LOCATIONS.len()).any(|at| all().all(|it| it.latencies[at] <= LATENCY_MAX))
    }

    fn hold(teams: &[Vec<Contender>; 2]) -> bool {
        Self::may_hold(teams) && teams[0].len() == Self::TEAM_PLAYERS
    }

    fn floor(contenders: &[Contender]) -> Option<FloorRun> {
        let latencies: Vec<[u16; 4]> = contenders.iter().map(|it| it.latencies).collect();
        let matches = |latencies: &Vec<[u16; 4]>| floor::royale::matches(latencies);
        Some(floor_run(latencies, matches, |team| [team.clone(), Vec::new()]))
    }
}
