//! The page around the figures.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::figure::Section;
use super::ink;
use crate::console::visible;
use crate::simulate::text::Line;

/// Written as XML has it, like the rest of the page, so that any reader can take it apart. The
/// browser is told to ask for nothing and run nothing.
const HEAD: &str = concat!(
    "<meta charset=\"utf-8\"/>\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
    "<meta name=\"color-scheme\" content=\"light dark\"/>\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n",
);
const STYLE: &str = include_str!("style.css");

/// What is on the page.
pub struct Page {
    pub title: String,
    /// One for each simulation, if there are two.
    pub labels: Vec<String>,
    /// The command that makes the page again.
    pub command: String,
    /// What went in: each for both simulations, or one value that goes for both.
    pub inputs: Vec<Line>,
    /// What came out, by heading.
    pub summary: Vec<(String, Vec<Line>)>,
    pub sections: Vec<Section>,
}

impl Page {
    pub fn html(&self) -> String {
        let style = format!("{STYLE}{}", ink::style_sheet());
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (PreEscaped(HEAD))
                    title { (visible(&self.title)) }
                    style { (PreEscaped(style)) }
                }
                body {
                    header {
                        h1 { (visible(&self.title)) }
                        p { "This command makes the page again, to the byte:" }
                        pre tabindex="0" { code { (visible(&self.command)) } }
                        nav aria-label="Sections" {
                            a href="#summary" { "Summary" }
                            @for section in &self.sections {
                                " " a href={"#" (section.id)} { (section.heading) }
                            }
                        }
                    }
                    main {
                        section id="summary" {
                            h2 { "Summary" }
                            div class="tables" {
                                (self.table("What came out", &self.summary))
                                (self.table("What went in", &[(String::new(), &self.inputs)]))
                            }
                        }
                        @for section in &self.sections {
                            section id=(section.id) {
                                h2 { (section.heading) }
                                div class="figures" {
                                    @for figure in &section.figures { (figure.html()) }
                                }
                            }
                        }
                    }
                }
            }
        };
        let mut text = page.into_string();
        text.push('\n');
        text
    }

    fn table<L: AsRef<[Line]>>(&self, caption: &str, groups: &[(String, L)]) -> Markup {
        let columns = self.labels.len().max(1);
        html! {
            div class="scroll" tabindex="0" role="region" aria-label=(caption) {
                table class="values" {
                    caption { (caption) }
                    @if columns > 1 {
                        thead {
                            tr {
                                td {}
                                @for label in &self.labels { th scope="col" { (visible(label)) } }
                            }
                        }
                    }
                    @for (heading, lines) in groups {
                        @if !lines.as_ref().is_empty() {
                            tbody {
                                @if !heading.is_empty() {
                                    tr class="group" {
                                        th colspan=(columns + 1) scope="rowgroup" { (heading) }
                                    }
                                }
                                @for line in lines.as_ref() { (row(line, columns)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(line: &Line, columns: usize) -> Markup {
    html! {
        tr {
            th scope="row" { (visible(&line.label)) }
            @match line.values.as_slice() {
                [only] => td colspan=(columns) { (visible(only)) },
                values => { @for value in values { td { (visible(value)) } } }
            }
        }
    }
}
