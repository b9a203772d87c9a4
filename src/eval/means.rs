//! How far the means of teams lie from the mean of all: what rules for even teams measure, known
//! closer than from the bounds of each mean alone, and computed without lists.

use super::bounds::{Interval, SUM_SLACK};
use super::candidate::Partial;
use super::lineup::Lineup;
use super::program::{Program, Source, Unit};
use crate::base::num::finite;
use crate::expr::ast::Function;
use crate::model::schema::InstanceIdx;
use crate::pool::columns::TicketRow;
use crate::pool::layout::NumberColumn;

/// The mean of each of some teams beside that of all players of these and others.
#[derive(Clone, Debug)]
pub(crate) struct TeamMeans {
    column: NumberColumn,
    teams: Box<[InstanceIdx]>,
    all: Box<[InstanceIdx]>,
}

/// The numbers of a team instance on a partial match.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct TeamSum {
    sum: f64,
    coming: f64,
    players: f64,
}

impl TeamMeans {
    /// Of a measurement that is a mean for each team, held against the mean of all.
    pub(crate) fn new(measured: &Program, reference: &Program) -> Option<Self> {
        let Source::Numbers(column) = measured.source else { return None };
        let is_same = measured.source == reference.source
            && [measured.unit, reference.unit] == [Unit::Player; 2]
            && measured.instances.iter().all(|it| reference.instances.contains(it));
        let per_team = measured.grouped && *measured.functions == [Function::Avg];
        let of_all =
            reference.grouped && *reference.functions == [Function::Flatten, Function::Avg];
        (is_same && per_team && of_all).then(|| Self {
            column,
            teams: measured.instances.clone(),
            all: reference.instances.clone(),
        })
    }

    /// Calls `judge` with what the mean of each team may come to be above that of all; false when
    /// that is not known, or some mean may be undefined. Nothing is known unless each team has as
    /// many players in all completions.
    pub(crate) fn partial(
        &self,
        partial: &Partial<'_>,
        sums: &mut Vec<TeamSum>,
        mut judge: impl FnMut(Interval),
    ) -> bool {
        let cells = &partial.columns.numbers[self.column].cells;
        let coming = partial.coming_numbers(self.column).mean;
        sums.clear();
        let (mut all, mut magnitude) = (TeamSum::default(), 0.0);
        for &instance in &self.all {
            let (slot, room) = (&partial.candidate.slots[instance], partial.room[instance]);
            let mut team = TeamSum {
                sum: 0.0,
                coming: f64::from(room.max),
                players: f64::from(slot.players + room.max),
            };
            if room.min != room.max || team.players == 0.0 {
                return false;
            }
            for &ticket in &slot.tickets {
                for player in partial.columns.players[ticket].rows() {
                    team.sum += cells[player];
                    magnitude += cells[player].abs();
                }
            }
            all.sum += team.sum;
            all.coming += team.coming;
            all.players += team.players;
            sums.push(team);
        }
        let (mut low, mut high) = (0.0, 0.0);
        if all.coming > 0.0 {
            (low, high) = (coming.low, coming.high);
            magnitude += low.abs().max(high.abs()) * all.coming;
        }
        // More than twice as much could overflow in some order.
        if low > high || !(magnitude * 4.0).is_finite() {
            return false;
        }
        let slack = magnitude * SUM_SLACK;
        // A number that comes to the team counts more in its mean than in that of all.
        let gap = |team: &TeamSum, own: f64, others: f64| {
            let (own, others) = (team.coming * own, (all.coming - team.coming) * others);
            (team.sum + own) / team.players - (all.sum + own + others) / all.players
        };
        for (team, instance) in sums.iter().zip(&self.all) {
            if self.teams.contains(instance) {
                let (low, high) = (gap(team, low, high) - slack, gap(team, high, low) + slack);
                judge(Interval { low, high });
            }
        }
        true
    }

    /// Whether `judge` holds of the mean of each team beside that of all; false when one is
    /// undefined.
    pub(crate) fn complete(&self, lineup: &Lineup<'_>, judge: impl Fn(f64, f64) -> bool) -> bool {
        let cells = &lineup.columns.numbers[self.column].cells;
        let numbers = |ticket: &TicketRow| {
            let players = lineup.columns.players[*ticket].rows();
            players.map(|player| cells[player])
        };
        let mean = |instances: &[InstanceIdx]| {
            let tickets = instances.iter().flat_map(|&instance| lineup.tickets(instance));
            let mut count = 0_u32;
            let sum: f64 = tickets.flat_map(numbers).inspect(|_| count += 1).sum();
            finite(sum / f64::from(count))
        };
        let Some(of_all) = mean(&self.all) else { return false };
        let mut teams = self.teams.iter().map(|team| mean(std::slice::from_ref(team)));
        teams.all(|of_team| of_team.is_some_and(|of_team| judge(of_team, of_all)))
    }
}
