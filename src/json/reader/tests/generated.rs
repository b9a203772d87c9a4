//! No text panics, and every problem lies in its text.

use proptest::prelude::*;

use super::*;

/// Text in which every branch of the reader has a good chance.
fn noise() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "/", "//", "/*", "*/", "\n", " ", "\"a\":",
        "\"b\"", "1", "-", "0", ".5", "e9", "+", "true", "null", "fals", "\\u", "d83d", "\\ude00",
        "é", "😀", "\0", "\u{feff}", "\u{2028}", "'",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn assert_places_lie_in_the_text(text: &str) {
    for strict in [false, true] {
        let (errors, warnings) = match outcome(text, strict) {
            Ok((_, warnings)) => (Vec::new(), warnings),
            Err(found) => (found.errors().to_vec(), found.warnings().to_vec()),
        };
        let places = errors.iter().map(RuleSetError::location);
        for place in places.chain(warnings.iter().map(RuleSetWarning::location)) {
            assert!(text.get(place.source.clone()).is_some(), "{place:?} in {text:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in noise(), any in ".*") {
        assert_places_lie_in_the_text(&text);
        assert_places_lie_in_the_text(&any);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn no_long_text_panics(seed in any::<u64>()) {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from((state >> 56) as u8)
        };
        let any: String = (0..65_535).map(|_| byte()).collect();
        assert_places_lie_in_the_text(&any);
        assert_places_lie_in_the_text(&format!("[\"{}", any.replace(char::is_control, "")));
    }
}
