//! "Did you mean": the nearest known name.

/// The candidate nearest to `word`, if it is near enough to be a slip of the hand: at most a
/// third of its letters wrong, case aside, or else the beginning of the candidate. Ties go to the
/// earlier candidate. So that a hostile text costs little, only the first candidates are looked at,
/// and long words are never slips.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    const LENGTH_MAX: usize = 32;
    const CANDIDATES_MAX: usize = 64;
    const BEGINNING_MIN: usize = 4;
    let letters = lowercase(word, LENGTH_MAX)?;
    if !word.is_empty() && !word.contains(char::is_alphanumeric) {
        // One sign is never a slip for another: `==` may mean `=` or `<=`.
        return None;
    }
    let allowed = (letters.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut begun = None;
    for candidate in candidates.into_iter().take(CANDIDATES_MAX) {
        let Some(other) = lowercase(candidate, LENGTH_MAX) else { continue };
        if negates(&letters, &other) {
            continue;
        }
        if letters.len() >= BEGINNING_MIN && other.starts_with(&letters) {
            begun = begun.or(Some(candidate));
        }
        if letters.len().abs_diff(other.len()) > allowed {
            continue;
        }
        let distance = edit_distance(&letters, &other);
        if distance <= allowed && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(begun)
}

/// Whether a word says that it means the opposite of another: `not_contains` is no slip for
/// `contains`.
fn negates(letters: &[char], other: &[char]) -> bool {
    let before = letters.strip_suffix(other).map(|it| it.iter().collect::<String>());
    before.is_some_and(|it| matches!(&*it, "no_" | "not" | "not_" | "non" | "non_"))
}

/// The letters of a word; none of one with more than `length_max`.
fn lowercase(word: &str, length_max: usize) -> Option<Vec<char>> {
    let mut letters = word.chars().flat_map(char::to_lowercase);
    let word = letters.by_ref().take(length_max).collect();
    letters.next().is_none().then_some(word)
}

/// How many letters must be put in, taken out, changed, or swapped with the next one (optimal
/// string alignment).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    // Row i holds the distances of the first i letters of `a` from each beginning of `b`.
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect(), vec![0; b.len() + 1]];
    for (i, &x) in a.iter().enumerate() {
        let [before, row, next] = &mut rows;
        next[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let mut here = (row[j] + usize::from(x != y)).min(row[j + 1] + 1).min(next[j] + 1);
            if x != y && i > 0 && j > 0 && a[i - 1] == y && b[j - 1] == x {
                here = here.min(before[j - 1] + 1);
            }
            next[j + 1] = here;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended_and_strangers_are_not() {
        let known = ["skill", "level", "maxPlayers", "team_1"];
        assert_eq!(nearest("skil", known), Some("skill"));
        assert_eq!(nearest("Skill", known), Some("skill"));
        assert_eq!(nearest("maxplayer", known), Some("maxPlayers"));
        assert_eq!(nearest("latency", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("elvel", known), Some("level"));
        assert_eq!(nearest("maxP", known), Some("maxPlayers"));
        assert_eq!(nearest("max", known), None);
        assert_eq!(nearest("==", ["<", "<=", "="]), None);
        assert_eq!(nearest("not_contains", ["contains"]), None);
        assert_eq!(nearest("nocontains", ["contains"]), Some("contains"));
        let long = "x".repeat(60_000);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }

    #[test]
    fn distances() {
        let distance = |a: &str, b: &str| {
            edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("abcd", "bacd"), 1);
        assert_eq!(distance("abcd", "badc"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
