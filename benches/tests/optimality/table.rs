//! What came out, as a table.

use std::fmt;

use super::engine::Matched;

/// A line of the table.
pub struct Row {
    name: &'static str,
    players: usize,
    best: usize,
    matched: usize,
    /// Matched of the best possible, pool by pool, where anybody can be matched.
    ratios: Vec<f64>,
    /// The same where matches go by age alone.
    by_age: Vec<f64>,
    /// Pools in which nobody can be matched.
    hopeless: usize,
    /// Pools with a ticket whose search ran out of nodes.
    given_up: usize,
}

/// The head of a table.
pub fn print_head(title: &str) {
    println!(
        "\n| {title} | pools | best, of all players | median | worst | mean | best reached \
         | by age: median | worst | mean |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
}

impl Row {
    /// A line without pools.
    pub fn new(name: &'static str) -> Self {
        let (ratios, by_age) = (vec![], vec![]);
        Self { name, players: 0, best: 0, matched: 0, ratios, by_age, hopeless: 0, given_up: 0 }
    }

    /// Adds a pool: what was matched, and what is matched by age alone.
    pub fn add(&mut self, players: usize, best: usize, matched: &Matched, by_age: &Matched) {
        let Matched { players: matched, given_up } = *matched;
        let most = matched.max(by_age.players);
        assert!(most <= best, "{}: {most} are matched, the best is {best}", self.name);
        self.players += players;
        self.best += best;
        self.matched += matched;
        self.given_up += usize::from(given_up);
        match best {
            0 => self.hopeless += 1,
            _ => {
                self.ratios.push(matched as f64 / best as f64);
                self.by_age.push(by_age.players as f64 / best as f64);
            }
        }
        self.sort();
    }

    /// Adds the pools of another line.
    pub fn join(&mut self, other: Self) {
        self.players += other.players;
        self.best += other.best;
        self.matched += other.matched;
        self.hopeless += other.hopeless;
        self.given_up += other.given_up;
        self.ratios.extend(other.ratios);
        self.by_age.extend(other.by_age);
        self.sort();
    }

    fn sort(&mut self) {
        self.ratios.sort_unstable_by(f64::total_cmp);
        self.by_age.sort_unstable_by(f64::total_cmp);
    }

    /// Half of the pools are no better; 0 without pools.
    pub fn median(&self) -> f64 {
        middle(&self.ratios)
    }

    /// The same where matches go by age alone.
    pub fn median_by_age(&self) -> f64 {
        middle(&self.by_age)
    }

    /// The worst of the pools; 0 without pools.
    pub fn worst(&self) -> f64 {
        self.ratios.first().copied().unwrap_or_default()
    }

    /// Which part of all players could be matched.
    pub fn best_share(&self) -> f64 {
        self.best as f64 / self.players as f64
    }
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

fn mean(ratios: &[f64]) -> f64 {
    ratios.iter().sum::<f64>() / ratios.len() as f64
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.ratios.len();
        let mean_of_all = mean(&self.ratios);
        let reached = self.ratios.iter().filter(|&&ratio| ratio == 1.0).count() as f64;
        let (share, median, worst) = (self.best_share(), self.median(), self.worst());
        let reached = 100.0 * reached / count as f64;
        write!(
            f,
            "| {} | {count} | {share:.2} | {median:.3} | {worst:.3} | {mean_of_all:.3} | {reached:.0} % \
             | {:.3} | {:.3} | {:.3} |",
            self.name,
            self.median_by_age(),
            self.by_age.first().copied().unwrap_or_default(),
            mean(&self.by_age),
        )?;
        if self.hopeless > 0 {
            write!(f, " in {} more pools nobody can be matched", self.hopeless)?;
        }
        if self.given_up > 0 {
            write!(f, " in {} pools a search ran out of nodes", self.given_up)?;
        }
        Ok(())
    }
}
