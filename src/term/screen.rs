//! What a session needs of a terminal, so that it can be driven without one.

use std::io;

use crate::course::Answer;
use crate::text::Line;

/// The size of the screen, in cells and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub columns: usize,
    pub rows: usize,
}

/// Where lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// On an empty screen; what was there moves up into the scrollback.
    Fresh,
    /// In the place of what is there.
    Over,
    /// Under what is there.
    Below,
}

/// Something to ask the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// One of these labels.
    One(Vec<String>),
    /// Any number of these labels.
    Several(Vec<String>),
    /// A few words, after this prompt.
    Words(String),
}

impl Ask {
    /// Returns what can be chosen; nothing where words are typed.
    pub(crate) fn labels(&self) -> &[String] {
        match self {
            Self::One(labels) | Self::Several(labels) => labels,
            Self::Words(_) => &[],
        }
    }

    /// Returns how to answer, in words.
    pub(crate) fn help(&self, escape: &str) -> String {
        let keys = match self {
            Self::One(_) => "↑↓ moves, a number or Enter chooses",
            Self::Several(_) => "↑↓ moves, a number or Space marks, Enter answers",
            Self::Words(_) => "Enter answers",
        };
        format!("{keys}, Esc {escape}")
    }
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PromptReply {
    Answer(Answer),
    /// The learner would rather not.
    Dismissed,
    /// The learner pressed Ctrl-C.
    Interrupted,
}

impl PromptReply {
    /// Returns the first label that was chosen, by index.
    pub(crate) fn chosen(&self) -> Option<usize> {
        match self {
            Self::Answer(Answer::Choices(taken)) => taken.first().copied(),
            Self::Answer(Answer::Words(_)) | Self::Dismissed | Self::Interrupted => None,
        }
    }
}

/// A terminal, or lines of text in and out.
pub(crate) trait Terminal {
    /// Puts `lines` on the screen.
    fn show(&mut self, lines: &[Line], spot: Spot) -> io::Result<()>;

    /// Puts `lines` at the bottom of the screen, in the place of the last footer. Where nothing
    /// can be redrawn, the last line is a prompt.
    fn footer(&mut self, lines: &[Line]) -> io::Result<()>;

    /// Draws a whole frame of a pager on the alternate screen, entering it if needed.
    fn frame(&mut self, rows: &[Line]) -> io::Result<()>;

    fn end_frames(&mut self) -> io::Result<()>;

    fn resize(&mut self, size: Size);

    /// Gives the terminal to another program.
    fn release(&mut self) -> io::Result<()>;

    fn reclaim(&mut self) -> io::Result<()>;

    /// Removes the footer and leaves the cursor under the text, as the terminal was found.
    fn leave(&mut self) -> io::Result<()>;
}

impl dyn Terminal {
    /// Lets another program use the terminal while `task` runs.
    pub(crate) fn lend<T>(&mut self, task: impl FnOnce() -> T) -> io::Result<T> {
        self.release()?;
        let done = task();
        self.reclaim()?;
        Ok(done)
    }
}
