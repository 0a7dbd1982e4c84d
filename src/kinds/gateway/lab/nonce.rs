//! Unpredictable values.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A random value in the responses of an upstream: a body that contains it came from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    /// A fresh value. Its source is the keys of the standard library's hash tables, which come from the
    /// operating system's random number generator.
    pub(crate) fn fresh() -> Self {
        let half = || RandomState::new().build_hasher().finish();
        Self(format!("{:016x}{:016x}", half(), half()))
    }

    /// 32 hexadecimal digits.
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
