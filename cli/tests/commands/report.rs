//! The page of `rallypoint simulate --report`: what is in it, that it asks for nothing, and that its
//! plots show the numbers of the summary.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};

use crate::support::{DUEL, Folder, Run};

/// A number of units of a plot: what is rounded to whole ones, twice.
const ROUNDING: f64 = 2.0;

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

fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(page, options).expect("it is well-formed");
    asks_for_nothing(page, &document);
    document
}

/// Fails if a browser that opens the page would ask for anything, or run anything.
#[track_caller]
fn asks_for_nothing(page: &str, document: &Document<'_>) {
    let known: BTreeSet<&str> =
        "html head meta title style body header main nav section h1 h2 h3 h4 p \
        pre code a div figure figcaption ul li table caption thead tbody tr th td \
        svg desc text line polyline polygon rect circle"
            .split_whitespace()
            .collect();
    let mut elements = 0;
    for node in document.descendants().filter(Node::is_element) {
        elements += 1;
        let name = node.tag_name().name();
        assert!(known.contains(name), "<{name}> is none of the page's own");
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            assert!(!key.starts_with("on"), "{key}={value}");
            assert!(!["src", "srcset", "style", "data", "action"].contains(&key), "{key}={value}");
            if key == "href" {
                let to = value.strip_prefix('#').expect("a link leads to the page itself");
                let found = document.descendants().any(|it| it.attribute("id") == Some(to));
                assert!(found, "nothing is called {to}");
            }
        }
    }
    assert!(elements > 100, "{elements} elements");
    for request in ["://", "@import", "url(", "src=", "expression("] {
        assert!(!page.contains(request), "{request}");
    }
    let policy = document.descendants().find_map(|node| {
        let policy = node.attribute("http-equiv") == Some("Content-Security-Policy");
        policy.then(|| node.attribute("content"))?
    });
    assert!(policy.is_some_and(|it| it.starts_with("default-src 'none';")), "{policy:?}");
    let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "an id is there twice");
}

/// A plot of the page, as far as it can be seen without a browser.
#[derive(Debug)]
struct Plot {
    texts: Vec<String>,
    /// The points of lines, by what the legend says of them.
    lines: BTreeMap<String, Vec<(f64, f64)>>,
    /// The widths of bars, by what the legend says of them.
    bars: BTreeMap<String, Vec<f64>>,
}

fn text(node: Node<'_, '_>) -> String {
    let parts = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    parts.collect::<String>().trim().to_owned()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).and_then(|value| value.parse().ok());
    assert!(value.is_some(), "{name} is no number: {node:?}");
    value.unwrap_or_default()
}

/// All plots of a page by their id. Each has a name, a description and a legend.
fn plots(document: &Document<'_>) -> BTreeMap<String, Plot> {
    let mut plots = BTreeMap::new();
    let drawn = document.descendants().filter(|node| node.attribute("class") == Some("plot"));
    for svg in drawn {
        let id = svg.attribute("id").expect("a plot has an id");
        assert_eq!(svg.attribute("role"), Some("img"), "{id}");
        let named = svg.attribute("aria-labelledby").expect("a plot has a name");
        for name in named.split(' ') {
            let node = svg.children().find(|node| node.attribute("id") == Some(name));
            assert!(node.is_some_and(|node| !text(node).is_empty()), "{id} has no {name}");
        }
        let all = |tag: &'static str| {
            let nodes = svg.children().filter(move |node| node.has_tag_name(tag));
            nodes.collect::<Vec<_>>()
        };
        let mut plot = Plot {
            texts: all("text").into_iter().map(text).collect(),
            lines: BTreeMap::new(),
            bars: BTreeMap::new(),
        };
        inside(svg, &all("text"));
        let panel = svg.parent().expect("a plot is in its panel");
        let keys: Vec<_> = panel.descendants().filter(|it| it.has_tag_name("li")).collect();
        assert!(!keys.is_empty(), "{id} has no legend");
        for key in keys {
            let name = text(key);
            let sample = key.descendants().rfind(Node::is_element).expect("a sample");
            if sample.has_tag_name("rect") {
                let fill = sample.attribute("fill");
                let bars = all("rect").into_iter().filter(|bar| bar.attribute("fill") == fill);
                plot.bars.insert(name, bars.map(|bar| number(bar, "width")).collect());
                continue;
            }
            let ink = sample.attribute("stroke").or_else(|| sample.attribute("fill"));
            let stretches = all("polyline").into_iter().filter(|it| it.attribute("stroke") == ink);
            let mut points: Vec<_> = stretches.flat_map(points).collect();
            let alone = all("circle").into_iter().filter(|it| it.attribute("fill") == ink);
            points.extend(alone.map(|dot| (number(dot, "cx"), number(dot, "cy"))));
            points.sort_by(|one, other| one.0.total_cmp(&other.0));
            plot.lines.insert(name, points);
        }
        assert!(plots.insert(id.to_owned(), plot).is_none(), "{id} is there twice");
    }
    plots
}

fn points(line: Node<'_, '_>) -> Vec<(f64, f64)> {
    let text = line.attribute("points").expect("a line has points");
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',').expect("a point is a pair");
        (x.parse().expect("x is a number"), y.parse().expect("y is a number"))
    };
    text.split_whitespace().map(point).collect()
}

/// Fails if a text begins or ends outside of its plot, with letters of a common width.
fn inside(svg: Node<'_, '_>, texts: &[Node<'_, '_>]) {
    let view = svg.attribute("viewBox").expect("a plot has a size");
    let view: Vec<f64> = view.split(' ').map(|it| it.parse().expect("a number")).collect();
    for &node in texts {
        let width = text(node).chars().count() as f64 * number(node, "font-size") * 0.55;
        let along =
            if node.attribute("transform").is_some() { ("y", view[3]) } else { ("x", view[2]) };
        let at = number(node, along.0);
        let (from, to) = match node.attribute("text-anchor") {
            Some("start") => (at, at + width),
            Some("end") => (at - width, at),
            _ => (at - width / 2.0, at + width / 2.0),
        };
        assert!(
            from >= 0.0 && to <= along.1,
            "{:?} goes from {from} to {to} of {}",
            text(node),
            along.1
        );
    }
}

/// What a plot must show: its axes, and the values of each of its lines or bars.
struct Expected {
    axes: [&'static str; 2],
    series: Vec<(&'static str, Vec<f64>)>,
}

#[track_caller]
fn agrees(plots: &BTreeMap<String, Plot>, id: &str, expected: &Expected) {
    let plot = plots.get(id);
    assert!(plot.is_some(), "no plot is called {id}: {:?}", plots.keys());
    let Some(plot) = plot else { return };
    for axis in expected.axes {
        assert!(plot.texts.iter().any(|text| text == axis), "{id}: {axis}: {:?}", plot.texts);
    }
    let ticks = plot.texts.iter().filter(|text| text.parse::<f64>().is_ok()).count();
    assert!(ticks >= 4, "{id}: {:?}", plot.texts);
    assert_eq!(plot.lines.len() + plot.bars.len(), expected.series.len(), "{id}: {plot:?}");
    let mut heights = Vec::new();
    for (name, values) in &expected.series {
        let points = plot.lines.get(*name).map(|points| points.iter().map(|&(_, y)| y).collect());
        let drawn: Option<Vec<f64>> = points.or_else(|| plot.bars.get(*name).cloned());
        assert!(drawn.is_some(), "{id} does not show {name}: {plot:?}");
        let drawn = drawn.unwrap_or_default();
        let outside = name.ends_with(", outside of the plot");
        assert_eq!(values.is_empty(), outside, "{id}: what is expected of {name}?");
        assert_eq!(drawn.len(), values.len(), "{id}: {name}");
        heights.extend(drawn.into_iter().zip(values.iter().copied()));
    }
    // All values lie on one scale.
    let order = |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1);
    let least = *heights.iter().min_by(order).expect("there are values");
    let most = *heights.iter().max_by(order).expect("there are values");
    let scale = if most.1 > least.1 { (most.0 - least.0) / (most.1 - least.1) } else { 0.0 };
    for (drawn, value) in heights {
        let wanted = least.0 + (value - least.1) * scale;
        assert!((drawn - wanted).abs() <= ROUNDING, "{id}: {value} is at {drawn}, not {wanted}");
    }
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

fn of(list: &Value, series: [(&'static str, &str); 3]) -> Vec<(&'static str, Vec<f64>)> {
    series.map(|(name, pointer)| (name, each(list, pointer))).into()
}

/// The plots that every simulation with matches has.
fn common(summary: &Value) -> Vec<(&'static str, Expected)> {
    let time = &summary["timeline"];
    let percentiles = each(&summary["waitPercentiles"], "");
    assert_eq!(percentiles.len(), 101);
    let virtual_time = "virtual time (seconds)";
    let matched = "matched tickets";
    let formed = "matches formed";
    let one = |name, values| vec![(name, values)];
    vec![
        (
            "waits-by-arrival-1",
            Expected {
                axes: ["time of arrival (seconds)", "wait (seconds)"],
                series: of(time, WAITS),
            },
        ),
        (
            "waits-by-percentile-1",
            Expected {
                axes: ["share of the matched tickets (percent)", "wait (seconds)"],
                series: one(matched, percentiles),
            },
        ),
        (
            "waiting-1",
            Expected {
                axes: [virtual_time, "tickets that wait"],
                series: one("tickets of players that are active", each(time, "/waiting")),
            },
        ),
        (
            "match-rate-1",
            Expected {
                axes: [virtual_time, "matches per minute"],
                series: one("complete matches", each(time, "/matchesPerMinute")),
            },
        ),
        (
            "fill-1",
            Expected {
                axes: [virtual_time, "places taken (percent)"],
                series: one("mean of the matches formed", percent(each(time, "/fillMean"))),
            },
        ),
        (
            "match-sizes-1",
            Expected {
                axes: [formed, "players of a match"],
                series: one(formed, each(&summary["matches"]["sizes"], "/matches")),
            },
        ),
        (
            "epochs-1",
            Expected {
                axes: [formed, "wait (seconds)"],
                series: one(formed, each(&summary["epochs"], "/matches")),
            },
        ),
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

#[test]
fn the_plots_show_the_numbers_of_the_summary() {
    let folder = Folder::with(&[("duel.json", DUEL)]);
    let (summary, page) = reported(&folder, &SHORT);
    let rule = &summary["rules"][0];
    let mut even = of(&rule["overTime"], MEASURES);
    even.push(("bound: at most 10 at first", vec![10.0; 2]));
    even.push(("bound: at most 100 after the last expansion step, outside of the plot", vec![]));
    let time = "virtual time (seconds)";
    let mut expected = common(&summary);
    expected.extend([
        ("fairness-1-1", Expected { axes: [time, "distance (points of skill)"], series: even }),
        (
            "fairness-2-1",
            Expected {
                axes: [time, "gap (points of skill)"],
                series: of(&summary["teamGaps"][0]["overTime"], MEASURES),
            },
        ),
        (
            "expansion-1-1",
            Expected {
                axes: [
                    "wait of the ticket that decides (seconds)",
                    "maxDistance (points of skill)",
                ],
                series: vec![("value in force", stairs(&summary["expansions"][0]["steps"]))],
            },
        ),
    ]);
    if summary["mostRefusingRule"].is_string() {
        let refused = each(&summary["rules"], "/refused");
        let axes = ["complete candidates refused", "rule"];
        expected.push(("refusals-plot-1", Expected { axes, series: vec![("refused", refused)] }));
    }
    agree(&page, &expected);
    for nothing in ["nobody reports latencies", "no game sessions to backfill"] {
        assert!(page.contains(nothing), "`{nothing}` is missing");
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
    let mut close = of(&summary["rules"][0]["overTime"], MEASURES);
    close.push(("bound: at most 50 at first", vec![50.0; 2]));
    close.push(("bound: at most 150 after the last expansion step", vec![150.0; 2]));
    let mut expected = common(&summary);
    expected.extend([
        (
            "fairness-1-1",
            Expected { axes: ["virtual time (seconds)", "latency (milliseconds)"], series: close },
        ),
        (
            "expansion-1-1",
            Expected {
                axes: ["wait of the ticket that decides (seconds)", "maxLatency (milliseconds)"],
                series: vec![("value in force", stairs(&summary["expansions"][0]["steps"]))],
            },
        ),
        (
            "locations-plot-1",
            Expected {
                axes: ["complete matches", "location"],
                series: vec![("complete matches", each(&summary["locations"], "/matches"))],
            },
        ),
        (
            "backfill-plot-1",
            Expected {
                axes: ["how many", "game sessions and tickets"],
                series: vec![("in the whole simulation", counts.into())],
            },
        ),
    ]);
    if summary["mostRefusingRule"].is_string() {
        let refused = each(&summary["rules"], "/refused");
        let axes = ["complete candidates refused", "rule"];
        expected.push(("refusals-plot-1", Expected { axes, series: vec![("refused", refused)] }));
    }
    agree(&page, &expected);
    assert_eq!(summary["locations"].as_array().map(Vec::len), Some(2));
}

#[test]
fn two_rule_sets_are_side_by_side_or_in_one_plot() {
    let wide = DUEL.replace("\"maxDistance\": 10", "\"maxDistance\": 50").replace("duel", "wide");
    let folder = Folder::with(&[("duel.json", DUEL), ("wide.json", &wide)]);
    let (both, page) = reported(&folder, &[&SHORT[..], &["--compare", "wide.json"]].concat());
    let document = parsed(&page);
    let plots = plots(&document);
    let sides = [("base", "first: duel"), ("other", "other: wide")];
    for (number, (side, _)) in sides.iter().enumerate() {
        let series = of(&both[side]["timeline"], WAITS);
        let axes = ["time of arrival (seconds)", "wait (seconds)"];
        agrees(&plots, &format!("waits-by-arrival-{}", number + 1), &Expected { axes, series });
    }
    let one = |axes, value: &dyn Fn(&Value) -> Vec<f64>| Expected {
        axes,
        series: sides.map(|(side, name)| (name, value(&both[side]))).into(),
    };
    let rate = one(["virtual time (seconds)", "matches per minute"], &|side| {
        each(&side["timeline"], "/matchesPerMinute")
    });
    agrees(&plots, "match-rate-1", &rate);
    let steps = one(
        ["wait of the ticket that decides (seconds)", "maxDistance (points of skill)"],
        &|side| stairs(&side["expansions"][0]["steps"]),
    );
    agrees(&plots, "expansion-1-1", &steps);
    let sizes = one(["matches formed", "players of a match"], &|side| {
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
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&page, options).expect("it is well-formed");
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
        "rallypoint simulate duel.json --arrival 2/s --duration 60s --seed 0 --report report.html"
    );
    let arguments: Vec<_> = command.split(' ').skip(1).collect();
    folder.run(&arguments).ended(0);
    let again = std::fs::read_to_string(folder.path().join("report.html"));
    assert_eq!(again.expect("there is a page"), first);
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
