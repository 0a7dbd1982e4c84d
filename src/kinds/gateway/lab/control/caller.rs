//! Asks a lab that another process keeps.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use super::protocol::{Answer, Request, Status};

/// How long a lab may think; probes take their time.
const PATIENCE: Duration = Duration::from_mins(5);
/// The most bytes of an answer.
const MOST: u64 = 16 << 20;

/// Asks one lab.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    socket: PathBuf,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The lab went away.
    #[error("the lab is gone")]
    Gone(#[source] io::Error),
    /// It answered something else than it was asked, as another version of Gradus may.
    #[error("the lab does not understand: another version of Gradus keeps it")]
    Foreign,
    /// It could not do it.
    #[error("{0}")]
    Trouble(String),
}

impl Caller {
    /// Returns a caller of the lab that listens at `socket`.
    pub(crate) fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// Fails when the lab is gone, or could not do it.
    pub(crate) fn ask(&self, request: &Request) -> Result<Answer, CallError> {
        let line = self.exchange(request).map_err(CallError::Gone)?;
        match serde_json::from_str(&line) {
            Ok(Answer::Trouble { what }) => Err(CallError::Trouble(what)),
            Ok(answer) => Ok(answer),
            Err(_) if line.is_empty() => Err(CallError::Gone(io::ErrorKind::UnexpectedEof.into())),
            Err(_) => Err(CallError::Foreign),
        }
    }

    /// Asks what runs.
    ///
    /// # Errors
    /// Fails when the lab is gone.
    pub(crate) fn status(&self) -> Result<Status, CallError> {
        match self.ask(&Request::Status)? {
            Answer::Status(status) => Ok(*status),
            _ => Err(CallError::Foreign),
        }
    }

    fn exchange(&self, request: &Request) -> io::Result<String> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        stream.write_all(line.as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        BufReader::new(stream.take(MOST)).read_line(&mut answer)?;
        Ok(answer)
    }
}
