//! The colours of the plots, in light and in dark.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What something is drawn with. A plot names its colours as they are in light; the style sheet
/// gives each of them its colour in dark and its dashes, so that lines can be told apart without
/// colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    First,
    Second,
    Third,
    Bound,
    LastBound,
    Text,
    Axis,
    Grid,
}

const ALL: [Ink; 8] = [
    Ink::First,
    Ink::Second,
    Ink::Third,
    Ink::Bound,
    Ink::LastBound,
    Ink::Text,
    Ink::Axis,
    Ink::Grid,
];

impl Ink {
    /// The inks of the simulations, in their order.
    pub fn of_run(number: usize) -> Self {
        if number == 0 { Self::First } else { Self::Second }
    }

    fn light(self) -> (u8, u8, u8) {
        match self {
            Self::First => (0x1d, 0x6f, 0xb8),
            Self::Second => (0xc2, 0x55, 0x00),
            Self::Third => (0x11, 0x7a, 0x65),
            Self::Bound => (0xb0, 0x17, 0x8a),
            Self::LastBound => (0xb0, 0x17, 0x8b),
            Self::Text => (0x30, 0x36, 0x3d),
            Self::Axis => (0x8a, 0x92, 0x9b),
            Self::Grid => (0xe3, 0xe6, 0xea),
        }
    }

    fn dark(self) -> (u8, u8, u8) {
        match self {
            Self::First => (0x6c, 0xb4, 0xee),
            Self::Second => (0xf5, 0x9e, 0x56),
            Self::Third => (0x4f, 0xd1, 0xb0),
            Self::Bound | Self::LastBound => (0xf2, 0x8b, 0xd8),
            Self::Text => (0xd0, 0xd7, 0xde),
            Self::Axis => (0x6e, 0x77, 0x81),
            Self::Grid => (0x2c, 0x33, 0x3b),
        }
    }

    /// Its dashes, if it is not solid.
    fn dashes(self) -> Option<&'static str> {
        match self {
            Self::Second => Some("16 7"),
            Self::Third => Some("4 6"),
            Self::LastBound => Some("24 8 4 8"),
            _ => None,
        }
    }

    /// For the plotting library.
    pub fn color(self) -> RGBColor {
        let (red, green, blue) = self.light();
        RGBColor(red, green, blue)
    }

    /// As the plotting library writes it.
    pub fn name(self) -> String {
        hexadecimal(self.light())
    }
}

/// What the style sheet says of the inks.
pub fn style_sheet() -> String {
    let mut text = String::new();
    for ink in ALL {
        if let Some(dashes) = ink.dashes() {
            let _ = writeln!(text, "[stroke=\"{}\"]{{stroke-dasharray:{dashes}}}", ink.name());
        }
    }
    text.push_str("@media (prefers-color-scheme:dark){\n");
    for ink in ALL {
        let (name, dark) = (ink.name(), hexadecimal(ink.dark()));
        let _ =
            writeln!(text, "[stroke=\"{name}\"]{{stroke:{dark}}}[fill=\"{name}\"]{{fill:{dark}}}");
    }
    text.push_str("}\n");
    text
}

fn hexadecimal((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_has_a_name_of_its_own() {
        let mut names: Vec<_> = ALL.map(Ink::name).into();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ALL.len(), "the style sheet cannot tell them apart");
        for ink in ALL {
            let rule = format!("[fill=\"{}\"]", ink.name());
            assert!(style_sheet().contains(&rule), "{ink:?} has no colour in dark");
        }
    }
}
