//! Rates and durations as arguments.

/// A quantity, and how it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    pub value: f64,
    pub text: String,
}

/// `50/s`, `200/min`, `5000/h`: so many in a second.
pub fn rate(text: &str) -> Result<Given, String> {
    per_second(text).map(|value| Given { value, text: text.into() })
}

/// `90s`, `30m`, `1h30m`, `2d`: seconds.
pub fn duration(text: &str) -> Result<Given, String> {
    seconds(text).map(|value| Given { value, text: text.into() })
}

fn per_second(text: &str) -> Result<f64, String> {
    let wrong = || "write a rate such as 50/s, 200/min or 5000/h".to_owned();
    let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    match number.is_finite() && number > 0.0 {
        true => Ok(number / seconds),
        false => Err("a rate must be above 0".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let wrong = || "write a time such as 90s, 30m or 1h30m".to_owned();
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !(it.is_ascii_digit() || it == '.')).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let letters = after.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        seconds += number
            * match unit {
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return Err(wrong()),
            };
        rest = after.trim_start();
    }
    match seconds > 0.0 {
        true => Ok(seconds),
        false => Err("a time must be above 0, as 90s or 30m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_a_unit() {
        assert_eq!(per_second("50/s"), Ok(50.0));
        assert_eq!(per_second("120/min"), Ok(2.0));
        assert_eq!(per_second("1.8 / h"), Ok(0.0005));
        for bad in ["50", "0/s", "-1/s", "x/s", "5/week", "inf/s"] {
            assert!(per_second(bad).is_err(), "{bad}");
        }
        assert_eq!(per_second("0/s"), Err("a rate must be above 0".into()));
    }

    #[test]
    fn times_have_units() {
        assert_eq!(seconds("90s"), Ok(90.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("1.5h"), Ok(5400.0));
        assert_eq!(seconds("2d 1s"), Ok(172_801.0));
        for bad in ["", "90", "0s", "1x", "h", "1..2s", "-5s"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
