//! The table of status changes as a picture: documents show what the code does.

use petgraph::dot::{Config, Dot};
use petgraph::graph::DiGraph;

use super::state::ALLOWED;
use super::status::TicketStatus;

/// The life of a ticket in the DOT language: every status, and every change with what makes it.
pub(crate) fn diagram() -> String {
    let mut graph = DiGraph::new();
    let nodes = TicketStatus::ALL.map(|status| (status, graph.add_node(status.as_str())));
    let node = |wanted: TicketStatus| {
        nodes.iter().find(|&&(status, _)| status == wanted).map(|&(_, node)| node)
    };
    for &(from, to, trigger) in ALLOWED {
        if let (Some(from), Some(to)) = (node(from), node(to)) {
            graph.add_edge(from, to, trigger);
        }
    }
    let label = |text: &str| format!("label = {text:?}");
    let edges = |_: &DiGraph<&str, &str>, edge: petgraph::graph::EdgeReference<'_, &str>| {
        label(edge.weight())
    };
    let names = |_: &DiGraph<&str, &str>, (_, name): (_, &&str)| label(name);
    let config = [Config::NodeNoLabel, Config::EdgeNoLabel];
    Dot::with_attr_getters(&graph, &config, &edges, &names).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ticket_statuses.dot");

    /// `BLESS=1` writes the file anew.
    #[test]
    fn the_documents_show_the_table() {
        let drawn = diagram();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(FILE, &drawn).unwrap();
        }
        let shown = std::fs::read_to_string(FILE).unwrap();
        assert_eq!(shown, drawn, "run the test with BLESS=1 and commit docs/ticket_statuses.dot");
        let arrows = |from: TicketStatus, to: TicketStatus| {
            let index = |of| TicketStatus::ALL.iter().position(|&it| it == of).unwrap();
            let arrow = format!("    {} -> {} [", index(from), index(to));
            shown.lines().filter(|line| line.starts_with(&arrow)).count()
        };
        for from in TicketStatus::ALL {
            for to in TicketStatus::ALL {
                let allowed = ALLOWED.iter().filter(|&&(a, b, _)| (a, b) == (from, to)).count();
                assert_eq!(arrows(from, to), allowed, "{from:?} to {to:?}");
            }
        }
    }
}
