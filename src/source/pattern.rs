//! The pattern of a symptom, compiled when a line first has what every match of it has.

use std::str::Chars;
use std::sync::OnceLock;

use memchr::memmem;
use regex_lite::Regex;

/// A pattern over one line of a log.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    literals: OnceLock<Vec<String>>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Returns the pattern `source`; whether it is one shows when it is used.
    pub(crate) fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            literals: OnceLock::new(),
            compiled: OnceLock::new(),
        }
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Returns whether the pattern is found in `line`; one that is no pattern never is.
    pub(crate) fn is_match(&self, line: &str) -> bool {
        let literals = self.literals.get_or_init(|| literals(&self.source));
        let has = |literal: &String| memmem::find(line.as_bytes(), literal.as_bytes()).is_some();
        if !literals.iter().any(has) {
            return false;
        }
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

/// Returns strings one of which is in whatever the regular expression `source` matches: the longest literal
/// of each of its alternatives. An empty one is in everything.
///
/// Compiling an expression costs a hundred times what this scan does. What is in groups and classes is left
/// out, and of an expression that sets flags or has escapes with a value, everything.
fn literals(source: &str) -> Vec<String> {
    scan_literals(source).unwrap_or_else(|| vec![String::new()])
}

fn scan_literals(source: &str) -> Option<Vec<String>> {
    let mut found = vec![String::new()];
    let mut run = String::new();
    let mut depth = 0;
    let mut chars = source.chars();
    loop {
        let char = chars.next();
        match char {
            Some('\\') => match chars.next()? {
                'b' | 'B' | '<' | '>' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' => {}
                escaped if !escaped.is_ascii_punctuation() => return None,
                escaped if depth == 0 => {
                    run.push(escaped);
                    continue;
                }
                _ => {}
            },
            Some('[') => skip_class(&mut chars)?,
            Some('(') if chars.as_str().starts_with('?') => return None,
            Some('(') => depth += 1,
            Some(')') => depth -= 1,
            // What comes before need not be there, with `+` where another quantifier follows.
            Some('?' | '*' | '+') => drop(run.pop()),
            Some('{') => {
                run.pop();
                chars.find(|char| *char == '}')?;
            }
            Some('.' | '^' | '$' | '|') | None => {}
            Some(literal) if depth == 0 => {
                run.push(literal);
                continue;
            }
            Some(_) => {}
        }
        let last = found.last_mut()?;
        if run.len() > last.len() {
            last.clone_from(&run);
        }
        run.clear();
        match char {
            None => return Some(found),
            Some('|') if depth == 0 => found.push(String::new()),
            Some(_) => {}
        }
    }
}

/// Skips the rest of a class; `None` where another one is in it.
fn skip_class(chars: &mut Chars<'_>) -> Option<()> {
    let rest = chars.as_str();
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    *chars = rest.strip_prefix(']').unwrap_or(rest).chars();
    loop {
        match chars.next()? {
            ']' => return Some(()),
            '[' => return None,
            '\\' => drop(chars.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn a_line_without_the_literals_of_any_alternative_is_no_match() {
        for (source, expected) in [
            ("refused", &["refused"][..]),
            (r"connect\(\)( to \S+)? failed \(\d+: x", &["connect()"]),
            (r"a+bc?d{0,3}ef|\[emerg\].*", &["ef", "[emerg]"]),
            (r"(^|a)504\b", &["504"]),
            (r"x[]|?]yz[^]a]*", &["yz"]),
            (r"\d|abc", &["", "abc"]),
            ("(?i)refused", &[""]),
            (r"\x41bc", &[""]),
            ("a[[:digit:]]", &[""]),
        ] {
            assert_eq!(literals(source), expected, "{source}");
        }
    }

    fn joined(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
        let pieces = prop::collection::vec(prop::sample::select(pieces), 0..most);
        pieces.prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn literals_keep_no_match_from_being_found(
            source in joined(
                &[
                    "a", "b", "ab", "5", " ", ".", "?", "*", "+", "+?", "{0,2}", "{2}", "|", "(", ")", "(a|b)",
                    "(?:", "(?i)", "[ab]", "[^a]", "[]a]", r"[\]b]", "^", "$", r"\d", r"\b", r"\[", r"\.", r"\x61",
                ],
                8,
            ),
            line in joined(&["a", "b", "ab", "A", "5", " ", "]", "[", "."], 6),
        ) {
            if let Ok(regex) = Regex::new(&source) {
                prop_assert_eq!(Pattern::new(&*source).is_match(&line), regex.is_match(&line), "{}", source);
            }
        }
    }
}
