//! What is on the screen: pages, the footer, the pager.

use super::footer::{Footer, hint};
use super::input::{Effect, Trouble};
use super::machine::{Machine, Screen};
use super::sheet::{Added, Sheet};
use crate::term::{Pager, Size, Spot, Turn};
use crate::text::{Line, Role};

impl Machine {
    /// Starts the screen's text on an empty screen.
    pub(super) fn new_page(&mut self) {
        self.sheet = Sheet::new(self.content(), self.view.rows());
        self.turn_page();
    }

    /// Shows the sheet's page on an empty screen.
    pub(super) fn turn_page(&mut self) {
        self.show(Spot::Fresh);
    }

    /// Shows the sheet's page where it is.
    pub(super) fn redraw(&mut self) {
        if self.view.by_lines {
            self.draw_footer();
        } else {
            self.show(Spot::Over);
        }
    }

    /// Shows the screen's text anew after it has changed: what was added below, if it was added.
    pub(super) fn update(&mut self) {
        let lines = self.content();
        match self.sheet.extend(lines.clone(), self.view.rows()) {
            Some(Added::Below(added)) => {
                self.push(Effect::Show(added, Spot::Below));
                self.draw_footer();
                self.note_seen();
            }
            Some(Added::Fresh) => self.turn_page(),
            None => {
                self.sheet = Sheet::new(lines, self.view.rows());
                self.redraw_changed();
            }
        }
    }

    fn redraw_changed(&mut self) {
        self.show(if self.view.by_lines {
            Spot::Fresh
        } else {
            Spot::Over
        });
    }

    pub(super) fn show(&mut self, spot: Spot) {
        let lines = self.sheet.shown().to_vec();
        self.push(Effect::Show(lines, spot));
        self.draw_footer();
        self.note_seen();
    }

    /// Draws the footer anew.
    pub(super) fn draw_footer(&mut self) {
        let footer = self.footer();
        self.push(Effect::Footer(footer.lines(&self.view)));
    }

    /// Says something until the next key.
    pub(super) fn say(&mut self, line: Line) {
        self.notice = Some(line);
        self.draw_footer();
    }

    pub(super) fn complain(&mut self, trouble: &Trouble) {
        let mut line = Line::new().with(Role::Bad, &trouble.what);
        if let Some(help) = &trouble.help {
            line.push(Role::Dim, format!(" {help}"));
        }
        self.say(line);
    }

    /// Asks for something; what is drawn while the pager is open would be lost.
    pub(super) fn push(&mut self, effect: Effect) {
        let hidden = matches!(effect, Effect::Show(..) | Effect::Footer(_));
        if !(hidden && self.pager.is_some()) {
            self.effects.push(effect);
        }
    }

    /// Returns the text of the screen.
    pub(super) fn content(&self) -> Vec<Line> {
        let lines = match &self.screen {
            Screen::List(_, menu) => menu.lines(&self.view),
            Screen::Read(stop) => self.reading(*stop),
            Screen::Quiz(quizzing) => self.question(quizzing),
            Screen::Solve(solving) => self.exercise_page(solving),
            Screen::Help => self.help(),
            Screen::Finish => self.finish_page(),
        };
        self.view.fit(lines)
    }

    /// Returns what the pager shows for the screen.
    fn in_full(&self) -> Vec<Line> {
        let lines = match &self.screen {
            Screen::Read(stop) => self.whole_lesson(*stop),
            Screen::Solve(solving) => self.whole_result(solving),
            Screen::List(..) | Screen::Quiz(_) | Screen::Help | Screen::Finish => self.content(),
        };
        self.view.fit(lines)
    }

    pub(super) fn footer(&self) -> Footer {
        let mut footer = match &self.screen {
            Screen::List(list, _) => self.list_footer(*list),
            Screen::Read(stop) => self.reading_footer(*stop),
            Screen::Quiz(quizzing) => self.quiz_footer(quizzing),
            Screen::Solve(solving) => self.solving_footer(solving),
            Screen::Help => Footer::new("Keys", vec![hint("Enter", "back")]),
            Screen::Finish => Footer::new(
                "The end of the track",
                vec![hint("Enter", "what is left"), hint("m", "map")],
            ),
        };
        let (page, pages) = self.sheet.place();
        if pages > 1 && footer.note.is_empty() {
            footer.note = format!("page {page} of {pages}");
        }
        if let Some(notice) = &self.notice {
            footer.place = notice.clone();
        }
        footer
    }

    /// Opens the pager on all there is to read on this screen.
    pub(super) fn open_pager(&mut self, title: &str) {
        let lines = self.in_full();
        if self.view.by_lines {
            self.push(Effect::Show(lines, Spot::Fresh));
            self.draw_footer();
            return;
        }
        let pager = Pager::new(title, lines, self.view.size);
        self.push(Effect::Frame(pager.frame()));
        self.pager = Some(pager);
    }

    pub(super) fn after_pager(&mut self, turn: Turn) {
        match (turn, &self.pager) {
            (Turn::Stay, Some(pager)) => self.push(Effect::Frame(pager.frame())),
            (Turn::Stay | Turn::Leave, _) => {
                self.pager = None;
                self.push(Effect::EndFrames);
                self.redraw();
            }
        }
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.view.size = size;
        if let Some(mut pager) = self.pager.take() {
            pager.resize(self.in_full(), size);
            self.push(Effect::Frame(pager.frame()));
            self.pager = Some(pager);
        }
        let lines = self.content();
        self.sheet.relay(lines, self.view.rows());
        self.redraw();
    }
}
