//! What a game server is told of its session: matchmaker data (facts 5.7) and updates (facts 5.5).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::response::rendered;
use crate::{
    AttributeValue, AutoBackfillMode, MatchmakerData, SessionUpdate, TicketId, UpdateReason,
};

/// Matchmaker data in the form of facts 5.7. `matchId`, `autoBackfillMode` and
/// `autoBackfillTicketId` are `null` where there is none; lists and numbers are as in requests.
pub fn matchmaker_data_to_json(data: &MatchmakerData) -> Value {
    rendered(&MatchmakerDataForm::of(data))
}

/// An update as `{"gameSessionArn", "ticketId", "updateReason", "matchmakerData"}`: what the
/// service hands to a server's `onUpdateGameSession`.
pub fn update_to_json(update: &SessionUpdate) -> Value {
    rendered(&UpdateForm::of(update))
}

/// The members of an update.
pub(super) const UPDATE_MEMBERS: [&str; 4] =
    ["gameSessionArn", "ticketId", "updateReason", "matchmakerData"];

/// The `updateReason` of every update.
pub(super) const UPDATE_REASONS: [UpdateReason; 4] = [
    UpdateReason::MatchmakingDataUpdated,
    UpdateReason::BackfillFailed,
    UpdateReason::BackfillTimedOut,
    UpdateReason::BackfillCancelled,
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateForm<'u> {
    game_session_arn: &'u str,
    ticket_id: &'u str,
    update_reason: &'static str,
    matchmaker_data: MatchmakerDataForm<'u>,
}

impl<'u> UpdateForm<'u> {
    pub(super) fn of(update: &'u SessionUpdate) -> Self {
        Self {
            game_session_arn: &update.game_session_arn,
            ticket_id: update.ticket_id.as_str(),
            update_reason: update.reason.as_str(),
            matchmaker_data: MatchmakerDataForm::of(&update.matchmaker_data),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MatchmakerDataForm<'d> {
    match_id: Option<&'d str>,
    matchmaking_configuration_arn: &'d str,
    teams: Vec<TeamForm<'d>>,
    auto_backfill_mode: Option<&'static str>,
    auto_backfill_ticket_id: Option<&'d str>,
}

#[derive(Serialize)]
struct TeamForm<'d> {
    name: &'d str,
    players: Vec<PlayerForm<'d>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlayerForm<'d> {
    player_id: &'d str,
    attributes: BTreeMap<&'d str, AttributeForm<'d>>,
}

#[derive(Serialize)]
#[serde(tag = "attributeType", content = "valueAttribute", rename_all = "SCREAMING_SNAKE_CASE")]
enum AttributeForm<'d> {
    String(&'d str),
    Double(f64),
    StringList(&'d [String]),
    StringDoubleMap(&'d BTreeMap<String, f64>),
}

impl<'d> MatchmakerDataForm<'d> {
    pub(super) fn of(data: &'d MatchmakerData) -> Self {
        let teams = data.teams.iter().map(|team| TeamForm {
            name: &team.name,
            players: team
                .players
                .iter()
                .map(|player| PlayerForm {
                    player_id: player.player_id.as_str(),
                    attributes: player
                        .attributes
                        .iter()
                        .map(|(name, value)| (name.as_str(), AttributeForm::of(value)))
                        .collect(),
                })
                .collect(),
        });
        Self {
            match_id: data.match_id.as_ref().map(crate::MatchId::as_str),
            matchmaking_configuration_arn: &data.matchmaking_configuration_arn,
            teams: teams.collect(),
            auto_backfill_mode: data.auto_backfill_mode.map(|mode| match mode {
                AutoBackfillMode::Manual => "MANUAL",
                AutoBackfillMode::Automatic => "AUTOMATIC",
            }),
            auto_backfill_ticket_id: data.auto_backfill_ticket_id.as_ref().map(TicketId::as_str),
        }
    }
}

impl<'d> AttributeForm<'d> {
    fn of(value: &'d AttributeValue) -> Self {
        match value {
            AttributeValue::String(text) => Self::String(text),
            AttributeValue::Number(number) => Self::Double(*number),
            AttributeValue::StringList(texts) => Self::StringList(texts),
            AttributeValue::StringNumberMap(map) => Self::StringDoubleMap(map),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MatchmakerPlayer, MatchmakerTeam, Response};
    use serde_json::json;

    fn data() -> MatchmakerData {
        let attributes = [
            ("maps", AttributeValue::StringList(vec!["b".into(), "a".into()])),
            ("mode", AttributeValue::String("ctf".into())),
            ("skill", AttributeValue::Number(12.5)),
            ("skills", AttributeValue::StringNumberMap([("Body".into(), 10.0)].into())),
        ];
        let player = MatchmakerPlayer {
            player_id: "p1".into(),
            attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        MatchmakerData {
            match_id: Some("m1".into()),
            matchmaking_configuration_arn: "arn:c".into(),
            teams: vec![
                MatchmakerTeam { name: "red".into(), players: vec![player] },
                MatchmakerTeam { name: "blue".into(), players: Vec::new() },
            ],
            auto_backfill_mode: Some(AutoBackfillMode::Automatic),
            auto_backfill_ticket_id: Some("t9".into()),
        }
    }

    fn data_json() -> Value {
        json!({
            "matchId": "m1",
            "matchmakingConfigurationArn": "arn:c",
            "teams": [
                {"name": "red", "players": [{"playerId": "p1", "attributes": {
                    "maps": {"attributeType": "STRING_LIST", "valueAttribute": ["b", "a"]},
                    "mode": {"attributeType": "STRING", "valueAttribute": "ctf"},
                    "skill": {"attributeType": "DOUBLE", "valueAttribute": 12.5},
                    "skills": {
                        "attributeType": "STRING_DOUBLE_MAP", "valueAttribute": {"Body": 10.0},
                    },
                }}]},
                {"name": "blue", "players": []},
            ],
            "autoBackfillMode": "AUTOMATIC",
            "autoBackfillTicketId": "t9",
        })
    }

    #[test]
    fn matchmaker_data_has_the_published_form() {
        assert_eq!(matchmaker_data_to_json(&data()), data_json());
        let described = crate::wire::response_to_json(&Response::DescribeMatch(data()));
        assert_eq!(described, json!({"MatchmakerData": data_json()}));
        let manual =
            MatchmakerData { auto_backfill_mode: Some(AutoBackfillMode::Manual), ..data() };
        let mode = matchmaker_data_to_json(&manual).get("autoBackfillMode").cloned();
        assert_eq!(mode, Some(json!("MANUAL")));
    }

    #[test]
    fn what_there_is_not_is_null() {
        let none = MatchmakerData {
            match_id: None,
            teams: Vec::new(),
            auto_backfill_mode: None,
            auto_backfill_ticket_id: None,
            ..data()
        };
        assert_eq!(
            matchmaker_data_to_json(&none),
            json!({
                "matchId": null, "matchmakingConfigurationArn": "arn:c", "teams": [],
                "autoBackfillMode": null, "autoBackfillTicketId": null,
            })
        );
    }

    #[test]
    fn updates_name_their_reason_and_carry_the_data() {
        for (reason, name) in UPDATE_REASONS.into_iter().zip([
            "MATCHMAKING_DATA_UPDATED",
            "BACKFILL_FAILED",
            "BACKFILL_TIMED_OUT",
            "BACKFILL_CANCELLED",
        ]) {
            let update = SessionUpdate {
                game_session_arn: "g1".into(),
                ticket_id: "b1".into(),
                reason,
                matchmaker_data: data(),
            };
            let json = update_to_json(&update);
            assert_eq!(
                json,
                json!({
                    "gameSessionArn": "g1", "ticketId": "b1", "updateReason": name,
                    "matchmakerData": data_json(),
                })
            );
            for key in json.as_object().into_iter().flatten().map(|(key, _)| key) {
                assert!(UPDATE_MEMBERS.contains(&key.as_str()), "{key}");
            }
        }
    }
}
