//! Plots with lines, drawn by the plotting library.

use plotters::prelude::*;

use super::axis::Axis;
use super::ink::Ink;
use super::picture::{self, FONT, Picture, Plot, Sample, WIDTH, shortened};
use super::scale::Scale;
use crate::console::Fault;
use crate::simulate::readable::short;

const HEIGHT: u32 = 600;
/// The most characters of the name of the vertical axis.
const NAME_MAX: usize = 37;
const LINE: u32 = 4;
const BOUND_LINE: u32 = 3;
const DOT: u32 = 5;

/// A plot with lines.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub lines: Vec<Line>,
}

/// A line of a plot.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What the legend says of it.
    pub name: String,
    pub ink: Ink,
    /// Its points from left to right; nothing is drawn across what is `None`.
    pub points: Vec<Option<(f64, f64)>>,
}

impl Line {
    /// A line without gaps.
    pub fn whole(name: impl Into<String>, ink: Ink, points: Vec<(f64, f64)>) -> Self {
        Self { name: name.into(), ink, points: points.into_iter().map(Some).collect() }
    }

    fn is_bound(&self) -> bool {
        matches!(self.ink, Ink::Bound | Ink::LastBound)
    }

    /// Whether there are more gaps than points between its ends.
    fn is_sparse(&self) -> bool {
        let (mut points, mut gaps, mut open) = (0, 0, 0);
        for point in &self.points {
            match point {
                Some(_) => {
                    points += 1;
                    gaps += std::mem::take(&mut open);
                }
                None if points > 0 => open += 1,
                None => {}
            }
        }
        gaps > points
    }

    fn drawn(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().flatten().copied()
    }
}

impl Plot for Chart {
    fn is_empty(&self) -> bool {
        let mut data = self.lines.iter().filter(|line| !line.is_bound());
        data.all(|line| line.drawn().next().is_none())
    }

    fn draw(&self, title: &str) -> Result<Picture, Fault> {
        let mut svg = String::new();
        self.draw_into(&mut svg).map_err(|error| picture::fault(&error))?;
        let mut picture = Picture::new(&svg, title, &self.description());
        // A bound may lie outside of the plot; its name says so.
        let told = |line: &&Line| line.is_bound() || line.drawn().next().is_some();
        for line in self.lines.iter().filter(told) {
            let dots = self.is_scattered() && !line.is_bound();
            let sample = if dots { Sample::Dot(line.ink) } else { Sample::Line(line.ink) };
            picture.add_key(&line.name, sample);
        }
        Ok(picture)
    }
}

impl Chart {
    /// Whether it has no point at all, bounds left aside.
    /// Whether it is one of dots: lines would be in pieces.
    fn is_scattered(&self) -> bool {
        self.lines.iter().any(Line::is_sparse)
    }

    /// What is in it, for those who do not see it.
    fn description(&self) -> String {
        let mut parts = vec![format!("Horizontal: {}. Vertical: {}.", self.x.label, self.y.label)];
        for line in &self.lines {
            let heights = || line.drawn().map(|(_, y)| y);
            let (least, most) = (heights().reduce(f64::min), heights().reduce(f64::max));
            if let (Some(least), Some(most)) = (least, most) {
                let (least, most) = (short(least), short(most));
                parts.push(match least == most {
                    true => format!("{}: {least}.", line.name),
                    false => format!("{}: from {least} to {most}.", line.name),
                });
            }
        }
        parts.join(" ")
    }

    fn draw_into(
        &self,
        svg: &mut String,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'_> as DrawingBackend>::ErrorType>> {
        let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
        let (x, y) = (&self.x, &self.y);
        let mut chart = ChartBuilder::on(&root)
            .margin_top(24)
            .margin_right(36)
            .margin_left(6)
            .x_label_area_size(96)
            .y_label_area_size(144)
            .build_cartesian_2d(
                Scale::new(x.low()..x.high(), x.ticks()),
                Scale::new(y.low()..y.high(), y.ticks()),
            )?;
        let text = ("sans-serif", FONT).into_font().color(&Ink::Text.color());
        chart
            .configure_mesh()
            .x_desc(x.label.clone())
            .y_desc(shortened(&y.label, NAME_MAX))
            .x_label_formatter(&|&tick| x.tick_label(tick))
            .y_label_formatter(&|&tick| y.tick_label(tick))
            .axis_style(Ink::Axis.color().stroke_width(2))
            .bold_line_style(Ink::Grid.color().stroke_width(2))
            .label_style(text.clone())
            .axis_desc_style(text)
            .draw()?;
        let scattered = self.is_scattered();
        let bounds = self.lines.iter().filter(|line| line.is_bound() && !line.points.is_empty());
        for line in bounds {
            let style = line.ink.color().stroke_width(BOUND_LINE);
            chart.draw_series([PathElement::new(line.drawn().collect::<Vec<_>>(), style)])?;
        }
        // The first is the smallest and on top, so that dots at one place can all be seen.
        let data = self.lines.iter().filter(|line| !line.is_bound()).enumerate();
        for (number, line) in data.collect::<Vec<_>>().into_iter().rev() {
            let style = line.ink.color();
            if scattered {
                let size = DOT + 3 * number as u32;
                let dots = line.drawn().map(|point| Circle::new(point, size, style.filled()));
                chart.draw_series(dots)?;
                continue;
            }
            for stretch in line.points.split(Option::is_none) {
                let stretch: Vec<_> = stretch.iter().flatten().copied().collect();
                match *stretch {
                    [] => {}
                    [alone] => {
                        chart.draw_series([Circle::new(alone, DOT, style.filled())])?;
                    }
                    _ => {
                        let line = PathElement::new(stretch, style.stroke_width(LINE));
                        chart.draw_series([line])?;
                    }
                }
            }
        }
        root.present()
    }
}

/// Gives plots that stand side by side the same axes.
pub fn share_axes(charts: &mut [Chart]) {
    let shared = |axis: fn(&Chart) -> &Axis, charts: &[Chart]| {
        charts
            .iter()
            .filter(|it| !it.is_empty())
            .map(|it| axis(it).clone())
            .reduce(|one, other| one.and(&other))
    };
    let (x, y) = (shared(|it| &it.x, charts), shared(|it| &it.y, charts));
    for chart in charts {
        if let (Some(x), Some(y)) = (&x, &y) {
            // The other one may have another unit.
            (chart.x, chart.y) = (chart.x.and(x), chart.y.and(y));
        }
    }
}
