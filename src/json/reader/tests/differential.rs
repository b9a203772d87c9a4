//! `serde_json` as the other opinion on what JSON is.

use proptest::prelude::*;
use serde_json::Value as Theirs;

use super::*;

fn same(ours: &Value, theirs: &Theirs) -> bool {
    match (ours, theirs) {
        (Value::Null, Theirs::Null) => true,
        (Value::Bool(a), Theirs::Bool(b)) => a == b,
        (Value::Number(a), Theirs::Number(b)) => b.as_f64().map(f64::to_bits) == Some(a.to_bits()),
        (Value::String(a), Theirs::String(b)) => a == b,
        (Value::Array(a), Theirs::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, b))
        }
        (Value::Object(a), Theirs::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|it| b.get(&it.key).is_some_and(|b| same(&it.node.value, b)))
        }
        _ => false,
    }
}

fn duplicate_keys_only(errors: &RuleSetErrors) -> bool {
    errors
        .errors()
        .iter()
        .all(|error| matches!(error.kind(), RuleSetErrorKind::Lax(LaxReading::DuplicateKey { .. })))
}

fn assert_agreement(text: &str) {
    match (outcome(text, true), serde_json::from_str::<Theirs>(text)) {
        (Ok((ours, _)), Ok(theirs)) => {
            assert!(same(&ours.value, &theirs), "{text:?}\n{ours:?}\n{theirs:?}");
        }
        (Err(_), Err(_)) => {}
        (Err(errors), Ok(theirs)) => {
            // theirs keeps the last of equal keys in silence, and so does our lax reading
            assert!(duplicate_keys_only(&errors), "they read {text:?}, we say {errors}");
            let (ours, _) = outcome(text, false).unwrap();
            assert!(same(&ours.value, &theirs), "{text:?}");
        }
        (Ok(ours), Err(theirs)) => panic!("{text:?} is {ours:?} to us, they say {theirs}"),
    }
}

fn json() -> impl Strategy<Value = Theirs> {
    let number = prop_oneof![
        any::<i64>().prop_map(Theirs::from),
        any::<u64>().prop_map(Theirs::from),
        any::<f64>().prop_map(Theirs::from),
    ];
    let leaf = prop_oneof![
        Just(Theirs::Null),
        any::<bool>().prop_map(Theirs::Bool),
        number,
        ".*".prop_map(Theirs::String),
        "[ab\\\\\"\n\u{0}é😀]{0,4}".prop_map(Theirs::String),
    ];
    leaf.prop_recursive(5, 40, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Theirs::Array),
            prop::collection::btree_map("[a-c/~\"]{0,3}|.*", inner, 0..8)
                .prop_map(|members| Theirs::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn printed_values_are_read_alike(value in json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let ours = node(&text);
            prop_assert!(same(&ours.value, &serde_json::from_str(&text).unwrap()), "{}", text);
        }
    }

    #[test]
    fn mutated_texts_are_judged_alike(
        value in json(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, any::<char>(),
            prop::sample::select("{}[],:\"\\/ue0159.+-Etfn \n\t\u{0}".chars().collect::<Vec<_>>())), 1..4),
    ) {
        let mut text: Vec<char> = value.to_string().chars().collect();
        for (place, action, any, likely) in edits {
            let at = place.index(text.len().max(1));
            match action {
                0 if at < text.len() => { text.remove(at); }
                1 => text.insert(at.min(text.len()), likely),
                _ if at < text.len() => text[at] = if any.is_ascii() { any } else { likely },
                _ => {}
            }
        }
        assert_agreement(&text.into_iter().collect::<String>());
    }

    #[test]
    fn numbers_and_strings_are_judged_alike(
        number in "-?[0-9]{0,3}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,4})?",
        string in "\"([a-f\\\\u0-9\"/nx]|\\\\u[dD][89a-fA-F][0-9a-f]{2}){0,8}\"",
    ) {
        assert_agreement(&number);
        assert_agreement(&string);
        assert_agreement(&format!("{{{string}:[{number}]}}"));
    }
}
