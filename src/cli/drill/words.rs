//! What a drill says: the symptom, what an answer is worth, and in the end what it was.

use crate::cli::app::{App, counted};
use crate::cli::failure::Failure;
use crate::cli::lab::purpose::Surface;
use crate::course::Answer;
use crate::kinds::gateway::drill::{Fault, Ground, Possibility};
use crate::term::{Ask, Reply, Spot};
use crate::text::{Line, Role};
use crate::training::{Answered, Entry, Open, Step};

/// The question for the hop.
pub(super) const WHERE: &str = "At which hop did it break?";
/// The question for the cause.
pub(super) const WHY: &str = "Why?";

/// Returns seconds as a clock shows them.
pub(super) fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Returns how many faults a drill has, in words.
pub(super) fn how_many(count: usize) -> String {
    match count {
        1 => "Something is broken.".to_owned(),
        2 => "Two things are broken.".to_owned(),
        _ => format!("{count} things are broken."),
    }
}

/// Returns what to choose from, numbered.
pub(super) fn listed(all: &[Possibility]) -> Vec<Line> {
    let lines = all.iter().enumerate().map(|(index, it)| {
        let lead = Line::new().with(Role::Key, format!("  {:>2}. ", index + 1));
        lead.with(Role::Text, &it.title)
    });
    lines.collect()
}

/// Returns the one that `word`, a number or a name, stands for.
pub(super) fn chosen<'a>(
    what: &'static str,
    all: &'a [Possibility],
    word: &str,
) -> Result<&'a Possibility, Failure> {
    let number = word.parse::<usize>().ok();
    let by_number = number.and_then(|number| all.get(number.checked_sub(1)?));
    let found = by_number.or_else(|| all.iter().find(|it| it.id == word));
    found.ok_or_else(|| Failure::Refused {
        what: format!("no {what} is called `{word}`"),
        help: {
            let names: Vec<_> = all.iter().map(|it| it.id.as_str()).collect();
            format!("one of: {}", names.join(", "))
        },
    })
}

/// Asks for a hop and a cause; nothing if the learner would rather not.
pub(super) fn ask<'a>(
    ground: &'a Ground,
    surface: &mut Surface<'_>,
) -> Result<Option<(&'a Possibility, &'a Possibility)>, Failure> {
    let mut one = |question: &str, all: &'a [Possibility]| -> Result<_, Failure> {
        let line = Line::new().with(Role::Accent, question);
        surface
            .terminal
            .show(&surface.view.fit(vec![line]), Spot::Below)?;
        let titles = all.iter().map(|it| it.title.clone()).collect();
        Ok(match surface.terminal.ask(&Ask::One(titles))? {
            Reply::Answer(Answer::Choices(taken)) => taken.first().and_then(|at| all.get(*at)),
            Reply::Answer(Answer::Words(_)) | Reply::Dismissed | Reply::Interrupted => None,
        })
    };
    let Some(hop) = one(WHERE, &ground.hops)? else {
        return Ok(None);
    };
    let cause = one(WHY, &ground.causes)?;
    Ok(cause.map(|cause| (hop, cause)))
}

/// Returns what was chosen.
pub(super) fn taken(chosen: &Possibility) -> Line {
    let lead = Line::new().with(Role::Accent, "> ");
    lead.with(Role::Text, &chosen.title)
}

/// Returns what an answer is worth; `check` is how to check.
pub(super) fn answered(step: &Step<'_, Answered>, check: &str) -> Vec<Line> {
    let (role, text) = match step.what {
        Answered::All if step.open.round.repaired.is_some() => (Role::Good, "Right.".to_owned()),
        Answered::All => (
            Role::Good,
            format!("Right. Now mend it; {check} checks what customers get."),
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
        Answered::Wrong => (Role::Bad, "That is not it.".to_owned()),
    };
    vec![Line::new().with(role, text)]
}

/// Returns what a pass says while something is still to be named; `answer` is how to answer.
pub(super) fn mended(open: &Open<'_>, answer: &str) -> Line {
    let time = clock(open.round.repaired.unwrap_or_default());
    let text = format!("Mended after {time}. And what was it? {answer} answers.");
    Line::new().with(Role::Good, text)
}

/// Returns what a drill was, when it is over.
pub(super) fn over(app: &App, ground: &Ground, faults: &[&Fault], entry: &Entry) -> Vec<Line> {
    let mut lines = vec![Line::new(), title(entry)];
    for (fault, named) in faults.iter().zip(&entry.faults) {
        lines.push(Line::new());
        let (hop, cause) = (
            words_of(&ground.hops, &fault.hop),
            words_of(&ground.causes, &fault.cause),
        );
        let mark = if named.named { Role::Good } else { Role::Bad };
        lines.push(Line::new().with(mark, cause));
        lines.push(Line::new().with(Role::Dim, hop));
        lines.extend(app.output.markdown(&fault.explain));
    }
    lines.push(Line::new());
    let count = entry.faults.len();
    let faults = if count > 1 {
        format!(" --faults {count}")
    } else {
        String::new()
    };
    let again = app.command(&format!("drill{faults} --seed {}", entry.seed));
    lines.push(
        Line::new()
            .with(Role::Dim, "Once more:  ")
            .with(Role::Code, again),
    );
    lines
}

fn title(entry: &Entry) -> Line {
    let line = Line::new().with(Role::Heading(1), format!("Drill {}", entry.number));
    let part = |name: &str, seconds: Option<u64>| match seconds {
        Some(seconds) => format!("{name} after {}", clock(seconds)),
        None => format!("not {name}"),
    };
    let wrong = match entry.wrong_answers() {
        0 => String::new(),
        wrong => {
            let wrong = usize::try_from(wrong).unwrap_or(usize::MAX);
            format!(", {}", counted(wrong, "wrong answer"))
        }
    };
    let named = part("named", entry.seconds_to_diagnosis);
    let mended = part("mended", entry.seconds_to_repair);
    line.with(Role::Text, format!("  {named}{wrong}, {mended}"))
}

/// Returns the words for `id`.
pub(super) fn words_of<'a>(all: &'a [Possibility], id: &'a str) -> &'a str {
    let found = all.iter().find(|it| it.id == id);
    found.map_or(id, |it| it.title.as_str())
}
