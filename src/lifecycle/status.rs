//! Where a ticket stands.

/// The status of a ticket (facts 6.1). The changes that it makes, drawn from the engine's table in
/// the DOT language:
///
/// ```dot
#[doc = include_str!("../../docs/ticket_statuses.dot")]
/// ```
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TicketStatus {
    /// Received, not yet looked at.
    Queued,
    /// Looking for a match.
    Searching,
    /// In a proposed match that players must accept.
    RequiresAcceptance,
    /// In a match that waits for its game session.
    Placing,
    /// In a match; the end.
    Completed,
    /// Given up because of an error; the end.
    Failed,
    /// Taken out; the end.
    Cancelled,
    /// Not matched in time; the end.
    TimedOut,
}

impl TicketStatus {
    /// Every status, in the order of a ticket's life.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Searching,
        Self::RequiresAcceptance,
        Self::Placing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::TimedOut,
    ];

    /// The name in the API, for instance `TIMED_OUT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Searching => "SEARCHING",
            Self::RequiresAcceptance => "REQUIRES_ACCEPTANCE",
            Self::Placing => "PLACING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// Whether a ticket that stands here waits for a match.
    pub(crate) const fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Searching)
    }

    /// Whether a ticket that stands here stands here for ever.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::TimedOut)
    }
}
