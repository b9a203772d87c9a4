//! How far a placement is that has not ended.

use std::sync::Arc;

use super::placer::Placer;
use super::search::WaitsFor;
use crate::base::time::Timestamp;
use crate::model::placement::PlacementStatus;
use crate::model::ticket::PlacementId;

/// What a PENDING placement has tried, and what it waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Progress {
    /// How many game sessions were asked for.
    pub(crate) attempts: u32,
    /// The destination and the location that the host has not answered for.
    pub(crate) asked: Option<(Arc<str>, Arc<str>)>,
    /// When its places are tried again.
    pub(crate) retry_at: Option<Timestamp>,
}

impl Placer {
    /// Of a placement that has not ended.
    pub(crate) fn progress(&self, id: &PlacementId) -> Option<Progress> {
        let record = self.find(id)?;
        let search = record.search.as_ref()?;
        debug_assert_eq!(record.status, PlacementStatus::Pending);
        let mut progress = Progress { attempts: record.attempts, asked: None, retry_at: None };
        match search.waits_for {
            WaitsFor::Answer(place) => {
                let plan = &record.queue;
                progress.asked = plan.place(place).and_then(|place| {
                    let destination = plan.destinations.get(usize::from(place.destination))?;
                    let location = plan.locations.get(usize::from(place.location))?;
                    Some((Arc::clone(destination), Arc::clone(location)))
                });
            }
            WaitsFor::Retry(at) => progress.retry_at = Some(at),
            WaitsFor::Nothing => {}
        }
        Some(progress)
    }
}
