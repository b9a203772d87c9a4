//! Commands that hit races: few players, answers at deadlines, everything while proposed.

use rallypoint::{
    AcceptMatch, AcceptanceType, CompletePlacement, DescribeMatch, DescribeMatchmaking,
    EndGameSession, FailPlacement, GameSessionConnectionInfo, Input, MatchId, MatchedPlayerSession,
    PlacementFailure, PlacementOf, Player, PlayerId, RemovePlayers, StartMatchBackfill,
    StartMatchmaking, StopMatchmaking, TicketId, TicketStatus,
};

use crate::dice::Dice;
use crate::run::Step;
use crate::setup::Setup;
use crate::time::Deadline;
use crate::told::HOST_PLACE;
use crate::world::{Match, Model, Ticket};

/// Draws the steps of a run, one by one, looking at the model.
pub struct Generator {
    dice: Dice,
    tickets_made: u64,
    sessions_made: u64,
    /// Matches that were placed or given up: for commands that come too late.
    old_matches: Vec<String>,
    /// What the next command is about, when time was brought to a deadline for it.
    aimed: Option<(Deadline, u64)>,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed.wrapping_mul(31).wrapping_add(7)),
            tickets_made: 0,
            sessions_made: 0,
            old_matches: Vec::new(),
            aimed: None,
        }
    }

    pub fn step(&mut self, model: &Model<'_>) -> Step {
        if self.aimed.is_none() && self.dice.percent(30) {
            return self.time(model);
        }
        let (time, is_late) = match self.aimed {
            Some(_) => (model.now, false),
            None => self.when(model),
        };
        let input = self.input(model);
        match is_late {
            true => Step::LateCommand(time, input),
            false => Step::Command(time, input),
        }
    }

    /// Time passes.
    fn time(&mut self, model: &Model<'_>) -> Step {
        let now = model.now;
        match self.dice.below(100) {
            0..60 => Step::Until(now),
            60..75 => Step::Until(now + self.dice.word() % 1000),
            75..80 => match model.next_deadline() {
                Some((at, ..)) => Step::Until(at),
                None => Step::Timeout(now),
            },
            80..88 => {
                let step = model.setup.game.steps.first().copied().unwrap_or(500);
                Step::Until(now + step)
            }
            88..95 => Step::Timeout(now + self.dice.word() % 2500),
            95..98 => Step::Timeout(now + self.dice.one(&[1000, 5000, 20_000, 70_000])),
            _ => Step::Until(now + self.dice.one(&[5000, 30_000, 130_000])),
        }
    }

    /// When the next command comes; whether nobody drives the engine till then.
    fn when(&mut self, model: &Model<'_>) -> (u64, bool) {
        let now = model.now;
        let deadline = model.next_deadline().map_or(now, |it| it.0.max(now));
        match self.dice.below(200) {
            0..110 => (now, false),
            110..150 => (now + self.dice.word() % 400, false),
            150..184 => {
                // To a deadline, mostly one that a command can race against.
                let matches: Vec<(&u64, &Match)> = model.matches.iter().collect();
                match self.dice.pick(&matches) {
                    Some(&(&number, it)) if it.deadline >= now && self.dice.percent(80) => {
                        let kind = match it.is_placing {
                            true => Deadline::Placement,
                            false => Deadline::Acceptance,
                        };
                        self.aimed = Some((kind, number));
                        (it.deadline, false)
                    }
                    _ => (deadline, false),
                }
            }
            184..188 => (deadline.saturating_sub(1).max(now), false),
            188..192 => (deadline + 1, true),
            192..198 => (now + self.dice.one(&[1, 300, 2500, 40_000]), true),
            198 => (now.saturating_sub(1), true),
            _ => (now + self.dice.word() % 200_000, true),
        }
    }

    fn input(&mut self, model: &Model<'_>) -> Input {
        let aimed = self.aimed.take();
        if let Some((deadline, number)) = aimed
            && let Some(aim) = model.matches.get(&number)
        {
            match deadline {
                Deadline::Acceptance if !aim.is_placing => return self.answer(model, aim, false),
                Deadline::Placement if aim.is_placing => return self.placement(model, Some(aim)),
                _ => {}
            }
        }
        let proposals: Vec<&Match> = model.matches.values().filter(|it| !it.is_placing).collect();
        let answered: Vec<&Match> =
            proposals.iter().copied().filter(|it| !it.answers.is_empty()).collect();
        let from = match answered.is_empty() || self.dice.percent(60) {
            true => &proposals,
            false => &answered,
        };
        let is_placing = model.matches.values().any(|it| it.is_placing);
        match self.dice.below(100) {
            69..85 if !is_placing && self.dice.percent(80) => self.start(model),
            0..34 => self.start(model),
            34..52 => match self.dice.pick(from) {
                Some(proposal) if self.dice.percent(94) => self.answer(model, proposal, true),
                _ => self.stray_answer(model),
            },
            52..60 => self.stop(model),
            60..69 => self.backfill(model),
            69..85 => self.placement(model, None),
            85..87 => self.end_session(model),
            87..94 => self.leave(model),
            94..97 => Input::DescribeMatchmaking(DescribeMatchmaking {
                ticket_ids: (0..self.dice.one(&[1, 1, 3, 10, 0, 11]))
                    .map(|_| self.any_ticket(model))
                    .collect(),
            }),
            _ => Input::DescribeMatch(self.describe(model)),
        }
    }

    fn player(&mut self, setup: &Setup) -> Player {
        let name = format!("p{}", self.dice.below(setup.players));
        self.dress(setup, Player::new(name))
    }

    /// Gives a player what rules look at.
    fn dress(&mut self, setup: &Setup, mut player: Player) -> Player {
        if !self.dice.percent(4) {
            player = player.with_number("skill", self.dice.below(100) as f64);
        }
        let has_latencies = setup.game.rules.contains(&"Near");
        if self.dice.percent(if has_latencies { 92 } else { 15 }) {
            for location in ["east", "west"] {
                if self.dice.percent(80) {
                    let millis = 20 + self.dice.below(120) as u32;
                    player = player.with_latency(location, millis);
                }
            }
        }
        player
    }

    fn new_id(&mut self, model: &Model<'_>) -> Option<TicketId> {
        match self.dice.below(100) {
            0..10 => None,
            10..18 => Some(self.any_ticket(model)),
            18 => Some("not_an_id".into()),
            _ => {
                self.tickets_made += 1;
                Some(format!("t{}", self.tickets_made).into())
            }
        }
    }

    fn start(&mut self, model: &Model<'_>) -> Input {
        let party = match self.dice.below(40) {
            0 => 0,
            1 => 11,
            2..8 => model.setup.game.party + 1,
            _ => 1 + self.dice.below(model.setup.game.party),
        };
        let mut players: Vec<Player> = Vec::new();
        // Both sides of a proposal, so that one request meets two of its tickets.
        let proposal = model.matches.values().find(|it| !it.is_placing && it.tickets.len() > 1);
        if let Some(proposal) = proposal
            && self.dice.percent(6)
        {
            let firsts = proposal.tickets.iter().filter_map(|it| model.tickets[it].players.first());
            let firsts: Vec<PlayerId> = firsts.map(|it| it.player_id.clone()).take(10).collect();
            players = firsts
                .into_iter()
                .map(|it| self.dress(model.setup, Player::new(it.as_str())))
                .collect();
        } else if let Some(player) = self.player_of_proposed_backfill(model) {
            players.push(self.dress(model.setup, Player::new(player)));
        } else {
            for _ in 0..party {
                let player = self.player(model.setup);
                let is_in = players.iter().any(|it| it.player_id == player.player_id);
                if !is_in || self.dice.percent(3) {
                    players.push(player);
                }
            }
        }
        if self.dice.percent(1)
            && let Some(player) = players.first_mut()
        {
            player.team = Some(model.setup.game.teams[0].0.into());
        }
        let configuration_name = match self.dice.below(60) {
            0 => Some("another".into()),
            1..5 => Some("default".into()),
            _ => None,
        };
        let ticket_id = self.new_id(model);
        Input::StartMatchmaking(StartMatchmaking { ticket_id, configuration_name, players })
    }

    /// Now and then, a player of a session whose automatic ticket is in a proposal.
    fn player_of_proposed_backfill(&mut self, model: &Model<'_>) -> Option<PlayerId> {
        let proposed = |it: &&Ticket| it.is_automatic && it.in_match.is_some();
        let ticket = model.tickets.values().find(proposed)?;
        let player = self.dice.pick(&ticket.players)?;
        self.dice.percent(70).then(|| player.player_id.clone())
    }

    fn arn(&mut self, model: &Model<'_>) -> String {
        let known: Vec<&String> = model.sessions.keys().collect();
        let automatic =
            known.iter().copied().filter(|arn| model.sessions[*arn].announced.is_some());
        let automatic: Vec<&String> = automatic.collect();
        let from = if self.dice.percent(50) { &automatic } else { &known };
        match self.dice.pick(from).or(self.dice.pick(&known)) {
            Some(arn) if self.dice.percent(75) => (*arn).clone(),
            _ => self.new_arn(),
        }
    }

    fn new_arn(&mut self) -> String {
        self.sessions_made += 1;
        format!("arn:session/{}", self.sessions_made)
    }

    fn backfill(&mut self, model: &Model<'_>) -> Input {
        let game_session_arn = self.dice.percent(85).then(|| self.arn(model));
        let session = game_session_arn.as_ref().and_then(|arn| model.sessions.get(arn));
        let mut players = match session {
            Some(session) if self.dice.percent(70) => {
                let mut players = session.roster.clone();
                if (!model.has_place(&players) || self.dice.percent(40)) && players.len() > 1 {
                    players.remove(self.dice.below(players.len()));
                }
                players
            }
            _ => Vec::new(),
        };
        if players.is_empty() || self.dice.percent(15) {
            for _ in 0..1 + self.dice.below(3) {
                let mut player = self.player(model.setup);
                let (team, _, most) = self.dice.one(model.setup.game.teams);
                let in_team = players.iter().filter(|it| it.team.as_deref() == Some(team)).count();
                let is_in = players.iter().any(|it| it.player_id == player.player_id);
                if (is_in || in_team >= most) && !self.dice.percent(8) {
                    continue;
                }
                player.team = match self.dice.below(40) {
                    0 => None,
                    1 => Some("nobody".into()),
                    _ => Some(team.into()),
                };
                players.push(player);
            }
        }
        let ticket_id = self.new_id(model);
        Input::StartMatchBackfill(StartMatchBackfill {
            ticket_id,
            configuration_name: None,
            game_session_arn,
            players,
        })
    }

    /// Some players of some ticket of a match answer.
    fn answer(&mut self, model: &Model<'_>, to: &Match, may_reject: bool) -> Input {
        let waits = |number: &&u64| {
            let ticket = &model.tickets[number];
            ticket.is_backfill
                || ticket.players.iter().any(|it| !to.answers.contains_key(it.player_id.as_str()))
        };
        let waiting: Vec<&u64> = to.tickets.iter().filter(waits).collect();
        let number = match self.dice.pick(&waiting) {
            Some(number) if self.dice.percent(92) => **number,
            _ => *self.dice.pick(&to.tickets).expect("a match has tickets"),
        };
        let ticket = &model.tickets[&number];
        let mut player_ids: Vec<PlayerId> = match self.dice.below(100) {
            0..80 => ticket.players.iter().map(|it| it.player_id.clone()).collect(),
            80..98 => {
                self.dice.pick(&ticket.players).map(|it| it.player_id.clone()).into_iter().collect()
            }
            98 => Vec::new(),
            _ => vec!["p0".into()],
        };
        if self.dice.percent(2)
            && let Some(first) = player_ids.first().cloned()
        {
            player_ids.push(first);
        }
        let mut rejects = self.dice.percent(if may_reject { 12 } else { 30 });
        if self.dice.percent(16)
            && let Some((player, accepts)) = to.answers.iter().next()
            && let Some(&number) =
                to.tickets.iter().find(|number| model.tickets[*number].holds(player))
        {
            // The same answer again, or another one.
            let ticket_id = self.id_of(model, &model.tickets[&number]);
            rejects = *accepts == self.dice.percent(50);
            let acceptance_type =
                if rejects { AcceptanceType::Reject } else { AcceptanceType::Accept };
            let player_ids = vec![player.as_str().into()];
            return Input::AcceptMatch(AcceptMatch { ticket_id, player_ids, acceptance_type });
        }
        let acceptance_type = match rejects {
            true => AcceptanceType::Reject,
            false => AcceptanceType::Accept,
        };
        Input::AcceptMatch(AcceptMatch {
            ticket_id: self.id_of(model, ticket),
            player_ids,
            acceptance_type,
        })
    }

    fn stray_answer(&mut self, model: &Model<'_>) -> Input {
        let tickets: Vec<&Ticket> = model.tickets.values().collect();
        let ticket = self.dice.pick(&tickets).copied();
        let ticket_id = match ticket {
            Some(ticket) => self.id_of(model, ticket),
            None => self.any_ticket(model),
        };
        let players = ticket.map(|it| it.players.clone()).unwrap_or_default();
        Input::AcceptMatch(AcceptMatch {
            ticket_id,
            player_ids: players.iter().map(|it| it.player_id.clone()).collect(),
            acceptance_type: AcceptanceType::Accept,
        })
    }

    fn id_of(&mut self, model: &Model<'_>, ticket: &Ticket) -> TicketId {
        // An id that the engine has made is known once it was told.
        model.names.text(ticket.id).unwrap_or("not-told-yet").into()
    }

    /// The id of a ticket, a forgotten one, one that is announced, or none at all.
    fn any_ticket(&mut self, model: &Model<'_>) -> TicketId {
        let announced = model.sessions.values().filter_map(|it| it.announced);
        let announced = announced.chain(model.matches.values().filter_map(|it| it.announced));
        let announced: Vec<&str> = announced.filter_map(|id| model.names.text(id)).collect();
        let known: Vec<usize> = model.tickets.values().map(|it| it.id).collect();
        match self.dice.below(100) {
            0..60 => match self.dice.pick(&known) {
                Some(&id) => model.names.text(id).unwrap_or("not-told-yet").into(),
                None => "t1".into(),
            },
            60..80 => self.dice.pick(&announced).copied().unwrap_or("t2").into(),
            80..97 => format!("t{}", self.dice.below(self.tickets_made as usize + 2)).into(),
            97 => "no_id".into(),
            _ => "nobody-knows-it".into(),
        }
    }

    fn stop(&mut self, model: &Model<'_>) -> Input {
        let of = |status: TicketStatus| move |it: &&Ticket| it.status == status;
        let proposed: Vec<&Ticket> =
            model.tickets.values().filter(of(TicketStatus::RequiresAcceptance)).collect();
        let placing: Vec<&Ticket> =
            model.tickets.values().filter(of(TicketStatus::Placing)).collect();
        let failed: Vec<&Ticket> =
            model.tickets.values().filter(of(TicketStatus::Failed)).collect();
        let backfills: Vec<&Ticket> =
            model.tickets.values().filter(|it| it.is_backfill && it.is_active()).collect();
        let is_manual = |it: &&&Ticket| {
            let session = it.session.as_ref().and_then(|arn| model.sessions.get(arn));
            !it.is_automatic && session.is_some_and(|it| it.announced.is_some())
        };
        let manual: Vec<&Ticket> = backfills.iter().filter(is_manual).copied().collect();
        let from = match self.dice.below(10) {
            _ if !manual.is_empty() && self.dice.percent(50) => &manual,
            0..3 => &proposed,
            3 if self.dice.percent(50) => &placing,
            3 => &failed,
            4..6 => &backfills,
            _ => &Vec::new(),
        };
        let ticket_id = match self.dice.pick(from) {
            Some(ticket) => self.id_of(model, ticket),
            None => self.any_ticket(model),
        };
        Input::StopMatchmaking(StopMatchmaking { ticket_id })
    }

    fn placement(&mut self, model: &Model<'_>, aim: Option<&Match>) -> Input {
        let placing: Vec<&Match> = model.matches.values().filter(|it| it.is_placing).collect();
        let aim = aim.or_else(|| self.dice.pick(&placing).copied());
        let of = match aim {
            Some(aim) if self.dice.percent(93) => {
                if self.old_matches.len() > 40 {
                    self.old_matches.remove(0);
                }
                self.old_matches.push(aim.id.clone());
                let ticket = aim.tickets.first().map(|number| &model.tickets[number]);
                match ticket {
                    Some(ticket) if self.dice.percent(50) => {
                        PlacementOf::Ticket(self.id_of(model, ticket))
                    }
                    _ => PlacementOf::Match(aim.id.as_str().into()),
                }
            }
            _ => match self.dice.below(3) {
                0 => PlacementOf::Ticket(self.any_ticket(model)),
                1 => PlacementOf::Match(self.any_match(model)),
                _ => PlacementOf::Match(
                    self.dice.pick(&self.old_matches).map_or("none", String::as_str).into(),
                ),
            },
        };
        if self.dice.percent(22) {
            let reason = self.dice.one(&[
                PlacementFailure::TimedOut,
                PlacementFailure::Failed,
                PlacementFailure::Cancelled,
            ]);
            return Input::FailPlacement(FailPlacement { of, reason });
        }
        let game_session_arn = match self.dice.below(40) {
            0 => None,
            1..15 => Some(self.arn(model)),
            _ => Some(self.new_arn()),
        };
        let players =
            aim.iter().flat_map(|it| &it.tickets).flat_map(|it| &model.tickets[it].players);
        let players: Vec<&Player> = players.collect();
        let given = match self.dice.pick(&players) {
            Some(player) if self.dice.percent(30) => Some(player.player_id.clone()),
            _ => self.dice.percent(2).then(|| "stranger".into()),
        };
        let given = given.map(|player_id| MatchedPlayerSession {
            player_session_id: format!("{HOST_PLACE}{player_id}").into(),
            player_id,
        });
        let info = GameSessionConnectionInfo {
            game_session_arn,
            port: Some(7777),
            ip_address: Some("10.0.0.1".into()),
            location: self.dice.percent(30).then(|| "east".into()),
            matched_player_sessions: given.into_iter().collect(),
            ..GameSessionConnectionInfo::default()
        };
        Input::CompletePlacement(CompletePlacement { of, game_session_connection_info: info })
    }

    fn any_match(&mut self, model: &Model<'_>) -> MatchId {
        let known: Vec<&str> = model.matches.values().map(|it| it.id.as_str()).collect();
        self.dice.pick(&known).copied().unwrap_or("none").into()
    }

    /// A session whose backfill is proposed, one with a backfill, or any.
    fn busy_arn(&mut self, model: &Model<'_>) -> String {
        let ticket = |arn: &&String| model.sessions[*arn].ticket.map(|it| &model.tickets[&it]);
        let proposed: Vec<&String> = model
            .sessions
            .keys()
            .filter(|arn| ticket(arn).is_some_and(|it| it.in_match.is_some()))
            .collect();
        match self.dice.pick(&proposed) {
            Some(arn) if self.dice.percent(85) => (*arn).clone(),
            _ => self.arn(model),
        }
    }

    fn end_session(&mut self, model: &Model<'_>) -> Input {
        Input::EndGameSession(EndGameSession { game_session_arn: self.busy_arn(model) })
    }

    fn leave(&mut self, model: &Model<'_>) -> Input {
        let game_session_arn = self.busy_arn(model);
        let roster = model.sessions.get(&game_session_arn).map(|it| it.roster.clone());
        let roster: Vec<PlayerId> =
            roster.unwrap_or_default().into_iter().map(|it| it.player_id).collect();
        let player_ids = match self.dice.below(20) {
            0 => Vec::new(),
            1 => vec!["stranger".into()],
            2..7 => roster,
            _ => self.dice.pick(&roster).cloned().into_iter().collect(),
        };
        Input::RemovePlayers(RemovePlayers { game_session_arn, player_ids })
    }

    fn describe(&mut self, model: &Model<'_>) -> DescribeMatch {
        match self.dice.below(3) {
            0 => DescribeMatch::GameSession(self.arn(model)),
            1 => DescribeMatch::Match(self.any_match(model)),
            _ => DescribeMatch::Match(
                self.dice.pick(&self.old_matches).map_or("none", String::as_str).into(),
            ),
        }
    }
}
