//! A stand-in for `curl` where there is none, and in a runbook's lab, whose ports are others than
//! the learner's.

mod messages;

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::kinds::gateway::lab::control::LabStatus;
use crate::kinds::gateway::lab::control::protocol::CommandOutput;
use crate::kinds::gateway::lab::http::{self, Response};
use crate::sys::clock::Stopwatch;
use messages::{WriteOut, error_message};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest head of an answer, in bytes.
const MAX_HEAD: u64 = 256 << 10;

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
struct Call {
    url: String,
    method: Option<String>,
    headers: Vec<String>,
    data: Option<String>,
    include: bool,
    head: bool,
    fail: bool,
    silent: bool,
    verbose: bool,
    output: Option<String>,
    write_out: Option<String>,
    socket: Option<String>,
}

/// A response, and its head as it came.
#[derive(Debug)]
struct Received {
    head: String,
    response: Response,
}

/// Does what `curl` does with these arguments, in the folder `folder`.
pub(super) fn run(arguments: &[String], status: &LabStatus, folder: &Path) -> CommandOutput {
    let call = match parse(arguments) {
        Ok(call) => call,
        Err(what) => {
            let known = "it knows -i -I -s -S -v -f -X -d -H -o -w and --unix-socket";
            let mut output = CommandOutput::failed(format!(
                "curl: {what}; this is the lab's small curl: {known}\n"
            ));
            output.code = 2;
            return output;
        }
    };
    let watch = Stopwatch::start();
    match call.exchange(status, folder) {
        Ok(answer) => call.output(&answer, folder, watch.elapsed()),
        Err(error) => call.failure(&error, watch.elapsed()),
    }
}

fn parse(arguments: &[String]) -> Result<Call, String> {
    let mut call = Call::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut value = |name: &str| {
            rest.next()
                .cloned()
                .ok_or(format!("option {name} needs a value"))
        };
        match word.as_str() {
            "--include" => call.include = true,
            "--head" => call.head = true,
            "--silent" => call.silent = true,
            "--show-error" => {}
            "--fail" => call.fail = true,
            "--verbose" => call.verbose = true,
            "--request" => call.method = Some(value(word)?),
            "--header" => call.headers.push(value(word)?),
            "--data" => call.data = Some(value(word)?),
            "--output" => call.output = Some(value(word)?),
            "--write-out" => call.write_out = Some(value(word)?),
            "--unix-socket" => call.socket = Some(value(word)?),
            long if long.starts_with("--") => return Err(format!("no option {long}")),
            short if short.len() > 1 && short.starts_with('-') => {
                for (index, letter) in short.char_indices().skip(1) {
                    let after = &short[index + 1..];
                    let mut value = || match after {
                        "" => value(short),
                        after => Ok(after.to_owned()),
                    };
                    match letter {
                        'i' => call.include = true,
                        'I' => call.head = true,
                        's' => call.silent = true,
                        'S' => {}
                        'f' => call.fail = true,
                        'v' => call.verbose = true,
                        'X' => call.method = Some(value()?),
                        'H' => call.headers.push(value()?),
                        'd' => call.data = Some(value()?),
                        'o' => call.output = Some(value()?),
                        'w' => call.write_out = Some(value()?),
                        other => return Err(format!("no option -{other}")),
                    }
                    if "XHdow".contains(letter) {
                        break;
                    }
                }
            }
            url => url.clone_into(&mut call.url),
        }
    }
    if call.url.is_empty() {
        return Err("no URL".to_owned());
    }
    Ok(call)
}

impl Call {
    fn exchange(&self, status: &LabStatus, folder: &Path) -> io::Result<Received> {
        let (authority, path) = self.parts();
        let request = self.request(authority, path);
        if let Some(socket) = &self.socket {
            let mut stream = UnixStream::connect(place(socket, status, folder))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request.as_bytes())?;
            Received::read(stream, self.head)
        } else {
            let (host, port) = host_and_port(authority);
            let port = port.parse();
            let port = port.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            let mut stream = TcpStream::connect((host, status.port(port)))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request.as_bytes())?;
            Received::read(stream, self.head)
        }
    }

    /// Returns the address and the path of the URL.
    fn parts(&self) -> (&str, &str) {
        let url = self.url.strip_prefix("http://").unwrap_or(&self.url);
        match url.find('/') {
            Some(slash) => url.split_at(slash),
            None => (url, "/"),
        }
    }

    fn request(&self, authority: &str, path: &str) -> String {
        let method = match (&self.method, &self.data) {
            (Some(method), _) => method.as_str(),
            (None, _) if self.head => "HEAD",
            (None, Some(_)) => "POST",
            (None, None) => "GET",
        };
        let given = |name: &str| {
            let mut headers = self.headers.iter().filter_map(|line| line.split_once(':'));
            headers.find(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let own = [
            ("Host", authority),
            ("User-Agent", "curl"),
            ("Accept", "*/*"),
        ];
        let mut text = format!("{method} {path} HTTP/1.1\r\n");
        for (name, value) in own {
            let value = given(name).map_or(value, |(_, value)| value.trim());
            text.extend([name, ": ", value, "\r\n"]);
        }
        for line in &self.headers {
            let name = line.split(':').next().unwrap_or_default();
            if !own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
                text.extend([line.as_str(), "\r\n"]);
            }
        }
        let data = self.data.as_deref().unwrap_or_default();
        if self.data.is_some() {
            let length = data.len();
            text.extend(["Content-Length: ", &length.to_string(), "\r\n"]);
        }
        text + "\r\n" + data
    }

    fn output(&self, answer: &Received, folder: &Path, time: Duration) -> CommandOutput {
        let mut said = CommandOutput::default();
        if self.verbose {
            said.stderr = self.verbose_exchange(answer);
        }
        if self.fail && answer.response.status >= 400 {
            said.code = 22;
            let status = answer.response.status;
            let line = format!("curl: (22) The requested URL returned error: {status}\n");
            said.stderr.push_str(&line);
        } else {
            let mut out = Vec::new();
            if self.include || self.head {
                out.extend_from_slice(answer.head.as_bytes());
            }
            if !self.head {
                out.extend_from_slice(&answer.response.body);
            }
            match &self.output {
                Some(file) => {
                    if let Err(error) = fs::write(folder.join(file), &out) {
                        return CommandOutput {
                            code: 23,
                            stderr: format!("curl: (23) {file}: {error}\n"),
                            ..said
                        };
                    }
                }
                None => said.stdout = String::from_utf8_lossy(&out).into_owned(),
            }
        }
        if let Some(form) = &self.write_out {
            let facts = WriteOut {
                status: &format!("{:03}", answer.response.status),
                head: answer.head.len(),
                body: answer.response.body.len(),
                time,
                exit: said.code,
            };
            said.stdout.push_str(&facts.expand(form));
        }
        said
    }

    /// Returns what to say where there is no answer.
    fn failure(&self, error: &io::Error, time: Duration) -> CommandOutput {
        let address = host_and_port(self.parts().0);
        let (code, what) = error_message(error, address, time);
        let mut stderr = String::new();
        if self.verbose && code != 7 {
            stderr.push_str(&self.verbose_request());
        }
        if !self.silent {
            let line = format!("curl: ({code}) {what}\n");
            stderr.push_str(&line);
        }
        let facts = WriteOut {
            status: "000",
            head: 0,
            body: 0,
            time,
            exit: code,
        };
        let form = self.write_out.as_deref().unwrap_or_default();
        CommandOutput {
            code,
            stdout: facts.expand(form),
            stderr,
        }
    }

    /// Returns the lines of `-v` for an answer.
    fn verbose_exchange(&self, answer: &Received) -> String {
        let mut lines = self.verbose_request();
        lines.extend(answer.head.lines().map(|line| format!("< {line}\n")));
        lines
    }

    /// Returns the lines of `-v` for a request.
    fn verbose_request(&self) -> String {
        let (authority, path) = self.parts();
        let (host, port) = host_and_port(authority);
        let mut lines = match &self.socket {
            Some(socket) => format!("* Connected to {host} ({socket}) port 0\n"),
            None => format!("* Connected to {host} ({host}) port {port}\n"),
        };
        let request = self.request(authority, path);
        let head = request.split("\r\n\r\n").next().unwrap_or_default();
        let sent = head.lines().chain([""]).map(|line| format!("> {line}\n"));
        lines.extend(sent);
        lines
    }
}

impl Received {
    /// Reads an answer from `stream`; one to a `HEAD` has no body.
    fn read(stream: impl Read, to_head: bool) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let head = http::read_head(&mut reader, MAX_HEAD)?;
        if !head.ends_with(b"\r\n\r\n") {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut response = Response::parse(&head).ok_or(io::Error::other("no HTTP"))?;
        response.read_body(&mut reader, to_head)?;
        if response.body.len() as u64 == http::MAX_BODY {
            return Err(io::Error::other("an answer without an end"));
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        Ok(Self { head, response })
    }
}

fn host_and_port(authority: &str) -> (&str, &str) {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        Some(_) | None => (authority, "80"),
    };
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}

/// A socket's path is the learner's: relative to the lab.
fn place(socket: &str, status: &LabStatus, folder: &Path) -> PathBuf {
    let inside = status.lab.join(socket);
    if inside.exists() {
        inside
    } else {
        folder.join(socket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Call, String> {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn options_are_read_as_curl_reads_them() {
        let call =
            parse_line("-si -XPOST -d a=1 -H X-Trace:7 http://127.0.0.1:8080/orders").unwrap();
        assert!(call.include && call.silent);
        let request = call.request("127.0.0.1:8080", "/orders");
        assert!(request.starts_with("POST /orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
        assert!(request.contains("X-Trace:7\r\n") && request.ends_with("\r\n\r\na=1"));
        assert!(parse_line("-k http://x").is_err());
    }

    #[test]
    fn no_answer_is_told_as_curl_tells_it() {
        let call =
            parse_line("-sw %{http_code}/%{exitcode}/%{time_total} http://[::1]:3000/").unwrap();
        let said = call.failure(
            &io::ErrorKind::UnexpectedEof.into(),
            Duration::from_millis(1500),
        );
        assert_eq!((said.code, said.stdout.as_str()), (52, "000/52/1.500000"));
        let call = parse_line("http://[::1]:3000/").unwrap();
        let said = call.failure(&io::ErrorKind::ConnectionRefused.into(), Duration::ZERO);
        let start = "curl: (7) Failed to connect to ::1 port 3000 after 0 ms: ";
        assert!(said.stderr.starts_with(start), "{said:?}");
    }

    #[test]
    fn both_headers_are_shown_with_v() {
        let call = parse_line("-v http://127.0.0.1:3000/health").unwrap();
        let bytes = b"HTTP/1.1 200 OK\r\nServer: shop\r\n\r\nfine";
        let answer = Received::read(&bytes[..], false).unwrap();
        let said = call.output(&answer, Path::new("/"), Duration::ZERO);
        assert!(
            said.stderr
                .starts_with("* Connected to 127.0.0.1 (127.0.0.1) port 3000\n> GET /health")
        );
        assert!(
            said.stderr
                .ends_with("> \n< HTTP/1.1 200 OK\n< Server: shop\n< \n"),
            "{said:?}"
        );
        assert_eq!(said.stdout, "fine");
    }
}
