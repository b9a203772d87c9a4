//! A plot as it stands in the page: made to be read aloud, sized by the page, with a legend.

use std::fmt::Display;

use maud::{Markup, PreEscaped, html};

use super::ink::Ink;
use crate::console::{Fault, visible};

/// The width of a plot in its own units, two for each pixel of the page that it is made for.
pub const WIDTH: u32 = 960;
/// The size of its texts.
pub const FONT: u32 = 32;

/// A plot as it stands in the page.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    title: String,
    description: String,
    /// Width and height, as in `viewBox`.
    view: String,
    /// What is inside of its `svg`.
    shapes: String,
    keys: Vec<(String, Sample)>,
}

/// How the legend shows what a name belongs to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Sample {
    Line(Ink),
    Dot(Ink),
    Bar(Ink),
}

/// What becomes a picture.
pub trait Plot {
    /// Whether there is nothing to draw.
    fn is_empty(&self) -> bool;

    fn draw(&self, title: &str) -> Result<Picture, Fault>;
}

impl Picture {
    /// Of what the plotting library has drawn.
    pub fn new(svg: &str, title: &str, description: &str) -> Self {
        let (tag, inside) = svg.split_once('>').unwrap_or_default();
        let view = tag.split_once("viewBox=\"").map_or("", |(_, after)| after);
        Self {
            title: visible(title),
            description: visible(description),
            view: view.split('"').next().unwrap_or_default().to_owned(),
            shapes: inside.rsplit_once("</svg>").map_or(inside, |(shapes, _)| shapes).to_owned(),
            keys: Vec::new(),
        }
    }

    /// An entry of its legend.
    pub fn add_key(&mut self, name: &str, sample: Sample) {
        self.keys.push((visible(name), sample));
    }

    /// `id` is of this plot alone.
    pub fn html(&self, id: &str) -> Markup {
        let (title, description) = (format!("{id}-title"), format!("{id}-description"));
        html! {
            svg id=(id) class="plot" role="img" viewBox=(self.view)
                aria-labelledby={(title) " " (description)} {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                // The plotting library escapes the texts in it.
                (PreEscaped(&self.shapes))
            }
            @if !self.keys.is_empty() {
                ul class="legend" {
                    @for (name, sample) in &self.keys {
                        li { (key(*sample)) " " (name) }
                    }
                }
            }
        }
    }
}

fn key(sample: Sample) -> Markup {
    html! {
        svg class="key" viewBox="0 0 56 16" aria-hidden="true" {
            @match sample {
                Sample::Line(ink) => {
                    line x1="0" y1="8" x2="56" y2="8" stroke=(ink.name()) stroke-width="6" {}
                }
                Sample::Dot(ink) => circle cx="28" cy="8" r="8" fill=(ink.name()) {},
                Sample::Bar(ink) => rect x="0" y="0" width="56" height="16" fill=(ink.name()) {},
            }
        }
    }
}

/// A name that has so much room; the table or the legend has it in full.
pub fn shortened(name: &str, most: usize) -> String {
    let name = visible(name);
    if name.chars().count() <= most {
        return name;
    }
    let kept: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Why there is no plot.
pub fn fault(error: &dyn Display) -> Fault {
    Fault(format!("cannot draw a plot: {error}"))
}
