//! curl's error messages, and the variables of `-w`.

use std::io;
use std::time::Duration;

/// Returns curl's exit code and message for `error`.
pub(super) fn error_message(
    error: &io::Error,
    (host, port): (&str, &str),
    time: Duration,
) -> (u8, String) {
    let time = time.as_millis();
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => (
            7,
            format!(
                "Failed to connect to {host} port {port} after {time} ms: Couldn't connect to server"
            ),
        ),
        io::ErrorKind::InvalidInput => {
            (3, "URL using bad/illegal format or missing URL".to_owned())
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            (28, format!("Operation timed out after {time} milliseconds"))
        }
        io::ErrorKind::UnexpectedEof => (52, "Empty reply from server".to_owned()),
        io::ErrorKind::ConnectionReset => (56, "Recv failure: Connection reset by peer".to_owned()),
        _ => (56, format!("Recv failure: {error}")),
    }
}

/// The variables of `-w`.
pub(super) struct WriteOut<'a> {
    pub(super) status: &'a str,
    pub(super) head: usize,
    pub(super) body: usize,
    pub(super) time: Duration,
    pub(super) exit: u8,
}

impl WriteOut<'_> {
    /// Replaces the variables in `form`.
    pub(super) fn expand(&self, form: &str) -> String {
        let form = form.replace("\\n", "\n").replace("\\t", "\t");
        let known = [
            ("http_code", self.status.to_owned()),
            ("response_code", self.status.to_owned()),
            ("size_header", self.head.to_string()),
            ("size_download", self.body.to_string()),
            ("time_total", format!("{:.6}", self.time.as_secs_f64())),
            ("exitcode", self.exit.to_string()),
        ];
        let replace = |form: String, (name, value): &(&str, String)| {
            form.replace(&format!("%{{{name}}}"), value)
        };
        known.iter().fold(form, replace)
    }
}
