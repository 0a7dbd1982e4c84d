//! A fault: edits of the intact system's files, and the symptom that a customer then sees.

use std::fmt;

use serde::Deserialize;

use crate::check::Context;
use crate::kinds::gateway::lab::Probe;
use crate::kinds::gateway::lab::need::Need;
use crate::kinds::gateway::lab::probe::{Expect, Send};
use crate::kinds::gateway::task::Files;

/// One way in which the system breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its name in the course; a learner sees it when the drill is over.
    pub id: String,
    /// The part of the system that it is in: two faults of one part are never there together.
    pub part: String,
    /// Where it breaks.
    pub hop: String,
    /// Why.
    pub cause: String,
    /// The signs and the fix, as Markdown, for when the drill is over.
    pub explain: String,
    /// What a machine needs for it.
    pub needs: Vec<Need>,
    /// What is changed.
    pub edits: Vec<Edit>,
    /// What a customer sends.
    pub send: Send,
    /// The symptom.
    pub shows: Shows,
}

/// A piece of a file and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The file of the system.
    pub file: String,
    /// The piece; it is there once.
    pub from: String,
    /// What takes its place; it is there once afterwards.
    pub to: String,
}

/// How a fault shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// In the answer, and in the logs.
    Answer(Box<Expect>),
    /// nginx does not start, and says this.
    Refusal(String),
}

/// An edit that does not fit its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The fault.
    pub fault: String,
    /// The file.
    pub file: String,
    /// How often the piece is there.
    pub count: usize,
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, file, count } = self;
        write!(
            formatter,
            "an edit of `{fault}` does not fit: its piece appears {count} times in {file}, not once"
        )
    }
}

impl Fault {
    /// Returns whether both can be in the system at once, and each be seen.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let answers = |fault: &Self| matches!(fault.shows, Shows::Answer(_));
        self.part != other.part && answers(self) && answers(other)
    }

    /// Returns whether this machine has what it needs.
    pub(crate) fn is_possible(&self, context: &Context) -> bool {
        self.missing(context).is_none()
    }

    /// Returns what this machine lacks for it.
    pub(crate) fn missing(&self, context: &Context) -> Option<String> {
        self.needs.iter().find_map(|need| need.missing(context))
    }

    /// Returns its symptom as a probe, which passes as long as the fault shows in an answer.
    pub(crate) fn probe(&self) -> Probe {
        Probe {
            name: self.id.clone(),
            title: self.id.clone(),
            act: Vec::new(),
            send: self.send.clone(),
            changes: Vec::new(),
            expect: match &self.shows {
                Shows::Answer(expect) => (**expect).clone(),
                Shows::Refusal(_) => Expect::default(),
            },
        }
    }
}

/// Returns `files` with `faults` in them.
///
/// # Errors
/// Fails when a piece is not there, or not once.
pub(crate) fn with_faults(files: &Files, faults: &[&Fault]) -> Result<Files, Misfit> {
    edited(files, faults, |edit| (&edit.from, &edit.to))
}

/// Returns `files` without `faults`, which are in them.
///
/// # Errors
/// Fails when an edit cannot be undone.
pub(crate) fn without_faults(files: &Files, faults: &[&Fault]) -> Result<Files, Misfit> {
    edited(files, faults, |edit| (&edit.to, &edit.from))
}

fn edited(
    files: &Files,
    faults: &[&Fault],
    pair: impl Fn(&Edit) -> (&String, &String),
) -> Result<Files, Misfit> {
    let mut files = files.clone();
    let edits = faults
        .iter()
        .flat_map(|fault| fault.edits.iter().map(move |edit| (fault, edit)));
    for (fault, edit) in edits {
        let (old, new) = pair(edit);
        let text = files.get(&edit.file).map_or("", String::as_str);
        let count = text.matches(old.as_str()).count();
        if count != 1 {
            return Err(Misfit {
                fault: fault.id.clone(),
                file: edit.file.clone(),
                count,
            });
        }
        let text = text.replacen(old.as_str(), new, 1);
        files.insert(edit.file.clone(), text);
    }
    Ok(files)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns a fault of `part` that makes `from` into `to`.
    pub(crate) fn fault(id: &str, part: &str, from: &str, to: &str) -> Fault {
        Fault {
            id: id.into(),
            part: part.into(),
            hop: "way".into(),
            cause: format!("cause-of-{id}"),
            explain: "So it was.".into(),
            needs: Vec::new(),
            edits: vec![Edit {
                file: "nginx.conf".into(),
                from: from.into(),
                to: to.into(),
            }],
            send: Send::default(),
            shows: Shows::Answer(Box::default()),
        }
    }

    #[test]
    fn two_faults_are_put_in_and_taken_out_again() {
        let whole = Files::from([("nginx.conf".into(), "a 1; b 2;".into())]);
        let (one, two) = (
            fault("one", "a", "a 1", "a 9"),
            fault("two", "b", "b 2", "b 9"),
        );
        let both = with_faults(&whole, &[&one, &two]).unwrap();
        assert_eq!(both["nginx.conf"], "a 9; b 9;");
        assert_eq!(without_faults(&both, &[&two, &one]).unwrap(), whole);
        let misfit = with_faults(&both, &[&one]).unwrap_err();
        assert_eq!((misfit.count, misfit.file.as_str()), (0, "nginx.conf"));
    }

    #[test]
    fn faults_of_one_part_and_those_that_keep_nginx_down_stay_alone() {
        let one = fault("one", "a", "1", "9");
        let two = fault("two", "b", "2", "9");
        let mut down = fault("down", "c", "3", "9");
        down.shows = Shows::Refusal("emerg".into());
        assert!(one.goes_with(&two));
        assert!(!one.goes_with(&fault("again", "a", "2", "9")));
        assert!(!one.goes_with(&down) && !down.goes_with(&one));
    }
}
