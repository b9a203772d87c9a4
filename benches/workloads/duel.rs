//! `duel`: one against one, at most 50 points apart.

use rallypoint::Player;

use super::draw::Draw;
use super::{FloorRun, Workload, floor_run, id, within};
use crate::floor;

/// The workload.
pub struct Duel;

impl Workload for Duel {
    const NAME: &'static str = "duel";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [
            {"name": "red", "minPlayers": 1, "maxPlayers": 1},
            {"name": "blue", "minPlayers": 1, "maxPlayers": 1}
        ],
        "rules": [
            {"name": "CloseSkill", "type": "distance", "maxDistance": 50,
             "measurements": ["max(flatten(teams[*].players.attributes[skill]))"],
             "referenceValue": "min(flatten(teams[*].players.attributes[skill]))"}
        ]
    }"#;
    const TEAM_PLAYERS: usize = 1;
    /// The skill.
    type Ticket = f64;

    fn draw(draw: &mut Draw) -> f64 {
        draw_skill(draw)
    }

    fn players(skill: &f64, number: u32) -> Vec<Player> {
        vec![player(*skill, number)]
    }

    fn may_hold(teams: &[Vec<f64>; 2]) -> bool {
        within(teams.iter().flatten().copied(), 50.0)
    }

    fn floor(skills: &[f64]) -> Option<FloorRun> {
        let matches = |skills: &Vec<f64>| floor::duel::matches(skills);
        Some(floor_run(skills.to_vec(), matches, |teams| teams.map(|team| team.to_vec())))
    }
}

/// A skill as in all workloads.
pub fn draw_skill(draw: &mut Draw) -> f64 {
    draw.fraction() * 3000.0
}

/// The player of a ticket of one.
pub fn player(skill: f64, number: u32) -> Player {
    Player::new(id("c4a7d90b", number)).with_number("skill", skill)
}
