//! Why no match can ever hold a ticket.

use std::fmt;
use std::sync::Arc;

use crate::engine::{Matchmaker, pool_at};
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::model::schema::InstanceIdx;
use crate::model::ticket::{Player, PlayerId};
use crate::pool::attributes::{missing_attributes, mistyped_attributes};
use crate::pool::columns::NumberRange;
use crate::pool::ingest::Pool;
use crate::search::{Refusal, refusal};

/// Why a ticket can never be matched.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[non_exhaustive]
pub enum NeverReason {
    /// A player lacks an attribute that has no default (facts 1.3).
    MissingAttribute {
        /// The player.
        player_id: PlayerId,
        /// The attribute.
        attribute: String,
    },
    /// A player has a value of another type than the rule set declares since `Reconfigure`.
    AttributeOfOtherType {
        /// The player.
        player_id: PlayerId,
        /// The attribute.
        attribute: String,
    },
    /// The party has more players than any team ever takes.
    PartyTooLarge {
        /// Players of the ticket.
        players: u32,
        /// The most players of a team, at whatever waiting time.
        largest_team: u32,
    },
    /// Its players report latencies, but no location in common.
    NoCommonLocation,
    /// The ticket came while waiting tickets reported as many different locations as can be told
    /// apart, so it is not looked at: an automatic backfill, or after another rule set came.
    NoRoomForLocations,
    /// A player of a backfill is in a team that the rule set no longer has.
    UnknownTeam {
        /// The player.
        player_id: PlayerId,
    },
    /// A rule refuses its players in every team and at every waiting time, whoever joins them.
    RefusedByRule {
        /// The rule.
        rule_name: String,
    },
    /// Wherever it is put, and however long it waits, one of these rules refuses it.
    RefusedByRules {
        /// The rules, in the order of the rule set.
        rule_names: Vec<String>,
    },
}

impl fmt::Display for NeverReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAttribute { player_id, attribute } => write!(
                f,
                "player `{player_id}` has no attribute `{attribute}`, which has no default"
            ),
            Self::AttributeOfOtherType { player_id, attribute } => write!(
                f,
                "the attribute `{attribute}` of player `{player_id}` is of another type than the rule set declares"
            ),
            Self::PartyTooLarge { players, largest_team } => {
                write!(
                    f,
                    "the party has {players} players, but no team takes more than {largest_team}"
                )
            }
            Self::NoRoomForLocations => {
                write!(f, "waiting tickets report as many different locations as can be told apart")
            }
            Self::NoCommonLocation => {
                write!(f, "the players report latencies, but no location in common")
            }
            Self::UnknownTeam { player_id } => {
                write!(f, "player `{player_id}` is in a team that the rule set does not have")
            }
            Self::RefusedByRule { rule_name } => {
                write!(f, "rule `{rule_name}` refuses these players in every match")
            }
            Self::RefusedByRules { rule_names } => {
                write!(f, "in every match one of these rules refuses these players: ")?;
                for (position, name) in rule_names.iter().enumerate() {
                    let comma = if position > 0 { ", " } else { "" };
                    write!(f, "{comma}`{name}`")?;
                }
                Ok(())
            }
        }
    }
}

impl Matchmaker {
    /// Whether the last search for a ticket was given up.
    pub(super) fn was_given_up(&self, key: TicketKey) -> bool {
        self.rows[key].is_some_and(|row| self.waiting.was_given_up(pool_at!(self), row))
    }

    /// Why no match can ever hold a ticket that waits.
    pub(super) fn never(&self, key: TicketKey, record: &TicketRecord) -> Vec<NeverReason> {
        let mut never = self.never_by_itself(record);
        if never.is_empty() && self.rows[key].is_none() {
            never.push(NeverReason::NoRoomForLocations);
        }
        never
    }

    fn never_by_itself(&self, record: &TicketRecord) -> Vec<NeverReason> {
        let plan = self.rule_set.plan();
        let schema = &plan.ast.schema;
        let players = self.book.players(record);
        let missing = missing_attributes(schema, &players);
        let missing = missing.map(|(player, attribute)| NeverReason::MissingAttribute {
            player_id: player.player_id.clone(),
            attribute: attribute.to_owned(),
        });
        let mut reasons: Vec<NeverReason> = missing.collect();
        let mistyped = mistyped_attributes(schema, &players);
        reasons.extend(mistyped.map(|(player, attribute)| NeverReason::AttributeOfOtherType {
            player_id: player.player_id.clone(),
            attribute: attribute.to_owned(),
        }));
        if !reasons.is_empty() {
            return reasons;
        }
        let team = |player: &Player| schema.instance(player.team.as_deref()?);
        if record.backfill.is_some() {
            let lost = players.iter().filter(|player| team(player).is_none());
            reasons.extend(
                lost.map(|it| NeverReason::UnknownTeam { player_id: it.player_id.clone() }),
            );
            if !reasons.is_empty() {
                return reasons;
            }
        }
        let teams: Vec<InstanceIdx> = players.iter().filter_map(team).collect();
        let Some(Refusal { no_location, too_large, rules }) =
            self.refusal_alone(record, &players, &teams)
        else {
            return reasons;
        };
        if no_location {
            reasons.push(NeverReason::NoCommonLocation);
        }
        if too_large {
            let sizes = plan.sizes.iter().flat_map(|sizes| sizes.iter());
            let largest_team = sizes.map(|size| size.max).max().unwrap_or(0);
            let players = players.len() as u32;
            reasons.push(NeverReason::PartyTooLarge { players, largest_team });
        }
        let name = |&rule: &usize| self.rule_names.get(rule).map(Arc::as_ref).map(str::to_owned);
        let mut rule_names: Vec<String> = rules.iter().filter_map(name).collect();
        match rule_names.len() {
            0 => {}
            1 => reasons
                .extend(rule_names.pop().map(|rule_name| NeverReason::RefusedByRule { rule_name })),
            _ => reasons.push(NeverReason::RefusedByRules { rule_names }),
        }
        reasons
    }

    /// What refuses a ticket in a pool of its own, in which numbers may lie anywhere: what the others
    /// bring must not count.
    fn refusal_alone(
        &self,
        record: &TicketRecord,
        players: &[Player],
        teams: &[InstanceIdx],
    ) -> Option<Refusal> {
        let plan = self.rule_set.plan();
        let schema = &plan.ast.schema;
        let mut pool = Pool::new(&plan.layout, 0);
        let row = if record.backfill.is_some() {
            let location = self.session_location(record.session().map(Arc::as_ref));
            pool.insert_roster(schema, players, teams, location.as_deref(), self.now, 0)
        } else {
            pool.insert(schema, players, self.now, 0)
        };
        for numbers in pool.columns.numbers.iter_mut() {
            numbers.range = NumberRange { low: -f64::MAX, high: f64::MAX };
        }
        refusal(plan, &pool.columns, row.ok()?)
    }
}
