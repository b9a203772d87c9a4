//! Numbers, times, shares and names for people.

/// Seconds for people.
pub fn time(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{} s", short(seconds));
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match hours {
        0 => format!("{minutes} min {seconds:02} s"),
        _ => format!("{hours} h {minutes:02} min"),
    }
}

/// A number in about three digits.
pub fn short(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 || number.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{number:.decimals$}")
}

pub fn percent(count: u64, of: u64) -> String {
    if of == 0 {
        return "0".into();
    }
    format!("{:.1}", 100.0 * count as f64 / of as f64)
}

/// A share as whole percent.
pub fn whole_percent(share: f64) -> String {
    format!("{:.0}", 100.0 * share)
}

/// Each name once, in the order of the first that has it.
pub fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in
            [(0.0, "0"), (3.0, "3"), (0.123, "0.12"), (12.34, "12.3"), (1234.5, "1234")]
        {
            assert_eq!(short(number), text);
        }
        assert_eq!(time(90.5), "90.5 s");
        assert_eq!(time(150.0), "2 min 30 s");
        assert_eq!(time(7260.0), "2 h 01 min");
        assert_eq!(percent(1, 3), "33.3");
    }
}
