//! Leaves out the log lines of the simulated customers, unless they say something new.

use crate::kinds::gateway::lab::control::tail::{LogSource, NewLines};
use crate::kinds::gateway::lab::customers::TARGET;

/// Knows what the lines of the customers said last, so that only news is shown.
#[derive(Debug, Default)]
pub(super) struct LogFilter {
    error: String,
    access: String,
}

impl LogFilter {
    /// Takes the lines of customers out of `news` that say what the one before them said.
    pub(super) fn thin(&mut self, news: NewLines) -> NewLines {
        let mut lines = news.lines;
        lines.retain(|(source, line)| self.is_news(*source, line));
        NewLines { lines, ..news }
    }

    fn is_news(&mut self, source: LogSource, line: &str) -> bool {
        if !line.contains(&format!("\"GET {TARGET} ")) {
            return true;
        }
        let last = match source {
            LogSource::Error => &mut self.error,
            LogSource::Access => &mut self.access,
        };
        let gist = gist(line);
        let is_news = *last != gist;
        *last = gist;
        is_news
    }
}

/// Returns `line` without times and the numbers of processes and connections; a status stays.
fn gist(line: &str) -> String {
    let is_status = |word: &&str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let words = line
        .split_whitespace()
        .map(|word| match Some(word).filter(is_status) {
            Some(status) => status.to_owned(),
            None => word.replace(|char: char| char.is_ascii_digit(), ""),
        });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(target: &str, status: u16, time: &str) -> (LogSource, String) {
        let line = format!("127.0.0.1 \"GET {target} HTTP/1.1\" {status} header=[{time}]");
        (LogSource::Access, line)
    }

    fn error(time: &str, number: u32) -> (LogSource, String) {
        let line = format!(
            "2026/11/22 {time} [error] 7#7: *{number} connect() failed (111: Connection refused), \
             request: \"GET {TARGET} HTTP/1.1\""
        );
        (LogSource::Error, line)
    }

    fn left(filter: &mut LogFilter, lines: Vec<(LogSource, String)>) -> usize {
        let news = NewLines {
            lines,
            ..NewLines::default()
        };
        filter.thin(news).lines.len()
    }

    #[test]
    fn customers_are_shown_when_they_meet_something_else() {
        let mut filter = LogFilter::default();
        let outage = vec![
            error("11:38:12", 1),
            error("11:38:13", 3),
            access(TARGET, 502, "-"),
            access(TARGET, 502, "-"),
        ];
        assert_eq!(left(&mut filter, outage.clone()), 2);
        assert_eq!(left(&mut filter, outage), 0);
        let mended = vec![access(TARGET, 200, "0.001"), access(TARGET, 200, "0.020")];
        assert_eq!(left(&mut filter, mended), 1);
        assert_eq!(left(&mut filter, vec![access(TARGET, 502, "-")]), 1);
    }

    #[test]
    fn what_the_learner_asks_for_is_always_shown() {
        let mut filter = LogFilter::default();
        let asked = vec![access("/", 502, "-"), access("/", 502, "-")];
        assert_eq!(left(&mut filter, asked), 2);
    }
}
