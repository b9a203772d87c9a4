//! The service model's constraints on requests (facts 8.4), as data: types, lengths, patterns,
//! ranges, names, counts, and which members must be there. Where we differ, it says so.

/// What a value must be.
pub enum Shape {
    Text(Text),
    /// A whole number of a range.
    Whole(i64, i64),
    Number,
    Boolean,
    OneOf(&'static [&'static str]),
    List(List),
    Map(Map),
    Object(&'static [Member]),
}

/// Text of so many characters.
pub struct Text {
    pub min: usize,
    pub max: usize,
    pub allowed: Allowed,
}

/// What text may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Allowed {
    Anything,
    /// `[a-zA-Z0-9-\.]`
    Name,
    /// `[a-zA-Z0-9-\.]*|arn:.*:matchmakingconfiguration\/[a-zA-Z0-9-\.]*`
    NameOrArn,
    /// `[a-zA-Z0-9:/-]`
    Arn,
    /// `[0-9A-Fa-f\:\.]`
    Address,
    /// `psess-\S+`
    PlayerSession,
    /// `[a-zA-Z0-9:_/-]*(\.fifo)?`
    Target,
}

/// So many values of a shape.
pub struct List {
    pub of: &'static Shape,
    pub min: usize,
    pub max: usize,
}

/// Up to so many pairs. Keys are text of any characters.
pub struct Map {
    pub key_max: usize,
    pub of: &'static Shape,
    pub max: usize,
}

pub struct Member {
    pub name: &'static str,
    pub required: bool,
    pub shape: Shape,
}

const fn text(min: usize, max: usize, allowed: Allowed) -> Shape {
    Shape::Text(Text { min, max, allowed })
}

const fn must(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape }
}

const fn may(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape }
}

const fn list(of: &'static Shape, min: usize, max: usize) -> Shape {
    Shape::List(List { of, min, max })
}

/// The model admits the empty id, which names nothing; we do not.
const TICKET_ID: Shape = text(1, 128, Allowed::Name);
/// Ours.
const MATCH_ID: Shape = text(1, 128, Allowed::Anything);
const PLAYER_ID: Shape = text(1, 1024, Allowed::Anything);
const ARN: Shape = text(1, 512, Allowed::Arn);
/// The model requires it; we know which one is meant.
const CONFIGURATION_NAME: Shape = text(1, 256, Allowed::NameOrArn);

/// The counts of the parts are prose in the API's text (facts 1.3).
const ATTRIBUTE: Shape = Shape::Object(&[
    may("S", ATTRIBUTE_TEXT),
    may("N", Shape::Number),
    may("SL", list(&ATTRIBUTE_TEXT, 0, 100)),
    may("SDM", Shape::Map(Map { key_max: 100, of: &Shape::Number, max: 10 })),
]);
const ATTRIBUTE_TEXT: Shape = text(1, 100, Allowed::Anything);
const ATTRIBUTES: Shape = Shape::Map(Map { key_max: 1024, of: &ATTRIBUTE, max: 10 });
/// The longest name, the greatest latency and the count of locations are ours.
const LATENCIES: Shape =
    Shape::Map(Map { key_max: 1024, of: &Shape::Whole(1, i32::MAX as i64), max: 128 });

/// The model does not require the id; a player without one is nobody.
const PLAYER: Shape = Shape::Object(&[
    must("PlayerId", PLAYER_ID),
    may("PlayerAttributes", ATTRIBUTES),
    may("LatencyInMs", LATENCIES),
]);
/// A player of a backfill (facts 8.3: with a team).
const SEATED_PLAYER: Shape = Shape::Object(&[
    must("PlayerId", PLAYER_ID),
    may("PlayerAttributes", ATTRIBUTES),
    must("Team", text(1, 1024, Allowed::Anything)),
    may("LatencyInMs", LATENCIES),
]);

/// The ARN is required by us; the lengths of the names and the greatest port are ours, too.
const CONNECTION: Shape = Shape::Object(&[
    must("GameSessionArn", ARN),
    may("IpAddress", text(1, 128, Allowed::Address)),
    may("DnsName", NAME),
    may("Port", Shape::Whole(1, 65_535)),
    may("MatchedPlayerSessions", list(&MATCHED, 0, 200)),
    may("PlayerGatewayStatus", Shape::OneOf(&["DISABLED", "ENABLED"])),
    may("ComputeName", NAME),
    may("Location", NAME),
]);
const NAME: Shape = text(1, 1024, Allowed::Anything);
const MATCHED: Shape = Shape::Object(&[
    must("PlayerId", PLAYER_ID),
    must("PlayerSessionId", text(1, 128, Allowed::PlayerSession)),
]);

const PROPERTY: Shape = Shape::Object(&[
    must("Key", text(0, 32, Allowed::Anything)),
    must("Value", text(0, 96, Allowed::Anything)),
]);
const TAG: Shape = Shape::Object(&[
    must("Key", text(1, 128, Allowed::Anything)),
    must("Value", text(0, 256, Allowed::Anything)),
]);

/// The operations by name. Of a configuration all members have defaults here, `RuleSetName` and
/// `GameSessionQueueArns` are refused, and at most 200 places can be kept free.
pub const OPERATIONS: &[(&str, Shape)] = &[
    (
        "StartMatchmaking",
        Shape::Object(&[
            may("TicketId", TICKET_ID),
            may("ConfigurationName", CONFIGURATION_NAME),
            must("Players", list(&PLAYER, 1, 10)),
        ]),
    ),
    (
        "StartMatchBackfill",
        Shape::Object(&[
            may("TicketId", TICKET_ID),
            may("ConfigurationName", CONFIGURATION_NAME),
            may("GameSessionArn", ARN),
            must("Players", list(&SEATED_PLAYER, 1, 199)),
        ]),
    ),
    ("StopMatchmaking", Shape::Object(&[must("TicketId", TICKET_ID)])),
    (
        "AcceptMatch",
        Shape::Object(&[
            must("TicketId", TICKET_ID),
            must("PlayerIds", list(&PLAYER_ID, 1, 10)),
            must("AcceptanceType", Shape::OneOf(&["ACCEPT", "REJECT"])),
        ]),
    ),
    ("DescribeMatchmaking", Shape::Object(&[must("TicketIds", list(&TICKET_ID, 1, 10))])),
    ("DescribeMatch", Shape::Object(&[may("MatchId", MATCH_ID), may("GameSessionArn", ARN)])),
    (
        "CompletePlacement",
        Shape::Object(&[
            may("TicketId", TICKET_ID),
            may("MatchId", MATCH_ID),
            must("GameSessionConnectionInfo", CONNECTION),
        ]),
    ),
    (
        "FailPlacement",
        Shape::Object(&[
            may("TicketId", TICKET_ID),
            may("MatchId", MATCH_ID),
            must("Reason", Shape::OneOf(&["TIMED_OUT", "FAILED", "CANCELLED"])),
        ]),
    ),
    ("EndGameSession", Shape::Object(&[must("GameSessionArn", ARN)])),
    (
        "RemovePlayers",
        Shape::Object(&[must("GameSessionArn", ARN), must("PlayerIds", list(&PLAYER_ID, 1, 200))]),
    ),
    (
        "Configuration",
        Shape::Object(&[
            may("Name", text(1, 128, Allowed::Name)),
            may("Description", text(1, 1024, Allowed::Anything)),
            may("RequestTimeoutSeconds", Shape::Whole(1, 43_200)),
            may("AcceptanceTimeoutSeconds", Shape::Whole(1, 600)),
            may("AcceptanceRequired", Shape::Boolean),
            may("NotificationTarget", text(0, 300, Allowed::Target)),
            may("AdditionalPlayerCount", Shape::Whole(0, 200)),
            may("CustomEventData", text(0, 256, Allowed::Anything)),
            may("GameProperties", list(&PROPERTY, 0, 16)),
            may("GameSessionData", text(1, 4096, Allowed::Anything)),
            may("BackfillMode", Shape::OneOf(&["AUTOMATIC", "MANUAL"])),
            may("FlexMatchMode", Shape::OneOf(&["STANDALONE", "WITH_QUEUE"])),
            may("Tags", list(&TAG, 0, 200)),
        ]),
    ),
];
