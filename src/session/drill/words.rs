//! The words of a drill: its questions, and what an answer or a check is worth.

use super::{Answered, OpenDrill, Step};
use crate::kinds::gateway::drill::Possibility;
use crate::session::SessionError;
use crate::session::lab::purpose::Reaction;
use crate::text::{Line, Role};

/// The question for the hop.
pub(crate) const WHERE: &str = "At which hop did it break?";
/// The question for the cause.
pub(crate) const WHY: &str = "Why?";

/// Returns seconds as a clock shows them.
pub(crate) fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Returns how many faults a drill has, in words.
pub(crate) fn how_many(count: usize) -> String {
    match count {
        1 => "Something is broken.".to_owned(),
        2 => "Two things are broken.".to_owned(),
        _ => format!("{count} things are broken."),
    }
}

/// Returns what to choose from, numbered.
pub(crate) fn listed(all: &[Possibility]) -> Vec<Line> {
    let lines = all.iter().enumerate().map(|(index, it)| {
        let lead = Line::new().with(Role::Key, format!("  {:>2}. ", index + 1));
        lead.with(Role::Text, &it.title)
    });
    lines.collect()
}

/// Returns the possibility with the number or the name `word`.
pub(crate) fn chosen<'a>(
    what: &'static str,
    all: &'a [Possibility],
    word: &str,
) -> Result<&'a Possibility, SessionError> {
    let number = word.parse::<usize>().ok();
    let by_number = number.and_then(|number| all.get(number.checked_sub(1)?));
    let found = by_number.or_else(|| all.iter().find(|it| it.id == word));
    found.ok_or_else(|| SessionError::NoChoice {
        what,
        name: word.to_owned(),
        known: all.iter().map(|it| it.id.clone()).collect(),
    })
}

/// Asks one of the questions of a drill.
pub(crate) fn ask(question: &str, all: &[Possibility]) -> Reaction {
    let line = Line::new().with(Role::Accent, question);
    Reaction::ask(line, all.iter().map(|it| it.title.clone()).collect())
}

/// Returns what was chosen.
pub(crate) fn taken(chosen: &Possibility) -> Line {
    let lead = Line::new().with(Role::Accent, "> ");
    lead.with(Role::Text, &chosen.title)
}

/// Returns what an answer is worth; `check` is how to check.
pub(crate) fn answered(step: &Step<'_, Answered>, check: &str) -> Vec<Line> {
    let (role, text) = match step.what {
        Answered::All if step.open.round.repaired.is_some() => (Role::Good, "Right.".to_owned()),
        Answered::All => (
            Role::Good,
            format!("Right. Now fix it; {check} checks what customers get."),
        ),
        Answered::OneOfSeveral => {
            let left = step.open.faults.len() - step.open.round.named.len();
            (Role::Good, format!("Right. {left} more to name."))
        }
        Answered::Again => (Role::Warn, "Right, and you named it before.".to_owned()),
        Answered::HopOnly => (
            Role::Bad,
            "The place is right, the cause is not.".to_owned(),
        ),
        Answered::CauseOnly => (
            Role::Bad,
            "The cause is right, the place is not.".to_owned(),
        ),
        Answered::Wrong => (Role::Bad, "That is not it.".to_owned()),
    };
    vec![Line::new().with(role, text)]
}

/// Returns what a pass says while something is still to be named; `answer` is how to answer.
pub(crate) fn mended(open: &OpenDrill<'_>, answer: &str) -> Line {
    let time = clock(open.round.repaired.unwrap_or_default());
    let text = format!("Fixed after {time}. And what was it? {answer} answers.");
    Line::new().with(Role::Good, text)
}

/// Returns the words for `id`.
pub(crate) fn words_of<'a>(all: &'a [Possibility], id: &'a str) -> &'a str {
    let found = all.iter().find(|it| it.id == id);
    found.map_or(id, |it| it.title.as_str())
}
