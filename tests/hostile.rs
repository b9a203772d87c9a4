//! Texts made to hurt: each ends in a plan or in errors, soon, and on a small stack.
#![expect(clippy::panic, reason = "a test reports by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test measures time and needs a small stack")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use rallypoint::{CompileOptions, RuleSet, RuleSetErrors};

/// The longest text that the service takes.
const CHARS_MAX: usize = 65_535;
/// A tenth of what a thread has by default, at least.
const STACK_BYTES: usize = 256 * 1024;
/// What a text may take; the tests are also run without optimisation, and beside each other.
const TIME_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3000 } else { 50 });

/// Compiles a text in both readings and returns the lenient result, with all its messages made.
fn compile(name: &str, text: String) -> Result<RuleSet, RuleSetErrors> {
    let name = name.to_owned();
    let work = move || {
        let run = |strict: bool| {
            // Of three runs the fastest, so that a busy machine is not taken for a slow library.
            let mut fastest = Duration::MAX;
            let mut result = None;
            for _ in 0..3 {
                let start = Instant::now();
                let compiled = RuleSet::compile(&text, CompileOptions::default().strict(strict));
                if let Err(errors) = &compiled {
                    assert!(!errors.errors().is_empty());
                    let _ = errors.to_string();
                }
                result = Some(compiled);
                fastest = fastest.min(start.elapsed());
                if fastest < TIME_MAX / 2 {
                    break;
                }
            }
            let characters = text.chars().count();
            println!("{name}: {fastest:?} for {characters} characters, strict {strict}");
            assert!(fastest < TIME_MAX, "{name} takes {fastest:?}");
            result.expect("it ran")
        };
        let lenient = run(false);
        let strict = run(true);
        assert!(lenient.is_ok() || strict.is_err(), "{name}: strict reading allows more");
        lenient
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    thread.expect("a thread can be started").join().unwrap_or_else(|panic| {
        std::panic::resume_unwind(panic);
    })
}

fn refused(name: &str, text: String) -> Vec<&'static str> {
    match compile(name, text) {
        Ok(_) => panic!("{name} compiles"),
        Err(errors) => errors.errors().iter().map(|error| error.kind().code()).collect(),
    }
}

fn accepted(name: &str, text: String) -> RuleSet {
    assert!(text.chars().count() <= CHARS_MAX, "{name} is too long to be judged");
    compile(name, text).unwrap_or_else(|errors| panic!("{name}:\n{errors}"))
}

/// As many repetitions as fit in a text of the longest length, between `before` and `after`.
fn filled(before: &str, part: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for index in 0.. {
        let next = part(index);
        let comma = usize::from(index > 0);
        if text.len() + comma + next.len() + after.len() > CHARS_MAX {
            break;
        }
        if index > 0 {
            text.push(',');
        }
        text.push_str(&next);
    }
    text + after
}

const TEAMS: &str = r#""teams":[{"name":"a","minPlayers":1,"maxPlayers":2}]"#;
const SKILL: &str = r#""playerAttributes":[{"name":"s","type":"number"}]"#;

fn rule_set(members: &str) -> String {
    format!(r#"{{"ruleLanguageVersion":"1.0",{TEAMS},{SKILL},{members}}}"#)
}

/// A rule set of one distance rule with this measurement.
fn measuring(expression: &str) -> String {
    rule_set(&format!(
        r#""rules":[{{"name":"r","type":"distance","measurements":["{expression}"],"referenceValue":1,"maxDistance":1}}]"#
    ))
}

#[test]
fn brackets_by_the_thousand() {
    assert_eq!(refused("[", "[".repeat(CHARS_MAX)), ["tooDeep"]);
    assert_eq!(refused("objects", r#"{"a":"#.repeat(CHARS_MAX / 5)), ["tooDeep"]);
    assert_eq!(refused("both", r#"[{"a":"#.repeat(CHARS_MAX / 6)), ["tooDeep"]);
    assert_eq!(refused("]", "]".repeat(CHARS_MAX)), ["syntax"]);
    let pairs = format!("[{}1]", "[],".repeat(CHARS_MAX / 3 - 2));
    assert_eq!(refused("pairs", pairs), ["wrongType"]);
    let depth = 62;
    let keys = ["name", "ruleLanguageVersion", "playerAttributes", "algorithm", "teams", "rules"];
    for key in keys.into_iter().chain(["expansions"]) {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let text = format!(r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"{key}":{nested}}}"#);
        let codes = refused(key, text);
        assert!(
            codes.contains(&"wrongType") || codes.contains(&"duplicateKey"),
            "{key}: {codes:?}"
        );
    }
    let field = |field: &str, value: &str| {
        let rest = [
            ("measurements", r#"["avg(teams[a].players.attributes[s])"]"#),
            ("referenceValue", "1"),
            ("maxDistance", "1"),
        ];
        let mut rule = String::from(r#""name":"r","type":"distance""#);
        for (name, written) in rest {
            let written = if name == field { value } else { written };
            let _ = write!(rule, r#","{name}":{written}"#);
        }
        rule_set(&format!(r#""rules":[{{{rule}}}]"#))
    };
    for name in ["measurements", "referenceValue", "maxDistance"] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let value = format!("{}0{}", open.repeat(60), close.repeat(60));
            assert_eq!(refused(name, field(name, &value)), ["wrongType"]);
        }
    }
}

#[test]
fn functions_by_the_thousand() {
    let deep =
        format!("{}teams[a].players.attributes[s]{}", "min(".repeat(12_000), ")".repeat(12_000));
    assert_eq!(refused("functions", measuring(&deep)), ["expressionTooDeep"]);
    assert_eq!(refused("open functions", measuring(&"min(".repeat(16_000))), ["expressionTooDeep"]);
    let spaces = format!("avg{}(teams[a].players.attributes[s])", " ".repeat(60_000));
    accepted("spaces", measuring(&spaces));
    assert_eq!(refused("words", measuring(&"a".repeat(60_000))), ["expressionSyntax"]);
    assert_eq!(refused("points", measuring(&".".repeat(60_000))), ["expressionSyntax"]);
    let escapes = r"\u0061".repeat(10_000);
    assert_eq!(refused("escapes", measuring(&escapes)), ["expressionSyntax"]);
}

#[test]
fn team_names_by_the_thousand() {
    let one = format!("count(teams[{}b].players)", "b,".repeat(30_000));
    assert!(refused("unknown names", measuring(&one)).contains(&"tooManyErrors"));
    let again = format!("count(teams[{}a].players)", "a,".repeat(30_000));
    assert!(refused("one name again", measuring(&again)).contains(&"repeatedName"));

    // Two hundred long names, and names that are nearly one of them.
    let name = |index: usize| format!("{}{index:03}", "x".repeat(28));
    let teams = |names: &dyn Fn(usize) -> String| {
        let team =
            |index| format!(r#"{{"name":"{}","minPlayers":0,"maxPlayers":1}}"#, names(index));
        (0..200).map(team).collect::<Vec<_>>().join(",")
    };
    let near = |index: usize| format!("z{}zzzzzzzzzz{index:05}", "x".repeat(15));
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0","teams":[{}],"rules":[{{"name":"r","type":"distance","referenceValue":1,"maxDistance":1,"measurements":["count(teams["#,
        teams(&name)
    );
    let text = filled(&before, near, r#"].players)"]}]}"#);
    assert!(refused("near names", text).contains(&"tooManyErrors"));
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0","teams":[{}],"rules":[{{"name":"r","type":"distance","referenceValue":1,"maxDistance":1,"measurements":["#,
        teams(&name)
    );
    let text =
        filled(&before, |index| format!(r#""count(teams[{}].players)""#, near(index)), "]}]}");
    assert!(refused("near names in many measurements", text).contains(&"unknownTeam"));
    let before =
        format!(r#"{{"ruleLanguageVersion":"1.0","teams":[{}],"expansions":["#, teams(&name));
    let text = filled(
        &before,
        |index| format!(r#"{{"target":"teams[{}].minPlayers","steps":[]}}"#, near(index)),
        "]}",
    );
    assert!(refused("near names in targets", text).contains(&"unknownTeam"));

    let short = |index: usize| format!("t{index}");
    let all = (0..200).map(short).collect::<Vec<_>>().join(",");
    let rule = |index| {
        format!(
            r#"{{"name":"r{index}","type":"distance","referenceValue":1,"maxDistance":1,"measurements":["max(count(teams[{all}].players))"]}}"#
        )
    };
    let before = format!(r#"{{"ruleLanguageVersion":"1.0","teams":[{}],"rules":["#, teams(&short));
    let codes = refused("all the teams in every rule", filled(&before, rule, "]}"));
    assert!(codes.contains(&"needsBalanced"), "{codes:?}");
}

#[test]
fn one_kind_of_byte() {
    for text in ["\0", "\"", "\\", "{", "}", "/", "-", "9", "\u{feff}", "é", "𝕏", "\n", " "] {
        let codes = refused(&format!("{text:?}"), text.repeat(CHARS_MAX));
        assert!(
            codes.contains(&"syntax")
                || codes.contains(&"tooDeep")
                || codes.contains(&"outOfRange"),
            "{text:?}: {codes:?}"
        );
    }
    assert_eq!(refused("too long", " ".repeat(10_000_000)), ["textTooLong"]);
    refused("nul in a name", rule_set("\"name\":\"a\0b\""));
    accepted("escaped nul in a name", rule_set(r#""name":"a\u0000b""#));
    let codes = refused("nul in an expression", measuring(r"avg(teams[\u0000].players)"));
    assert_eq!(codes, ["unknownTeam"]);
    refused("comments", "/**/".repeat(CHARS_MAX / 4));
    let comments = format!("{}{}", "/**/".repeat(15_000), rule_set(r#""rules":[]"#));
    accepted("comments before", comments);
    let noise: String =
        (0..CHARS_MAX as u32).filter_map(|it| char::from_u32(it * 16 + 7)).collect();
    refused("noise", noise.clone());
    let noise: String =
        noise.chars().filter(|it| !it.is_control() && !"\"\\".contains(*it)).take(60_000).collect();
    accepted("noise in the name", rule_set(&format!(r#""name":"{noise}""#)));
    assert_eq!(refused("noise in an expression", measuring(&noise)), ["expressionSyntax"]);
}

#[test]
fn numbers_without_end() {
    let digits = "9".repeat(60_000);
    let with = |number: &str| {
        measuring("avg(teams[a].players.attributes[s])")
            .replace(r#""maxDistance":1"#, &format!(r#""maxDistance":{number}"#))
    };
    assert_eq!(refused("digits", with(&digits)), ["outOfRange"]);
    accepted("a fraction", with(&format!("0.{digits}")));
    assert_eq!(refused("an exponent", with(&format!("1e{digits}"))), ["outOfRange"]);
    accepted("a small exponent", with(&format!("1e-{digits}")));
    assert_eq!(refused("a string of digits", with(&format!("\"{digits}\""))), ["wrongType"]);
    accepted("a string of zeros", with(&format!("\"{}1\"", "0".repeat(60_000))));
    let team = |size: &str| {
        format!(
            r#"{{"ruleLanguageVersion":"1.0","teams":[{{"name":"a","minPlayers":0,"maxPlayers":{size},"quantity":{size}}}]}}"#
        )
    };
    for size in ["1e308", "-1e308", "4294967296", "4294967295", "18446744073709551616", "1e-308"] {
        assert_eq!(refused(size, team(size)), ["outOfRange", "outOfRange"]);
    }
    let wait = |seconds: &str| {
        rule_set(&format!(
            r#""expansions":[{{"target":"teams[a].minPlayers","steps":[{{"waitTimeSeconds":{seconds},"value":1}}]}}]"#
        ))
    };
    accepted("the longest wait", wait("4294967295"));
    assert_eq!(refused("a longer wait", wait("4294967296")), ["outOfRange"]);
}

#[test]
fn many_rules() {
    let before = format!(r#"{{"ruleLanguageVersion":"1.0",{TEAMS},{SKILL},"rules":["#);
    let shortest = |index: usize| {
        format!(
            r#"{{"name":"{index}","type":"comparison","operation":"=","measurements":["teams[*]"]}}"#
        )
    };
    let codes = refused("rules of teams", filled(&before, shortest, "]}"));
    assert!(codes.contains(&"tooManyErrors"));
    let empty = filled(&before, |_| "{}".into(), "]}");
    assert!(refused("rules of nothing", empty).contains(&"tooManyErrors"));
    let rule = |index: usize| {
        format!(
            r#"{{"name":"{index}","type":"comparison","operation":"=","measurements":["teams[a].players[playerId]"]}}"#
        )
    };
    let rules = accepted("as many rules as fit", filled(&before, rule, "]}"));
    assert!(rules.rules().count() > 500);
    let one_name = filled(&before, |_| rule(0), "]}");
    assert!(refused("one name for all", one_name).contains(&"duplicateName"));

    // A rule of one word each, and an expansion for every one of them.
    let rules: Vec<String> = (0..330).map(|index| format!(r#"{{"name":"{index}","type":"distance","measurements":["avg(teams[a].players.attributes[s])"],"referenceValue":1,"maxDistance":1}}"#)).collect();
    let rules = rules.join(",");
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0",{TEAMS},{SKILL},"rules":[{rules}],"expansions":["#
    );
    let expansion = |index: usize| {
        format!(
            r#"{{"target":"rules[{index}].maxDistance","steps":[{{"waitTimeSeconds":{index},"value":2}}]}}"#
        )
    };
    let mut text = before.clone();
    let fitting: Vec<String> = (0..250).map(expansion).collect();
    text.push_str(&fitting.join(","));
    text.push_str("]}");
    accepted("an expansion for every rule", text);

    // A thousand of each is too long to be read, and is refused for that alone.
    let rules: Vec<String> = (0..1000).map(rule).collect();
    let expansions: Vec<String> = (0..1000).map(expansion).collect();
    let text = rule_set(&format!(
        r#""rules":[{}],"expansions":[{}]"#,
        rules.join(","),
        expansions.join(",")
    ));
    assert_eq!(refused("a thousand of each", text), ["textTooLong"]);
    // Targets that are unknown, of one text that is short enough.
    let before = format!(r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"expansions":["#);
    let text =
        filled(&before, |index| format!(r#"{{"target":"rules[{index}].x","steps":[]}}"#), "]}");
    assert!(refused("a thousand unknown targets", text).contains(&"unknownRule"));
    let list = (0..15_000).map(|index| index.to_string()).collect::<Vec<_>>().join(",");
    let list: String = list.chars().take(60_000).collect();
    let text =
        rule_set(&format!(r#""expansions":[{{"target":"rules[{list}].maxDistance","steps":[]}}]"#));
    assert!(refused("a target of thousands", text).contains(&"unknownRule"));
}

#[test]
fn many_steps() {
    let step = |index: usize| format!(r#"{{"waitTimeSeconds":{index},"value":1}}"#);
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"expansions":[{{"target":"teams[a].minPlayers","steps":["#
    );
    accepted("steps of one team", filled(&before, step, "]}]}"));
    let backwards = filled(&before, |index| step(5000 - index), "]}]}");
    assert!(refused("steps backwards", backwards).contains(&"stepOrder"));

    // Many epochs, and references that change in some of them.
    let rule = |index: usize| {
        format!(
            r#"{{"name":"{index}","type":"distance","measurements":["avg(teams[a].players.attributes[s])"],"referenceValue":1,"maxDistance":1}}"#
        )
    };
    let expansion = |index: usize| {
        format!(
            r#"{{"target":"rules[{index}].referenceValue","steps":[{{"waitTimeSeconds":{index},"value":"avg(flatten(teams[*].players.attributes[s]))"}}]}}"#
        )
    };
    let rules = (0..100).map(rule).collect::<Vec<_>>().join(",");
    let expansions = (0..100).map(expansion).collect::<Vec<_>>().join(",");
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0","teams":[{{"name":"a","minPlayers":0,"maxPlayers":1}},{{"name":"b","minPlayers":0,"maxPlayers":0,"quantity":199}}],{SKILL},"rules":[{rules}],"expansions":[{expansions},{{"target":"teams[a].minPlayers","steps":["#
    );
    accepted("references in many epochs", filled(&before, step, "]}]}"));

    let teams = |index: usize| format!(r#"{{"name":"{index}","minPlayers":0,"maxPlayers":1}}"#);
    let teams = (0..200).map(teams).collect::<Vec<_>>().join(",");
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0","algorithm":{{"strategy":"balanced","balancedAttribute":"s"}},"teams":[{teams}],{SKILL},"expansions":["#
    );
    let expansion = |index: usize| {
        let steps = (0..7).map(|at| step(index + at * 200)).collect::<Vec<_>>().join(",");
        format!(r#"{{"target":"teams[{index}].minPlayers","steps":[{steps}]}}"#)
    };
    let expansions = (0..180).map(expansion).collect::<Vec<_>>().join(",");
    accepted("steps of many teams", before + &expansions + "]}");
}

#[test]
fn many_steps_for_many_rules() {
    let rules = |count: usize| -> String {
        let rule = |index| {
            format!(
                r#"{{"name":"r{index}","type":"batchDistance","batchAttribute":"s","maxDistance":1}}"#
            )
        };
        (0..count).map(rule).collect::<Vec<_>>().join(",")
    };
    let text = |count: usize, steps: usize| {
        let names: Vec<String> = (0..count).map(|index| format!("r{index}")).collect();
        let step = |index| format!(r#"{{"waitTimeSeconds":{},"value":{index}}}"#, index + 1);
        let steps: Vec<String> = (0..steps).map(step).collect();
        format!(
            r#"{{"ruleLanguageVersion":"1.0","playerAttributes":[{{"name":"s","type":"number"}}],"teams":[{{"name":"t","minPlayers":1,"maxPlayers":2}}],"rules":[{}],"expansions":[{{"target":"rules[{}].maxDistance","steps":[{}]}}]}}"#,
            rules(count),
            names.join(","),
            steps.join(",")
        )
    };
    assert_eq!(refused("750 steps for 400 rules", text(400, 750)), ["outOfRange"]);
    let _ = accepted("12 steps for 400 rules", text(400, 12));
    let _ = accepted("600 steps for 8 rules", text(8, 600));
}

#[test]
fn many_keys() {
    let unknown = filled("{", |index| format!(r#""{index}":0"#), "}");
    assert!(refused("unknown keys", unknown).contains(&"tooManyErrors"));
    let near = filled("{", |index| format!(r#""ruleLanguageVers{index}":0"#), "}");
    assert!(refused("nearly known keys", near).contains(&"tooManyErrors"));
    let same = filled(r#"{"name":"","#, |_| r#""name":"""#.into(), "}");
    assert_eq!(refused("one key again", same), ["missingKey", "missingKey"]);
    let pairs = filled(r#"{"rules":[],"#, |index| format!(r#""{}":0"#, index / 2), "}");
    assert!(refused("every key twice", pairs).contains(&"unknownKey"));
    let long = format!(r#"{{"{}":0}}"#, "k".repeat(60_000));
    let codes = refused("a long key", long);
    assert!(codes.contains(&"unknownKey"));
    let errors = compile("a long key", format!(r#"{{"{}":0}}"#, "k".repeat(60_000)));
    let errors = errors.expect_err("it has an unknown key");
    for error in errors.errors() {
        assert!(error.kind().to_string().len() < 500);
        assert!(error.help().is_none_or(|help| help.len() < 500));
    }
    let default = filled(
        &format!(
            r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"playerAttributes":[{{"name":"m","type":"string_number_map","default":{{"#
        ),
        |index| format!(r#""{index}":{index}"#),
        "}}]}",
    );
    assert_eq!(refused("a default of many keys", default), ["outOfRange"]);
}

#[test]
fn long_names_and_many_declarations() {
    let name = "n".repeat(60_000);
    let team = format!(
        r#"{{"ruleLanguageVersion":"1.0","teams":[{{"name":"{name}","minPlayers":1,"maxPlayers":2}}]}}"#
    );
    assert_eq!(refused("a long team name", team), ["badLength"]);
    for expression in [
        format!("teams[{name}]"),
        format!("avg(teams[a].players.attributes[{name}])"),
        format!("teams[a].players.{name}"),
        format!("{name}(teams[a])"),
        format!("players.attributes[{name}]"),
        format!("{name} - 1"),
    ] {
        let errors = compile("a long name", measuring(&expression)).expect_err("it names nothing");
        for error in errors.errors() {
            let text = error.kind().to_string();
            assert!(text.len() < 500, "{}", text.len());
            assert!(
                error.help().is_none_or(|help| help.len() < 500),
                "{}",
                error.help().unwrap_or("").len()
            );
        }
    }
    let attributes = filled(
        &format!(r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"playerAttributes":["#),
        |index| format!(r#"{{"name":"{index}","type":"number"}}"#),
        "]}",
    );
    assert!(accepted("attributes", attributes).attributes().len() > 1500);
    let sorted = format!(
        r#"{{"ruleLanguageVersion":"1.0",{TEAMS},"playerAttributes":[{}],"algorithm":{{"batchingPreference":"sorted","sortByAttributes":["#,
        (0..400)
            .map(|index| format!(r#"{{"name":"{}{index}","type":"number"}}"#, "x".repeat(28)))
            .collect::<Vec<_>>()
            .join(",")
    );
    let sorted =
        filled(&sorted, |index| format!(r#""z{}zzzzzzzzzzzz{index}""#, "x".repeat(15)), "]}}");
    assert!(refused("nearly known attributes", sorted).contains(&"unknownAttribute"));
    let teams = filled(
        r#"{"ruleLanguageVersion":"1.0","teams":["#,
        |index| format!(r#"{{"name":"{index}","minPlayers":0,"maxPlayers":0}}"#),
        "]}",
    );
    assert!(refused("teams", teams).contains(&"outOfRange"));
    let strategy = r#""algorithm":{"strategy":"balanced","balancedAttribute":"s"}"#;
    let team = |quantity: u32, max: u32| {
        format!(
            r#"{{"ruleLanguageVersion":"1.0",{SKILL},{strategy},"teams":[{{"name":"a","minPlayers":0,"maxPlayers":{max},"quantity":{quantity}}}]}}"#
        )
    };
    assert_eq!(accepted("one team of quantity 200", team(200, 1)).team_instances().count(), 200);
    assert_eq!(refused("200 teams of 200", team(200, 200)), ["matchTooLarge"]);
}

/// The lint asks rules about matches to come, each rule at each waiting time, for each team.
#[test]
fn many_rules_that_never_pass() {
    let refusing = |index: usize| {
        format!(
            r#"{{"name":"{index}","type":"comparison","operation":">","measurements":["count(teams[*].players)"],"referenceValue":9}}"#
        )
    };
    // Steps that are neither idle nor tighter, so that nothing else is warned of.
    let step = |index: usize| format!(r#"{{"waitTimeSeconds":{index},"value":{}}}"#, 5 + index);
    let steps = (0..700).map(step).collect::<Vec<_>>().join(",");
    let teams = r#""teams":[{"name":"a","minPlayers":0,"maxPlayers":1,"quantity":40}]"#;
    let moved = r#"{"name":"m","type":"comparison","operation":"=","measurements":["count(teams[a_1].players)"],"referenceValue":4}"#;
    let expansions =
        format!(r#""expansions":[{{"target":"rules[m].referenceValue","steps":[{steps}]}}]"#);
    let before = format!(r#"{{"ruleLanguageVersion":"1.0",{teams},{expansions},"rules":[{moved},"#);
    let rules = accepted("refused at every wait", filled(&before, refusing, "]}"));
    let told = rules.warnings().iter().filter(|it| it.kind().code() == "neverPasses").count();
    assert!(told > 10, "only {told} rules are told of");

    // Each rule names an instance, so each instance is looked at; compound rules ask many.
    let balanced = r#""algorithm":{"strategy":"balanced","balancedAttribute":"s"},"playerAttributes":[{"name":"s","type":"number","default":1}]"#;
    let naming = |index: usize| match index % 2 {
        0 => format!(
            r#"{{"name":"{index}","type":"comparison","operation":"<","measurements":["count(teams[a_{}].players)"],"referenceValue":1}}"#,
            1 + index / 2 % 40
        ),
        _ => {
            let mut leaves: Vec<usize> = (0..index).step_by(2).collect();
            leaves.reverse();
            leaves.truncate(30);
            let all = leaves.iter().fold("m".to_owned(), |all, it| format!("and({it},{all})"));
            format!(r#"{{"name":"{index}","type":"compound","statement":"{all}"}}"#)
        }
    };
    let before = format!(
        r#"{{"ruleLanguageVersion":"1.0",{balanced},{teams},{expansions},"rules":[{moved},"#
    );
    accepted("teams named one by one", filled(&before, naming, "]}"));

    let defaulted = |index: usize| {
        format!(
            r#"{{"name":"{index}","type":"comparison","operation":">","measurements":["flatten(teams[*].players.attributes[s])"],"referenceValue":9}}"#
        )
    };
    accepted("a default that nothing lets pass", filled(&before, defaulted, "]}"));
    let before = format!(r#"{{"ruleLanguageVersion":"1.0",{balanced},{teams},"rules":["#);
    let rules = accepted("the same at one wait", filled(&before, defaulted, "]}"));
    let codes: Vec<&str> = rules.warnings().iter().map(|it| it.kind().code()).collect();
    assert!(codes.contains(&"defaultNeverPasses"), "{codes:?}");
}
