//! Exit codes.

use std::process::ExitCode;

/// What the exit code of a command means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 0: it worked; what was checked passed.
    Fine,
    /// 1: it worked, and the answer is no: a check did not pass, a course has problems, a search
    /// found nothing.
    NotPassed,
    /// 2: a usage error: an unknown option or name.
    Usage,
    /// 3: Gradus could not do its work.
    Failed,
    /// 4: there was nothing to run.
    Nothing,
    /// The exit code of a command of a lab's shell, such as its `nginx`.
    Word(u8),
    /// 128 plus the signal's number: a signal ended it, or Ctrl-C.
    Stopped(i32),
}

impl Code {
    /// The meanings, for `--help`.
    pub const HELP: &'static str = "Exit codes: 0 fine or passed, 1 not passed or not found, \
         2 usage error, 3 Gradus could not do its work, 4 nothing to run.";

    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::NotPassed => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Nothing => 4,
            Self::Word(code) => code,
            Self::Stopped(signal) => u8::try_from(128 + signal).unwrap_or(Self::Failed.number()),
        }
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.number())
    }
}
