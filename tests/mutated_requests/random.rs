//! Seeded choices, and texts that keep to a pattern.

use super::model::Allowed;

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn within(&mut self, range: std::ops::RangeInclusive<usize>) -> usize {
        range.start() + self.below(range.end() - range.start() + 1)
    }

    pub fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// Text of exactly so many characters that keeps to the pattern.
    pub fn text(&mut self, allowed: Allowed, length: usize) -> String {
        let prefix = match allowed {
            Allowed::PlayerSession => "psess-",
            _ => "",
        };
        let rest = length.saturating_sub(prefix.len());
        let rest: String = (0..rest).map(|_| self.allowed(allowed)).collect();
        prefix.chars().take(length).chain(rest.chars()).collect()
    }

    fn allowed(&mut self, allowed: Allowed) -> char {
        const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let other: &[char] = match allowed {
            Allowed::Anything => &[' ', 'é', '漢', '𝕏', '"', '`', '\\', '\n', '\0', '_', '{'],
            Allowed::Name | Allowed::NameOrArn => &['-', '.'],
            Allowed::Arn => &['-', ':', '/'],
            Allowed::Address => &[':', '.', '0', '9', 'a', 'f', 'A', 'F'],
            Allowed::PlayerSession => &['é', '-', '"', '_'],
            Allowed::Target => &['-', ':', '/', '_'],
        };
        let letters: Vec<char> = LETTERS.chars().collect();
        match allowed == Allowed::Address || self.chance(4) {
            true => *self.pick(other),
            false => *self.pick(&letters),
        }
    }

    /// A character that breaks the pattern; none where every character keeps to it.
    pub fn forbidden(&mut self, allowed: Allowed) -> Option<char> {
        let bad: &[char] = match allowed {
            Allowed::Anything => return None,
            Allowed::Name | Allowed::NameOrArn => &['_', ' ', 'é', '/', '\n', '`', '漢', '\0'],
            Allowed::Arn => &['_', ' ', 'é', '.', '\n', '`', '漢', '\0'],
            Allowed::Address => &['g', 'G', '-', ' ', 'é', '/', '\0'],
            Allowed::PlayerSession => &[' ', '\n', '\t', '\u{3000}'],
            Allowed::Target => &[' ', '.', 'é', '\n', '`', '\0'],
        };
        Some(*self.pick(bad))
    }
}
