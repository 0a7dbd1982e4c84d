//! What a page shows, held against what came.
//!
//! A line `...` or `…` stands for any lines, `[..]` or `…` within a line for anything. What differs
//! each time a command is run (a time, a process, a version of nginx, the blanks between columns)
//! need not be marked: any other of the same form will do.

use std::sync::OnceLock;

use regex_lite::Regex;

/// What differs from one run to the next, and what it is replaced by.
const VARYING: [(&str, &str); 9] = [
    // A page may leave out the time that stands before a line of a log.
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (\[\w+\])", "$1"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", "<time>"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "<time>"),
    (r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}", "<time>"),
    (r"\b\d+#\d+: \*\d+", "<connection>"),
    (r"\b\d+#\d+:", "<process>"),
    (r"\b(pid|fd)=\d+", "$1=<number>"),
    (r"\bnginx/\d+\.\d+\.\d+", "nginx/<version>"),
    (r"\s+", " "),
];

/// Returns whether `came` is what is `shown`.
pub fn same(came: &str, shown: &str) -> bool {
    glob(&lines(came), &lines(shown), is_any, fits)
}

/// Returns whether the lines `shown` stand in `came`, one after the other.
pub(crate) fn stands_in(came: &str, shown: &str) -> bool {
    let mut around = vec![Plain::new("…")];
    around.extend(lines(shown));
    around.push(Plain::new("…"));
    glob(&lines(came), &around, is_any, fits)
}

/// A line without what differs from one run to the next.
#[derive(Debug)]
struct Plain(String);

fn lines(text: &str) -> Vec<Plain> {
    text.trim_end().lines().map(Plain::new).collect()
}

fn is_any(shown: &Plain) -> bool {
    matches!(shown.0.trim(), "..." | "…")
}

impl Plain {
    fn new(line: &str) -> Self {
        static PATTERNS: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
        let patterns = PATTERNS.get_or_init(|| {
            let known = VARYING.iter();
            let known =
                known.filter_map(|(pattern, name)| Some((Regex::new(pattern).ok()?, *name)));
            known.collect()
        });
        let line = line.trim_end().to_owned();
        Self(patterns.iter().fold(line, |line, (pattern, name)| {
            pattern.replace_all(&line, *name).into_owned()
        }))
    }
}

/// Returns whether the line that `came` is the line `shown`.
fn fits(came: &Plain, shown: &Plain) -> bool {
    let shown = shown.0.replace("[..]", "…");
    let shown: Vec<char> = shown.chars().collect();
    let came: Vec<char> = came.0.chars().collect();
    glob(
        &came,
        &shown,
        |char| *char == '…',
        |came, shown| came == shown,
    )
}

/// Returns whether `items` are what `pattern` says, in which `is_any` stands for any number of items.
fn glob<T>(
    items: &[T],
    pattern: &[T],
    is_any: impl Fn(&T) -> bool,
    fits: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut item, mut at) = (0, 0);
    // The last place for any items, and how many of them it has taken so far.
    let mut open: Option<(usize, usize)> = None;
    while item < items.len() {
        if at < pattern.len() && is_any(&pattern[at]) {
            open = Some((at, item));
            at += 1;
        } else if at < pattern.len() && fits(&items[item], &pattern[at]) {
            (item, at) = (item + 1, at + 1);
        } else if let Some((any, taken)) = open {
            open = Some((any, taken + 1));
            (item, at) = (taken + 1, any + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_may_be_any_lines() {
        let came = "a\nb\nc\n";
        for shown in [
            "a\nb\nc",
            "a\n…",
            "...\nc",
            "a\n…\nc",
            "…",
            "…\nb\n...",
            "a\nb\nc\n…",
        ] {
            assert!(same(came, shown), "{shown:?}");
        }
        for shown in ["a\nb", "b\n…", "…\nb", "", "a\n…\nd", "…\na\nb\n…\na"] {
            assert!(!same(came, shown), "{shown:?}");
        }
        assert!(same("", "") && same("", "…") && !same("", "a"));
    }

    #[test]
    fn what_is_left_out_of_a_line_may_be_anything() {
        for shown in [
            "200 after 1.5[..] s",
            "200 … s",
            "…",
            "200 after 1.502 s…",
            "2…after…s",
        ] {
            assert!(same("200 after 1.502 s", shown), "{shown:?}");
        }
        for shown in ["200 after 1.6… s", "200", "… t", "20 …"] {
            assert!(!same("200 after 1.502 s", shown), "{shown:?}");
        }
    }

    #[test]
    fn what_differs_each_time_need_not_be_marked() {
        let came = "2026/11/25 09:12:01 [error] 4711#4711: *3 connect() failed";
        assert!(same(
            came,
            "2026/11/22 11:38:12 [error] 71#71: *1 connect() failed"
        ));
        assert!(!same(
            came,
            "2026/11/22 11:38:12 [crit] 71#71: *1 connect() failed"
        ));
        assert!(same(came, "[error] 71#71: *1 connect() failed"));
        assert!(same("Server: nginx/1.28.5", "Server: nginx/1.22.1"));
        assert!(!same("Server: nginx", "Server: nginx/1.22.1"));
        let date = "Date: Wed, 25 Nov 2026 09:12:01 GMT";
        assert!(same(date, "Date: Sun, 22 Nov 2026 11:38:12 GMT"));
        assert!(same(
            "LISTEN 0  511   127.0.0.1:8080",
            "LISTEN 0 511 127.0.0.1:8080"
        ));
        assert!(!same("pid=12 x", "pid=9 y"));
    }

    #[test]
    fn lines_may_stand_anywhere_but_together() {
        let came = "a\nb\nc\n";
        assert!(stands_in(came, "b") && stands_in(came, "b\nc") && stands_in(came, "a\n…\nc"));
        assert!(!stands_in(came, "a\nc") && !stands_in(came, "c\nb") && !stands_in("", "a"));
    }
}
