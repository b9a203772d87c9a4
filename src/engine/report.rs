//! What one call of `handle_timeout` did.

/// The work of one slice of a matching pass, in counts that depend on nothing but the inputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
#[must_use = "a report says whether the pass is done"]
pub struct TickReport {
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
    /// not known. They are searched again in the next pass.
    pub anchors_exhausted: u64,
    /// Matches kept although the search for a fuller one ran out of nodes.
    pub fullness_unproven: u64,
    /// Whether the slice ended before its pass: `poll_timeout` is now.
    pub unfinished: bool,
}
