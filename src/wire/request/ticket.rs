//! The API's operations on tickets.

use serde::Serialize;
use serde_json::Value;

use super::player::{PlayerForm, player_ids, players};
use crate::wire::member::{Members, Place, Shaped, list, named, text};
use crate::wire::response::rendered;
use crate::{
    AcceptMatch, AcceptanceType, DescribeMatchmaking, Player, PlayerId, StartMatchBackfill,
    StartMatchmaking, StopMatchmaking, TicketId,
};

const ACCEPTANCE_TYPES: [AcceptanceType; 2] = [AcceptanceType::Accept, AcceptanceType::Reject];

const fn acceptance_name(acceptance: AcceptanceType) -> &'static str {
    match acceptance {
        AcceptanceType::Accept => "ACCEPT",
        AcceptanceType::Reject => "REJECT",
    }
}

pub(super) fn start_matchmaking(value: &Value, place: Place<'_>) -> Shaped<StartMatchmaking> {
    let known = ["TicketId", "ConfigurationName", "Players"];
    let members = Members::of(value, place, &known)?;
    Ok(StartMatchmaking {
        ticket_id: members.optional("TicketId", text)?.map(TicketId::from),
        configuration_name: members.string("ConfigurationName")?,
        players: members.required("Players", players)?,
    })
}

pub(super) fn start_match_backfill(value: &Value, place: Place<'_>) -> Shaped<StartMatchBackfill> {
    let known = ["TicketId", "ConfigurationName", "GameSessionArn", "Players"];
    let members = Members::of(value, place, &known)?;
    Ok(StartMatchBackfill {
        ticket_id: members.optional("TicketId", text)?.map(TicketId::from),
        configuration_name: members.string("ConfigurationName")?,
        game_session_arn: members.string("GameSessionArn")?,
        players: members.required("Players", players)?,
    })
}

pub(super) fn stop_matchmaking(value: &Value, place: Place<'_>) -> Shaped<StopMatchmaking> {
    let members = Members::of(value, place, &["TicketId"])?;
    Ok(StopMatchmaking { ticket_id: members.required("TicketId", text)?.into() })
}

pub(super) fn accept_match(value: &Value, place: Place<'_>) -> Shaped<AcceptMatch> {
    let members = Members::of(value, place, &["TicketId", "PlayerIds", "AcceptanceType"])?;
    Ok(AcceptMatch {
        ticket_id: members.required("TicketId", text)?.into(),
        player_ids: members.required("PlayerIds", player_ids)?,
        acceptance_type: members
            .required("AcceptanceType", named(&ACCEPTANCE_TYPES, acceptance_name))?,
    })
}

pub(super) fn describe_matchmaking(value: &Value, place: Place<'_>) -> Shaped<DescribeMatchmaking> {
    let members = Members::of(value, place, &["TicketIds"])?;
    let ids = members.required("TicketIds", |value, place| list(value, place, text))?;
    Ok(DescribeMatchmaking { ticket_ids: ids.into_iter().map(TicketId::from).collect() })
}

/// `StartMatchmaking` and `StartMatchBackfill`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StartForm<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_id: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration_name: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    game_session_arn: Option<&'i str>,
    players: Vec<PlayerForm<'i>>,
}

fn player_forms(players: &[Player]) -> Vec<PlayerForm<'_>> {
    players.iter().map(PlayerForm::of).collect()
}

pub(super) fn start_matchmaking_json(start: &StartMatchmaking) -> Value {
    rendered(&StartForm {
        ticket_id: start.ticket_id.as_ref().map(TicketId::as_str),
        configuration_name: start.configuration_name.as_deref(),
        game_session_arn: None,
        players: player_forms(&start.players),
    })
}

pub(super) fn start_match_backfill_json(start: &StartMatchBackfill) -> Value {
    rendered(&StartForm {
        ticket_id: start.ticket_id.as_ref().map(TicketId::as_str),
        configuration_name: start.configuration_name.as_deref(),
        game_session_arn: start.game_session_arn.as_deref(),
        players: player_forms(&start.players),
    })
}

pub(super) fn stop_matchmaking_json(stop: &StopMatchmaking) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        ticket_id: &'i str,
    }
    rendered(&Form { ticket_id: stop.ticket_id.as_str() })
}

pub(super) fn accept_match_json(accept: &AcceptMatch) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        ticket_id: &'i str,
        player_ids: Vec<&'i str>,
        acceptance_type: &'static str,
    }
    rendered(&Form {
        ticket_id: accept.ticket_id.as_str(),
        player_ids: accept.player_ids.iter().map(PlayerId::as_str).collect(),
        acceptance_type: acceptance_name(accept.acceptance_type),
    })
}

pub(super) fn describe_matchmaking_json(describe: &DescribeMatchmaking) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        ticket_ids: Vec<&'i str>,
    }
    rendered(&Form { ticket_ids: describe.ticket_ids.iter().map(TicketId::as_str).collect() })
}
