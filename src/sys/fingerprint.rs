//! Fingerprints: short names for contents.

use sha2::{Digest, Sha256};

/// Collects parts and makes one short name of them.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Returns a fingerprint of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part; where one ends and the next begins matters.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Returns the name: 16 hexadecimal digits.
    ///
    /// # Panics
    /// Never: a hash is long enough.
    pub fn finish(self) -> String {
        let hash = self.0.finalize();
        let front = hash.first_chunk::<8>().expect("the hash has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*front))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_part_ends_matters() {
        let of = |parts: &[&str]| {
            let mut fingerprint = Fingerprint::new();
            for part in parts {
                fingerprint.add(part);
            }
            fingerprint.finish()
        };
        assert_eq!(of(&["ab", "c"]).len(), 16);
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_eq!(of(&["ab", "c"]), "43ee655579de01ca");
    }
}
