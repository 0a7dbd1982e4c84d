//! What can be on the screen of a course: pages that take keys and answer with actions.

use std::fmt::Debug;

use super::footer::Footer;
use super::menu::Target;
use super::messages::{Editor, Effect, ProgressNote};
use super::path::Stop;
use super::shared::SharedState;
use super::trouble::Trouble;
use crate::course::Answer;
use crate::kind::WorkspaceFile;
use crate::source::ExerciseId;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

/// Keys, and what each does.
pub(super) type Keys = &'static [(&'static str, &'static str)];

/// Something on the screen of a course.
pub(super) trait CoursePage: Debug {
    /// Returns the text.
    fn lines(&self, shared: &SharedState) -> Vec<Line>;

    /// Returns what the pager shows.
    fn in_full(&self, shared: &SharedState) -> Vec<Line> {
        self.lines(shared)
    }

    fn footer(&self, shared: &SharedState) -> Footer;

    /// Returns the keys that only this page has.
    fn keys(&self, _shared: &SharedState) -> Keys {
        &[]
    }

    /// Handles a key before those that every page shares; `None` leaves it to them.
    fn capture(&mut self, _key: Key, _shared: &SharedState) -> Option<Vec<Action>> {
        None
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action>;

    /// Takes numbers, typed where a session runs by lines.
    fn numbers(&mut self, _numbers: &[usize], _shared: &SharedState) -> Vec<Action> {
        say(Role::Warn, "A number does nothing here.")
    }

    /// Returns whether words that are typed or pasted answer the question on this page.
    fn takes_words(&self) -> bool {
        false
    }

    /// Returns whether it is what a search found.
    fn is_search(&self) -> bool {
        false
    }

    /// Returns the line that must be on the screen, such as the chosen one.
    fn focus(&self, _shared: &SharedState) -> Option<usize> {
        None
    }

    /// Takes what it lists from progress that another program has changed.
    fn renew(&mut self, _shared: &SharedState) {}

    /// Takes the answer to a question of this page.
    fn answer(&mut self, _answer: &Answer, _shared: &SharedState) -> Vec<Action> {
        Vec::new()
    }

    /// Returns what was done by reading the page that is shown.
    fn seen(&self, _shared: &SharedState) -> Option<ProgressNote> {
        None
    }

    /// Returns where in the course it is.
    fn stop(&self) -> Option<Stop> {
        None
    }

    /// Returns the exercise that it is about.
    fn exercise(&self) -> Option<&ExerciseId> {
        None
    }

    /// Returns whether it shows the task of an exercise.
    fn shows_task(&self) -> bool {
        false
    }

    /// Shows what the reference solution of its exercise changes in the learner's files.
    fn show_changes(&mut self, _changes: Vec<WorkspaceFile>) {}

    /// Shows what a check of its exercise led to: the outcome, or why there is none.
    fn show_result(&mut self, _result: Result<(), Trouble>) {}
}

/// Something a page wants done.
#[derive(Debug)]
pub(super) enum Action {
    Effect(Effect),
    Note(ProgressNote),
    Say(Line),
    /// Turn to the next screen of the text.
    Turn,
    TurnBack,
    /// Show the text from its start.
    Restart,
    /// Show what was added to the text.
    Update,
    /// Show the text anew, where it is.
    Refresh,
    DrawFooter,
    /// Open the pager, with this title.
    Pager(String),
    Ask(PromptFor, Ask),
    /// Press this key in the prompt.
    Press(Key),
    Check(ExerciseId),
    /// Open the only file of this exercise in an editor.
    Edit(ExerciseId),
    Go(Target),
    GoAfter(Stop),
    GoBefore(Stop),
    SkipLesson(Stop),
    Cover(Box<dyn CoursePage>),
    /// Show the text at this stop over the page, and come back.
    Visit(Stop),
    /// Show this page in the place of this one.
    Replace(Box<dyn CoursePage>),
    Close,
    ShowTracks,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PromptFor {
    Answer,
    Search,
    /// Which of these links to follow.
    Link(Vec<Stop>),
    /// Which file of this exercise to edit.
    File(ExerciseId),
    /// Which of these editors to open the file at this index of this exercise in.
    Editor(Vec<Editor>, ExerciseId, usize),
}

/// What asks for the words that answer a question.
pub(super) const ANSWER: &str = "Your answer";

/// Says something until the next key.
pub(super) fn say(role: Role, text: impl AsRef<str>) -> Vec<Action> {
    vec![Action::Say(Line::new().with(role, text))]
}

/// Says that a key does nothing.
pub(super) fn unknown_key() -> Vec<Action> {
    say(
        Role::Dim,
        "That key does nothing here; ? shows those that do.",
    )
}
