//! The envelope in which the service sends events (facts 7.2).

use serde::Serialize;
use serde_json::Value;

use super::event::EventForm;
use super::response::rendered;
use crate::base::fnv::fnv1a_128;
use crate::{Event, EventDetail};

/// An event as EventBridge delivers it: `version`, `id`, `detail-type`, `source`, `account`,
/// `time`, `region`, `resources`, `detail`.
///
/// `configuration_arn` is the only resource, for the end of a placement the ARN of its queue; account
/// and region are taken from it, and are empty where it has none. `id` has the form of a UUID
/// (version 8). It is a hash of the ARN, the event's sequence and its time: the same event has the
/// same `id` whenever it is rendered, also after a recovery, so that a consumer can tell a
/// repetition.
///
/// ```
/// use rallypoint::wire::event_envelope;
/// # fn send(event: &rallypoint::Event) {
/// let arn = "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/duel";
/// let envelope = event_envelope(event, arn);
/// assert_eq!(envelope["region"], "us-west-2");
/// # }
/// ```
pub fn event_envelope(event: &Event, configuration_arn: &str) -> Value {
    let (detail_type, resource) = match &event.detail {
        EventDetail::Placement(placement) => {
            ("GameLift Queue Placement Event", &*placement.queue_arn)
        }
        _ => ("GameLift Matchmaking Event", configuration_arn),
    };
    let part = |index: usize| resource.split(':').nth(index).unwrap_or_default();
    rendered(&EnvelopeForm {
        version: "0",
        id: id(event, configuration_arn),
        detail_type,
        source: "aws.gamelift",
        account: part(4),
        time: event.time.to_string(),
        region: part(3),
        resources: [resource],
        detail: EventForm::of(event),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EnvelopeForm<'e> {
    version: &'static str,
    id: String,
    detail_type: &'static str,
    source: &'static str,
    account: &'e str,
    time: String,
    region: &'e str,
    resources: [&'e str; 1],
    detail: EventForm<'e>,
}

fn id(event: &Event, configuration_arn: &str) -> String {
    const VERSION: (u128, u128) = (0xf << 76, 0x8 << 76);
    const VARIANT: (u128, u128) = (0b11 << 62, 0b10 << 62);
    let (sequence, millis) = (event.sequence.to_string(), event.time.as_millis().to_string());
    let hash = fnv1a_128(&[configuration_arn, &sequence, &millis]);
    let bits = [VERSION, VARIANT].iter().fold(hash, |bits, (field, value)| bits & !field | value);
    let text = format!("{bits:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| text.get(group).unwrap_or_default()).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::event_ticket::form;
    use crate::wire::event_detail;
    use crate::{EventDetail, EventTicket, Timestamp};
    use serde_json::json;
    use std::collections::BTreeSet;

    const ARN: &str = "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/duel";

    fn event(sequence: u64, millis: u64) -> Event {
        let time = Timestamp::from_millis(millis);
        let (ticket_id, players) = ("t1".into(), Vec::new());
        let ticket = EventTicket::from(form::Ticket { ticket_id, start_time: time, players });
        let detail = EventDetail::MatchmakingSearching { ticket, estimated_wait_seconds: None };
        Event { sequence, time, custom_event_data: None, detail }
    }

    #[test]
    fn an_envelope_has_the_published_members() {
        let event = event(7, 1_502_226_936_421);
        assert_eq!(
            event_envelope(&event, ARN),
            json!({
                "version": "0",
                "id": id(&event, ARN),
                "detail-type": "GameLift Matchmaking Event",
                "source": "aws.gamelift",
                "account": "123456789012",
                "time": "2017-08-08T21:15:36.421Z",
                "region": "us-west-2",
                "resources": [ARN],
                "detail": event_detail(&event),
            })
        );
        let odd = event_envelope(&event, "duel");
        assert_eq!((&odd["account"], &odd["region"]), (&json!(""), &json!("")));
    }

    #[test]
    fn an_id_is_fixed_and_has_the_form_of_a_uuid() {
        assert_eq!(id(&event(7, 5), ARN), "1ae34fbf-c59f-83f2-8c84-77abe1a35a5b");
        for sequence in 0..50 {
            let id = id(&event(sequence, 5), ARN);
            let lengths: Vec<_> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(id.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit()), "{id}");
            assert_eq!(id.as_bytes()[14], b'8', "{id}");
            assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        }
    }

    #[test]
    fn another_event_has_another_id() {
        let mut ids = BTreeSet::new();
        for sequence in 1..=10 {
            for millis in 1..=10 {
                ids.extend([ARN, "arn:other"].map(|arn| id(&event(sequence, millis), arn)));
            }
        }
        assert_eq!(ids.len(), 200);
    }
}
