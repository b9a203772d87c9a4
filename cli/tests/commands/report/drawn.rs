//! What is drawn on a page, as far as it can be seen without a browser.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node, ParsingOptions};

/// A number of units of a plot: what is rounded to whole ones, twice.
const ROUNDING: f64 = 2.0;

/// A page that is well-formed.
pub fn well_formed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("it is well-formed")
}

/// A page that is well-formed and asks for nothing.
pub fn parsed(page: &str) -> Document<'_> {
    let document = well_formed(page);
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
pub struct Plot {
    pub texts: Vec<String>,
    /// The points of lines, by what the legend says of them.
    lines: BTreeMap<String, Vec<(f64, f64)>>,
    /// The widths of bars, by what the legend says of them.
    bars: BTreeMap<String, Vec<f64>>,
}

pub fn text(node: Node<'_, '_>) -> String {
    let parts = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    parts.collect::<String>().trim().to_owned()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).and_then(|value| value.parse().ok());
    assert!(value.is_some(), "{name} is no number: {node:?}");
    value.unwrap_or_default()
}

/// All plots of a page by their id. Each has a name, a description and a legend.
pub fn plots(document: &Document<'_>) -> BTreeMap<String, Plot> {
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
pub struct Expected {
    pub axes: [String; 2],
    pub series: Vec<(String, Vec<f64>)>,
}

#[track_caller]
pub fn agrees(plots: &BTreeMap<String, Plot>, id: &str, expected: &Expected) {
    let plot = plots.get(id);
    assert!(plot.is_some(), "no plot is called {id}: {:?}", plots.keys());
    let Some(plot) = plot else { return };
    for axis in &expected.axes {
        assert!(plot.texts.iter().any(|text| text == axis), "{id}: {axis}: {:?}", plot.texts);
    }
    let ticks = plot.texts.iter().filter(|text| text.parse::<f64>().is_ok()).count();
    assert!(ticks >= 4, "{id}: {:?}", plot.texts);
    assert_eq!(plot.lines.len() + plot.bars.len(), expected.series.len(), "{id}: {plot:?}");
    let mut heights = Vec::new();
    for (name, values) in &expected.series {
        let points = plot.lines.get(name).map(|points| points.iter().map(|&(_, y)| y).collect());
        let drawn: Option<Vec<f64>> = points.or_else(|| plot.bars.get(name).cloned());
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
