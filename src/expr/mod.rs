//! Property expressions (facts 2): from text to a checked, resolved tree. Front end only; what an
//! expression's value is, `eval` and the reference evaluator say, each on its own.

pub(crate) mod ast;
pub(crate) mod check;
pub(crate) mod parse;
pub(crate) mod print;
pub(crate) mod token;
pub(crate) mod ty;
