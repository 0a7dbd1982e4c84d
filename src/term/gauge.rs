//! How far a long work is: a bar on a terminal, a line now and then elsewhere.

use std::fmt;
use std::io::{self, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Caps;

/// How many lines tell of a whole work where nothing can be redrawn.
const LINES: u64 = 10;

/// Shows on standard error how far a work is.
#[derive(Debug)]
pub(crate) struct Gauge {
    bar: Option<ProgressBar>,
    total: u64,
    done: u64,
}

impl Gauge {
    /// Returns a gauge for a work of `total` steps, on what `caps` says of standard error.
    pub(crate) fn new(total: u64, caps: &Caps) -> Self {
        let can_redraw = caps.terminal && !caps.accessible;
        Self {
            bar: can_redraw.then(|| bar(total, caps)),
            total,
            done: 0,
        }
    }

    /// Says what is being done.
    pub(crate) fn say(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// Notes that one more step is done; `what` sums up all that are.
    pub(crate) fn step(&mut self, what: &str) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.inc(1);
            return;
        }
        let lines = |done: u64| done * LINES / self.total.max(1);
        if lines(self.done) != lines(self.done - 1) {
            let line = format!("{} of {}: {what}\n", self.done, self.total);
            // A standard error that is closed is no reason to fail.
            io::stderr().lock().write_all(line.as_bytes()).ok();
        }
    }

    /// Takes the gauge off the screen.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(total: u64, caps: &Caps) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    // Not to the screen's edge: what the terminal echoes, such as `^C`, would go to a row below.
    let wide = "{bar:20} {pos} of {len}  {rate}  {eta} left  {msg}";
    let narrow = "{pos} of {len}  {eta} left  {msg}";
    let template = if caps.width < 60 { narrow } else { wide };
    let style = ProgressStyle::with_template(template).expect("the template is one of two");
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        // What cannot be shown is left out.
        write!(out, "{:.1} a second", state.per_sec()).ok();
    });
    let (filled, half, empty) = if caps.unicode {
        ("█", "▌", "░")
    } else {
        ("#", ">", ".")
    };
    bar.set_style(style.progress_chars(&[filled, half, empty].concat()));
    bar
}
