//! Whole numbers as arguments.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// Reads a whole number of a range; where it is none, the error has the range.
pub fn whole_number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: TryFrom<u64> + PartialOrd + Copy + Display,
{
    move |text| {
        let number = text.parse().ok().and_then(|number: u64| T::try_from(number).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            format!("a whole number from {} to {} is needed", range.start(), range.end())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_and_within_its_range() {
        assert_eq!(whole_number(1..=256_u16)("256"), Ok(256));
        assert_eq!(whole_number(0..=u64::MAX)("18446744073709551615"), Ok(u64::MAX));
        for bad in ["0", "257", "-1", "1.5", "", "x", "99999999999999999999", "1e2"] {
            let message = "a whole number from 1 to 256 is needed";
            assert_eq!(whole_number(1..=256_u16)(bad), Err(message.into()), "{bad}");
        }
    }
}
