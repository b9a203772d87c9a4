//! Time as whole milliseconds. The caller says what time it is; nothing here reads a clock.

use std::fmt;

/// A moment: milliseconds since the Unix epoch.
///
/// The engine only compares and adds; the epoch matters where a moment is printed.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Timestamp(u64);

/// A length of time in milliseconds.
#[cfg_attr(feature = "wire", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Millis(u64);

impl Millis {
    /// A length of `millis` milliseconds.
    pub const fn new(millis: u64) -> Self {
        Self(millis)
    }

    /// A length of `seconds` whole seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds as u64 * 1000)
    }

    /// The length in milliseconds.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Timestamp {
    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment `length` later; the end of time when there is none.
    pub const fn plus(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length.0))
    }

    /// The time since `earlier`, zero when `earlier` is later.
    pub const fn since(self, earlier: Timestamp) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }

    /// Reads an RFC 3339 date and time such as `2026-01-01T00:00:00Z` or
    /// `2026-01-01T01:30:00.250+01:30`. Digits beyond the millisecond are dropped.
    ///
    /// # Errors
    /// [`TimestampError`] when the text has another form, names a day that does not exist, or lies
    /// before 1970.
    pub fn from_rfc3339(text: &str) -> Result<Self, TimestampError> {
        parse_rfc3339(text).ok_or_else(|| TimestampError { text: text.chars().take(64).collect() })
    }
}

/// A moment or none, in the room of a moment. The end of time counts as none: nothing is due then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimestampCell(Timestamp);

impl TimestampCell {
    pub(crate) const NONE: Self = Self(Timestamp(u64::MAX));

    pub(crate) fn get(self) -> Option<Timestamp> {
        (self != Self::NONE).then_some(self.0)
    }
}

impl From<Option<Timestamp>> for TimestampCell {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::NONE, Self)
    }
}

/// A text that is not an RFC 3339 time from 1970 on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is not a time such as `2026-01-01T00:00:00Z`, from 1970 to 9999")]
pub struct TimestampError {
    text: String,
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, as in FlexMatch events.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, in_day) = (self.0 / MILLIS_PER_DAY, self.0 % MILLIS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
        let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

const MILLIS_PER_DAY: u64 = 86_400_000;

/// Days since 1970-01-01 as year, month, day of the Gregorian calendar. Counting years from March
/// puts the leap day last, so that month lengths follow one formula.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The inverse of [`civil_from_days`] for dates from 1970 on.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let (milli, zone) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, zone) = fraction.split_at(length);
            let padded: String = digits.chars().chain("00".chars()).take(3).collect();
            (if length == 0 { return None } else { padded.parse().ok()? }, zone)
        }
        None => (0, rest),
    };
    let offset_minutes: i64 = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let [hours, minutes] = fields(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 60 + minutes) as i64
        }
    };
    let days = (year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| days_from_civil(year, month, day))?;
    if civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = days * MILLIS_PER_DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli;
    let utc = i64::try_from(local).ok()? - offset_minutes * 60_000;
    u64::try_from(utc).ok().map(Timestamp)
}

/// Decimal fields of fixed widths with `separator` between them.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[u64; N]> {
    let mut values = [0; N];
    let mut parts = text.split(separator);
    for (value, width) in values.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_print_and_parse() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_502_226_936_421, "2017-08-08T21:15:36.421Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
            assert_eq!(Timestamp::from_rfc3339(text), Ok(Timestamp::from_millis(millis)));
        }
        let zoned = Timestamp::from_rfc3339("2026-01-01T01:30:00.25+01:30");
        assert_eq!(zoned.map(|time| time.to_string()), Ok("2026-01-01T00:00:00.250Z".into()));
    }

    #[test]
    fn every_day_of_four_centuries_goes_there_and_back() {
        for days in 0..146_097 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2026",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-02T00:00:00+24:00",
            "2026-01-02T00:00:00-00:60",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "2026-01-01T00:00:00+1:00",
            "2026-01-02T00:00:00+24:00",
            "2026-01-02T00:00:00-00:60",
            "２026-01-01T00:00:00Z",
        ] {
            assert!(Timestamp::from_rfc3339(text).is_err(), "{text}");
        }
    }
}
