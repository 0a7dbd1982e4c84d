//! What is on the screen: the text of the page, the footer, the pager.

use super::Machine;
use crate::session::footer::Footer;
use crate::session::sheet::{Added, Sheet};
use crate::session::{Effect, Trouble};
use crate::term::{Pager, Size, Spot, Turn};
use crate::text::{Line, Role};

impl Machine {
    /// Starts the screen's text on an empty screen.
    pub(super) fn new_page(&mut self) {
        self.shared.sheet = Sheet::new(self.content(), self.shared.view.rows());
        self.turn_page();
    }

    /// Shows the sheet's page on an empty screen.
    pub(super) fn turn_page(&mut self) {
        self.show(Spot::Fresh);
    }

    /// Shows the sheet's page where it is.
    pub(super) fn redraw(&mut self) {
        if self.shared.view.by_lines() {
            self.draw_footer();
        } else {
            self.show(Spot::Over);
        }
    }

    /// Shows the screen's text anew after it has changed: what was added below, if it was added.
    pub(super) fn update(&mut self) {
        let lines = self.content();
        match self
            .shared
            .sheet
            .extend(lines.clone(), self.shared.view.rows())
        {
            Some(Added::Below(added)) => {
                self.push(Effect::Show(added, Spot::Below));
                self.draw_footer();
                self.note_seen();
            }
            Some(Added::Fresh) => self.turn_page(),
            None => {
                self.cut_anew(lines);
                let by_lines = self.shared.view.by_lines();
                self.show(if by_lines { Spot::Fresh } else { Spot::Over });
            }
        }
    }

    /// Lays the text out anew and stays where it is, as for a choice that moved.
    pub(super) fn refresh(&mut self) {
        self.cut_anew(self.content());
        self.redraw();
    }

    /// Cuts `lines` into pages, and turns to the one that must be on the screen, or else to that which was.
    fn cut_anew(&mut self, lines: Vec<Line>) {
        let (page, _) = self.shared.sheet.place();
        self.shared.sheet = Sheet::new(lines, self.shared.view.rows());
        self.shared.sheet.turn_to(page);
        if let Some(line) = self.page.focus(&self.shared) {
            self.shared.sheet.turn_to_line(line);
        }
    }

    fn note_seen(&mut self) {
        if let Some(note) = self.page.seen(&self.shared) {
            self.note(note);
        }
    }

    fn show(&mut self, spot: Spot) {
        let lines = self.shared.sheet.shown();
        self.push(Effect::Show(lines, spot));
        self.draw_footer();
        self.note_seen();
    }

    /// Draws the footer anew.
    pub(super) fn draw_footer(&mut self) {
        let rows = self.prompt_rows();
        let rows = rows.unwrap_or_else(|| self.footer().lines(&self.shared.view));
        self.push(Effect::Footer(rows));
    }

    /// Says something until the next key.
    pub(super) fn say(&mut self, line: Line) {
        self.notice = Some(line);
        self.draw_footer();
    }

    /// Takes the notice away. One of several rows may have pushed text off the screen, which comes back.
    pub(super) fn drop_notice(&mut self) {
        let view = &self.shared.view;
        let notice = self.notice.take();
        if notice.is_some_and(|notice| !view.by_lines() && notice.width() > view.caps.width) {
            self.redraw();
        }
    }

    pub(super) fn complain(&mut self, trouble: &Trouble) {
        let mut line = Line::new().with(Role::Bad, &trouble.what);
        if let Some(help) = &trouble.hint {
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

    /// Returns the text of the page.
    fn content(&self) -> Vec<Line> {
        self.shared.view.fit(self.page.lines(&self.shared))
    }

    fn in_full(&self) -> Vec<Line> {
        self.shared.view.fit(self.page.in_full(&self.shared))
    }

    fn footer(&self) -> Footer {
        let mut footer = self.page.footer(&self.shared);
        let (page, pages) = self.shared.sheet.place();
        if pages > 1 && footer.note.is_empty() {
            footer.note = format!("page {page} of {pages}");
        }
        if let Some(notice) = &self.notice {
            footer.notice = Some(notice.clone());
        }
        footer
    }

    /// Opens the pager on all there is to read on this screen.
    pub(super) fn open_pager(&mut self, title: &str) {
        let lines = self.in_full();
        if self.shared.view.by_lines() {
            self.push(Effect::Show(lines, Spot::Fresh));
            self.draw_footer();
            return;
        }
        let pager = Pager::new(title, lines, self.shared.view.size());
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
        self.shared.view.resize(size);
        if let Some(mut pager) = self.pager.take() {
            pager.resize(self.in_full(), size);
            self.push(Effect::Frame(pager.frame()));
            self.pager = Some(pager);
        }
        self.lay_out_anew();
        self.redraw();
    }

    /// Lays the text out for the size of the screen, and stays at the same words.
    pub(super) fn lay_out_anew(&mut self) {
        let lines = self.content();
        self.shared.sheet.relay(lines, self.shared.view.rows());
    }
}
