//! The page of `rallypoint simulate --report`: what is in it, that it asks for nothing, and that its
//! plots show the numbers of the summary.

mod drawn;

use std::collections::BTreeSet;

use roxmltree::Node;
use serde_json::{Value, json};

use self::drawn::{Expected, agrees, parsed, plots, text, well_formed};
use crate::support::{DUEL, Folder, Run};

/// One or two against as many near each other, for players of two places; the bound rises.
const NEAR: &str = r#"{
  "name": "near",
  "ruleLanguageVersion": "1.0",
  "teams": [
    {"name": "red", "minPlayers": 1, "maxPlayers": 2},
    {"name": "blue", "minPlayers": 1, "maxPlayers": 2}
  ],
  "rules": [{"name": "close", "type": "latency", "maxLatency": 50}],
  "expansions": [
    {"target": "rules[close].maxLatency", "steps": [{"waitTimeSeconds": 5, "value": 100}, {"waitTimeSeconds": 10, "value": 150}]}
  ]
}"#;

fn sessions(locations: &Value) -> String {
    json!({
        "locations": locations,
        "sessions": {
            "placementSeconds": {"uniform": {"min": 1, "max": 2}},
            "lengthSeconds": {"uniform": {"min": 20, "max": 40}},
            "leave": 0.5,
            "backfill": true
        }
    })
    .to_string()
}

fn places() -> Value {
    let near = json!({"uniform": {"min": 10, "max": 40}});
    let far = json!({"uniform": {"min": 60, "max": 150}});
    json!({
        "east": {"weight": 1, "near": near, "far": far},
        "west": {"weight": 1, "near": near, "far": far}
    })
}

/// Runs a simulation that writes `page.html`: its summary and the page.
fn reported(folder: &Folder, arguments: &[&str]) -> (Value, String) {
    let more = ["--format", "json", "--report", "page.html"];
    let run = folder.run(&[&["simulate"], arguments, &more].concat());
    let summary = run.json(0);
    assert_eq!(run.stderr, "");
    (summary, page(folder))
}

fn page(folder: &Folder) -> String {
    std::fs::read_to_string(folder.path().join("page.html")).expect("there is a page")
}

/// The numbers at a pointer of each element of a list; those that are null are left out.
fn each(list: &Value, pointer: &str) -> Vec<f64> {
    let list = list.as_array().expect("it is a list");
    list.iter().filter_map(|it| it.pointer(pointer)?.as_f64()).collect()
}

fn percent(shares: Vec<f64>) -> Vec<f64> {
    shares.into_iter().map(|share| 100.0 * share).collect()
}

/// The corners of stairs.
fn stairs(steps: &Value) -> Vec<f64> {
    each(steps, "/number").into_iter().flat_map(|value| [value, value]).collect()
}

const WAITS: [(&str, &str); 3] = [
    ("p50: half waited at most this long", "/waits/p50"),
    ("p90: 9 in 10", "/waits/p90"),
    ("p99: 99 in 100", "/waits/p99"),
];
const MEASURES: [(&str, &str); 3] = [
    ("p50: half of the matches have at most this", "/p50"),
    ("p90: 9 in 10", "/p90"),
    ("greatest", "/max"),
];

fn of(list: &Value, series: [(&str, &str); 3]) -> Vec<(String, Vec<f64>)> {
    series.map(|(name, pointer)| (name.to_owned(), each(list, pointer))).into()
}

/// A plot with these axes and these values.
fn plot(x: &str, y: &str, series: Vec<(&str, Vec<f64>)>) -> Expected {
    let series = series.into_iter().map(|(name, values)| (name.to_owned(), values));
    Expected { axes: [x.to_owned(), y.to_owned()], series: series.collect() }
}

/// A plot of the numbers that a rule has in matches, and of its bounds.
fn measured(x: &str, y: &str, over_time: &Value, bounds: &[(&str, f64)]) -> Expected {
    let series = of(over_time, MEASURES);
    let top = each(over_time, "/max").into_iter().fold(0.0, f64::max);
    let mut plot = Expected { axes: [x.to_owned(), y.to_owned()], series };
    for &(name, bound) in bounds {
        plot.series.push(match bound <= 4.0 * top {
            true => (name.to_owned(), vec![bound; 2]),
            false => (format!("{name}, outside of the plot"), Vec::new()),
        });
    }
    plot
}

/// The plots that every simulation with matches and expansions has; `unit` is that of virtual time.
fn common(summary: &Value, unit: &str) -> Vec<(&'static str, Expected)> {
    let time = &summary["timeline"];
    let came = format!("time of arrival ({unit})");
    let now = &*format!("virtual time ({unit})");
    let waits = Expected { axes: [came, "wait (seconds)".into()], series: of(time, WAITS) };
    let percentiles = each(&summary["waitPercentiles"], "");
    assert_eq!(percentiles.len(), 101);
    let share = "share of the matched tickets (percent)";
    let waiting = each(time, "/waiting");
    let rate = each(time, "/matchesPerMinute");
    let fill = percent(each(time, "/fillMean"));
    let sizes = each(&summary["matches"]["sizes"], "/matches");
    let epochs = each(&summary["epochs"], "/matches");
    let steps = stairs(&summary["expansions"][0]["steps"]);
    let formed = "matches formed";
    let field = if summary["rules"][0]["kind"] == "latency" {
        "maxLatency (milliseconds)"
    } else {
        "maxDistance (points of skill)"
    };
    let wait = "wait of the ticket that decides (seconds)";
    let active = "tickets of players that are active";
    let mean = "mean of the matches formed";
    vec![
        ("waits-by-arrival-1", waits),
        (
            "waits-by-percentile-1",
            plot(share, "wait (seconds)", vec![("matched tickets", percentiles)]),
        ),
        ("waiting-1", plot(now, "tickets that wait", vec![(active, waiting)])),
        ("match-rate-1", plot(now, "matches per minute", vec![("complete matches", rate)])),
        ("fill-1", plot(now, "places taken (percent)", vec![(mean, fill)])),
        ("match-sizes-1", plot(formed, "players of a match", vec![(formed, sizes)])),
        ("epochs-1", plot(formed, "wait (seconds)", vec![(formed, epochs)])),
        ("expansion-1-1", plot(wait, field, vec![("value in force", steps)])),
    ]
}

#[track_caller]
fn agree(page: &str, expected: &[(&str, Expected)]) {
    let document = parsed(page);
    let plots = plots(&document);
    for (id, expected) in expected {
        agrees(&plots, id, expected);
    }
    let drawn: BTreeSet<&str> = plots.keys().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = expected.iter().map(|&(id, _)| id).collect();
    assert_eq!(drawn, wanted, "other plots than expected");
}

const SHORT: [&str; 5] = ["duel.json", "--arrival", "2/s", "--duration", "1m"];
const LONG: [&str; 5] = ["duel.json", "--arrival", "2/s", "--duration", "12m"];

#[test]
fn the_plots_show_the_numbers_of_the_summary() {
    for (arguments, unit, whole) in [(SHORT, "seconds", false), (LONG, "minutes", true)] {
        let folder = Folder::with(&[("duel.json", DUEL)]);
        let (summary, page) = reported(&folder, &arguments);
        let stretches = each(&summary["timeline"], "/waits/count").len();
        assert_eq!(stretches == summary["timeline"].as_array().map_or(0, Vec::len), whole);
        let waits = |share: &str| each(&summary["timeline"], share);
        let apart = waits("/waits/p90") != waits("/waits/p99");
        assert!(apart || !whole, "a line could be taken for another");
        let now = format!("virtual time ({unit})");
        let bounds = [
            ("bound: at most 10 at first", 10.0),
            ("bound: at most 100 after the last expansion step", 100.0),
        ];
        let rule = &summary["rules"][0]["overTime"];
        let gaps = &summary["teamGaps"][0]["overTime"];
        let mut expected = common(&summary, unit);
        expected.extend([
            ("fairness-1-1", measured(&now, "distance (points of skill)", rule, &bounds)),
            ("fairness-2-1", measured(&now, "gap (points of skill)", gaps, &[])),
        ]);
        agree(&page, &expected);
        let nothing =
            ["nobody reports latencies", "no game sessions to backfill", "No rule refused"];
        for nothing in nothing {
            assert!(page.contains(nothing), "`{nothing}` is missing");
        }
    }
}

#[test]
fn locations_and_backfill_have_their_plots() {
    let folder = Folder::with(&[("near.json", NEAR)]);
    folder.write("players.json", sessions(&places()).as_bytes());
    let arguments =
        ["near.json", "--population", "players.json", "--arrival", "1/s", "--duration", "2m"];
    let (summary, page) = reported(&folder, &arguments);
    let backfill = &summary["backfill"];
    let counts =
        ["sessions", "playersLeft", "playersJoined", "tickets", "matched", "timedOut", "cancelled"];
    let counts = counts.map(|name| backfill[name].as_f64().expect("a number"));
    assert!(counts[4] > 0.0, "nobody joined a session: {backfill}");
    let places = each(&summary["locations"], "/matches");
    assert_eq!(places.len(), 2);
    let bounds = [
        ("bound: at most 50 at first", 50.0),
        ("bound: at most 150 after the last expansion step", 150.0),
    ];
    let rule = &summary["rules"][0]["overTime"];
    let close = measured("virtual time (seconds)", "latency (milliseconds)", rule, &bounds);
    let mut expected = common(&summary, "seconds");
    expected.extend([
        ("fairness-1-1", close),
        (
            "locations-plot-1",
            plot("complete matches", "location", vec![("complete matches", places)]),
        ),
        (
            "backfill-plot-1",
            plot(
                "how many",
                "game sessions and tickets",
                vec![("in the whole simulation", counts.into())],
            ),
        ),
    ]);
    agree(&page, &expected);
}

#[test]
fn what_rules_refused_has_its_plot() {
    let rules = include_str!("../../../rulesets/even_teams.json");
    let folder = Folder::with(&[("even_teams.json", rules)]);
    let arguments = ["even_teams.json", "--arrival", "1/s", "--duration", "5m"];
    let (summary, page) = reported(&folder, &arguments);
    let refused = each(&summary["rules"], "/refused");
    assert!(refused.iter().filter(|&&count| count > 0.0).count() > 1, "{refused:?}");
    let document = parsed(&page);
    let expected = plot("complete candidates refused", "rule", vec![("refused", refused)]);
    agrees(&plots(&document), "refusals-plot-1", &expected);
}

#[test]
fn two_rule_sets_are_side_by_side_or_in_one_plot() {
    let wide = DUEL.replace("\"maxDistance\": 10", "\"maxDistance\": 50").replace("duel", "wide");
    let wide = wide.replace("\"waitTimeSeconds\": 30", "\"waitTimeSeconds\": 20");
    let folder = Folder::with(&[("duel.json", DUEL), ("wide.json", &wide)]);
    let (both, page) = reported(&folder, &[&LONG[..], &["--compare", "wide.json"]].concat());
    let document = parsed(&page);
    let plots = plots(&document);
    let sides = [("base", "first: duel"), ("other", "other: wide")];
    let now = "virtual time (minutes)";
    for (number, (side, _)) in (1..).zip(sides) {
        let waits = Expected {
            axes: ["time of arrival (minutes)".into(), "wait (seconds)".into()],
            series: of(&both[side]["timeline"], WAITS),
        };
        agrees(&plots, &format!("waits-by-arrival-{number}"), &waits);
        let formed = each(&both[side]["epochs"], "/matches");
        let epochs = plot("matches formed", "wait (seconds)", vec![("matches formed", formed)]);
        agrees(&plots, &format!("epochs-{number}"), &epochs);
    }
    let step = |id: &str| plots[id].texts.iter().any(|text| text == "from 20 s");
    assert_eq!((step("epochs-1"), step("epochs-2")), (false, true));
    let one = |x: &str, y: &str, value: &dyn Fn(&Value) -> Vec<f64>| {
        plot(x, y, sides.map(|(side, name)| (name, value(&both[side]))).into())
    };
    let rate = one(now, "matches per minute", &|side| each(&side["timeline"], "/matchesPerMinute"));
    agrees(&plots, "match-rate-1", &rate);
    let wait = "wait of the ticket that decides (seconds)";
    let steps =
        one(wait, "maxDistance (points of skill)", &|side| stairs(&side["expansions"][0]["steps"]));
    agrees(&plots, "expansion-1-1", &steps);
    let sizes = one("matches formed", "players of a match", &|side| {
        each(&side["matches"]["sizes"], "/matches")
    });
    agrees(&plots, "match-sizes-1", &sizes);
    // Side by side means on the same scale.
    let ticks = |id: &str| plots[id].texts.clone();
    assert_eq!(ticks("waits-by-arrival-1"), ticks("waits-by-arrival-2"));
    assert_eq!(ticks("fairness-1-1"), ticks("fairness-1-2"));
}

#[test]
fn where_there_is_nothing_the_page_says_so() {
    let plain = DUEL.replace("\"expansions\"", "\"notes\"").replace(",\n  \"notes\": [", "/*");
    let (plain, _) = plain.split_once("/*").expect("expansions come last");
    let folder = Folder::with(&[("plain.json", &format!("{plain}\n}}"))]);
    let never = ["plain.json", "--arrival", "1/h", "--duration", "1s"];
    let (summary, page) = reported(&folder, &never);
    assert_eq!(summary["arrivals"]["tickets"], 0);
    let document = parsed(&page);
    assert_eq!(plots(&document).keys().collect::<Vec<_>>(), Vec::<&String>::new());
    let said = document.descendants().filter(|it| it.attribute("class") == Some("nothing"));
    assert_eq!(said.map(text).filter(|it| it.ends_with('.')).count(), 11);
    for nothing in
        ["Nobody came", "No ticket was matched", "has no expansions", "No match was formed"]
    {
        assert!(page.contains(nothing), "`{nothing}` is missing");
    }
}

#[test]
fn names_of_others_are_text_and_nothing_else() {
    let name = r#"<script>alert("1")</script>&amp;' onload=x"#;
    let mut rules: Value = serde_json::from_str(DUEL).expect("it is JSON");
    rules["name"] = name.into();
    rules["rules"][0]["name"] = name.into();
    rules["rules"][0]["measurements"][0] =
        r#"avg(teams[red].players.attributes[<img/src=x>])"#.into();
    rules["rules"][0]["referenceValue"] =
        r#"avg(teams[blue].players.attributes[<img/src=x>])"#.into();
    rules["playerAttributes"][0]["name"] = "<img/src=x>".into();
    rules["expansions"][0]["target"] = format!("rules[{name}].maxDistance").into();
    let folder = Folder::with(&[("<b>.json", &rules.to_string())]);
    let location = "</style><script>\u{202e}\u{1}]]>";
    let mut population: Value = serde_json::from_str(&sessions(&json!({}))).expect("it is JSON");
    population["attributes"]["<img/src=x>"] = json!({"uniform": {"min": 0, "max": 5}});
    let near = json!({"uniform": {"min": 10, "max": 40}});
    population["locations"][location] = json!({"weight": 1, "near": near, "far": near});
    folder.write("it's.json", population.to_string().as_bytes());
    let arguments =
        ["<b>.json", "--population", "it's.json", "--arrival", "2/s", "--duration", "1m"];
    let more = ["--format", "json", "--report", "page.html"];
    folder.run(&[&["simulate"], &arguments[..], &more].concat()).ended(0);
    let page = page(&folder);
    let document = well_formed(&page);
    for bad in ["script", "img", "b"] {
        assert!(
            !document.descendants().any(|node| node.has_tag_name(bad)),
            "<{bad}> is an element"
        );
    }
    for node in document.descendants() {
        assert!(node.attributes().all(|it| it.name() != "onload"), "{node:?}");
    }
    let heading = document.descendants().find(|node| node.has_tag_name("h1")).map(text);
    assert_eq!(heading, Some(format!("Simulation of {name}")));
    let texts: Vec<_> =
        document.descendants().filter(Node::is_text).filter_map(|it| it.text()).collect();
    let shown = |part: &str| texts.iter().filter(|text| text.contains(part)).count();
    assert!(shown(name) >= 4, "the name of the rule is text");
    assert!(shown("<img/src=x>") >= 2, "the name of the attribute is text");
    assert!(shown("</style><script>") >= 2, "the name of the location is text");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1}'), "it turns the text around");
    let command = document.descendants().find(|node| node.has_tag_name("code")).map(text);
    let command = command.expect("there is a command");
    assert!(command.contains("'<b>.json'") && command.contains("\"it's.json\""), "{command}");
}

#[test]
fn the_same_simulation_gives_the_same_page() {
    let folder = Folder::with(&[("duel.json", DUEL)]);
    let (_, first) = reported(&folder, &SHORT);
    let more = ["--threads", "2", "--timings", "--report", "page.html"];
    folder.run(&[&["simulate"], &SHORT[..], &more].concat()).ended(0);
    assert_eq!(page(&folder), first);
    let document = parsed(&first);
    let command = document.descendants().find(|node| node.has_tag_name("code")).map(text);
    let command = command.expect("there is a command");
    assert_eq!(
        command,
        "rallypoint simulate duel.json --arrival 2/s --duration 1m --seed 0 --report page.html"
    );
    let arguments: Vec<_> = command.split(' ').skip(1).collect();
    std::fs::remove_file(folder.path().join("page.html")).expect("it can be removed");
    folder.run(&arguments).ended(0);
    assert_eq!(page(&folder), first);
}

#[test]
fn a_report_that_cannot_be_written_ends_the_command_before_the_work() {
    let folder = Folder::with(&[("duel.json", DUEL), ("kept/page.html", "kept")]);
    for (path, problem) in
        [("missing/page.html", "missing/page.html"), ("kept", "folder"), ("-", "standard output")]
    {
        let Run { status, stdout, stderr } =
            folder.run(&["simulate", "duel.json", "--duration", "1000d", "--report", path]);
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{path}: {stderr}");
        assert!(stderr.contains(problem), "{path}: {stderr}");
    }
    let names = std::fs::read_dir(folder.path().join("kept")).expect("it is there").count();
    assert_eq!(names, 1, "a draft is left");
}
