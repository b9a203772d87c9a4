//! A hash that is the same in every release, on every machine: FNV-1a with 128 bits. It finds
//! mistakes, not forgeries.

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The hash of the parts, each ended by a byte that UTF-8 does not have.
pub(crate) fn fnv1a_128(parts: &[&str]) -> u128 {
    const END: u8 = 0xff;
    let mut hash = Fnv1a::default();
    for part in parts {
        hash.take(part.as_bytes());
        hash.take(&[END]);
    }
    hash.value()
}

/// The hash of the bytes taken so far, for what is too long to be held as one text.
#[derive(Debug)]
pub(crate) struct Fnv1a(u128);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(OFFSET_BASIS)
    }
}

impl Fnv1a {
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let step = |hash: u128, &byte: &u8| (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        self.0 = bytes.iter().fold(self.0, step);
    }

    pub(crate) const fn value(&self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the FNV reference test suite.
    #[test]
    fn known_texts_have_known_hashes() {
        for (text, hash) in [
            ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d),
            ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
            ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
        ] {
            let mut found = Fnv1a::default();
            text.bytes().for_each(|byte| found.take(&[byte]));
            assert_eq!(found.value(), hash, "{text}");
        }
    }

    #[test]
    fn where_a_part_ends_counts() {
        assert_ne!(fnv1a_128(&["ab", "c"]), fnv1a_128(&["a", "bc"]));
        assert_ne!(fnv1a_128(&["ab"]), fnv1a_128(&["ab", ""]));
    }
}
