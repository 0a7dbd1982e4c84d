//! nginx's logs and messages, translated to the learner's file names and ports.

use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::LabError;
use super::ports::Ports;
use crate::check::Diagnostic;
use crate::sys::files;
use crate::text::visible;

/// The most bytes of a log that are read at a time.
const MOST: u64 = 256 << 10;
/// The log levels of faults, most severe first.
const FAULTS: [&str; 4] = ["[emerg]", "[alert]", "[crit]", "[error]"];

/// A log of nginx, followed from an offset.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    offset: u64,
}

impl Log {
    pub(crate) fn at(path: PathBuf, offset: u64) -> Self {
        Self { path, offset }
    }

    /// Reads what was appended since the last call.
    pub(crate) fn read_new(&mut self) -> Result<String, LabError> {
        let read = match files::read_from(&self.path, self.offset, MOST) {
            // The configuration may log elsewhere, or not at all.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            // The configuration may have made it a folder, as with `proxy_temp_path`.
            Err(error) if error.kind() == ErrorKind::IsADirectory => Ok(Vec::new()),
            read => read,
        };
        let bytes = read.map_err(LabError::file(&self.path))?;
        self.offset += bytes.len() as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The line that explains why a request failed: the first with a fault, else the first warning.
pub(crate) fn explaining_line(log: &[String]) -> Option<&String> {
    let with = |levels: &[&str]| {
        log.iter()
            .find(|line| levels.iter().any(|level| line.contains(level)))
    };
    with(&FAULTS).or_else(|| with(&["[warn]"]))
}

/// Strips from log lines what differs from run to run: timestamps, PIDs, and fractions of durations.
pub(crate) fn without_run(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let rest = line.get(TIME.len()..).filter(|_| is_time(line));
        match rest.and_then(|rest| rest.split_once(' ')) {
            Some((level, said)) => format!("{level} {}", without_process(said)),
            None => without_times(line),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Strips an access-log line: drops the timestamp in brackets, and rounds numbers with three decimals, which
/// are seconds.
fn without_times(line: &str) -> String {
    let mut words = Vec::new();
    let mut is_moment = false;
    for word in line.split(' ') {
        is_moment |= word.starts_with('[') && word.matches('/').count() == 2;
        if is_moment {
            is_moment = !word.ends_with(']');
        } else {
            words.push(whole_seconds(word));
        }
    }
    words.join(" ")
}

fn whole_seconds(word: &str) -> String {
    let is_number = |char: char| char.is_ascii_digit() || char == '.';
    let mut rounded = String::new();
    let mut rest = word;
    while let Some(start) = rest.find(is_number) {
        let number = &rest[start..];
        let (number, after) =
            number.split_at(number.find(|it| !is_number(it)).unwrap_or(number.len()));
        rounded.push_str(&rest[..start]);
        match (number.split_once('.'), number.parse::<f64>()) {
            (Some((_, decimals)), Ok(seconds)) if decimals.len() == 3 => {
                write!(rounded, "{seconds:.0}").expect("a string takes it");
            }
            _ => rounded.push_str(number),
        }
        rest = after;
    }
    rounded + rest
}

/// The format of a timestamp, `0` for any digit.
const TIME: &str = "0000/00/00 00:00:00 ";

fn is_time(line: &str) -> bool {
    let mut pairs = TIME.bytes().zip(line.bytes());
    let is_like = |(wanted, byte): (u8, u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        wanted => byte == wanted,
    };
    line.len() >= TIME.len() && pairs.all(is_like)
}

/// Whether `line` of the error log has the level of a fault.
pub(crate) fn is_fault(line: &str) -> bool {
    FAULTS.iter().any(|level| line.contains(level))
}

/// Replaces private ports and the private folder by what the learner knows, and escapes control characters.
pub(crate) fn for_learner(text: &str, folder: &Path, ports: &Ports) -> String {
    let text = text.replace(&format!("{}/", folder.display()), "");
    visible(&ports.to_learner(&text))
}

/// Parses the messages of a start; `folder` is nginx's prefix.
pub(crate) fn diagnostics(said: &str, folder: &Path, ports: &Ports) -> Vec<Diagnostic> {
    let lines = said.lines().filter(|line| {
        // nginx warns about its built-in log path even if it never uses it.
        !line.contains("could not open error log file")
    });
    lines
        .filter_map(|line| diagnostic(&for_learner(line, folder, ports)))
        .collect()
}

fn diagnostic(line: &str) -> Option<Diagnostic> {
    let start = line.find('[')?;
    let (level, rest) = line[start..].split_once(' ')?;
    let error = FAULTS.contains(&level);
    if !error && level != "[warn]" {
        return None;
    }
    let message = without_process(rest);
    let (message, place) = place(message);
    let text = match place {
        Some(line) => format!("nginx: {level} {message} in {FILE}:{line}"),
        None => format!("nginx: {level} {message}"),
    };
    Some(Diagnostic {
        error,
        message: message.to_owned(),
        file: Some(FILE.to_owned()),
        line: place,
        text,
    })
}

pub(crate) const FILE: &str = "nginx.conf";

/// Strips `12#12: `, the PID and thread id that the log has and the terminal has not.
fn without_process(text: &str) -> &str {
    match text.split_once(": ") {
        Some((process, message))
            if process.contains('#')
                && process
                    .bytes()
                    .all(|byte| byte == b'#' || byte.is_ascii_digit()) =>
        {
            message
        }
        _ => text,
    }
}

/// Splits ` in nginx.conf:12` off the end of a message.
fn place(message: &str) -> (&str, Option<usize>) {
    let split = message.rsplit_once(&format!(" in {FILE}:"));
    match split.and_then(|(message, line)| Some((message, line.trim_end().parse().ok()?))) {
        Some((message, line)) => (message, Some(line)),
        None => (message, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_two_runs_are_the_same_without_times() {
        let line = |moment: &str, connect: &str| {
            format!(
                "127.0.0.1 - - [{moment} +0000] \"GET /a.1 HTTP/1.1\" 200 connect=[{connect}, 2.001] 1.28.5"
            )
        };
        let one = without_run(&line("30/Nov/2026:13:11:27", "0.000"));
        assert_eq!(one, without_run(&line("01/Dec/2026:00:00:00", "0.001")));
        assert_eq!(
            one,
            "127.0.0.1 - - \"GET /a.1 HTTP/1.1\" 200 connect=[0, 2] 1.28.5"
        );
        for other in [
            "[error] *2 connect() failed (111: Connection refused)",
            "[::1]:8080 \"GET / HTTP/1.1\" 200",
        ] {
            assert_eq!(without_run(other), other);
        }
    }

    #[test]
    fn a_message_becomes_a_diagnostic_with_the_learners_file_and_line() {
        let said = "nginx: [alert] could not open error log file: open() \"/x\" failed\n\
                    2026/11/22 11:38:12 [emerg] 71#71: invalid URL prefix in /tmp/lab/nginx.conf:14\n\
                    nginx: [warn] duplicate MIME type in /tmp/lab/nginx.conf:3\n";
        let found = diagnostics(said, Path::new("/tmp/lab"), &Ports::default());
        assert_eq!(found.len(), 2);
        assert!(found[0].error && !found[1].error);
        assert_eq!(found[0].message, "invalid URL prefix");
        assert_eq!(
            (found[0].file.as_deref(), found[0].line),
            (Some("nginx.conf"), Some(14))
        );
        assert_eq!(
            found[0].text,
            "nginx: [emerg] invalid URL prefix in nginx.conf:14"
        );
    }

    #[test]
    fn the_telling_line_is_the_first_fault() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let telling = |text: &str| explaining_line(&lines(text)).cloned();
        let log = "a [info] x\nb [warn] y\nc [error] z\nd [crit] w\n";
        assert_eq!(telling(log).as_deref(), Some("c [error] z"));
        assert_eq!(
            telling("a [info] x\nb [warn] y").as_deref(),
            Some("b [warn] y")
        );
        assert_eq!(telling("a [info] x"), None);
    }

    #[test]
    fn what_is_of_one_run_is_taken_out_of_lines_of_the_log() {
        let line = "2026/11/30 04:01:05 [error] 15#15: *2 connect() failed";
        assert_eq!(without_run(line), "[error] *2 connect() failed");
        for other in [
            "2026/11/30 é",
            "[error] 15#15: *2 x",
            "2026/11/30 04:01:05 x",
        ] {
            assert_eq!(without_run(other), other);
        }
    }
}
