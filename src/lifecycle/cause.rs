//! Why a ticket stands where it stands.

/// Why a ticket has its status, where there is something to say (facts 6.6). Most causes are ours:
/// the service publishes few.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum StatusCause {
    /// `StopMatchmaking`.
    Stopped,
    /// A player of it has started another ticket (facts 6.5).
    DuplicatePlayer,
    /// A newer backfill request for the same game session came (facts 5.2).
    Replaced,
    /// Its game session is over.
    SessionEnded,
    /// The last player of its backfill roster has left.
    RosterEmptied,
    /// A player of it has rejected the match.
    Rejected,
    /// A player of it had not answered when another rejected; only when the engine's option
    /// `early_rejection` is literal.
    Unanswered,
    /// A player of it did not answer in time.
    AcceptanceTimedOut,
    /// Back in the pool: the match was dropped by others.
    AcceptanceFailed,
    /// Back in the pool: no game session was found in time.
    PlacementTimedOut,
    /// No game session could be started.
    PlacementFailed,
    /// The request timeout is over.
    TimedOut,
}

impl StatusCause {
    /// Every cause.
    pub const ALL: [Self; 12] = [
        Self::Stopped,
        Self::DuplicatePlayer,
        Self::Replaced,
        Self::SessionEnded,
        Self::RosterEmptied,
        Self::Rejected,
        Self::Unanswered,
        Self::AcceptanceTimedOut,
        Self::AcceptanceFailed,
        Self::PlacementTimedOut,
        Self::PlacementFailed,
        Self::TimedOut,
    ];

    /// `StatusReason`, and `reason` of an event.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Stopped
            | Self::DuplicatePlayer
            | Self::Replaced
            | Self::SessionEnded
            | Self::RosterEmptied => "Cancelled",
            Self::Rejected | Self::Unanswered => "Rejected",
            Self::AcceptanceTimedOut => "AcceptanceTimedOut",
            Self::AcceptanceFailed => "AcceptanceFailed",
            Self::PlacementTimedOut => "PlacementTimedOut",
            Self::PlacementFailed => "UNEXPECTED_ERROR",
            Self::TimedOut => "TimedOut",
        }
    }

    /// `StatusMessage`, and `message` of an event.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Stopped => "Cancelled by request.",
            Self::DuplicatePlayer => "Cancelled due to duplicate player",
            Self::Replaced => "Replaced by a newer backfill request",
            Self::SessionEnded => "Cancelled because the game session ended.",
            Self::RosterEmptied => "Cancelled because the last player left the game session.",
            Self::Rejected => "Cancelled because a player rejected the match.",
            Self::Unanswered => {
                "Cancelled because a player had not answered when the match was rejected."
            }
            Self::AcceptanceTimedOut => {
                "Cancelled because a player did not accept the match in time."
            }
            Self::AcceptanceFailed => "Returned to the pool because the match was not accepted.",
            Self::PlacementTimedOut => {
                "Returned to the pool because no game session was placed in time."
            }
            Self::PlacementFailed => "An unexpected error was encountered during match placing.",
            Self::TimedOut => "Removed from matchmaking due to timing out.",
        }
    }
}
