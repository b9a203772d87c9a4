//! Our operations on matches and game sessions: what a host says and asks.

use serde::Serialize;
use serde_json::Value;

use super::player::player_ids;
use crate::wire::connection::{ConnectionInfoForm, connection_info};
use crate::wire::member::{Members, Place, ShapeError, Shaped, named, text};
use crate::wire::response::rendered;
use crate::{
    CompletePlacement, DescribeMatch, EndGameSession, FailPlacement, MatchId, PlacementFailure,
    PlacementOf, PlayerId, RemovePlayers, TicketId,
};

const FAILURES: [PlacementFailure; 3] =
    [PlacementFailure::TimedOut, PlacementFailure::Failed, PlacementFailure::Cancelled];

const fn failure_name(failure: PlacementFailure) -> &'static str {
    match failure {
        PlacementFailure::TimedOut => "TIMED_OUT",
        PlacementFailure::Failed => "FAILED",
        PlacementFailure::Cancelled => "CANCELLED",
    }
}

/// Which of two members that name the same thing is given: exactly one may be.
fn either<T>(
    members: &Members<'_, '_>,
    place: Place<'_>,
    (first, make_first): (&'static str, impl FnOnce(&str) -> T),
    (second, make_second): (&'static str, impl FnOnce(&str) -> T),
) -> Shaped<T> {
    let wrong =
        |problem| ShapeError::new(format!("{place} needs `{first}` or `{second}`, {problem}"));
    match (members.optional(first, text)?, members.optional(second, text)?) {
        (Some(id), None) => Ok(make_first(id)),
        (None, Some(id)) => Ok(make_second(id)),
        (Some(_), Some(_)) => Err(wrong("not both")),
        (None, None) => Err(wrong("and has none")),
    }
}

fn placement_of(members: &Members<'_, '_>, place: Place<'_>) -> Shaped<PlacementOf> {
    either(
        members,
        place,
        ("TicketId", |id| PlacementOf::Ticket(TicketId::from(id))),
        ("MatchId", |id| PlacementOf::Match(MatchId::from(id))),
    )
}

pub(super) fn describe_match(value: &Value, place: Place<'_>) -> Shaped<DescribeMatch> {
    let members = Members::of(value, place, &["MatchId", "GameSessionArn"])?;
    either(
        &members,
        place,
        ("MatchId", |id| DescribeMatch::Match(MatchId::from(id))),
        ("GameSessionArn", |arn| DescribeMatch::GameSession(arn.into())),
    )
}

pub(super) fn complete_placement(value: &Value, place: Place<'_>) -> Shaped<CompletePlacement> {
    let known = ["TicketId", "MatchId", "GameSessionConnectionInfo"];
    let members = Members::of(value, place, &known)?;
    Ok(CompletePlacement {
        of: placement_of(&members, place)?,
        game_session_connection_info: members
            .required("GameSessionConnectionInfo", connection_info)?,
    })
}

pub(super) fn fail_placement(value: &Value, place: Place<'_>) -> Shaped<FailPlacement> {
    let members = Members::of(value, place, &["TicketId", "MatchId", "Reason"])?;
    Ok(FailPlacement {
        of: placement_of(&members, place)?,
        reason: members.required("Reason", named(&FAILURES, failure_name))?,
    })
}

pub(super) fn end_game_session(value: &Value, place: Place<'_>) -> Shaped<EndGameSession> {
    let members = Members::of(value, place, &["GameSessionArn"])?;
    Ok(EndGameSession { game_session_arn: members.required("GameSessionArn", text)?.into() })
}

pub(super) fn remove_players(value: &Value, place: Place<'_>) -> Shaped<RemovePlayers> {
    let members = Members::of(value, place, &["GameSessionArn", "PlayerIds"])?;
    Ok(RemovePlayers {
        game_session_arn: members.required("GameSessionArn", text)?.into(),
        player_ids: members.required("PlayerIds", player_ids)?,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlacementOfForm<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_id: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    match_id: Option<&'i str>,
}

impl<'i> PlacementOfForm<'i> {
    fn of(of: &'i PlacementOf) -> Self {
        match of {
            PlacementOf::Ticket(id) => Self { ticket_id: Some(id.as_str()), match_id: None },
            PlacementOf::Match(id) => Self { ticket_id: None, match_id: Some(id.as_str()) },
        }
    }
}

pub(super) fn describe_match_json(describe: &DescribeMatch) -> Value {
    #[derive(Serialize)]
    enum Form<'i> {
        MatchId(&'i str),
        GameSessionArn(&'i str),
    }
    rendered(&match describe {
        DescribeMatch::Match(id) => Form::MatchId(id.as_str()),
        DescribeMatch::GameSession(arn) => Form::GameSessionArn(arn),
    })
}

pub(super) fn complete_placement_json(complete: &CompletePlacement) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        #[serde(flatten)]
        of: PlacementOfForm<'i>,
        game_session_connection_info: ConnectionInfoForm<'i>,
    }
    rendered(&Form {
        of: PlacementOfForm::of(&complete.of),
        game_session_connection_info: ConnectionInfoForm::of(
            &complete.game_session_connection_info,
        ),
    })
}

pub(super) fn fail_placement_json(fail: &FailPlacement) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        #[serde(flatten)]
        of: PlacementOfForm<'i>,
        reason: &'static str,
    }
    rendered(&Form { of: PlacementOfForm::of(&fail.of), reason: failure_name(fail.reason) })
}

pub(super) fn end_game_session_json(end: &EndGameSession) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        game_session_arn: &'i str,
    }
    rendered(&Form { game_session_arn: &end.game_session_arn })
}

pub(super) fn remove_players_json(remove: &RemovePlayers) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Form<'i> {
        game_session_arn: &'i str,
        player_ids: Vec<&'i str>,
    }
    rendered(&Form {
        game_session_arn: &remove.game_session_arn,
        player_ids: remove.player_ids.iter().map(PlayerId::as_str).collect(),
    })
}
