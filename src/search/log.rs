//! The symptoms in a whole log, counted in one pass.

use std::io::{self, BufRead, Read};

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::log_line::unwrapped;
pub(crate) use super::shape::Shape;
use super::shape::{Shapes, start_of};
use crate::course::{Course, Lesson, Symptom};

/// The bytes of a line that are read; the rest of a longer one is skipped.
const LONGEST: u64 = 32 * 1024;
/// The memory that the automaton may take. A log has few kinds of lines, and uses far less.
const MEMORY: usize = 64 << 20;

/// A line of any program that reports an error: a level, or a status in an access log.
const ERRORS: &[&str] = &[
    r"\[(?:[a-z_]+:)?(?:error|crit|alert|emerg)\]",
    r"\b(?:ERROR|CRITICAL|CRIT|FATAL|ALERT|EMERG)\b",
    r#"\b(?:level|severity)"?[=:] ?"?(?:error|ERROR|crit|fatal|panic)"#,
    r#"HTTP/\d(?:\.\d)?" 5\d\d "#,
    r#"\b[sS]tatus(?:_code)?"?[=:] ?"?5\d\d\b"#,
];

/// The symptoms of a course, as one automaton.
#[derive(Debug)]
pub(crate) struct LogReader<'a> {
    set: RegexSet,
    symptoms: Vec<(&'a Lesson, &'a Symptom)>,
}

/// What a log has.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    pub(crate) lines: u64,
    /// Whether any line has a time of day.
    pub(crate) has_times: bool,
    /// The symptoms in it, the most frequent first.
    pub(crate) known: Vec<Known<'a>>,
    /// Lines that report an error and are no symptom of the course, the most frequent first.
    pub(crate) unknown: Vec<Shape>,
    /// How many more there are, of further shapes.
    pub(crate) more: u64,
}

/// The lines of a log that are the same symptom.
#[derive(Debug, Clone)]
pub(crate) struct Known<'a> {
    pub(crate) lesson: &'a Lesson,
    pub(crate) symptom: &'a Symptom,
    pub(crate) count: u64,
    /// The number of the first, from 1.
    pub(crate) line: u64,
    /// The first.
    pub(crate) example: String,
}

impl<'a> LogReader<'a> {
    /// Prepares the symptoms of `course`; a pattern that is none is left out, as in a search.
    pub(crate) fn new(course: &'a Course) -> io::Result<Self> {
        let of = |lesson: &'a Lesson| lesson.symptoms.iter().map(move |symptom| (lesson, symptom));
        let mut symptoms: Vec<_> = course.lessons.iter().flat_map(of).collect();
        let patterns = |symptoms: &[(&Lesson, &Symptom)]| {
            let own = symptoms.iter().map(|(_, symptom)| symptom.pattern.source());
            automaton(own.chain(ERRORS.iter().copied()))
        };
        let set = patterns(&symptoms).or_else(|_| {
            symptoms.retain(|symptom| patterns(&[*symptom]).is_ok());
            patterns(&symptoms)
        });
        let set = set.map_err(io::Error::other)?;
        Ok(Self { set, symptoms })
    }

    /// Reads `input` to its end. The memory it takes does not depend on the log's length.
    pub(crate) fn survey(&self, mut input: impl BufRead) -> io::Result<Survey<'a>> {
        let mut counts: Vec<Option<Known<'a>>> = vec![None; self.symptoms.len()];
        let (mut lines, mut has_times, mut shapes) = (0, false, Shapes::default());
        let mut bytes = Vec::new();
        while read_line(&mut input, &mut bytes)? {
            lines += 1;
            has_times = has_times || has_time(&bytes);
            let line = unwrapped(&bytes);
            match self.set.matches(&line).iter().next() {
                Some(index) if index < self.symptoms.len() => {
                    let (lesson, symptom) = self.symptoms[index];
                    let known = counts[index].get_or_insert_with(|| Known {
                        lesson,
                        symptom,
                        count: 0,
                        line: lines,
                        example: start_of(&String::from_utf8_lossy(&line)),
                    });
                    known.count += 1;
                }
                Some(_) => shapes.add(lines, &String::from_utf8_lossy(&line)),
                None => {}
            }
        }
        let mut known: Vec<_> = counts.into_iter().flatten().collect();
        known.sort_by_key(|known| (std::cmp::Reverse(known.count), known.line));
        let (unknown, more) = shapes.into_sorted();
        Ok(Survey {
            lines,
            has_times,
            known,
            unknown,
            more,
        })
    }
}

fn automaton<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns)
        .unicode(false)
        .size_limit(MEMORY)
        .dfa_size_limit(MEMORY)
        .build()
}

/// Returns whether `line` has a time of day, as nearly every line of a log does.
fn has_time(line: &[u8]) -> bool {
    let is_digit = |at: usize, window: &[u8]| window[at].is_ascii_digit();
    line.windows(8).any(|window| {
        window[2] == b':'
            && window[5] == b':'
            && [0, 1, 3, 4, 6, 7]
                .into_iter()
                .all(|at| is_digit(at, window))
    })
}

/// Reads the next line into `line`, without its end; `false` at the end of `input`.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if input.by_ref().take(LONGEST).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture;

    fn survey(log: &str) -> (u64, bool, Vec<(u64, u64)>, Vec<u64>) {
        let course = fixture::course();
        let reader = LogReader::new(&course).unwrap();
        let survey = reader.survey(log.as_bytes()).unwrap();
        let known = survey.known.iter().map(|known| (known.count, known.line));
        let unknown = survey.unknown.iter().map(|shape| shape.line).collect();
        (survey.lines, survey.has_times, known.collect(), unknown)
    }

    #[test]
    fn symptoms_are_counted_and_other_errors_listed() {
        let log = "12:00:00 fine\nconnection refused\n[error] odd\nconnection refused\n";
        assert_eq!(survey(log), (4, true, vec![(2, 2)], vec![3]));
        assert_eq!(survey(""), (0, false, vec![], vec![]));
    }

    #[test]
    fn a_long_line_is_one_line_of_which_the_start_is_read() {
        let much = "x".repeat(100_000);
        let log = format!("{much} connection refused\nrefused {much}\r\n[error] last");
        assert_eq!(survey(&log), (3, false, vec![(1, 2)], vec![3]));
    }

    #[test]
    fn what_stands_far_into_a_line_is_read() {
        let log = format!("{} connection refused\n", "x".repeat(30_000));
        assert_eq!(survey(&log).2, [(1, 1)]);
    }

    #[test]
    fn a_time_of_day_has_hours_minutes_and_seconds() {
        assert!(has_time(b"at 11:38:12 +0000"));
        for other in [
            "11:38", "11:38.12", "11.38.12", "11.38:12", "aa:bb:cc", "::1:3000",
        ] {
            assert!(!has_time(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_broken_pattern_is_left_out() {
        let mut course = fixture::course();
        let mut broken = course.lessons[0].symptoms[0].clone();
        broken.pattern = crate::source::Pattern::new("(");
        course.lessons[1].symptoms = crate::course::Lazy::ready(vec![broken]);
        let reader = LogReader::new(&course).unwrap();
        assert_eq!(reader.symptoms.len(), 1);
    }
}
