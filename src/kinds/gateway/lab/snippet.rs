//! A piece of a configuration: put where it belongs, and shown to `nginx -t`.

use std::fs;

use super::config::{Config, rewrite};
use super::log;
use super::nginx::Nginx;
use super::ports::Ports;
use super::{LabError, gateway};
use crate::check::Context;
use crate::sandbox::{Job, Stage};
use crate::sys::files;

/// Where a piece belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is a whole configuration.
    Main,
    /// Inside `http`.
    Http,
    /// Inside a `server`.
    Server,
    /// Inside a `location`.
    Location,
}

/// Every place, with its word.
pub(crate) const PLACES: [(&str, Place); 4] = [
    ("main", Place::Main),
    ("http", Place::Http),
    ("server", Place::Server),
    ("location", Place::Location),
];

/// What nginx says to a piece of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether nginx takes it.
    pub taken: bool,
    /// What it says, with the lines counted as in the piece.
    pub said: String,
    /// The line of the piece where it sees the first fault.
    pub line: Option<usize>,
}

/// Returns a whole configuration around `text`, and how many lines come before it.
pub(crate) fn whole(text: &str, place: Place) -> (String, usize) {
    let mut before = String::new();
    let mut after = String::new();
    let levels = match place {
        Place::Main => 0,
        Place::Http => 1,
        Place::Server => 2,
        Place::Location => 3,
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

/// Asks `nginx -t` what it thinks of `text` in `place`.
///
/// # Errors
/// Fails when Gradus could not do its work.
pub(crate) fn test(
    text: &str,
    place: Place,
    nginx: &Nginx,
    context: &Context,
) -> Result<Verdict, LabError> {
    let failed = |source| LabError::File {
        path: std::env::temp_dir(),
        source,
    };
    let scratch = files::scratch("gradus-nginx-").map_err(failed)?;
    let folder = scratch.path();
    for name in ["logs", "tmp"] {
        fs::create_dir_all(folder.join(name)).map_err(failed)?;
    }
    let (text, before) = whole(text, place);
    // An ordinary user may write to none of the files that nginx was built to write to. What cannot
    // be read at all is for nginx to tell.
    let enclosed = Config::parse(&text);
    let enclosed = enclosed.map(|it| rewrite::enclosed(&it, |name| nginx.has_directive(name)));
    let text = enclosed.unwrap_or(text);
    let own = "pid logs/nginx.pid; error_log logs/error.log;\n";
    let file = folder.join(log::FILE);
    fs::write(&file, format!("{own}{text}")).map_err(failed)?;
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
        found.text = counted_from(&found.text, before);
    }
    nginx.explain(&mut found, context);
    let line = found.iter().find_map(|found| found.line);
    let said = found.iter().map(|found| found.text.clone() + "\n");
    Ok(Verdict {
        taken: exit.end.is_success(),
        said: said.collect(),
        line: line.and_then(|line| line.checked_sub(before)),
    })
}

/// Returns `line` with the number after `nginx.conf:` less by `before`.
fn counted_from(line: &str, before: usize) -> String {
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
        let (text, before) = whole("return 204;\n", Place::Location);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[before], "return 204;");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        assert_eq!(whole("a;\n", Place::Main), ("a;\n".to_owned(), 0));
    }

    #[test]
    fn lines_are_counted_in_the_piece() {
        let said = "nginx: [emerg] invalid URL prefix in nginx.conf:9";
        assert!(counted_from(said, 7).ends_with("nginx.conf:2"));
        assert_eq!(counted_from(said, 9), said);
        assert_eq!(counted_from("no place", 3), "no place");
    }
}
