//! The fullest match there is, by trying every team and none for each ticket.

use serde_json::Value;

use super::checker::{Match, Terms, Ticket};

/// The most players of a match with one of these tickets (`None`: with whichever).
pub fn fullest(rules: &Value, tickets: &[Ticket], with: Option<&str>) -> usize {
    // It knows of one location.
    let mut reported = tickets.iter().flat_map(|it| &it.players).flat_map(|it| &it.latency_in_ms);
    let location = reported.next().map(|(name, _)| name.clone());
    let empty = Match { roster: None, teams: Vec::new(), location };
    let sizes = Terms::new(rules, &empty).sizes();
    let game = Match { teams: vec![Vec::new(); sizes.len()], ..empty };
    let mut search = Search { rules, sizes, with, game, best: 0 };
    search.place(tickets);
    search.best
}

struct Search<'a> {
    rules: &'a Value,
    sizes: Vec<(usize, usize)>,
    with: Option<&'a str>,
    game: Match,
    best: usize,
}

impl Search<'_> {
    fn place(&mut self, tickets: &[Ticket]) {
        let Some((ticket, others)) = tickets.split_first() else { return self.judge() };
        let mut tried: Vec<(usize, usize, usize)> = Vec::new();
        for at in 0..self.sizes.len() {
            let players: usize = self.game.teams[at].iter().map(|it| it.players.len()).sum();
            let (min, max) = self.sizes[at];
            if players + ticket.players.len() > max || tried.contains(&(players, min, max)) {
                continue;
            }
            tried.push((players, min, max));
            self.game.teams[at].push(ticket.clone());
            self.place(others);
            self.game.teams[at].pop();
        }
        if self.with != Some(&ticket.id) {
            self.place(others);
        }
    }

    fn judge(&mut self) {
        let players = self.game.players();
        let reaches =
            self.game.teams.iter().zip(&self.sizes).all(|(team, &(min, _))| {
                team.iter().map(|it| it.players.len()).sum::<usize>() >= min
            });
        if players > self.best
            && reaches
            && Terms::new(self.rules, &self.game).misfit(&self.game).is_none()
        {
            self.best = players;
        }
    }
}
