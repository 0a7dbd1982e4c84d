//! What asks a question, and what comes before and after it.

use super::Quizzing;
use crate::session::footer::{Footer, Hint};
use crate::session::page::{Action, say, unknown_key};
use crate::session::path::Stop;
use crate::session::review::{Deck, ReviewCard};
use crate::session::shared::SharedState;
use crate::text::Role;

/// What asks a question.
#[derive(Debug)]
pub(super) enum AskedBy {
    /// The lesson at this stop.
    Lesson(Stop),
    /// A review of so many questions, with those that are left.
    Review { of: usize, rest: Vec<ReviewCard> },
}

impl AskedBy {
    pub(super) fn after(&self, shared: &SharedState) -> Vec<Action> {
        let (of, rest) = match self {
            Self::Lesson(stop) => return vec![Action::GoAfter(*stop)],
            Self::Review { of, rest } => (*of, rest),
        };
        if let Some(next) = Quizzing::next_card(of, rest.clone()) {
            return vec![Action::Replace(Box::new(next))];
        }
        let deck = Deck::new(&shared.course, &shared.progress, shared.now);
        let mut actions = vec![Action::Close];
        actions.extend(say(Role::Accent, format!("Reviewed. {}", deck.rest())));
        actions
    }

    pub(super) fn before(&self) -> Action {
        match self {
            Self::Lesson(stop) => Action::GoBefore(*stop),
            Self::Review { .. } => Action::Close,
        }
    }

    pub(super) fn skip_lesson(&self) -> Vec<Action> {
        match self {
            Self::Lesson(stop) => vec![Action::SkipLesson(*stop)],
            Self::Review { .. } => unknown_key(),
        }
    }

    pub(super) fn footer(&self, shared: &SharedState, hints: Vec<Hint>) -> Footer {
        match self {
            Self::Lesson(stop) => shared.place_footer(*stop, hints),
            Self::Review { of, rest } => {
                Footer::new(&format!("Review · {} of {of}", of - rest.len()), hints)
            }
        }
    }

    pub(super) fn stop(&self) -> Option<Stop> {
        match self {
            Self::Lesson(stop) => Some(*stop),
            Self::Review { .. } => None,
        }
    }
}
