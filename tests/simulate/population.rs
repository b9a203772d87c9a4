//! What is wrong with the text of a population.

use rallypoint::simulate::Population;

#[test]
fn a_bad_population_is_told_with_its_place() {
    let listed = |count: u32, value: &str| {
        (0..count).map(|it| format!(r#""k{it}": {value}"#)).collect::<Vec<_>>().join(", ")
    };
    let number = r#"{"uniform": {"min": 0, "max": 1}}"#;
    let map_of =
        |count| format!(r#"{{"attributes": {{"a": {{"map": {{{}}}}}}}}}"#, listed(count, number));
    let strings_of =
        |count| format!(r#"{{"attributes": {{"a": {{"strings": {{{}}}}}}}}}"#, listed(count, "1"));
    for (text, allowed) in [(map_of(10), true), (strings_of(1_000), true)] {
        assert_eq!(Population::from_json(&text).is_ok(), allowed, "{text}");
    }
    for (text, place, said) in [
        ("{", "line 1 column 1", "EOF"),
        (r#"{"atributes": {}}"#, "line 1 column 12", "unknown field `atributes`"),
        (
            "{\"attributes\": {\n \"skill\": {\"norml\": {}}}}",
            "line 2 column 18",
            "unknown variant `norml`",
        ),
        (
            r#"{"attributes": {"skill": {"normal": {"mean": 1}}}}"#,
            "line 1 column 47",
            "missing field `deviation`",
        ),
        (
            r#"{"attributes": {"a": {"uniform": {"min": 2, "max": 1}}}}"#,
            "attributes.a.uniform",
            "`min` 2 is above `max` 1",
        ),
        (
            r#"{"attributes": {"a": {"uniform": {"min": 0.5, "max": 1, "whole": true}}}}"#,
            "attributes.a.uniform",
            "must be whole",
        ),
        (
            r#"{"attributes": {"a": {"normal": {"mean": 1, "deviation": -1}}}}"#,
            "attributes.a.normal",
            "`deviation` must be at least 0",
        ),
        (r#"{"attributes": {"a": {"strings": {}}}}"#, "attributes.a.strings", "above 0"),
        (r#"{"attributes": {"a": {"strings": {"x": -1}}}}"#, "attributes.a.strings", "a weight is"),
        (r#"{"attributes": {"a": {"strings": {"": 1}}}}"#, "attributes.a.strings", "1 to 100"),
        (
            r#"{"attributes": {"a": {"numbers": {"x": 1}}}}"#,
            "attributes.a.numbers",
            "`x` is not a number",
        ),
        (
            r#"{"attributes": {"a": {"list": {"of": {"x": 1}, "count": {"2": 1}}}}}"#,
            "attributes.a.list.count",
            "2 strings are asked for, but there are 1",
        ),
        (
            r#"{"attributes": {"a": {"map": {"k": {"uniform": {"min": 2, "max": 1}}}}}}"#,
            "attributes.a.map.k.uniform",
            "above `max`",
        ),
        (r#"{"parties": {"sizes": {"11": 1}}}"#, "parties.sizes", "1 to 10 players, not 11"),
        (r#"{"parties": {"sizes": {"1": 0}}}"#, "parties.sizes", "above 0"),
        (r#"{"parties": {"shared": ["mode"]}}"#, "parties.shared", "no attribute `mode`"),
        (r#"{"parties": {"within": {"mode": 1}}}"#, "parties.within.mode", "is a number"),
        (
            r#"{"attributes": {"a": {"exponential": {"mean": 1}}}, "parties": {"within": {"a": -1}}}"#,
            "parties.within.a",
            "it must be at least 0, not -1",
        ),
        (
            r#"{"locations": {"eu": {"weight": 1, "near": {"uniform": {"min": 0, "max": 9}}, "far": {"uniform": {"min": 1, "max": 9}}}}}"#,
            "locations.eu.near.uniform",
            "`min` must be from 1",
        ),
        (r#"{"acceptance": {"accept": 1.5}}"#, "acceptance.accept", "a probability is from 0 to 1"),
        (r#"{"acceptance": {"reject": 0.5}}"#, "acceptance", "more than 1 together"),
        (
            r#"{"givingUp": {"probability": 2, "seconds": {"uniform": {"min": 0, "max": 1}}}}"#,
            "givingUp.probability",
            "a probability is",
        ),
        (
            r#"{"attributes": {"a": {"exponential": {"mean": -1}}}}"#,
            "attributes.a.exponential",
            "`mean` must be at least 0",
        ),
        (
            r#"{"attributes": {"a": {"normal": {"mean": 1e308, "deviation": 1}}}}"#,
            "attributes.a.normal",
            "`mean` must be a finite number",
        ),
        (&map_of(11), "attributes.a.map", "a map has up to 10 keys, not 11"),
        (&strings_of(1_001), "attributes.a.strings", "there are more than 1000 entries"),
        (r#"{"parties": {}, "parties": {}}"#, "line 1 column 25", "duplicate field `parties`"),
        (r#"{"attributes": {"a": {"strings": {"x": 1, "x": 2}}}}"#, "the file", "stands twice"),
    ] {
        let error = Population::from_json(text).expect_err(text);
        assert_eq!(error.place, place, "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
    }
}
