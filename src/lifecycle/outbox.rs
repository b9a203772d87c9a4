//! Events that wait to be read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::{Event, EventDetail};
use crate::base::time::Timestamp;

/// Room for so many events stays when all are read.
const KEPT_CAPACITY: usize = 256;

/// The queue of events, each with the next number of the sequence.
#[derive(Debug)]
pub(crate) struct Outbox {
    events: VecDeque<Event>,
    sequence: u64,
    custom_event_data: Option<Arc<str>>,
}

impl Outbox {
    pub(crate) fn new(custom_event_data: Option<&str>) -> Self {
        let custom_event_data = custom_event_data.map(Arc::from);
        Self { events: VecDeque::new(), sequence: 0, custom_event_data }
    }

    /// The events that wait, and the number of the last one ever told.
    pub(crate) fn waiting(&self) -> (&VecDeque<Event>, u64) {
        (&self.events, self.sequence)
    }

    /// Takes up events that waited in an earlier run; false when their numbers do not end with
    /// `sequence`, one after the other.
    #[must_use]
    pub(crate) fn take_up(&mut self, events: Vec<Event>, sequence: u64) -> bool {
        let Some(before) = sequence.checked_sub(events.len() as u64) else { return false };
        let follow = events.iter().zip(before + 1..).all(|(event, it)| event.sequence == it);
        self.events = events.into();
        self.sequence = sequence;
        follow
    }

    /// What every event carries from now on.
    pub(crate) fn set_custom_event_data(&mut self, data: Option<&str>) {
        self.custom_event_data = data.map(Arc::from);
    }

    pub(crate) fn push(&mut self, time: Timestamp, detail: EventDetail) {
        self.push_with(time, self.custom_event_data.clone(), detail);
    }

    /// An event that carries a text of its own.
    pub(crate) fn push_with(
        &mut self,
        time: Timestamp,
        custom_event_data: Option<Arc<str>>,
        detail: EventDetail,
    ) {
        self.sequence += 1;
        self.events.push_back(Event { sequence: self.sequence, time, custom_event_data, detail });
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        // A large pass leaves room for a hundred thousand events; small ones come all the time.
        if self.events.is_empty() && self.events.capacity() > KEPT_CAPACITY {
            self.events = VecDeque::new();
        }
        event
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}
