//! Questions in a lesson, and what an answer is worth.

use serde::Deserialize;

/// One question in a lesson; never a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// The question's name, unique in its lesson.
    pub id: String,
    /// The question, as Markdown.
    pub prompt: String,
    /// What kind of answer it wants.
    pub question: Question,
    /// The line of its block in the lesson's file, from 1.
    pub line: usize,
}

/// What kind of answer a question wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Exactly one of the choices.
    Single(Vec<Choice>),
    /// Every right choice and no other.
    Multiple(Vec<Choice>),
    /// A few words.
    Short {
        /// Every answer that is right.
        accept: Vec<String>,
        /// Why it is right.
        explain: String,
        /// Foreseen wrong answers.
        wrong: Vec<WrongAnswer>,
        /// What to say to any other answer.
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

/// A wrong answer that the author foresaw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAnswer {
    /// The answer.
    pub answer: String,
    /// Why it is wrong.
    pub explain: String,
}

/// What a learner answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The choices taken, by index from 0.
    Choices(Vec<usize>),
    /// A few words.
    Words(String),
}

/// What an answer is worth: whether it is right, and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Whether the answer is right.
    pub right: bool,
    /// The explanations that belong to it, as Markdown, in the order of the choices.
    pub explanations: Vec<String>,
}

impl Quiz {
    /// Returns the choices; none where the answer is a few words.
    pub(crate) fn choices(&self) -> &[Choice] {
        match &self.question {
            Question::Single(choices) | Question::Multiple(choices) => choices,
            Question::Short { .. } => &[],
        }
    }

    /// Marks `answer`.
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

    /// Returns the right answer as text, for a learner who gives up.
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

/// Folds blanks and case: how short answers are compared.
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
