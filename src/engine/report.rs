//! What one call of `handle_timeout` did.

/// The work of one slice of a matching pass, in counts that depend on nothing but the inputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
#[must_use = "a report says whether the pass is done"]
pub struct TickReport {
    /// Tickets that became SEARCHING.
    pub tickets_announced: u64,
    /// Changed tickets that were asked whether there is a match for one of them, before anchors
    /// have their turn. They count as anchors, too.
    pub asked: u64,
    /// Tickets that had their turn as anchor.
    pub anchors: u64,
    /// Search nodes: tickets tentatively put into a team.
    pub nodes: u64,
    /// Complete candidate matches judged by every rule.
    pub judged: u64,
    /// Matches formed.
    pub matches: u64,
    /// Tickets in them.
    pub tickets_matched: u64,
    /// Players in them.
    pub players_matched: u64,
    /// Anchors whose search ran out of `nodes_per_anchor` without a match: whether one exists is
    /// not known. They are searched again when their part of the pool has changed.
    pub anchors_exhausted: u64,
    /// Matches kept although the search for a fuller one ran out of nodes.
    pub fullness_unproven: u64,
    /// Partitions of the pool that were too large for their rules and were cut into batches for this
    /// pass ([`EngineOptions::max_batch_tickets`](crate::EngineOptions::max_batch_tickets)). Each
    /// pass counts a partition once.
    pub partitions_cut: u64,
    /// Matches replaced by two, so that waiting tickets joined (`EngineOptions::exchange_tries`).
    pub exchanged: u64,
    /// Matches of which it is not known whether two could replace them, because nodes or tries
    /// ran out.
    pub exchanges_cut: u64,
    /// Whether the slice ended before its pass: `poll_timeout` is now.
    pub unfinished: bool,
}

/// A part of `handle_timeout`, in the order in which they come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PassPhase {
    /// Tickets that no pass has seen become SEARCHING.
    Announcing,
    /// They come into the index, and matches are sought.
    Searching,
    /// The tickets of the matches found change their status, and events are queued.
    Forming,
    /// The slice has ended.
    Done,
}
