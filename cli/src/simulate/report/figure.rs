//! A figure: a plot for each simulation or one for both, how to read it, and its numbers.

use maud::{Markup, html};

use super::bars::Bars;
use super::chart::{Chart, share_axes};
use super::picture::Picture;
use crate::console::{Fault, visible};

/// A part of the page with its figures.
pub struct Section {
    /// The anchor.
    pub id: &'static str,
    pub heading: &'static str,
    pub figures: Vec<Figure>,
}

/// Plots that belong together.
pub struct Figure {
    /// Unique in the page.
    pub id: String,
    pub title: String,
    /// How to read it, in a sentence or two.
    pub reading: String,
    pub panels: Vec<Panel>,
    pub table: Option<Table>,
}

/// One plot of a figure.
pub struct Panel {
    /// Of which simulation, if each has a plot of its own.
    pub run: Option<String>,
    pub content: Content,
}

/// What a panel shows.
pub enum Content {
    Picture(Picture),
    /// There is nothing to draw, and why.
    Nothing(String),
}

/// Numbers of a figure.
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Figure {
    /// With one plot for all simulations.
    pub fn of_chart(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        chart: &Chart,
        nothing: &str,
    ) -> Result<Self, Fault> {
        let title = title.into();
        let content = match chart.is_empty() {
            true => Content::Nothing(nothing.to_owned()),
            false => Content::Picture(chart.draw(&title)?),
        };
        let panels = vec![Panel { run: None, content }];
        Ok(Self { id: id.into(), title, reading: reading.into(), panels, table: None })
    }

    /// With a plot for each simulation, all with the same axes.
    pub fn of_charts(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        charts: Vec<(Option<String>, Chart)>,
        nothing: &str,
    ) -> Result<Self, Fault> {
        let title = title.into();
        let (runs, mut charts): (Vec<_>, Vec<_>) = charts.into_iter().unzip();
        share_axes(&mut charts);
        let mut panels = Vec::new();
        for (run, chart) in runs.into_iter().zip(charts) {
            let of = run.as_ref().map_or_else(|| title.clone(), |run| format!("{title}, {run}"));
            let content = match chart.is_empty() {
                true => Content::Nothing(nothing.to_owned()),
                false => Content::Picture(chart.draw(&of)?),
            };
            panels.push(Panel { run, content });
        }
        Ok(Self { id: id.into(), title, reading: reading.into(), panels, table: None })
    }

    /// With bars for all simulations.
    pub fn of_bars(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        bars: Bars,
        nothing: &str,
    ) -> Result<Self, Fault> {
        Self::of_bars_each(id, title, reading, vec![(None, bars)], nothing)
    }

    /// With bars for each simulation.
    pub fn of_bars_each(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        bars: Vec<(Option<String>, Bars)>,
        nothing: &str,
    ) -> Result<Self, Fault> {
        let title = title.into();
        let mut panels = Vec::new();
        for (run, bars) in bars {
            let of = run.as_ref().map_or_else(|| title.clone(), |run| format!("{title}, {run}"));
            let content = match bars.is_empty() {
                true => Content::Nothing(nothing.to_owned()),
                false => Content::Picture(bars.draw(&of)?),
            };
            panels.push(Panel { run, content });
        }
        Ok(Self { id: id.into(), title, reading: reading.into(), panels, table: None })
    }

    pub fn with_table(mut self, table: Table) -> Self {
        self.table = Some(table);
        self
    }

    pub fn html(&self) -> Markup {
        let drawn = |panel: &Panel| matches!(panel.content, Content::Picture(_));
        html! {
            figure class=(if self.panels.len() > 1 { "wide" } else { "" }) {
                h3 { (visible(&self.title)) }
                div class="panels" {
                    @for (number, panel) in self.panels.iter().enumerate() {
                        div class="panel" {
                            @if let Some(run) = &panel.run { h4 { (visible(run)) } }
                            @match &panel.content {
                                Content::Picture(picture) => {
                                    (picture.html(&format!("{}-{}", self.id, number + 1)))
                                }
                                Content::Nothing(why) => p class="nothing" { (visible(why)) },
                            }
                        }
                    }
                }
                @if self.panels.iter().any(drawn) {
                    figcaption { (visible(&self.reading)) }
                }
                @if let Some(table) = &self.table { (table.html()) }
            }
        }
    }
}

impl Table {
    pub fn html(&self) -> Markup {
        html! {
            div class="scroll" tabindex="0" role="region" aria-label=(visible(&self.caption)) {
                table {
                    caption { (visible(&self.caption)) }
                    thead { tr { @for name in &self.head { th scope="col" { (visible(name)) } } } }
                    tbody {
                        @for row in &self.rows {
                            tr {
                                @for (column, cell) in row.iter().enumerate() {
                                    @if column == 0 {
                                        th scope="row" { (visible(cell)) }
                                    } @else {
                                        td { (visible(cell)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
