//! Which columns a rule set needs: what no rule mentions is kept out of the hot path.

use std::sync::Arc;

use crate::base::idx::{Col, Idx, index_type};
use crate::model::schema::{Aggregation, AttributeIdx};

index_type! {
    /// A column of one number per player.
    pub(crate) struct NumberColumn;
}
index_type! {
    /// A column of one string per player.
    pub(crate) struct StringColumn;
}
index_type! {
    /// A column of one list of different strings per player.
    pub(crate) struct ListColumn;
}
index_type! {
    /// A column of one map from strings to numbers per ticket.
    pub(crate) struct MapColumn;
}
index_type! {
    /// A column of one string per ticket that can be put into alphabetic order.
    pub(crate) struct TextColumn;
}
index_type! {
    /// A column of the latencies of a ticket.
    pub(crate) struct LatencyColumn;
}
index_type! {
    /// A string that a rule names.
    pub(crate) struct Literal;
}

/// Where a string column has its strings from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StringSource {
    PlayerId,
    Attribute(AttributeIdx),
}

/// The columns that the rules of a rule set ask for.
#[derive(Clone, Default, Debug)]
pub(crate) struct ColumnLayout {
    pub(crate) numbers: Col<NumberColumn, AttributeIdx>,
    pub(crate) strings: Col<StringColumn, StringSource>,
    pub(crate) lists: Col<ListColumn, AttributeIdx>,
    pub(crate) maps: Col<MapColumn, (AttributeIdx, Aggregation)>,
    pub(crate) texts: Col<TextColumn, AttributeIdx>,
    pub(crate) latencies: Col<LatencyColumn, Aggregation>,
    pub(crate) literals: Col<Literal, Arc<str>>,
}

impl ColumnLayout {
    pub(crate) fn number(&mut self, attribute: AttributeIdx) -> NumberColumn {
        find_or_push(&mut self.numbers, attribute)
    }

    pub(crate) fn string(&mut self, source: StringSource) -> StringColumn {
        find_or_push(&mut self.strings, source)
    }

    pub(crate) fn list(&mut self, attribute: AttributeIdx) -> ListColumn {
        find_or_push(&mut self.lists, attribute)
    }

    pub(crate) fn map(&mut self, attribute: AttributeIdx, aggregation: Aggregation) -> MapColumn {
        find_or_push(&mut self.maps, (attribute, aggregation))
    }

    pub(crate) fn text(&mut self, attribute: AttributeIdx) -> TextColumn {
        find_or_push(&mut self.texts, attribute)
    }

    pub(crate) fn latency(&mut self, aggregation: Aggregation) -> LatencyColumn {
        find_or_push(&mut self.latencies, aggregation)
    }

    pub(crate) fn literal(&mut self, text: &str) -> Literal {
        find_or_push(&mut self.literals, text.into())
    }
}

fn find_or_push<I: Idx, T: PartialEq>(column: &mut Col<I, T>, cell: T) -> I {
    let known = column.indices().find(|&index| column[index] == cell);
    known.unwrap_or_else(|| column.push(cell))
}
