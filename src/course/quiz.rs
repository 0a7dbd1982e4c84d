//! Quiz questions, and how answers are marked.

use serde::Deserialize;

use crate::source::TrackId;

/// A question in a lesson. It never blocks progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// The id, unique in its lesson.
    pub id: String,
    /// The question, as Markdown.
    pub prompt: String,
    /// The kind of question, with its answers.
    pub question: Question,
    /// The track that it is for alone, if it is.
    pub track: Option<TrackId>,
    /// The line of its block in the lesson's file, from 1.
    pub line: usize,
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Single choice.
    Single(Vec<Choice>),
    /// Multiple choice: every right choice and no other.
    Multiple(Vec<Choice>),
    /// A short answer in words.
    Short {
        /// The accepted answers.
        accept: Vec<String>,
        /// Why they are right.
        explain: String,
        /// Anticipated wrong answers.
        wrong: Vec<WrongAnswer>,
        /// The feedback on any other answer.
        otherwise: String,
    },
}

/// One choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The choice, as Markdown in one line.
    pub text: String,
    /// Whether it is right.
    #[serde(default)]
    pub correct: bool,
    /// Why it is right or wrong.
    #[serde(default)]
    pub explain: String,
}

/// A wrong answer that the author anticipated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAnswer {
    /// The answer.
    pub answer: String,
    /// Why it is wrong.
    pub explain: String,
}

/// A learner's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The choices taken, by index from 0.
    Choices(Vec<usize>),
    /// A few words.
    Words(String),
}

/// The mark on an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub right: bool,
    /// The explanations to show, as Markdown, in the order of the choices.
    pub explanations: Vec<String>,
}

impl Quiz {
    /// Returns whether `track` has the question.
    pub(crate) fn is_on(&self, track: Option<&TrackId>) -> bool {
        track.is_none() || self.track.is_none() || self.track.as_ref() == track
    }

    /// Returns the choices; none for a short answer.
    pub(crate) fn choices(&self) -> &[Choice] {
        match &self.question {
            Question::Single(choices) | Question::Multiple(choices) => choices,
            Question::Short { .. } => &[],
        }
    }

    pub(crate) fn mark(&self, answer: &Answer) -> Mark {
        match (&self.question, answer) {
            (Question::Single(choices) | Question::Multiple(choices), Answer::Choices(taken)) => {
                mark_choices(choices, taken)
            }
            (
                Question::Short {
                    accept,
                    explain,
                    wrong,
                    otherwise,
                },
                Answer::Words(words),
            ) => mark_words(words, accept, explain, wrong, otherwise),
            (Question::Single(_) | Question::Multiple(_), Answer::Words(_))
            | (Question::Short { .. }, Answer::Choices(_)) => Mark {
                right: false,
                explanations: Vec::new(),
            },
        }
    }

    pub(crate) fn right_answer(&self) -> String {
        match &self.question {
            Question::Single(choices) | Question::Multiple(choices) => {
                let right = choices.iter().filter(|choice| choice.correct);
                right
                    .map(|choice| choice.text.as_str())
                    .collect::<Vec<_>>()
                    .join("; ")
            }
            Question::Short { accept, .. } => accept.first().cloned().unwrap_or_default(),
        }
    }
}

fn mark_choices(choices: &[Choice], taken: &[usize]) -> Mark {
    let is_taken = |index: &usize| taken.contains(index);
    let right = choices
        .iter()
        .enumerate()
        .all(|(index, choice)| choice.correct == is_taken(&index));
    let explained = choices.iter().enumerate().filter(|(index, choice)| {
        let missed = choice.correct && !is_taken(index);
        is_taken(index) || (missed && taken.len() > 1)
    });
    let explanations = explained
        .map(|(_, choice)| choice.explain.clone())
        .filter(|text| !text.is_empty());
    Mark {
        right,
        explanations: explanations.collect(),
    }
}

fn mark_words(
    words: &str,
    accept: &[String],
    explain: &str,
    wrong: &[WrongAnswer],
    otherwise: &str,
) -> Mark {
    let words = folded(words);
    if accept.iter().any(|right| folded(right) == words) {
        return Mark {
            right: true,
            explanations: vec![explain.to_owned()],
        };
    }
    let foreseen = wrong.iter().find(|wrong| folded(&wrong.answer) == words);
    let explanation = foreseen.map_or(otherwise, |wrong| wrong.explain.as_str());
    Mark {
        right: false,
        explanations: vec![explanation.to_owned()],
    }
}

/// Normalizes blanks and case, to compare short answers.
fn folded(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(text: &str, correct: bool) -> Choice {
        Choice {
            text: text.into(),
            correct,
            explain: format!("about {text}"),
        }
    }

    fn quiz(question: Question) -> Quiz {
        Quiz {
            id: "q".into(),
            prompt: String::new(),
            question,
            track: None,
            line: 1,
        }
    }

    #[test]
    fn every_right_choice_and_no_other_is_right() {
        let quiz = quiz(Question::Multiple(vec![
            choice("a", true),
            choice("b", false),
            choice("c", true),
        ]));
        assert!(quiz.mark(&Answer::Choices(vec![0, 2])).right);
        let mark = quiz.mark(&Answer::Choices(vec![0, 1]));
        assert!(!mark.right);
        assert_eq!(mark.explanations, ["about a", "about b", "about c"]);
        assert!(!quiz.mark(&Answer::Choices(vec![])).right);
    }

    #[test]
    fn words_are_compared_without_case_and_extra_blanks() {
        let question = Question::Short {
            accept: vec!["nginx -t".into()],
            explain: "yes".into(),
            wrong: vec![WrongAnswer {
                answer: "restart".into(),
                explain: "no".into(),
            }],
            otherwise: "look again".into(),
        };
        let quiz = quiz(question);
        assert!(quiz.mark(&Answer::Words("  NGINX   -t ".into())).right);
        assert_eq!(
            quiz.mark(&Answer::Words("Restart".into())).explanations,
            ["no"]
        );
        assert_eq!(
            quiz.mark(&Answer::Words("x".into())).explanations,
            ["look again"]
        );
    }
}
