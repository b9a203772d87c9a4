//! `roles`: five against five, at most two of a role in a team, at most 300 points apart.

use rallypoint::Player;

use super::draw::Draw;
use super::duel::{draw_skill, player};
use super::{Workload, within};

const ROLES: [&str; 5] = ["tank", "healer", "damage", "support", "scout"];

/// The workload.
pub struct Roles;

/// A ticket of one player.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    skill: f64,
    /// One of five.
    role: u8,
}

impl Workload for Roles {
    const NAME: &'static str = "roles";
    const RULES: &'static str = r#"{
        "ruleLanguageVersion": "1.0",
        "playerAttributes": [
            {"name": "skill", "type": "number"},
            {"name": "roles", "type": "string_list"}
        ],
        "teams": [
            {"name": "red", "minPlayers": 5, "maxPlayers": 5},
            {"name": "blue", "minPlayers": 5, "maxPlayers": 5}
        ],
        "rules": [
            {"name": "Tanks", "type": "collection", "operation": "contains", "maxCount": 2,
             "referenceValue": "tank", "measurements": ["teams[*].players.attributes[roles]"]},
            {"name": "Healers", "type": "collection", "operation": "contains", "maxCount": 2,
             "referenceValue": "healer", "measurements": ["teams[*].players.attributes[roles]"]},
            {"name": "Damage", "type": "collection", "operation": "contains", "maxCount": 2,
             "referenceValue": "damage", "measurements": ["teams[*].players.attributes[roles]"]},
            {"name": "Supports", "type": "collection", "operation": "contains", "maxCount": 2,
             "referenceValue": "support", "measurements": ["teams[*].players.attributes[roles]"]},
            {"name": "Scouts", "type": "collection", "operation": "contains", "maxCount": 2,
             "referenceValue": "scout", "measurements": ["teams[*].players.attributes[roles]"]},
            {"name": "CloseSkill", "type": "batchDistance", "batchAttribute": "skill",
             "maxDistance": 300}
        ]
    }"#;
    const TEAM_PLAYERS: usize = 5;
    type Ticket = Role;

    fn draw(draw: &mut Draw) -> Role {
        Role { skill: draw_skill(draw), role: draw.below(ROLES.len() as u32) as u8 }
    }

    fn players(ticket: &Role, number: u32) -> Vec<Player> {
        let role = ROLES.get(usize::from(ticket.role)).copied().unwrap_or_default();
        vec![player(ticket.skill, number).with_strings("roles", &[role])]
    }

    fn may_hold(teams: &[Vec<Role>; 2]) -> bool {
        let few = |team: &Vec<Role>| {
            (0..5).all(|role| team.iter().filter(|ticket| ticket.role == role).count() <= 2)
        };
        teams.iter().all(few) && within(teams.iter().flatten().map(|it| it.skill), 300.0)
    }
}
