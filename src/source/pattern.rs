//! The pattern of a symptom, compiled when somebody first searches.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A pattern over one line of a log.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Returns the pattern `source`; whether it is one shows when it is used.
    pub(crate) fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            compiled: OnceLock::new(),
        }
    }

    /// Returns whether the pattern is found in `line`; one that is no pattern never is.
    pub(crate) fn is_match(&self, line: &str) -> bool {
        let compile = || Regex::new(&self.source).ok();
        let compiled = self.compiled.get_or_init(compile).as_ref();
        compiled.is_some_and(|regex| regex.is_match(line))
    }

    /// Returns what is wrong with the pattern, or with `example` as a line that it matches.
    pub(crate) fn fault(&self, example: &str) -> Option<String> {
        let source = &self.source;
        if let Err(error) = Regex::new(source) {
            return Some(format!("pattern `{source}`: {error}"));
        }
        let missed = !self.is_match(example);
        missed.then(|| format!("pattern `{source}` does not match its own example"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_and_never_matches() {
        let broken = Pattern::new("(");
        assert!(!broken.is_match("("));
        assert!(broken.fault("(").unwrap().starts_with("pattern `(`: "));
        let fault = Pattern::new("refused").fault("reset").unwrap();
        assert_eq!(fault, "pattern `refused` does not match its own example");
        assert_eq!(Pattern::new("refused").fault("111: refused"), None);
    }
}
