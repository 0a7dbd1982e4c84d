//! The last rows of a lab's screen: how it is, and the keys.

use super::Screen;
use crate::cli::failure::Failure;
use crate::cli::lab::board;
use crate::term::Spot;
use crate::text::{Line, Role};

impl Screen<'_> {
    pub(super) fn footer(&mut self) -> Result<(), Failure> {
        if !self.interactive {
            return Ok(());
        }
        self.state = self.state()?;
        let lines = [self.state.clone(), self.keys()];
        self.terminal.footer(&lines)?;
        Ok(())
    }

    /// Puts the footer right where the lab is no longer as it says: nobody tells of an nginx that was
    /// killed, nor of what the next customer gets.
    pub(super) fn look(&mut self) -> Result<(), Failure> {
        if self.view.by_lines || self.state()? == self.state {
            return Ok(());
        }
        self.footer()
    }

    fn state(&self) -> Result<Line, Failure> {
        let inside = self.purpose.looks_inside();
        let state = board::state_line(&self.status()?, inside);
        Ok(self.view.cut(state, self.view.size.columns))
    }

    /// Returns the keys that fit, the most needed first.
    fn keys(&self) -> Line {
        let write = self.has_runbook().then_some(("w", "runbook"));
        let keys = [
            ("r", "reload"),
            ("c", "check"),
            ("q", "quit"),
            ("?", "keys"),
        ];
        let more = [("s", "services"), ("l", "shell")];
        let own: Vec<_> = self
            .purpose
            .keys()
            .iter()
            .map(|it| (it.key, it.short))
            .collect();
        let (first, rest) = own.split_at(own.len().min(1));
        let keys = first.iter().copied().chain(keys);
        let mut line = Line::new();
        for (key, what) in keys.chain(rest.iter().copied()).chain(more).chain(write) {
            let room = if line.spans.is_empty() { "" } else { "  " };
            let longer = line.clone().with(Role::Dim, room).with(Role::Key, key);
            let longer = longer.with(Role::Dim, format!(" {what}"));
            if longer.width() > self.view.size.columns {
                break;
            }
            line = longer;
        }
        line
    }

    pub(super) fn help(&mut self) -> Result<(), Failure> {
        let mut keys = vec![
            ("r", "nginx -t, then nginx -s reload"),
            ("s", "start, stop, restart or kill a service"),
            ("l", "a shell in the lab, with nginx and svc; exit returns"),
            ("c", "check whether it is mended"),
            ("q", "end the lab, also Ctrl-C"),
        ];
        if self.has_runbook() {
            keys.push(("w", "write what was done into runbook.sh"));
        }
        let own = self.purpose.keys().iter().map(|key| (key.key, key.long));
        let keys: Vec<_> = own.chain(keys).collect();
        let row = |(key, what): (&str, &str)| {
            let lead = Line::new().with(Role::Key, format!("  {key}  "));
            lead.with(Role::Text, what)
        };
        let lines = keys.into_iter().map(row).collect();
        self.put(lines, Spot::Below)
    }
}
