//! What can be on the screen of a course: pages that take keys and answer with actions.

use std::fmt::Debug;

use super::footer::Footer;
use super::help::Keys;
use super::menu::Target;
use super::messages::{Effect, ProgressNote};
use super::path::Stop;
use super::shared::SharedState;
use super::solving::Solving;
use crate::course::Answer;
use crate::source::ExerciseId;
use crate::term::{Ask, Key};
use crate::text::{Line, Role};

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
    fn capture(&mut self, _key: Key) -> Option<Vec<Action>> {
        None
    }

    fn press(&mut self, key: Key, shared: &SharedState) -> Vec<Action>;

    /// Takes numbers, typed where a session runs by lines.
    fn numbers(&mut self, _numbers: &[usize], _shared: &SharedState) -> Vec<Action> {
        say(Role::Warn, "A number does nothing here.")
    }

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

    fn solving(&self) -> Option<&Solving> {
        None
    }

    fn solving_mut(&mut self) -> Option<&mut Solving> {
        None
    }
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
    Ask(PromptFor, Ask, &'static str),
    Check(ExerciseId),
    Go(Target),
    GoAfter(Stop),
    GoBefore(Stop),
    SkipLesson(Stop),
    Cover(Box<dyn CoursePage>),
    Close,
    ShowTracks,
}

/// What words are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptFor {
    Answer,
    Search,
}

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
