//! The cards of a review: which questions are due, and what a cause of the drill is asked as.

use crate::course::{Choice, Course, Question, Quiz};
use crate::kinds::gateway::drill::{self, DrillSpec, Fault, Possibility, Shows};
use crate::progress::{CardId, Progress};
use crate::sys::fingerprint::Fingerprint;
use crate::text::counted;

/// How many wrong causes a question offers.
const OTHERS: usize = 4;
const HOUR: u64 = 3600;

/// A question that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReviewCard {
    pub id: CardId,
    pub quiz: Quiz,
}

/// What there is to review.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Deck {
    /// The cards for today.
    pub cards: Vec<ReviewCard>,
    /// How many are due beyond those.
    pub more: usize,
    /// The seconds until the next is due.
    pub next: Option<u64>,
}

impl Deck {
    /// Returns what of `progress` is to be reviewed at `now`. Cards of questions that the course or the track
    /// does not have are left out.
    pub(crate) fn new(course: &Course, progress: &Progress, now: u64) -> Self {
        let mut deck = Self::default();
        let cards = progress.cards();
        let is_cause = |(id, _): &(&CardId, u64)| matches!(id, CardId::Cause { .. });
        let has_causes = cards.iter().any(is_cause);
        let spec = has_causes.then(|| drill::load(&course.tree, &mut Vec::new()));
        let spec = spec.flatten();
        for (id, due) in cards {
            let quiz = match id {
                CardId::Quiz { lesson, quiz } => {
                    let lesson = course.lesson(lesson);
                    let quiz = lesson.and_then(|it| it.quizzes().find(|it| it.id == *quiz));
                    quiz.filter(|quiz| quiz.is_on(progress.track.as_ref()))
                        .cloned()
                }
                CardId::Cause { cause } => spec.as_ref().and_then(|spec| ask_cause(spec, cause)),
            };
            match (quiz, due.checked_sub(now)) {
                (None, _) => {}
                (Some(quiz), None | Some(0)) => {
                    let id = id.clone();
                    deck.cards.push(ReviewCard { id, quiz });
                }
                (Some(_), Some(wait)) => {
                    deck.next = Some(deck.next.map_or(wait, |next| next.min(wait)));
                }
            }
        }
        let due = deck.cards.len();
        deck.cards.truncate(progress.cards_left_today(now));
        deck.more = due - deck.cards.len();
        deck
    }

    /// Returns what to say when there is no card for now.
    pub(crate) fn rest(&self) -> String {
        match (self.more, self.next) {
            (0, None) => "Nothing is left to review.".to_owned(),
            (0, Some(wait)) => format!("The next question is due in {}.", span(wait)),
            (more, _) => format!(
                "That is enough for today; {} can wait until tomorrow.",
                counted(more, "more question")
            ),
        }
    }
}

/// Returns `seconds` in words, rounded up.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds.div_ceil(HOUR) {
        hours @ 0..24 => (hours.max(1), "hour"),
        hours => (hours.div_ceil(24), "day"),
    };
    counted(count, unit)
}

/// Returns the question which cause fits the evidence of `cause`. Causes that the same evidence can have, and
/// those whose evidence is not declared, are no choices.
fn ask_cause(spec: &DrillSpec, cause: &str) -> Option<Quiz> {
    let fault = spec.faults.iter().find(|fault| fault.cause == cause)?;
    let (sign, prompt) = evidence(fault);
    let own = spec.causes.iter().find(|it| it.id == cause)?;
    let differs = |other: &&Possibility| {
        if own.like.contains(&other.id) || other.like.contains(&own.id) {
            return false;
        }
        let mut faults = spec.faults.iter().filter(|fault| fault.cause == other.id);
        faults.clone().next().is_some() && faults.all(|fault| evidence(fault).0 != sign)
    };
    let mut others: Vec<_> = spec.causes.iter().filter(differs).collect();
    others.sort_by_cached_key(|other| {
        let mut rank = Fingerprint::new();
        rank.add(cause);
        rank.add(&other.id);
        rank.finish()
    });
    others.truncate(OTHERS);
    if others.is_empty() {
        return None;
    }
    let offered = spec
        .causes
        .iter()
        .filter(|it| it.id == cause || others.contains(it));
    let choice = |it: &Possibility| Choice {
        text: it.title.clone(),
        correct: it.id == cause,
        explain: if it.id == cause {
            fault.explain.clone()
        } else {
            let other = spec.faults.iter().find(|fault| fault.cause == it.id);
            let shown = other.map_or_else(String::new, |other| evidence(other).1);
            format!("That would show otherwise. {shown}")
        },
    };
    Some(Quiz {
        id: cause.to_owned(),
        prompt: format!("{prompt} Which cause fits?"),
        question: Question::Single(offered.map(choice).collect()),
        track: None,
        line: 0,
    })
}

/// Returns what tells the fault of `fault` from others, and the evidence as Markdown.
fn evidence(fault: &Fault) -> (String, String) {
    let expect = match &fault.shows {
        Shows::Refusal(says) => {
            return (says.clone(), format!("nginx does not start: `{says}`."));
        }
        Shows::Answer(expect) => expect,
    };
    let statuses = expect.status.iter().chain(&expect.statuses);
    let statuses: Vec<_> = statuses.map(u16::to_string).collect();
    let line = match (&expect.log, &expect.access) {
        (Some(log), _) => format!("The error log says `{}`.", plain(log)),
        (None, Some(access)) => format!("The access log says `{}`.", plain(access)),
        (None, None) => String::new(),
    };
    let silent = match (&expect.log, &expect.no_log) {
        (None, Some(_)) => " The error log is silent.",
        _ => "",
    };
    let sign = if line.is_empty() {
        statuses.join(" ")
    } else {
        line.clone()
    };
    let (method, path) = (&fault.send.method, &fault.send.path);
    let statuses = statuses.join(" or ");
    let text = format!("A customer requests `{method} {path}` and gets {statuses}. {line}{silent}");
    (sign, text)
}

/// Returns the pattern without the backslashes that keep characters from having a meaning in it.
fn plain(pattern: &str) -> String {
    let mut chars = pattern.chars().peekable();
    let mut text = String::new();
    while let Some(char) = chars.next() {
        let escapes = char == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        text.extend(if escapes { chars.next() } else { Some(char) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Answer, builtin, fixture, load};
    use crate::kinds::KINDS;

    const DAY: u64 = 24 * HOUR;

    fn quiz(id: &str) -> CardId {
        CardId::Quiz {
            lesson: "start".parse().unwrap(),
            quiz: id.into(),
        }
    }

    #[test]
    fn questions_that_are_gone_are_left_out_and_the_next_is_known() {
        let course = fixture::course();
        let mut progress = Progress::default();
        assert_eq!(Deck::new(&course, &progress, DAY), Deck::default());
        for id in ["q", "gone"] {
            progress.answer_card(quiz(id), false, DAY);
        }
        let cause = "gone".to_owned();
        progress.answer_card(CardId::Cause { cause }, false, DAY);
        let later = Deck::new(&course, &progress, DAY);
        assert_eq!((later.cards.len(), later.next), (0, Some(16 * HOUR)));
        assert_eq!(later.rest(), "The next question is due in 16 hours.");
        let due = Deck::new(&course, &progress, 2 * DAY);
        assert_eq!((due.cards.len(), due.more, due.next), (1, 0, None));
        assert_eq!(due.cards[0].quiz.prompt, "Which?");
        progress.track = Some("slow".parse().unwrap());
        assert_eq!(Deck::new(&course, &progress, 2 * DAY).cards.len(), 1);
        assert_eq!(progress.cards().len(), 3);
    }

    #[test]
    fn the_rest_waits_for_another_day() {
        let deck = |more| Deck {
            more,
            ..Deck::default()
        };
        assert_eq!(deck(0).rest(), "Nothing is left to review.");
        let text = "That is enough for today; 2 more questions can wait until tomorrow.";
        assert_eq!(deck(2).rest(), text);
        assert_eq!(span(1), "1 hour");
        assert_eq!(span(24 * HOUR), "1 day");
        assert_eq!(span(25 * HOUR), "2 days");
    }

    #[test]
    fn a_cause_is_asked_by_evidence_that_no_other_choice_has() {
        let course = load(&builtin::tree(), KINDS).0;
        let spec = drill::load(&course.tree, &mut Vec::new()).unwrap();
        let mut places = std::collections::BTreeSet::new();
        for fault in &spec.faults {
            let quiz = ask_cause(&spec, &fault.cause).unwrap();
            let choices = quiz.choices();
            assert_eq!(choices.len(), 1 + OTHERS, "{}", fault.cause);
            let right = choices.iter().position(|choice| choice.correct).unwrap();
            places.insert(right);
            let mark = quiz.mark(&Answer::Choices(vec![right]));
            assert_eq!((mark.right, &mark.explanations[0]), (true, &fault.explain));
            let mark = quiz.mark(&Answer::Choices(vec![(right + 1) % choices.len()]));
            assert!(mark.explanations[0].starts_with("That would show otherwise. "));
            let title = |id: &str| &spec.causes.iter().find(|it| it.id == id).unwrap().title;
            for other in &spec.faults {
                let is_same = evidence(other).0 == evidence(fault).0 && other.cause != fault.cause;
                let pair = [fault.cause.as_str(), other.cause.as_str()];
                let is_same = is_same || pair == ["socket-path", "not-started"];
                let is_offered = choices.iter().any(|it| it.text == *title(&other.cause));
                assert!(!(is_same && is_offered), "{}: {}", fault.id, other.id);
            }
        }
        assert!(places.len() > 2, "{places:?}");
        let prompt = |cause: &str| ask_cause(&spec, cause).unwrap().prompt;
        assert_eq!(
            prompt("said-502"),
            "A customer requests `POST /pay` and gets 502. The access log says `said=[502]`. \
             The error log is silent. Which cause fits?"
        );
        assert_eq!(
            prompt("unknown-name"),
            "nginx does not start: `host not found in upstream`. Which cause fits?"
        );
        assert_eq!(ask_cause(&spec, "no-connections-left"), None);
        assert_eq!(ask_cause(&spec, "nowhere"), None);
    }
}
