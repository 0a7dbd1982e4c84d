//! The modes of the terminal that must not outlive us: raw input, a hidden cursor, bracketed paste, the
//! alternate screen, a frame that is not finished.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use termimad::crossterm::cursor::{Hide, Show};
use termimad::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use termimad::crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use termimad::crossterm::{execute, queue};

/// How often, and how far apart, modes are undone for good: another thread may be about to set its
/// own once more.
const TIMES: usize = 3;
const APART: Duration = Duration::from_millis(10);
/// Whether the modes were undone for good.
static OVER: AtomicBool = AtomicBool::new(false);

/// What is set at the moment; shared with the panic hook and the signal thread.
#[derive(Debug, Clone, Default)]
pub(super) struct Modes(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    raw: AtomicBool,
    alternate: AtomicBool,
    /// What was set before we set anything.
    before: OnceLock<Termios>,
}

impl Modes {
    /// Returns modes that a panic undoes before its message is printed.
    pub(super) fn new() -> Self {
        let modes = Self::default();
        let hook = panic::take_hook();
        let undone = modes.clone();
        panic::set_hook(Box::new(move |info| {
            undone.restore().ok();
            hook(info);
        }));
        modes
    }

    /// Sets raw input, hides the cursor and has pastes marked as such.
    pub(super) fn enter(&self) -> io::Result<()> {
        if OVER.load(Ordering::SeqCst) {
            return Ok(());
        }
        if let Ok(before) = tcgetattr(io::stdin()) {
            self.0.before.get_or_init(|| before);
        }
        self.0.raw.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(io::stdout(), Hide, EnableBracketedPaste)
    }

    /// Enters the alternate screen; returns whether that was news.
    pub(super) fn enter_alternate(&self) -> io::Result<bool> {
        if self.0.alternate.swap(true, Ordering::SeqCst) {
            return Ok(false);
        }
        execute!(io::stdout(), EnterAlternateScreen)?;
        Ok(true)
    }

    /// Leaves the alternate screen, if it is shown.
    pub(super) fn leave_alternate(&self) -> io::Result<()> {
        if self.0.alternate.swap(false, Ordering::SeqCst) {
            execute!(io::stdout(), LeaveAlternateScreen)?;
        }
        Ok(())
    }

    /// Undoes everything that is set.
    pub(super) fn restore(&self) -> io::Result<()> {
        self.leave_alternate()?;
        if self.0.raw.swap(false, Ordering::SeqCst) {
            let mut out = io::stdout();
            let undone = queue!(out, EndSynchronizedUpdate, DisableBracketedPaste, Show);
            let shown = undone.and_then(|()| out.flush());
            disable_raw_mode().and(shown)?;
        }
        if OVER.load(Ordering::SeqCst)
            && let Some(before) = self.0.before.get()
        {
            tcsetattr(io::stdin(), OptionalActions::Now, before)?;
            execute!(io::stdout(), DisableBracketedPaste, Show)?;
        }
        Ok(())
    }

    /// Undoes everything, whatever another thread that has the terminal does meanwhile, because
    /// this process is about to end.
    pub(super) fn restore_for_good(&self) {
        OVER.store(true, Ordering::SeqCst);
        for _ in 0..TIMES {
            // The terminal may be gone.
            self.restore().ok();
            thread::park_timeout(APART);
        }
    }
}
