//! Small tools that know nothing of matchmaking.

pub(crate) mod epoch;
pub(crate) mod fnv;
pub(crate) mod hash;
pub(crate) mod hash_index;
pub(crate) mod idx;
pub(crate) mod intern;
pub(crate) mod num;
pub(crate) mod pointer;
pub(crate) mod rng;
pub(crate) mod shown;
pub(crate) mod slots;
pub(crate) mod sorted;
pub(crate) mod time;
