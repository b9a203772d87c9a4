//! A figure: a plot for each simulation or one for both, how to read it, and its numbers.

use maud::{Markup, html};

use super::chart::{Chart, share_axes};
use super::picture::{Picture, Plot};
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
    id: String,
    title: String,
    /// How to read it, in a sentence or two.
    reading: String,
    panels: Vec<Panel>,
    table: Option<Table>,
}

/// One plot of a figure.
struct Panel {
    /// Of which simulation, if each has a plot of its own.
    run: Option<String>,
    content: Content,
}

/// What a panel shows.
enum Content {
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
    pub fn of_one(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        plot: impl Plot,
        nothing: &str,
    ) -> Result<Self, Fault> {
        Self::of_each(id, title, reading, vec![(None, plot)], nothing)
    }

    /// With a chart for each simulation, all with the same axes.
    pub fn of_charts(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        charts: Vec<(Option<String>, Chart)>,
        nothing: &str,
    ) -> Result<Self, Fault> {
        let (runs, mut charts): (Vec<_>, Vec<_>) = charts.into_iter().unzip();
        share_axes(&mut charts);
        let charts = runs.into_iter().zip(charts).collect();
        Self::of_each(id, title, reading, charts, nothing)
    }

    /// With a plot for each simulation.
    pub fn of_each<P: Plot>(
        id: impl Into<String>,
        title: impl Into<String>,
        reading: impl Into<String>,
        plots: Vec<(Option<String>, P)>,
        nothing: &str,
    ) -> Result<Self, Fault> {
        let title = title.into();
        let mut panels = Vec::new();
        for (run, plot) in plots {
            let of = run.as_ref().map_or_else(|| title.clone(), |run| format!("{title}, {run}"));
            let content = match plot.is_empty() {
                true => Content::Nothing(nothing.to_owned()),
                false => Content::Picture(plot.draw(&of)?),
            };
            panels.push(Panel { run, content });
        }
        Ok(Self { id: id.into(), title, reading: reading.into(), panels, table: None })
    }

    /// Without a plot, and why there is none.
    pub fn of_nothing(id: &str, title: &str, why: &str) -> Self {
        let content = Content::Nothing(why.to_owned());
        let panels = vec![Panel { run: None, content }];
        let (id, title) = (id.to_owned(), title.to_owned());
        Self { id, title, reading: String::new(), panels, table: None }
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
