#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use super::*;
use crate::diag::{RuleSetError, RuleSetErrors, RuleSetWarning};

fn outcome(text: &str, strict: bool) -> Result<(Node, Vec<RuleSetWarning>), RuleSetErrors> {
    let mut problems = Problems::new(text, strict);
    let node = read(&mut problems);
    problems.finish(node)
}

fn node(text: &str) -> Node {
    match outcome(text, true) {
        Ok((node, _)) => node,
        Err(errors) => panic!("{text}\n{errors}"),
    }
}

fn value(text: &str) -> Value {
    node(text).value
}

/// The only error of a text, in both readings.
fn error(text: &str) -> RuleSetError {
    let strict = outcome(text, true).expect_err(text);
    let lax = outcome(text, false).expect_err(text);
    assert_eq!(lax.errors().len(), 1, "{lax}");
    assert!(strict.errors().contains(&lax.errors()[0]), "{strict}");
    lax.errors()[0].clone()
}

#[track_caller]
fn assert_error(text: &str, displayed: &str, source: &str) {
    let error = error(text);
    assert_eq!(error.to_string(), displayed);
    assert_eq!(&text[error.location().source.clone()], source, "underlined in {text}");
}

/// The only warning of a text, which is the only error of the strict reading.
#[track_caller]
fn assert_lax(text: &str, displayed: &str, source: &str) -> Value {
    let (node, warnings) = outcome(text, false).unwrap_or_else(|errors| panic!("{errors}"));
    let strict = outcome(text, true).expect_err(text);
    assert_eq!((warnings.len(), strict.errors().len()), (1, 1), "{warnings:?}");
    assert_eq!(warnings[0].to_string(), displayed);
    assert_eq!(strict.errors()[0].to_string(), displayed);
    assert_eq!(strict.errors()[0].location(), warnings[0].location());
    assert_eq!(&text[warnings[0].location().source.clone()], source);
    node.value
}

fn keys(value: &Value) -> Vec<(&str, &Value)> {
    let Value::Object(members) = value else { panic!("{value:?}") };
    members.iter().map(|member| (member.key.as_str(), &member.node.value)).collect()
}

#[test]
fn every_kind_of_value_with_its_span() {
    let text = " {\"a\": [null, true, false], \"é\": {\"x\": -1.5e2}, \"s\": \"t\", \"e\": [], \"o\": {}}\n";
    let root = node(text);
    assert_eq!(&text[root.span.range()], text.trim());
    let Value::Object(members) = &root.value else { panic!() };
    let written: Vec<_> = members
        .iter()
        .map(|member| (&text[member.key_span.range()], &text[member.node.span.range()]))
        .collect();
    assert_eq!(
        written,
        [
            ("\"a\"", "[null, true, false]"),
            ("\"é\"", "{\"x\": -1.5e2}"),
            ("\"s\"", "\"t\""),
            ("\"e\"", "[]"),
            ("\"o\"", "{}"),
        ]
    );
    let Value::Array(items) = &members[0].node.value else { panic!() };
    let items: Vec<_> = items.iter().map(|item| &item.value).collect();
    assert_eq!(items, [&Value::Null, &Value::Bool(true), &Value::Bool(false)]);
    assert_eq!(keys(&members[1].node.value), [("x", &Value::Number(-150.0))]);
}

#[test]
fn a_root_may_be_any_value() {
    assert_eq!(value("\t1\r\n"), Value::Number(1.0));
    assert_eq!(value("\"\""), Value::String(String::new()));
    assert_eq!(value("null"), Value::Null);
}

#[test]
fn strings_with_every_escape() {
    let text = r#""a\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00é€😀""#;
    let decoded = "a\"\\/\u{8}\u{c}\n\r\tAé€😀é€😀";
    assert_eq!(value(text), Value::String(decoded.into()));
    assert_eq!(value("\"\u{7f}\u{2028}\\u0000\""), Value::String("\u{7f}\u{2028}\0".into()));
}

#[test]
fn bad_strings() {
    assert_error(
        "{\"a\": \"b",
        "1:7: expected `\"` at the end of this string, found the end of the text (at /a)",
        "\"b",
    );
    assert_error(
        "[\"a\nb\"]",
        "1:4: expected `\"` at the end of this string, found a line break (at /0); \
         help: inside a string write it as `\\n`",
        "\n",
    );
    assert_error(
        "[\"é\0\"]",
        "1:4: expected `\"` at the end of this string, found the character U+0000 (at /0); \
         help: inside a string write it as `\\u0000`",
        "\0",
    );
    let escapes =
        "one of the escapes `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\uXXXX`";
    let remedy = "write a backslash itself as `\\\\`";
    assert_error(
        r#""\é""#,
        &format!("1:2: expected {escapes}, found `\\é`; help: {remedy}"),
        "\\é",
    );
    assert_error(
        "\"\\",
        &format!("1:2: expected {escapes}, found the end of the text; help: {remedy}"),
        "\\",
    );
    let digits = "four hexadecimal digits after `\\u`";
    assert_error(r#""\u12""#, &format!("1:2: expected {digits}, found `\\u12`"), "\\u12");
    assert_error(r#""\u+123""#, &format!("1:2: expected {digits}, found `\\u`"), "\\u");
    assert_error(r#""\u00é0""#, &format!("1:2: expected {digits}, found `\\u00`"), "\\u00");
}

#[test]
fn lone_surrogates_are_errors() {
    for text in [
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\ud83d\ude00""#,
        r#""\ud83d\u0041""#,
    ] {
        let displayed = "1:2: expected both halves of a surrogate pair, found `\\ud83d` alone";
        assert_error(text, displayed, "\\ud83d");
    }
    let displayed = "1:2: expected both halves of a surrogate pair, found `\\ude00` alone";
    assert_error(r#""\uDE00\ud83d""#, displayed, "\\uDE00");
}

#[test]
fn numbers_are_those_of_rust() {
    for written in [
        "0",
        "-0",
        "10",
        "-1",
        "1.5",
        "0.1",
        "1e3",
        "1E+3",
        "1e-3",
        "2.5e-7",
        "0e999999999999",
        "1e-999",
        "9007199254740993",
        "5e-324",
        "1.7976931348623157e308",
        "123456789012345678901",
    ] {
        let Value::Number(read) = value(written) else { panic!("{written}") };
        assert_eq!(read.to_bits(), written.parse::<f64>().unwrap().to_bits(), "{written}");
    }
}

#[test]
fn numbers_outside_the_grammar() {
    let cases = [
        ("+1", Some("take the `+` out")),
        (".5", Some("write a digit before the point")),
        ("-.5", Some("write a digit before the point")),
        ("1.", Some("write a digit after the point")),
        ("1.e5", Some("write a digit after the point")),
        ("01", Some("take the zeros at its beginning out")),
        ("-007", Some("take the zeros at its beginning out")),
        ("-", None),
        ("1e", None),
        ("1e+", None),
        ("0x10", None),
        ("1_000", None),
        ("1.2.3", None),
        ("1-2", None),
        ("-Infinity", None),
    ];
    for (written, help) in cases {
        let help = help.map(|help| format!("; help: {help}")).unwrap_or_default();
        assert_error(
            &format!("[0, {written}]"),
            &format!("1:5: expected a number, found `{written}` (at /1){help}"),
            written,
        );
    }
}

#[test]
fn a_number_too_large_is_one_error_and_reading_goes_on() {
    let text = "{\"a\": 1e400,\n \"b\": [-1e999]}";
    let errors = outcome(text, false).expect_err(text);
    let range = "between -1.7976931348623157e308 and 1.7976931348623157e308";
    let displayed = format!(
        "1:7: this number is inf, but must be {range} (at /a)\n\
         2:8: this number is -inf, but must be {range} (at /b/0)"
    );
    assert_eq!(errors.to_string(), displayed);
}

#[test]
fn syntax_errors_say_what_stands_where() {
    let end = "the end of the text";
    assert_error("", &format!("1:1: expected a value, found {end}"), "");
    assert_error(" \n ", &format!("2:2: expected a value, found {end}"), "");
    assert_error("{} x", "1:4: expected the end of the text, found `x`", "x");
    assert_error("1 2", "1:3: expected the end of the text, found `2`", "2");
    assert_error("{}}", "1:3: expected the end of the text, found `}`", "}");
    assert_error("[1 2]", "1:4: expected `,` or `]`, found `2`", "2");
    assert_error(
        "{\"a\": 1 \"b\": 2}",
        "1:9: expected `,` or `}`, found `\"`; help: put a `,` before it",
        "\"",
    );
    assert_error("{\"a\" 1}", "1:6: expected `:`, found `1` (at /a)", "1");
    assert_error(
        "{\"a\":}",
        "1:6: expected a value, found `}` (at /a); help: the `{` at 1:1 is not closed",
        "}",
    );
    assert_error("[,]", "1:2: expected a value or `]`, found `,`", ",");
    assert_error("[1,,]", "1:4: expected a value, found `,`", ",");
    assert_error("{,}", "1:2: expected a key in double quotes or `}`, found `,`", ",");
    assert_error("[1/2]", "1:3: expected `,` or `]`, found `/`", "/");
    assert_error("[\u{a0}1]", "1:2: expected a value or `]`, found the character U+00A0", "\u{a0}");
    assert_error(
        "{a: 1}",
        "1:2: expected a key in double quotes or `}`, found `a`; \
         help: every key stands in double quotes",
        "a",
    );
    assert_error(
        "['x']",
        "1:2: expected a value or `]`, found `'`; help: strings stand in double quotes",
        "'",
    );
    assert_error(
        "{\"é\": Null}",
        "1:7: expected a value, found `Null` (at /é); help: did you mean `null`?",
        "Null",
    );
    assert_error(
        "[medic]",
        "1:2: expected a value, found `medic` (at /0); help: strings stand in double quotes",
        "medic",
    );
}

#[test]
fn a_missing_comma_does_not_end_the_reading() {
    let places = |text: &str| {
        let errors = outcome(text, false).expect_err(text);
        errors.errors().iter().map(|error| error.location().column).collect::<Vec<_>>()
    };
    // the last of each is what does end it
    for (text, expected) in [
        (r#"{"a": 1 "b": [1 [2]]} "#, vec![9, 17]),
        (r#"[{"a": 1} {"c": tru}]"#, vec![11, 17]),
        (r#"["a" "b" "c" 1]"#, vec![6, 10, 14]),
        (r#"{"a": 1 b: 2, "c" 3}"#, vec![9]),
        (r#"{"a": "x"y", "c": 1}"#, vec![10]),
    ] {
        assert_eq!(places(text), expected, "{text}");
    }
    let many = format!("[{}]", "\"a\" ".repeat(10_000));
    assert_eq!(places(&many).len(), 101, "a hundred, and one that says so");
}

#[test]
fn an_open_bracket_is_named() {
    assert_error(
        "{\n  \"a\": [1, 2\n}",
        "3:1: expected `,` or `]`, found `}` (at /a); help: the `[` at 2:8 is not closed",
        "}",
    );
    assert_error(
        "[{\"a\": 1",
        "1:9: expected `,` or `}`, found the end of the text (at /0); \
         help: the `{` at 1:2 is not closed",
        "",
    );
    assert_error(
        "[",
        "1:2: expected a value or `]`, found the end of the text; help: the `[` at 1:1 is not closed",
        "",
    );
}

#[test]
fn comments_are_lax() {
    let displayed = "2:3: JSON has no comments (at /a); \
                     help: take the comment out, or put it into a `description`";
    let text = "{\"a\": [1,\n  // no ] \" here é\n 2]}";
    let root = assert_lax(text, displayed, "// no ] \" here é");
    let Value::Array(items) = keys(&root)[0].1 else { panic!() };
    assert_eq!(items.len(), 2);

    let displayed = "1:3: JSON has no comments; \
                     help: take the comment out, or put it into a `description`";
    assert_eq!(assert_lax("1 // end", displayed, "// end"), Value::Number(1.0));
    assert_eq!(assert_lax("1 /* a\n ** b */ ", displayed, "/* a\n ** b */"), Value::Number(1.0));
    assert_lax("{ /**/ \"a\" : 1}", displayed, "/**/");
    let (_, warnings) = outcome("//a\n[/*b*/1/*c*/,/*d*/]//e", false).unwrap();
    let places: Vec<_> = warnings.iter().map(|it| it.location().source.start).collect();
    assert_eq!(places, [0, 5, 11, 16, 17, 23]);
}

#[test]
fn an_unfinished_comment_is_located_at_its_start() {
    let displayed = "1:3: expected `*/` at the end of this comment, found the end of the text";
    assert_error("1 /* é", displayed, "/* é");
    assert_error("1 /*/", displayed, "/*/");
}

#[test]
fn a_trailing_comma_is_lax() {
    let displayed = "1:3: JSON has no comma before a closing bracket; help: take the comma out";
    let Value::Array(items) = assert_lax("[1, ]", displayed, ",") else { panic!() };
    assert_eq!(items.len(), 1);
    let displayed =
        "1:13: JSON has no comma before a closing bracket (at /a); help: take the comma out";
    let root = assert_lax("{\"a\":{\"b\":2 ,\n}}", displayed, ",");
    assert_eq!(keys(keys(&root)[0].1), [("b", &Value::Number(2.0))]);
}

#[test]
fn a_byte_order_mark_is_lax_at_the_start_only() {
    let displayed = "1:1: the text begins with a byte order mark; \
                     help: save the file as UTF-8 without a byte order mark";
    assert_eq!(assert_lax("\u{feff}1", displayed, "\u{feff}"), Value::Number(1.0));
    assert_error(
        "1\u{feff}",
        "1:2: expected the end of the text, found the character U+FEFF",
        "\u{feff}",
    );
}

#[test]
fn the_last_of_equal_keys_counts_where_it_stands() {
    let text = "{\"x\": {\"a/b\": 1, \"c\": 2,\n \"a\\/b\": 3}}";
    let displayed = "2:2: `a/b` stands twice in this object, first at 1:8; the last one counts \
                     (at /x/a~1b); help: keep one of the two";
    let root = assert_lax(text, displayed, "\"a\\/b\"");
    let inner = keys(keys(&root)[0].1);
    assert_eq!(inner, [("c", &Value::Number(2.0)), ("a/b", &Value::Number(3.0))]);
}

#[test]
fn equal_keys_each_name_the_one_before() {
    let (root, warnings) = outcome("{\"a\":1,\"b\":2,\"b\":3,\"a\":4,\"a\":5}", false).unwrap();
    assert_eq!(keys(&root.value), [("b", &Value::Number(3.0)), ("a", &Value::Number(5.0))]);
    let columns: Vec<_> = warnings
        .iter()
        .map(|warning| match warning.kind() {
            crate::RuleSetWarningKind::Lax(LaxReading::DuplicateKey { first_column, .. }) => {
                (*first_column, warning.location().column)
            }
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(columns, [(8, 14), (2, 20), (20, 26)]);
}

#[test]
fn equal_keys_are_found_in_large_objects() {
    for distinct in [15, 16, 17, 18, 40] {
        let members: Vec<_> =
            (0..distinct * 2).map(|n| format!("\"{}\":{n}", n % distinct)).collect();
        let (root, warnings) = outcome(&format!("{{{}}}", members.join(",")), false).unwrap();
        assert_eq!(warnings.len(), distinct);
        let expected: Vec<_> =
            (0..distinct).map(|n| (n.to_string(), Value::Number((n + distinct) as f64))).collect();
        let expected: Vec<_> = expected.iter().map(|(key, value)| (key.as_str(), value)).collect();
        assert_eq!(keys(&root.value), expected);
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    node(&nested(JSON_DEPTH_MAX));
    let error = error(&nested(JSON_DEPTH_MAX + 1));
    assert_eq!(*error.kind(), RuleSetErrorKind::TooDeep { limit: 64 });
    assert_eq!(error.location().source, 64..65);
    for hostile in ["[".repeat(60_000), "{\"\":".repeat(16_000)] {
        let errors = outcome(&hostile, false).expect_err("too deep");
        assert_eq!(*errors.errors()[0].kind(), RuleSetErrorKind::TooDeep { limit: 64 });
    }
}

#[test]
fn length_is_limited_in_characters() {
    let text = |length: usize| format!("\"{}\"", "é".repeat(length - 2));
    node(&text(65_535));
    let errors = outcome(&text(65_536), false).expect_err("too long");
    let error = &errors.errors()[0];
    assert_eq!(*error.kind(), RuleSetErrorKind::TextTooLong { length: 65_536, limit: 65_535 });
    assert_eq!((error.location().line, error.location().column), (1, 65_536));
}

/// Each of these was quadratic in some draft: problems in one long line, keys by the thousand.
#[test]
fn hostile_texts_are_read_in_good_time() {
    let list = |item: &str, count: usize| vec![item; count].join(",");
    let distinct: Vec<_> = (0..8_000).map(|n| format!("\"{n}\":1")).collect();
    let texts = [
        format!("{{{}}}", list("\"a\":1", 10_000)),
        format!("{{{}}}", distinct.join(",")),
        format!("[{}1]", "/**/".repeat(16_000)),
        format!("[{}]", list("[1,]", 13_000)),
        format!("[{}]", list("1e999", 10_000)),
        "/".repeat(65_535),
        "\\\"".repeat(32_000),
        format!("\"{}", "\\u00e9".repeat(10_900)),
        format!("{{\"{}\":{{{}}}}}", "k".repeat(30_000), list("\"a\":1", 5_000)),
    ];
    for text in texts {
        for strict in [false, true] {
            let problems = match outcome(&text, strict) {
                Ok((_, warnings)) => warnings.len(),
                Err(errors) => errors.errors().len() + errors.warnings().len(),
            };
            assert!(problems <= 101 + 100);
        }
    }
}

#[cfg(feature = "wire")]
mod differential;
mod generated;
