//! Texts that keep to a pattern, or break it.

use super::dice::Dice;
use super::model::Allowed;

impl Dice {
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
        match allowed == Allowed::Address || self.once_in(4) {
            true => self.one(other),
            false => self.one(&letters),
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
        Some(self.one(bad))
    }
}
