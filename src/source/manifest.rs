//! Where something stands in a manifest, and what its reader says of it.

use toml::Spanned;

use super::Problem;

/// Returns the line, from 1, where a value stands in `text`.
pub(crate) fn line_of<T>(text: &str, value: &Spanned<T>) -> usize {
    line_at(text, value.span().start)
}

/// Returns the line, from 1, of the byte `offset` of `text`.
fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text).as_bytes();
    1 + memchr::memchr_iter(b'\n', before).count()
}

/// Words an error of the TOML reader; `first_line` is the line of the file where `text` starts.
pub(crate) fn toml_problem(
    file: &str,
    text: &str,
    first_line: usize,
    error: &toml::de::Error,
) -> Problem {
    let line = error
        .span()
        .map(|span| first_line - 1 + line_at(text, span.start));
    let message = error.message().trim().replace('\n', "; ");
    Problem::new(file, message).at(line)
}
