//! TOML files that a learner edits: parsing, and errors with file, line and help.

use serde::de::DeserializeOwned;

use super::confusables;
use crate::check::Diagnostic;
use crate::text::visible;

/// Parses `text`, the content of the learner's `file`.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Vec<Diagnostic>> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text[..start.min(text.len())].matches('\n').count() + 1;
        let help = confusables::help(text, 1, line);
        vec![diagnostic(file, line, error.message(), help.as_deref())]
    })
}

/// An error in `line` of the learner's `file`.
pub(crate) fn diagnostic(file: &str, line: usize, message: &str, help: Option<&str>) -> Diagnostic {
    let message = visible(message.trim_end());
    let help = help.map_or_else(String::new, |help| format!("\nhelp: {help}"));
    Diagnostic {
        error: true,
        text: format!("{file}:{line}: {message}{help}"),
        message,
        file: Some(file.to_owned()),
        line: Some(line),
    }
}
