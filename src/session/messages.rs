//! Inputs of the course's state machine, and its effects.

use std::path::PathBuf;

use super::Trouble;
use crate::check::{self, Outcome};
use crate::course::Course;
use crate::kind::WorkspaceFile;
use crate::progress::{CardId, Place, Progress};
use crate::source::{ExerciseId, LessonId, ProgramId, TrackId};
use crate::term::{Spot, TerminalEvent};
use crate::text::Line;
use crate::workspace::ProgramHandOut;

/// An input of the state machine.
#[derive(Debug)]
pub(crate) enum Input {
    /// The time, in seconds since 1970-01-01 UTC; it comes before every other input.
    Now(u64),
    /// The session begins.
    Start,
    /// Something happened on the terminal.
    Terminal(TerminalEvent),
    /// The workspace was made, or could not be.
    Made(Result<(), Trouble>),
    /// An exercise's files were handed out, or could not be.
    Opened(ExerciseId, Result<Opened, Trouble>),
    /// Something happened in the check of this number.
    Checking(u64, check::Event),
    /// The check of this number has run for so many seconds.
    Elapsed(u64, u64),
    /// The check of this number ended.
    Checked(u64, Result<Outcome, Trouble>),
    /// The learner saved a file of the open exercise.
    Changed,
    /// The editor was closed, or failed.
    Edited(Result<(), Trouble>),
    /// No editor is set for the file at this index of this exercise, and these are installed.
    NoEditor(ExerciseId, usize, Vec<Editor>),
    /// The files of this exercise were put back, and what was there is kept here; or they could not be.
    Reset(ExerciseId, Result<PathBuf, Trouble>),
    /// What the reference solution of this exercise changes in the learner's files.
    Compared(ExerciseId, Vec<WorkspaceFile>),
    /// This program was handed out, or was not.
    Program(ProgramId, Result<ProgramHandOut, Trouble>),
    /// What was done, as it was saved; another program may have added to it.
    Saved(Result<Progress, Trouble>),
    /// The progress as it is on disk now, where another program may have changed it.
    Reread(Result<Progress, Trouble>),
    /// Another program that had the terminal has ended.
    Returned,
}

impl From<TerminalEvent> for Input {
    fn from(event: TerminalEvent) -> Self {
        Self::Terminal(event)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Opened {
    /// The file to edit first, as a learner would type it.
    pub file: String,
    /// The files to edit, relative to the exercise's folder.
    pub files: Vec<String>,
    /// What became of files that were not as handed out.
    pub told: Vec<String>,
    /// Whether they have changed since this session checked or opened them.
    pub is_changed: bool,
    /// What this machine lacks to check the exercise, in words that say what to do.
    pub missing: Option<String>,
}

/// Something the state machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Put these lines on the screen.
    Show(Vec<Line>, Spot),
    /// Put these lines at the bottom of the screen.
    Footer(Vec<Line>),
    /// Draw this frame of a pager.
    Frame(Vec<Line>),
    /// Leave the pager.
    EndFrames,
    /// Write this down.
    Save(ProgressNote),
    /// Make the workspace.
    MakeWorkspace,
    /// Hand out the files of this exercise, if they are not there, and watch them.
    Open(ExerciseId),
    /// Make ready what checks of this exercise need, in the background.
    Prepare(ExerciseId),
    /// Check this exercise, under this number; cancels the check that runs.
    Check(u64, ExerciseId),
    /// Cancel the check that runs.
    CancelCheck,
    /// Open the file at this index of this exercise in the learner's editor, or else in this one.
    Edit(ExerciseId, usize, Option<Editor>),
    /// Put the lab of this exercise up, on the terminal, until the learner ends it.
    Lab(ExerciseId),
    /// Compare the learner's files of this exercise with its reference solution.
    Compare(ExerciseId),
    /// Put the files of this exercise back, and keep a copy.
    Reset(ExerciseId),
    /// Hand out this program.
    Program(ProgramId),
    /// Suspend this process, as Ctrl-Z does.
    Suspend,
    /// End the session.
    Quit(Farewell),
}

/// An editor that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Editor {
    pub name: &'static str,
    /// How to leave it.
    pub exit: &'static str,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The learner quit.
    Done,
    /// The learner pressed Ctrl-C.
    Interrupted,
    /// This signal asked for it.
    Signal(i32),
    /// The terminal or the input went away.
    Closed,
}

/// Something the learner did, to be written down at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProgressNote {
    /// They chose a track.
    Track(TrackId),
    /// They are here.
    Place(Place),
    /// They saw this section.
    Seen(LessonId, usize),
    /// They answered this question, rightly or not.
    Answered(CardId, bool),
    /// They were handed out this exercise.
    Started(ExerciseId),
    /// They passed this exercise.
    Passed(ExerciseId),
    /// They settled this exercise, for this reason.
    Settled(ExerciseId, String),
    /// They had the files of this exercise restored.
    Reset(ExerciseId),
    /// They have seen so many hints for this exercise.
    Hinted(ExerciseId, usize),
    /// They have seen the solution of this exercise.
    SolutionSeen(ExerciseId),
}

impl ProgressNote {
    /// Writes the note into `progress`; `now` is in seconds since 1970-01-01 UTC.
    pub(crate) fn apply(&self, progress: &mut Progress, course: &Course, now: u64) {
        match self {
            Self::Track(track) => progress.track = Some(track.clone()),
            Self::Place(place) => progress.place = Some(place.clone()),
            Self::Seen(id, section) => {
                if let Some(lesson) = course.lesson(id) {
                    progress.see(lesson, *section);
                }
            }
            Self::Answered(id, right) => progress.answer_card(id.clone(), *right, now),
            Self::Started(id) => progress.start(id),
            Self::Passed(id) => {
                if let Some(exercise) = course.exercise(id) {
                    progress.pass(exercise, now);
                }
            }
            Self::Settled(id, reason) => progress.settle(id, reason.clone()),
            Self::Reset(id) => progress.reset(id),
            Self::Hinted(id, count) => progress.show_hints(id, *count),
            Self::SolutionSeen(id) => progress.show_solution(id),
        }
    }
}
