//! Floors: the bare arithmetic of a workload, without rules, ticket records, events and ids. They
//! know the workload and cheat wherever it allows. Each gives its matches as teams of ticket
//! numbers, which are places in the pool.

pub mod battle;
pub mod duel;
pub mod parties;
pub mod royale;
pub mod squads;
