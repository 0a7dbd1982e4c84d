//! Tests a configuration snippet: wraps it in the blocks it belongs into, and runs `nginx -t`.

use std::fs;

use super::config::{Config, rewrite};
use super::log;
use super::nginx::Nginx;
use super::ports::Ports;
use super::{LabError, gateway};
use crate::check::Context;
use crate::sandbox::{Job, Stage};
use crate::sys::files;

/// The context a snippet belongs into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SnippetContext {
    /// None: it is a whole configuration.
    Main,
    Http,
    Server,
    Location,
}

/// The contexts by name.
pub(crate) const CONTEXTS: [(&str, SnippetContext); 4] = [
    ("main", SnippetContext::Main),
    ("http", SnippetContext::Http),
    ("server", SnippetContext::Server),
    ("location", SnippetContext::Location),
];

/// The result of `nginx -t` on a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SnippetResult {
    pub accepted: bool,
    /// Its messages, with line numbers of the snippet.
    pub said: String,
    /// The line in the snippet of the first message that has one.
    pub line: Option<usize>,
}

/// Wraps `text` into a whole configuration; also returns the number of lines before it.
pub(crate) fn wrap(text: &str, place: SnippetContext) -> (String, usize) {
    let mut before = String::new();
    let mut after = String::new();
    let levels = match place {
        SnippetContext::Main => 0,
        SnippetContext::Http => 1,
        SnippetContext::Server => 2,
        SnippetContext::Location => 3,
    };
    let blocks = [
        "events {}\nhttp {\n",
        "server {\nlisten 127.0.0.1:8080;\n",
        "location / {\n",
    ];
    for block in blocks.into_iter().take(levels) {
        before.push_str(block);
        after.push_str("}\n");
    }
    let lines = before.matches('\n').count();
    let text = text.trim_end();
    (format!("{before}{text}\n{after}"), lines)
}

/// Runs `nginx -t` on `text` in the context `place`.
pub(crate) fn test(
    text: &str,
    place: SnippetContext,
    nginx: &Nginx,
    context: &Context,
) -> Result<SnippetResult, LabError> {
    let failed = LabError::file(&std::env::temp_dir());
    let scratch = files::scratch("gradus-nginx-").map_err(&failed)?;
    let folder = scratch.path();
    for name in ["logs", "tmp"] {
        fs::create_dir_all(folder.join(name)).map_err(&failed)?;
    }
    let (text, before) = wrap(text, place);
    // An ordinary user cannot write to nginx's built-in paths. A file that does not parse goes to nginx as
    // it is, for its error message.
    let text = match Config::parse(&text) {
        Ok(config) => rewrite::within_folder(&config, |name| nginx.has_directive(name)),
        Err(_) => text,
    };
    let own = "pid logs/nginx.pid; error_log logs/error.log;\n";
    let file = folder.join(log::FILE);
    fs::write(&file, format!("{own}{text}")).map_err(&failed)?;
    let mut job = Job::new(Stage::Trusted, nginx.program(), folder)
        .within(gateway::LIMITS)
        .arguments(["-t", "-p"])
        .argument(folder)
        .argument("-c")
        .argument(&file);
    if nginx.knows_error_log_option() {
        job = job.argument("-e").argument("stderr");
    }
    let exit = context.sandbox.run(job, &context.cancel)?;
    let said = String::from_utf8_lossy(&exit.stderr);
    let mut found = log::diagnostics(&said, folder, &Ports::default());
    let before = before + 1;
    for found in &mut found {
        found.text = subtract_lines(&found.text, before);
    }
    nginx.explain(&mut found, context);
    let line = found.iter().find_map(|found| found.line);
    let said = found.iter().map(|found| found.text.clone() + "\n");
    Ok(SnippetResult {
        accepted: exit.end.is_success(),
        said: said.collect(),
        line: line.and_then(|line| line.checked_sub(before)),
    })
}

/// Subtracts `before` from the line number after `nginx.conf:`.
fn subtract_lines(line: &str, before: usize) -> String {
    let mark = format!("{}:", log::FILE);
    let place = line.rsplit_once(&mark);
    let number = place.and_then(|(_, number)| number.trim().parse::<usize>().ok());
    match (place, number) {
        (Some((message, _)), Some(number)) if number > before => {
            format!("{message}{mark}{}", number - before)
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_put_where_it_belongs() {
        let (text, before) = wrap("return 204;\n", SnippetContext::Location);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[before], "return 204;");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(wrap("a;\n", SnippetContext::Main), ("a;\n".to_owned(), 0));
    }

    #[test]
    fn lines_are_counted_in_the_piece() {
        let said = "nginx: [emerg] invalid URL prefix in nginx.conf:9";
        assert!(subtract_lines(said, 7).ends_with("nginx.conf:2"));
        assert_eq!(subtract_lines(said, 9), said);
        assert_eq!(subtract_lines("no place", 3), "no place");
    }
}
