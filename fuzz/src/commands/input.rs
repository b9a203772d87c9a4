//! Commands.

use arbitrary::{Result, Unstructured};
use rallypoint::*;

use super::super::pool::player;
use super::super::rules;
use super::start::configuration;

const ARN: &str = "arn:aws:gamelift:us-west-2::gamesession/fleet-1/";

/// One of a few names, or something that is none.
fn id(u: &mut Unstructured<'_>, letter: char) -> Result<String> {
    Ok(match u.ratio(1, 24)? {
        true => (*u.choose(&["", "a b", "\0", "é", "x/y"])?).to_owned(),
        false => format!("{letter}{}", u.int_in_range(0..=30)?),
    })
}

fn arn(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{ARN}{}", u.int_in_range(0..=5)?))
}

/// A command, mostly about what is there.
pub fn input(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let rule_set = matchmaker.rule_set();
    let ticket_id = |u: &mut Unstructured<'_>| -> Result<TicketId> { Ok(id(u, 't')?.into()) };
    Ok(match u.int_in_range(0..=30)? {
        0..=6 | 25..=30 => StartMatchmaking {
            ticket_id: if u.ratio(3, 4)? { Some(ticket_id(u)?) } else { None },
            configuration_name: None,
            players: players(u, rule_set, false)?,
        }
        .into(),
        7 | 8 => StartMatchBackfill {
            ticket_id: if u.ratio(1, 2)? { Some(ticket_id(u)?) } else { None },
            configuration_name: None,
            game_session_arn: if u.ratio(3, 4)? { Some(arn(u)?) } else { None },
            players: players(u, rule_set, true)?,
        }
        .into(),
        9 => StopMatchmaking { ticket_id: ticket_id(u)? }.into(),
        10..=13 => accept(u, matchmaker)?,
        14 => DescribeMatchmaking { ticket_ids: vec![ticket_id(u)?, ticket_id(u)?] }.into(),
        15 => DescribeMatch::GameSession(arn(u)?).into(),
        16 | 17 => CompletePlacement {
            of: placement_of(u, matchmaker)?,
            game_session_connection_info: connection_info(u)?,
        }
        .into(),
        18 => FailPlacement {
            of: placement_of(u, matchmaker)?,
            reason: *u.choose(&[
                PlacementFailure::TimedOut,
                PlacementFailure::Failed,
                PlacementFailure::Cancelled,
            ])?,
        }
        .into(),
        19 => EndGameSession { game_session_arn: arn(u)? }.into(),
        20 => RemovePlayers {
            game_session_arn: arn(u)?,
            player_ids: vec![id(u, 'p')?.into(), id(u, 'p')?.into()],
        }
        .into(),
        21 => reconfigure(u)?,
        _ => placement(u, matchmaker)?,
    })
}

fn players(u: &mut Unstructured<'_>, rule_set: &RuleSet, seated: bool) -> Result<Vec<Player>> {
    let teams: Vec<&str> = rule_set.team_instances().collect();
    let mut players = Vec::new();
    for _ in 0..*u.choose(&[1, 1, 1, 2, 3, 0])? {
        let id = id(u, 'p')?;
        let mut player = player(u, id, rule_set)?;
        if seated && !u.ratio(1, 24)? {
            player.team = Some((*u.choose(&teams)?).to_owned());
        }
        if u.ratio(1, 32)? {
            let number = *u.choose(&[f64::NAN, f64::INFINITY, 5e-324, f64::MAX])?;
            player = player.with_number("skill", number);
        }
        players.push(player);
    }
    Ok(players)
}

fn accept(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let proposed = |it: &PendingMatch| it.status == TicketStatus::RequiresAcceptance;
    let tickets: Vec<TicketId> =
        matchmaker.pending_matches().filter(proposed).flat_map(|it| it.ticket_ids).collect();
    let known = if tickets.is_empty() { None } else { Some(u.choose(&tickets)?.clone()) };
    let ticket_id = match known.filter(|_| !matches!(u.ratio(1, 12), Ok(true))) {
        Some(known) => known,
        None => id(u, 't')?.into(),
    };
    let players = matchmaker.ticket(&ticket_id).map(|it| it.players).unwrap_or_default();
    let mut player_ids: Vec<PlayerId> = players.into_iter().map(|it| it.player_id).collect();
    if u.ratio(1, 4)? {
        player_ids.truncate(1);
    }
    let acceptance_type =
        if u.ratio(1, 6)? { AcceptanceType::Reject } else { AcceptanceType::Accept };
    Ok(AcceptMatch { ticket_id, player_ids, acceptance_type }.into())
}

fn placement_of(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<PlacementOf> {
    let placing = |it: &PendingMatch| it.status == TicketStatus::Placing;
    let matches: Vec<MatchId> =
        matchmaker.pending_matches().filter(placing).map(|it| it.match_id).collect();
    Ok(match matches.is_empty() || u.ratio(1, 8)? {
        true => PlacementOf::Ticket(id(u, 't')?.into()),
        false => PlacementOf::Match(u.choose(&matches)?.clone()),
    })
}

fn connection_info(u: &mut Unstructured<'_>) -> Result<GameSessionConnectionInfo> {
    Ok(GameSessionConnectionInfo {
        game_session_arn: if u.ratio(1, 16)? { None } else { Some(arn(u)?) },
        ip_address: u.arbitrary::<bool>()?.then(|| "10.0.0.1".into()),
        port: u.arbitrary::<bool>()?.then_some(7777),
        location: if u.arbitrary()? { Some((*u.choose(&rules::LOCATIONS)?).into()) } else { None },
        ..GameSessionConnectionInfo::default()
    })
}

/// What concerns the placements of a queue: of matches, and of requests.
fn placement(u: &mut Unstructured<'_>, matchmaker: &Matchmaker) -> Result<Input> {
    let own = |u: &mut Unstructured<'_>| -> Result<PlacementId> { Ok(id(u, 'q')?.into()) };
    let known: Vec<PlacementId> =
        matchmaker.placements().map(|it| it.request.placement_id).collect();
    let placement_id = match known.is_empty() || u.ratio(1, 4)? {
        true => own(u)?,
        false => u.choose(&known)?.clone(),
    };
    let attempt = if u.arbitrary()? { None } else { Some(u.int_in_range(0..=3)?) };
    Ok(match u.int_in_range(0..=7)? {
        0 | 1 => {
            let mut request =
                StartGameSessionPlacement::new(own(u)?, "queue", u.int_in_range(1..=8)?);
            if u.arbitrary()? {
                let player_id = id(u, 'p')?;
                let region_identifier = (*u.choose(&rules::LOCATIONS)?).into();
                let latency = PlayerLatency {
                    player_id: player_id.into(),
                    region_identifier,
                    latency_in_milliseconds: u.int_in_range(0..=120)?.into(),
                };
                request.player_latencies.push(latency);
            }
            request.into()
        }
        2 => DescribeGameSessionPlacement { placement_id }.into(),
        3 => StopGameSessionPlacement { placement_id }.into(),
        4 => GameSessionRefused {
            placement_id,
            attempt,
            reason: *u.choose(&[Refusal::NoCapacity, Refusal::Error, Refusal::Fatal])?,
        }
        .into(),
        _ => GameSessionStarted {
            placement_id,
            attempt,
            game_session_connection_info: connection_info(u)?,
        }
        .into(),
    })
}

fn reconfigure(u: &mut Unstructured<'_>) -> Result<Input> {
    let rule_set = if u.arbitrary()? { rules::rule_set(u)? } else { None };
    let configuration = if u.arbitrary()? { Some(configuration(u)?) } else { None };
    Ok(Reconfigure { rule_set, configuration }.into())
}
