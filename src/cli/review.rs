//! `gradus review`.

use clap::Args;

use super::app::{App, Done};
use super::exit::Code;
use super::quiz::ask_all;
use crate::session::review::Deck;
use crate::text::Line;

/// Answer again what you got wrong, after a day or more
///
/// Questions answered wrongly and causes missed in drills come again after 1, 2, 4, 8 and 16 days; a wrong
/// answer starts over. At most ten come a day: about five minutes.
#[derive(Debug, Args)]
pub(crate) struct Review {}

impl Review {
    #[expect(clippy::unused_self, reason = "every command is run like that")]
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let workspace = opened.workspace()?;
        let deck = Deck::new(&opened.course, &opened.progress, app.now());
        if deck.cards.is_empty() {
            app.note(&deck.rest());
            return Ok(Code::Nothing);
        }
        let quizzes: Vec<_> = deck.cards.iter().map(|card| &card.quiz).collect();
        let right = ask_all(app, &quizzes, |index, right| {
            let id = deck.cards[index].id.clone();
            opened.update(app, |progress| progress.answer_card(id, right, app.now()))
        })?;
        let after = workspace.progress()?.progress;
        let after = Deck::new(&opened.course, &after, app.now());
        if after.cards.is_empty() {
            app.output.line(Line::plain(after.rest()))?;
        }
        Ok(if right == quizzes.len() {
            Code::Fine
        } else {
            Code::NotPassed
        })
    }
}
