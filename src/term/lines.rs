//! A session by lines: for a screen reader, a terminal that cannot redraw, and a pipe. Nothing is
//! ever taken back; a key is its letter and Enter.

use std::io::{self, Write};

use super::modes::Modes;
use super::screen::{Size, Spot, Terminal};
use super::source::{Listener, Reading, Source};
use super::{Caps, Theme, emit, emit_line};
use crate::text::Line;

/// A terminal that is only written to, line after line.
#[derive(Debug)]
pub(crate) struct LineTerminal {
    caps: Caps,
    theme: Theme,
    source: Source,
    /// Whether standard output is for something else.
    aside: bool,
    /// Whether the last line is a prompt that waits.
    waits: bool,
}

impl LineTerminal {
    /// Starts to listen to lines; `aside` writes to standard error.
    pub(crate) fn open(
        caps: Caps,
        theme: Theme,
        aside: bool,
        listener: &Listener,
    ) -> io::Result<Self> {
        let source = Source::start(Reading::Lines, &Modes::default(), listener)?;
        Ok(Self {
            caps,
            theme,
            source,
            aside,
            waits: false,
        })
    }
}

impl Terminal for LineTerminal {
    fn show(&mut self, lines: &[Line], spot: Spot) -> io::Result<()> {
        self.waits = false;
        let apart = if spot == Spot::Below { "" } else { "\n" };
        self.write(&format!("{apart}{}", emit(lines, &self.caps, &self.theme)))
    }

    fn footer(&mut self, lines: &[Line]) -> io::Result<()> {
        self.waits = true;
        let rows = lines
            .iter()
            .map(|line| emit_line(line, &self.caps, &self.theme));
        self.write(&format!("\n{}", rows.collect::<Vec<_>>().join("\n")))
    }

    fn frame(&mut self, rows: &[Line]) -> io::Result<()> {
        self.show(rows, Spot::Below)
    }

    fn end_frames(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn resize(&mut self, size: Size) {
        self.caps.width = size.columns;
    }

    fn release(&mut self) -> io::Result<()> {
        self.source.pause()
    }

    fn reclaim(&mut self) -> io::Result<()> {
        self.source.resume()
    }

    fn leave(&mut self) -> io::Result<()> {
        if self.waits { self.write("\n") } else { Ok(()) }
    }
}

impl LineTerminal {
    fn write(&self, text: &str) -> io::Result<()> {
        if self.aside {
            return io::stderr().lock().write_all(text.as_bytes());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
