//! The client of a lab that another process keeps.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use super::protocol::{LabReply, LabRequest, LabStatus};

/// The timeout of a reply; probes take their time.
const TIMEOUT: Duration = Duration::from_mins(5);
const MOST: u64 = 16 << 20;

#[derive(Debug, Clone)]
pub(crate) struct LabClient {
    socket: PathBuf,
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LabClientError {
    #[error("the lab is gone")]
    Gone(#[source] io::Error),
    /// The reply does not fit the request, as with another version of Gradus.
    #[error("the lab does not understand: another version of Gradus runs it")]
    Foreign,
    /// The lab could not handle the request.
    #[error("{0}")]
    Trouble(String),
}

impl LabClientError {
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign)
    }
}

impl LabClient {
    /// A client of the lab that listens at the path `socket`.
    pub(crate) fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
        }
    }

    /// Sends a request and waits for the reply.
    pub(crate) fn ask(&self, request: &LabRequest) -> Result<LabReply, LabClientError> {
        let line = self.exchange(request).map_err(LabClientError::Gone)?;
        match serde_json::from_str(&line) {
            Ok(LabReply::Trouble { what }) => Err(LabClientError::Trouble(what)),
            Ok(answer) => Ok(answer),
            Err(_) if line.is_empty() => {
                Err(LabClientError::Gone(io::ErrorKind::UnexpectedEof.into()))
            }
            Err(_) => Err(LabClientError::Foreign),
        }
    }

    pub(crate) fn status(&self) -> Result<LabStatus, LabClientError> {
        match self.ask(&LabRequest::Status)? {
            LabReply::Status(status) => Ok(*status),
            _ => Err(LabClientError::Foreign),
        }
    }

    fn exchange(&self, request: &LabRequest) -> io::Result<String> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        stream.write_all(line.as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        BufReader::new(stream.take(MOST)).read_line(&mut answer)?;
        Ok(answer)
    }
}
