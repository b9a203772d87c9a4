//! What stands at a place of a text, and what could stand there, in words for a message.

use super::suggest::nearest;

/// A longer word is cut short in a message.
const SHOWN_CHARS_MAX: usize = 32;

/// What `rest` begins with, for the `found` of a message, and how many bytes of it that is: a
/// whole word, else one character; `end` where there is nothing left.
pub(crate) fn found_at(rest: &str, end: &str) -> (String, usize) {
    let Some(first) = rest.chars().next() else { return (end.into(), 0) };
    if is_word_char(first) {
        let length = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        return (quoted(rest.get(..length).unwrap_or(rest)), length);
    }
    (describe_char(first), first.len_utf8())
}

/// The author's text in backticks, cut short if it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((cut, _)) => format!("`{}...`", text.get(..cut).unwrap_or(text)),
        None => format!("`{text}`"),
    }
}

/// One character in backticks, or by its number when it would not be seen.
pub(crate) fn describe_char(character: char) -> String {
    match character {
        '\n' | '\r' => "a line break".into(),
        '\t' => "a tab".into(),
        ' ' => "a space".into(),
        // byte order mark and the characters of no width
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => describe_unseen(character),
        other if other.is_control() || other.is_whitespace() => describe_unseen(other),
        other => format!("`{other}`"),
    }
}

fn describe_unseen(character: char) -> String {
    format!("the character U+{:04X}", u32::from(character))
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list_words(words: &[&str]) -> String {
    match in_backticks(words).split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => "nothing".into(),
    }
}

fn in_backticks(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("`{}`", shorten(word))).collect()
}

/// The text, cut where it would drown a message.
pub(crate) fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.into(),
    }
}

/// What a slip for one of `known` should have been, or which ones there are: `lead` and the list.
pub(crate) fn did_you_mean(word: &str, known: &[&str], lead: &str) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => list_known(known, lead),
    }
}

/// `lead` and the first of the known words.
pub(crate) fn list_known(known: &[&str], lead: &str) -> String {
    const LISTED_MAX: usize = 12;
    match known.get(..LISTED_MAX) {
        Some(first) if known.len() > LISTED_MAX => {
            let listed = in_backticks(first).join(", ");
            format!("{lead} {listed} and {} more", known.len() - LISTED_MAX)
        }
        _ => format!("{lead} {}", list_words(known)),
    }
}

fn is_word_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_and_other_characters_single() {
        assert_eq!(found_at("tru e", "the end"), ("`tru`".into(), 3));
        assert_eq!(found_at("}}", "the end"), ("`}`".into(), 1));
        assert_eq!(found_at("", "the end"), ("the end".into(), 0));
        assert_eq!(found_at("été,", "the end"), ("`été`".into(), 5));
    }

    #[test]
    fn what_cannot_be_seen_has_a_number() {
        assert_eq!(found_at("\0x", "the end"), ("the character U+0000".into(), 1));
        assert_eq!(found_at("\u{feff}x", "the end"), ("the character U+FEFF".into(), 3));
        assert_eq!(found_at("\nx", "the end"), ("a line break".into(), 1));
        assert_eq!(found_at(" x", "the end"), ("a space".into(), 1));
    }

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        for (words, expected) in [
            (&["a", "b", "c"][..], "`a`, `b` and `c`"),
            (&["a", "b"], "`a` and `b`"),
            (&["a"], "`a`"),
            (&[], "nothing"),
        ] {
            assert_eq!(list_words(words), expected);
        }
    }

    #[test]
    fn long_words_are_cut_on_a_character() {
        let (found, length) = found_at(&"é".repeat(40), "the end");
        assert_eq!(found, format!("`{}...`", "é".repeat(32)));
        assert_eq!(length, 80);
    }
}
