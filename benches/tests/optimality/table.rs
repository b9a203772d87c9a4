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
    /// Pools in which nobody can be matched.
    hopeless: usize,
    /// Pools with a ticket whose search ran out of nodes.
    given_up: usize,
}

/// The head of a table.
pub fn print_head(title: &str) {
    println!("\n| {title} | pools | best, of all players | median | worst | mean | best reached |");
    println!("|---|---|---|---|---|---|---|");
}

impl Row {
    /// A line without pools.
    pub fn new(name: &'static str) -> Self {
        Self { name, players: 0, best: 0, matched: 0, ratios: vec![], hopeless: 0, given_up: 0 }
    }

    /// Adds a pool.
    pub fn add(&mut self, players: usize, best: usize, matched: &Matched) {
        let Matched { players: matched, given_up } = *matched;
        assert!(matched <= best, "{}: {matched} are matched, the best is {best}", self.name);
        self.players += players;
        self.best += best;
        self.matched += matched;
        self.given_up += usize::from(given_up);
        match best {
            0 => self.hopeless += 1,
            _ => self.ratios.push(matched as f64 / best as f64),
        }
        self.ratios.sort_unstable_by(f64::total_cmp);
    }

    /// Adds the pools of another line.
    pub fn join(&mut self, other: Self) {
        self.players += other.players;
        self.best += other.best;
        self.matched += other.matched;
        self.hopeless += other.hopeless;
        self.given_up += other.given_up;
        self.ratios.extend(other.ratios);
        self.ratios.sort_unstable_by(f64::total_cmp);
    }

    /// Half of the pools are no better; 0 without pools.
    pub fn median(&self) -> f64 {
        let middle = self.ratios.len().saturating_sub(1) / 2;
        self.ratios.get(middle).copied().unwrap_or_default()
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

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.ratios.len();
        let mean = self.ratios.iter().sum::<f64>() / count as f64;
        let reached = self.ratios.iter().filter(|&&ratio| ratio == 1.0).count() as f64;
        let (share, median, worst) = (self.best_share(), self.median(), self.worst());
        let reached = 100.0 * reached / count as f64;
        write!(
            f,
            "| {} | {count} | {share:.2} | {median:.3} | {worst:.3} | {mean:.3} | {reached:.0} % |",
            self.name
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
