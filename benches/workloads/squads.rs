//! `squads`: five against five, at most 100 points apart, and even teams.

use rallypoint::Player;

use super::draw::Draw;
use super::duel::{draw_skill, player};
use super::{FloorRun, Workload, floor_run, within};
use crate::floor;

/// The workload.
pub struct Squads;

impl Workload for Squads {
    const NAME: &'static str = "squads";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [
            {"name": "red", "minPlayers": 5, "maxPlayers": 5},
            {"name": "blue", "minPlayers": 5, "maxPlayers": 5}
        ],
        "rules": [
            {"name": "EvenTeams", "type": "distance", "maxDistance": 10,
             "measurements": ["avg(teams[*].players.attributes[skill])"],
             "referenceValue": "avg(flatten(teams[*].players.attributes[skill]))"},
            {"name": "CloseSkill", "type": "batchDistance", "batchAttribute": "skill",
             "maxDistance": 100}
        ]
    }"#;
    const TEAM_PLAYERS: usize = 5;
    /// The skill.
    type Ticket = f64;

    fn draw(draw: &mut Draw) -> f64 {
        draw_skill(draw)
    }

    fn players(skill: &f64, number: u32) -> Vec<Player> {
        vec![player(*skill, number)]
    }

    fn may_hold(teams: &[Vec<f64>; 2]) -> bool {
        within(teams.iter().flatten().copied(), 100.0)
    }

    fn hold(teams: &[Vec<f64>; 2]) -> bool {
        let average = |skills: &[f64]| skills.iter().sum::<f64>() / skills.len() as f64;
        let of_match = average(&teams.concat());
        Self::may_hold(teams) && teams.iter().all(|team| (average(team) - of_match).abs() <= 10.0)
    }

    fn floor(skills: &[f64]) -> Option<FloorRun> {
        let matches = |skills: &Vec<f64>| floor::squads::matches(skills);
        Some(floor_run(skills.to_vec(), matches, |teams| teams.map(|team| team.to_vec())))
    }
}
