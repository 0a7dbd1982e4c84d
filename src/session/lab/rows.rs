//! The footer and the help of a lab's screen.

use super::{LabScreen, board};
use crate::session::SessionError;
use crate::session::footer::{Footer, Hint, hint};
use crate::session::help;
use crate::session::page::Keys;
use crate::term::Spot;
use crate::text::Line;

const HINTS: [Hint; 4] = [
    hint("r", "reload"),
    hint("c", "check"),
    hint("q", "quit"),
    hint("?", "keys"),
];

const MORE_HINTS: [Hint; 2] = [hint("s", "services"), hint("l", "shell")];

const HELP: Keys = &[
    ("r", "nginx -t, then nginx -s reload"),
    ("s", "start, stop, restart or kill a service"),
    ("l", "a shell in the lab, with nginx and svc; exit returns"),
    ("c", "check whether it is fixed"),
    ("q", "end the lab, also Ctrl-C"),
];

impl LabScreen<'_> {
    pub(super) fn footer(&mut self) -> Result<(), SessionError> {
        if !self.view.interactive {
            return Ok(());
        }
        let status = self.status()?;
        self.state = board::state_line(&status, self.purpose.looks_inside());
        if let Some((_, prompt)) = &self.asked {
            let rows = prompt.rows(self.view.size());
            return Ok(self.terminal.footer(&rows)?);
        }
        if self.shows_help {
            let mut footer = Footer::new("Keys", vec![hint("Enter", "back")]);
            footer.pinned = help::BACK;
            return Ok(self.terminal.footer(&footer.rows(&self.view))?);
        }
        let footer = Footer {
            place: self.state.clone(),
            note: String::new(),
            notice: None,
            hints: self.hints(),
            pinned: &[],
        };
        Ok(self.terminal.footer(&footer.rows(&self.view))?)
    }

    /// Redraws the footer if the lab has changed: no event reports an nginx that was killed,
    /// nor of what the next customer gets.
    pub(super) fn refresh_footer(&mut self) -> Result<(), SessionError> {
        if self.view.by_lines() {
            return Ok(());
        }
        let state = board::state_line(&self.status()?, self.purpose.looks_inside());
        if state == self.state {
            return Ok(());
        }
        self.footer()
    }

    /// Returns the keys, the most needed first.
    fn hints(&self) -> Vec<Hint> {
        let own = self.purpose.keys().iter();
        let mut own = own.map(|key| hint(key.key, key.short));
        let write = self.has_runbook().then_some(hint("w", "runbook"));
        let mut hints: Vec<_> = own.next().into_iter().chain(HINTS).collect();
        hints.extend(own.chain(MORE_HINTS).chain(write));
        hints
    }

    pub(super) fn help(&mut self) -> Result<(), SessionError> {
        let own = self.purpose.keys().iter().map(|key| (key.key, key.long));
        let write = ("w", "write what was done into runbook.sh");
        let write = self.has_runbook().then_some(write);
        let keys = own.chain(HELP.iter().copied()).chain(write);
        let keys = help::brief(keys, &self.view);
        if self.view.by_lines() {
            return self.put(keys, Spot::Below);
        }
        self.shows_help = true;
        let mut lines = self.view.heading(1, "Keys");
        lines.push(Line::new());
        lines.extend(keys);
        self.put(lines, Spot::Fresh)
    }
}
