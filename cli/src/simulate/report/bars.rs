//! Plots with bars, drawn by the plotting library.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::ink::Ink;
use super::picture::{self, FONT, Picture, Plot, Sample, WIDTH, shortened};
use super::scale::Scale;
use crate::console::{Fault, visible};

/// The height of a bar, and what is around the bars.
const BAR: u32 = 40;
const AROUND: u32 = 120;
/// The least height of all bars, so that the name of the axis has room beside them.
const BARS_MIN: u32 = 420;
/// The most characters of a name beside its bars; the table has it in full.
const NAME_MAX: usize = 20;

/// A plot with bars that lie, one or more for each name.
#[derive(Clone, PartialEq, Debug)]
pub struct Bars {
    /// What they count, with the unit.
    pub x: String,
    /// What the names are.
    pub y: String,
    /// What the legend says of the first, second, ... bar of each name.
    pub kinds: Vec<String>,
    /// Names with their counts, one for each kind.
    pub rows: Vec<(String, Vec<u64>)>,
}

impl Plot for Bars {
    fn is_empty(&self) -> bool {
        self.rows.iter().all(|(_, counts)| counts.iter().all(|&count| count == 0))
    }

    fn draw(&self, title: &str) -> Result<Picture, Fault> {
        let mut svg = String::new();
        self.draw_into(&mut svg).map_err(|error| picture::fault(&error))?;
        let mut parts = vec![format!("{} by {}.", self.x, self.y)];
        for (name, counts) in &self.rows {
            let counts: Vec<_> = counts.iter().map(u64::to_string).collect();
            parts.push(format!("{}: {}.", visible(name), counts.join(" and ")));
        }
        let mut picture = Picture::new(&svg, title, &parts.join(" "));
        for (number, kind) in self.kinds.iter().enumerate() {
            picture.add_key(kind, Sample::Bar(Ink::of_run(number)));
        }
        Ok(picture)
    }
}

impl Bars {
    fn counts(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().flat_map(|(_, counts)| counts).map(|&count| count as f64)
    }

    fn draw_into(
        &self,
        svg: &mut String,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'_> as DrawingBackend>::ErrorType>> {
        let kinds = self.kinds.len().max(1);
        let slot = BAR * kinds as u32 + BAR / 2;
        let slot = slot.max(BARS_MIN / self.rows.len().max(1) as u32);
        let height = AROUND + slot.saturating_mul(self.rows.len() as u32);
        let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
        // Room for the number at the end of the longest bar.
        let with_number = |count: f64| count * (1.0 + 0.025 * count.to_string().len() as f64);
        let x = Axis::of_counts(self.x.clone(), self.counts().map(with_number));
        let rows = self.rows.len() as f64;
        let middles = (0..self.rows.len()).map(|row| row as f64 + 0.5).collect();
        let longest =
            self.rows.iter().map(|(name, _)| shortened(name, NAME_MAX).chars().count()).max();
        let names = 60 + 15 * longest.unwrap_or(0) as u32;
        let mut chart = ChartBuilder::on(&root)
            .margin_top(16)
            .margin_right(36)
            .margin_left(6)
            .x_label_area_size(96)
            .y_label_area_size(names.max(100))
            // The first is at the top.
            .build_cartesian_2d(
                Scale::new(0.0..x.high(), x.ticks()),
                Scale::new(rows..0.0, middles),
            )?;
        let name =
            |row: f64| self.rows.get(row as usize).map(|(name, _)| shortened(name, NAME_MAX));
        let text = ("sans-serif", FONT).into_font().color(&Ink::Text.color());
        chart
            .configure_mesh()
            .disable_y_mesh()
            .x_desc(x.label.clone())
            .y_desc(self.y.clone())
            .x_label_formatter(&|&tick| x.tick_label(tick))
            .y_label_formatter(&|&row| name(row).unwrap_or_default())
            .axis_style(Ink::Axis.color().stroke_width(2))
            .bold_line_style(Ink::Grid.color().stroke_width(2))
            .label_style(text.clone())
            .axis_desc_style(text.clone())
            .draw()?;
        let at_end = text.pos(Pos::new(HPos::Left, VPos::Center));
        let thick = f64::from(BAR) / f64::from(slot);
        let gap = (1.0 - thick * kinds as f64) / 2.0;
        for (row, (_, counts)) in self.rows.iter().enumerate() {
            for (kind, &count) in counts.iter().enumerate() {
                let top = row as f64 + gap + kind as f64 * thick;
                let bottom = top + thick * 0.9;
                let ends = [(0.0, top), (count as f64, bottom)];
                chart.draw_series([Rectangle::new(ends, Ink::of_run(kind).color().filled())])?;
                let end = (count as f64 + x.high() * 0.01, (top + bottom) / 2.0);
                chart.draw_series([Text::new(count.to_string(), end, at_end.clone())])?;
            }
        }
        root.present()
    }
}
