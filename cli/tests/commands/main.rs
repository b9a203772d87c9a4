//! The `rallypoint` command as a user meets it: arguments in, standard output, standard error and
//! exit status out.

mod bench;
mod check;
mod definitions;
mod examples;
mod explain;
mod judge;
mod matching;
mod replay;
mod report;
mod simulate;
mod support;
mod testing;
mod tutorial;
mod wrong_input;
