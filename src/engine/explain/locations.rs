//! The locations that a ticket's players report, and what rules say of them.

use crate::engine::Matchmaker;
use crate::lifecycle::book::{TicketKey, TicketRecord};
use crate::pool::columns::LocationSet;
use crate::search::Prober;

/// What is known of a location for one ticket, whoever joins it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "wire", derive(serde::Serialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct LocationOutlook {
    /// The location.
    pub name: String,
    /// The highest latency of its players there, in milliseconds; of a backfill ticket whose
    /// players report none there, none.
    pub worst_latency: Option<u32>,
    /// Whether a match with the ticket may be there, at its age.
    pub possible: bool,
    /// The rules that hold there in no match with the ticket at its age.
    pub refused_by: Vec<String>,
}

impl Matchmaker {
    pub(super) fn location_outlook(
        &self,
        key: TicketKey,
        record: &TicketRecord,
    ) -> Option<Vec<LocationOutlook>> {
        let (plan, columns) = (self.rule_set.plan(), &self.pool.columns);
        let row = self.rows[key]?;
        let own = columns.locations[row];
        if own == LocationSet::ALL {
            return None;
        }
        let epoch = plan.epochs.at(self.now.since(record.start_time));
        let mut prober = Prober::new(plan, columns, 0);
        let (possible, of_rules) = prober.locations(row, epoch);
        let players = self.book.players(record);
        let live = self.pool.locations().filter(|&it| own.contains(it));
        let outlook = live.filter_map(|location| {
            let name = self.pool.location_name(location)?.to_string();
            let latencies = players.iter().filter_map(|player| player.latency_in_ms.get(&name));
            let refused = of_rules.iter().zip(&self.rule_names);
            let refused = refused.filter(|(possible, _)| !possible.contains(location));
            Some(LocationOutlook {
                worst_latency: latencies.max().copied(),
                possible: possible.contains(location),
                refused_by: refused.map(|(_, rule)| rule.to_string()).collect(),
                name,
            })
        });
        Some(outlook.collect())
    }
}
