//! What a run formed, and whether that is right.

use rallypoint::{Millis, PlacedTicket, RuleSet};

use super::{Failure, Workload};

/// Matches that the reference evaluator judges, of all that were formed.
const JUDGED_MAX: usize = 200;

/// Matches in the order in which they were formed: of each team the numbers of its tickets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Assignment(pub Vec<[Vec<u32>; 2]>);

impl Assignment {
    /// How many matches there are.
    pub fn matches(&self) -> usize {
        self.0.len()
    }

    /// How many tickets they have.
    pub fn tickets(&self) -> usize {
        self.0.iter().flatten().map(Vec::len).sum()
    }

    /// A hash (FNV-1a, 64 bits) of who plays with whom, in order.
    pub fn checksum(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |word: u32| {
            for byte in word.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        for team in self.0.iter().flatten() {
            add(team.len() as u32);
            team.iter().copied().for_each(&mut add);
        }
        hash
    }

    /// Checks that there are matches, that no ticket is in two places, and that matches from all
    /// over the list are valid.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check<W: Workload>(
        &self,
        ticket_of: impl Fn(u32) -> Option<W::Ticket>,
    ) -> Result<(), Failure> {
        let wrong = |what: String| Failure::Wrong(format!("{}: {what}", W::NAME));
        if self.0.is_empty() {
            return Err(wrong("no match was formed".into()));
        }
        let mut numbers: Vec<u32> = self.0.iter().flatten().flatten().copied().collect();
        numbers.sort_unstable();
        let next = numbers.iter().skip(1);
        if let Some((twice, _)) = numbers.iter().zip(next).find(|(a, b)| a == b) {
            return Err(wrong(format!("ticket {twice} is in two places")));
        }
        let rule_set = rule_set::<W>()?;
        for teams in self.0.iter().step_by(self.0.len().div_ceil(JUDGED_MAX)) {
            let mut placed = Vec::new();
            for (name, team) in rule_set.team_instances().zip(teams) {
                for &number in team {
                    let ticket = ticket_of(number)
                        .ok_or_else(|| wrong(format!("there is no ticket {number}")))?;
                    let players = W::players(&ticket, number);
                    placed.push(PlacedTicket {
                        team: name.into(),
                        age: Millis::new(0),
                        players,
                        backfill: false,
                    });
                }
            }
            let judgement = rule_set.judge(&placed).map_err(|error| wrong(error.to_string()))?;
            if !judgement.valid {
                return Err(wrong(format!("a match of {teams:?} was formed:\n{judgement}")));
            }
        }
        Ok(())
    }
}

/// The rule set of a workload, compiled.
pub(super) fn rule_set<W: Workload>() -> Result<RuleSet, Failure> {
    RuleSet::from_json(W::RULES).map_err(|errors| Failure::Wrong(errors.to_string()))
}
