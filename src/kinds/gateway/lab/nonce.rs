//! Values that nobody can know beforehand.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A fresh random value that an upstream puts in its answers: a body that carries it came from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    /// Returns a value that was never used before. The random keys of the standard library's hash
    /// tables come from the operating system.
    pub(crate) fn fresh() -> Self {
        let half = || RandomState::new().build_hasher().finish();
        Self(format!("{:016x}{:016x}", half(), half()))
    }

    /// Returns the value as text: 32 hexadecimal digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_values_are_alike() {
        assert_ne!(Nonce::fresh(), Nonce::fresh());
        assert_eq!(Nonce::fresh().as_str().len(), 32);
    }
}
