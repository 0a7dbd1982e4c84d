//! The output of commands. A closed pipe, as with `head`, silently ends the writing.

use std::cell::Cell;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::lesson::{Layout, layout, parse, wrap};
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
        self.text(&emit(&fit(lines, &self.caps), &self.caps, &self.theme))
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
        let lines = fit(lines, &self.error_caps);
        let text = emit(&lines, &self.error_caps, &self.theme);
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

/// Breaks lines at blanks that a terminal would break within words. A line with code stays whole, as does
/// text between backticks: it is there to be copied.
fn fit(lines: &[Line], caps: &Caps) -> Vec<Line> {
    let is_wide = |line: &Line| line.width() > caps.width;
    let has_code = |line: &Line| line.spans.iter().any(|span| span.style.role == Role::Code);
    let rows = lines.iter().flat_map(|line| {
        if !caps.terminal || caps.accessible || !is_wide(line) || has_code(line) {
            return vec![line.clone()];
        }
        broken(line, caps.width)
    });
    rows.collect()
}

/// Characters at which a line may be broken, each with a placeholder of private use, at which it is not.
const NO_BREAK: [(&str, &str); 2] = [(" ", "\u{e000}"), ("-", "\u{e001}")];

fn broken(line: &Line, width: usize) -> Vec<Line> {
    let text = line.text();
    let indent = text.len() - text.trim_start_matches(' ').len();
    let mut spans = line.spans.clone();
    let mut in_code = false;
    for span in &mut spans {
        let parts = span.text.split('`').enumerate().map(|(index, part)| {
            in_code ^= index > 0;
            if in_code {
                let keep = |part: String, (char, kept): (&str, &str)| part.replace(char, kept);
                NO_BREAK.into_iter().fold(part.to_owned(), keep)
            } else {
                part.to_owned()
            }
        });
        span.text = parts.collect::<Vec<_>>().join("`");
    }
    if let Some(first) = spans.first_mut() {
        let lead = first.text.len() - first.text.trim_start_matches(' ').len();
        first.text.drain(..lead);
    }
    let room = width.saturating_sub(indent).max(width / 2).max(1);
    let mut rows = wrap(&spans, room);
    for row in &mut rows {
        for span in &mut row.spans {
            for (char, kept) in NO_BREAK {
                span.text = span.text.replace(kept, char);
            }
        }
        let lead = Line::plain(" ".repeat(indent.min(width - room)));
        row.spans.splice(0..0, lead.spans);
    }
    rows
}

fn size(terminal: impl std::os::fd::AsFd) -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    Some((size.ws_col, size.ws_row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(terminal: bool) -> Caps {
        let terminal = Caps::detect(&|_| None, terminal, Some((20, 10)), ColorChoice::Auto);
        Caps {
            width: 20,
            ..terminal
        }
    }

    fn texts(line: &Line, caps: &Caps) -> Vec<String> {
        let rows = fit(std::slice::from_ref(line), caps);
        rows.iter().map(Line::text).collect()
    }

    #[test]
    fn a_terminal_gets_lines_that_break_at_blanks_and_a_pipe_gets_them_whole() {
        let line = Line::plain("  a sentence that is wider than twenty");
        let rows = ["  a sentence that is", "  wider than twenty"];
        assert_eq!(texts(&line, &caps(true)), rows);
        assert_eq!(texts(&line, &caps(false)), [line.text()]);
    }

    #[test]
    fn a_command_stays_whole_for_a_copy() {
        let line = Line::plain("  ").with(Role::Code, "gradus check some-exercise");
        assert_eq!(texts(&line, &caps(true)), [line.text()]);
        let line = Line::plain("or `gradus a-b --yes`");
        assert_eq!(texts(&line, &caps(true)), ["or", "`gradus a-b --yes`"]);
        let line = Line::plain("hint: start over with `gradus reset x`");
        let rows = ["hint: start over", "with", "`gradus reset x`"];
        assert!(
            texts(&line, &caps(true))
                .concat()
                .contains("`gradus reset x`")
        );
        assert_eq!(
            texts(&line, &caps(true)).last().map(String::as_str),
            rows.last().copied()
        );
    }
}
