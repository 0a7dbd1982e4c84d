//! The output of commands. A closed pipe, as with `head`, silently ends the writing.

use std::cell::Cell;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::lesson::{Layout, layout, parse};
use crate::sys::environment::Environment;
use crate::term::{Caps, ColorChoice, Gauge, Theme, emit, emit_line};
use crate::text::{Line, Role};

/// Standard output and standard error of a command.
#[derive(Debug)]
pub(crate) struct Output {
    caps: Caps,
    error_caps: Caps,
    theme: Theme,
    closed: Cell<bool>,
}

/// What a command writes as JSON.
#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

impl Output {
    /// Detects the terminal's capabilities.
    pub(super) fn new(environment: &Environment, color: ColorChoice) -> Self {
        let text = |name: &str| environment.text(name);
        let detect = |is_terminal, size| Caps::detect(&text, is_terminal, size, color);
        Self {
            caps: detect(io::stdout().is_terminal(), size(io::stdout())),
            error_caps: detect(io::stderr().is_terminal(), size(io::stderr())),
            theme: Theme::default(),
            closed: Cell::new(false),
        }
    }

    pub(crate) fn theme(&self) -> &Theme {
        &self.theme
    }

    pub(crate) fn caps(&self) -> &Caps {
        &self.caps
    }

    /// Whether standard input and output are a terminal.
    pub(crate) fn is_interactive(&self) -> bool {
        self.caps.terminal && io::stdin().is_terminal()
    }

    /// Whether the reader of standard output is gone, and further work in vain.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(crate) fn layout(&self) -> Layout {
        self.caps.layout(self.caps.width.min(100))
    }

    pub(crate) fn markdown(&self, markdown: &str) -> Vec<Line> {
        let doc = parse(markdown);
        layout(&doc.blocks, &doc, &self.layout())
    }

    pub(crate) fn lines(&self, lines: &[Line]) -> io::Result<()> {
        self.text(&emit(lines, &self.caps, &self.theme))
    }

    pub(crate) fn line(&self, line: Line) -> io::Result<()> {
        self.lines(&[line])
    }

    /// Writes `text` to standard output unchanged.
    pub(crate) fn text(&self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        if self.closed.get() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.set(true);
                Ok(())
            }
            other => other,
        }
    }

    /// Writes `content` to standard output as JSON, with the version of its shape.
    pub(crate) fn record(&self, content: &impl Serialize) -> io::Result<()> {
        self.json(&Versioned {
            version: 1,
            content,
        })
    }

    /// Writes `value` to standard output as JSON.
    pub(crate) fn json(&self, value: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        self.text(&text)
    }

    /// Writes `lines` to standard error; errors are ignored.
    pub(crate) fn tell(&self, lines: &[Line]) {
        let text = emit(lines, &self.error_caps, &self.theme);
        io::stderr().lock().write_all(text.as_bytes()).ok();
    }

    /// Shows `text` as the current step; an empty text clears it.
    pub(crate) fn step(&self, text: &str) {
        self.stepper().show(text);
    }

    /// A progress bar of `total` steps on standard error.
    pub(crate) fn gauge(&self, total: u64) -> Gauge {
        Gauge::new(total, &self.error_caps)
    }

    /// Shows the current step from any thread.
    pub(crate) fn stepper(&self) -> Stepper {
        let caps = self.error_caps;
        let can_redraw = caps.terminal && !caps.accessible;
        Stepper {
            caps: can_redraw.then_some(caps),
        }
    }
}

/// Shows the current step on standard error, in place of the last one. Does nothing unless standard error is
/// a terminal that can redraw.
#[derive(Debug, Clone)]
pub(crate) struct Stepper {
    caps: Option<Caps>,
}

impl Stepper {
    pub(crate) fn show(&self, text: &str) {
        let Some(caps) = &self.caps else { return };
        let line = emit_line(&Line::new().with(Role::Dim, text), caps, &Theme::default());
        let whole = format!("\r\u{1b}[K{line}");
        // Progress that cannot be shown is no reason to fail.
        io::stderr().lock().write_all(whole.as_bytes()).ok();
    }
}

fn size(terminal: impl std::os::fd::AsFd) -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    Some((size.ws_col, size.ws_row))
}
