//! Fingerprints: hashes of contents, by SHA-256.

use std::io::{self, BufRead};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// SHA-256 over parts: the length of each, eight bytes in little-endian order, then its bytes.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Returns the fingerprint of no parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part; `ab`, `c` differs from `a`, `bc`.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Returns the first 16 hexadecimal digits of the hash.
    pub fn finish(self) -> String {
        HEXLOWER.encode(&self.0.finalize()[..8])
    }

    /// Returns all 64 hexadecimal digits of the hash.
    pub(crate) fn finish_whole(self) -> String {
        HEXLOWER.encode(&self.0.finalize())
    }
}

pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Returns the SHA-256 of the rest of `reader`.
pub(crate) fn sha256_of(reader: &mut impl BufRead) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(hash.finalize().into());
        }
        hash.update(bytes);
        let read = bytes.len();
        reader.consume(read);
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
