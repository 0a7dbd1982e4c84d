//! A session on a real terminal.

use std::io::{self, Write};

use super::modes::Modes;
use super::painter::Painter;
use super::screen::{Size, Spot, Terminal};
use super::source::{self, Listener, Reading, Source};
use super::{Caps, Theme, emit_line};
use crate::text::Line;

/// A terminal in raw mode; it is given back as it was found when this is dropped, and by a panic.
#[derive(Debug)]
pub(crate) struct Tty {
    caps: Caps,
    theme: Theme,
    painter: Painter,
    modes: Modes,
    source: Source,
}

const BEGIN_FRAME: &str = "\x1b[?2026h";
const END_FRAME: &str = "\x1b[?2026l";

impl Tty {
    /// Takes the terminal; its events go to `listener`.
    pub(crate) fn open(caps: Caps, theme: Theme, listener: &Listener) -> io::Result<Self> {
        let modes = Modes::new();
        let source = Source::start(Reading::Keys, &modes, listener)?;
        modes.enter()?;
        Ok(Self {
            painter: Painter::new(source::size()),
            caps,
            theme,
            modes,
            source,
        })
    }

    fn rows(&self, lines: &[Line]) -> Vec<String> {
        let row = |line| emit_line(line, &self.caps, &self.theme);
        lines.iter().map(row).collect()
    }
}

impl Terminal for Tty {
    fn show(&mut self, lines: &[Line], spot: Spot) -> io::Result<()> {
        let rows = self.rows(lines);
        write(&self.painter.show(&rows, spot))
    }

    fn footer(&mut self, lines: &[Line]) -> io::Result<()> {
        let rows = self.rows(lines);
        write(&self.painter.footer(&rows))
    }

    fn frame(&mut self, rows: &[Line]) -> io::Result<()> {
        self.modes.enter_alternate()?;
        let mut out = String::from("\x1b[H");
        let rows = self.rows(rows).join("\x1b[K\r\n");
        out.push_str(&rows);
        out.push_str("\x1b[K\x1b[J");
        write(&out)
    }

    fn end_frames(&mut self) -> io::Result<()> {
        self.modes.leave_alternate()
    }

    fn resize(&mut self, size: Size) {
        self.painter.resize(size);
        self.caps.width = size.columns;
        self.caps.height = size.rows;
    }

    fn release(&mut self) -> io::Result<()> {
        write(&self.painter.erase_footer())?;
        self.source.pause()?;
        self.modes.restore()
    }

    fn reclaim(&mut self) -> io::Result<()> {
        self.painter.lose_track();
        self.modes.enter()?;
        self.source.resume()
    }

    fn leave(&mut self) -> io::Result<()> {
        write(&self.painter.erase_footer())?;
        self.modes.restore()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.modes.restore().ok();
    }
}

/// Writes a whole frame, so that the terminal never shows a part of it.
fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{BEGIN_FRAME}{text}{END_FRAME}")?;
    out.flush()
}
