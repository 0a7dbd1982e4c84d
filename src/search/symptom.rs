//! Search by symptoms: patterns for log lines.

use super::Hit;
use super::log_line::unwrapped;
use crate::course::{Course, Lesson};
use crate::source::Pattern;

/// Returns the symptoms that match `text`, in the order of the course. A bare status code matches the
/// symptoms about that status.
pub(super) fn find<'a>(course: &'a Course, text: &str) -> Vec<Hit<'a>> {
    let text = unwrapped(text.trim().as_bytes());
    let text = String::from_utf8_lossy(&text);
    let shows = |pattern: &Pattern| match status(&text) {
        Some(status) => is_about(pattern, status),
        None => text.lines().any(|line| pattern.is_match(line)),
    };
    let lessons = course.lessons.iter();
    lessons.flat_map(|lesson| hits_in(lesson, &shows)).collect()
}

/// Returns the symptoms of `lesson` whose pattern `shows`.
fn hits_in<'a>(lesson: &'a Lesson, shows: &impl Fn(&Pattern) -> bool) -> Vec<Hit<'a>> {
    let patterns = lesson.patterns.iter().enumerate();
    let matching = patterns.filter(|(_, pattern)| shows(pattern));
    let symptoms = matching.filter_map(|(index, _)| lesson.symptoms.get(index));
    symptoms
        .map(|symptom| Hit::Symptom { lesson, symptom })
        .collect()
}

/// Returns `text` if it is an HTTP status code.
pub(super) fn status(text: &str) -> Option<&str> {
    let code: u16 = text.parse().ok()?;
    (100..600).contains(&code).then_some(text)
}

fn is_about(pattern: &Pattern, status: &str) -> bool {
    pattern.is_match(&format!("HTTP/1.1 {status} ")) || pattern.is_match(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Lazy, fixture};

    fn causes(text: &str) -> Vec<String> {
        let mut course = fixture::course();
        let mut about = course.lessons[0].symptoms[0].clone();
        about.pattern = Pattern::new(r"HTTP/\d(\.\d)? 502\b|502 Bad Gateway");
        course.lessons[1].patterns = Lazy::ready(vec![about.pattern.clone()]);
        about.cause = "A gateway.".into();
        course.lessons[1].symptoms = Lazy::ready(vec![about]);
        let hits = find(&course, text);
        let causes = hits.iter().map(|hit| match hit {
            Hit::Symptom { symptom, .. } => symptom.cause.clone(),
            Hit::Section { .. } | Hit::Exercise(_) => String::new(),
        });
        causes.collect()
    }

    #[test]
    fn a_pasted_line_and_a_bare_status_lead_to_causes() {
        assert_eq!(
            causes("connect() failed (111: connection refused)\n"),
            ["Nobody listens."]
        );
        assert_eq!(causes("HTTP/1.1 502 Bad Gateway"), ["A gateway."]);
        assert_eq!(causes(" 502 "), ["A gateway."]);
        assert_eq!(causes("504"), [""; 0]);
        assert_eq!(causes("99502"), [""; 0]);
    }
}
