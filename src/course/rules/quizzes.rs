//! Rules for quiz questions.

use super::super::{Choice, Lesson, Question, Quiz};
use crate::source::Problem;

pub(super) fn check(lesson: &Lesson, problems: &mut Vec<Problem>) {
    for quiz in lesson.quizzes() {
        for message in faults(quiz) {
            let message = format!("question `{}`: {message}", quiz.id);
            problems.push(Problem::new(&*lesson.file, message).at(quiz.line));
        }
    }
}

fn faults(quiz: &Quiz) -> Vec<String> {
    let mut faults = Vec::new();
    if quiz.prompt.trim().is_empty() {
        faults.push("`prompt` is empty".to_owned());
    }
    match &quiz.question {
        Question::Single(choices) => {
            let right = choices.iter().filter(|choice| choice.correct).count();
            if right != 1 {
                faults.push(format!(
                    "{right} choices are right; `single` has exactly one"
                ));
            }
            check_choices(choices, &mut faults);
        }
        Question::Multiple(choices) => {
            if !choices.iter().any(|choice| choice.correct) {
                faults.push("no choice is right".to_owned());
            }
            check_choices(choices, &mut faults);
        }
        Question::Short {
            accept,
            wrong,
            otherwise,
            ..
        } => {
            if accept.iter().all(|answer| answer.trim().is_empty()) {
                faults.push("`accept` has no answer".to_owned());
            }
            if otherwise.trim().is_empty() {
                faults.push("`otherwise` is missing: the feedback on any other answer".to_owned());
            }
            let silent = wrong.iter().filter(|wrong| wrong.explain.trim().is_empty());
            faults.extend(
                silent.map(|wrong| format!("the wrong answer `{}` has no `explain`", wrong.answer)),
            );
        }
    }
    faults
}

fn check_choices(choices: &[Choice], faults: &mut Vec<String>) {
    if choices.len() < 2 {
        faults.push("fewer than two choices".to_owned());
    }
    for (index, choice) in choices.iter().enumerate() {
        if !choice.correct && choice.explain.trim().is_empty() {
            faults.push(format!(
                "the wrong choice `{}` has no `explain`",
                choice.text
            ));
        }
        if choices[..index]
            .iter()
            .any(|earlier| earlier.text == choice.text)
        {
            faults.push(format!("the choice `{}` appears twice", choice.text));
        }
    }
}
