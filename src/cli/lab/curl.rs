//! A stand-in for `curl` where there is none, and in a runbook's lab, whose ports are others than
//! the learner's.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::lab::control::Status;
use crate::lab::control::protocol::Said;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The most bytes of an answer.
const MOST: u64 = 64 << 20;

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
    output: Option<String>,
    write_out: Option<String>,
    socket: Option<String>,
}

/// Does what `curl` does with these arguments, in the folder `folder`.
pub(super) fn run(arguments: &[String], status: &Status, folder: &Path) -> Said {
    let call = match parse(arguments) {
        Ok(call) => call,
        Err(what) => {
            let known = "it knows -i -I -s -S -f -X -d -H -o -w and --unix-socket";
            let mut said = Said::failed(format!(
                "curl: {what}; this is the lab's small curl: {known}\n"
            ));
            said.code = 2;
            return said;
        }
    };
    match call.exchange(status, folder) {
        Ok(answer) => call.told(&answer, folder),
        Err(error) => {
            let refused = error.kind() == io::ErrorKind::ConnectionRefused;
            let (code, what) = match error.kind() {
                io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
                    (7, "Failed to connect")
                }
                io::ErrorKind::InvalidInput => (3, "URL using bad/illegal format"),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => (28, "Operation timed out"),
                _ => (56, "Recv failure"),
            };
            let url = &call.url;
            let why = if refused {
                "Connection refused".to_owned()
            } else {
                error.to_string()
            };
            let stderr = if call.silent {
                String::new()
            } else {
                format!("curl: ({code}) {what} to {url}: {why}\n")
            };
            let stdout = call
                .write_out
                .as_deref()
                .map_or_else(String::new, |form| written(form, "000"));
            Said {
                code,
                stdout,
                stderr,
            }
        }
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

struct Response {
    status: String,
    code: u16,
    head: String,
    body: Vec<u8>,
}

impl Call {
    fn exchange(&self, status: &Status, folder: &Path) -> io::Result<Response> {
        let url = self.url.strip_prefix("http://").unwrap_or(&self.url);
        let (authority, path) = match url.find('/') {
            Some(slash) => url.split_at(slash),
            None => (url, "/"),
        };
        let request = self.request(authority, path);
        let mut bytes = Vec::new();
        if let Some(socket) = &self.socket {
            let mut stream = UnixStream::connect(place(socket, status, folder))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request.as_bytes())?;
            stream.take(MOST).read_to_end(&mut bytes)?;
        } else {
            let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
            let port = port.parse();
            let port = port.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let mut stream = TcpStream::connect((host, status.port(port)))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request.as_bytes())?;
            stream.take(MOST).read_to_end(&mut bytes)?;
        }
        parse_response(&bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn request(&self, authority: &str, path: &str) -> String {
        let method = match (&self.method, &self.data) {
            (Some(method), _) => method.as_str(),
            (None, _) if self.head => "HEAD",
            (None, Some(_)) => "POST",
            (None, None) => "GET",
        };
        let has = |name: &str| {
            let mut headers = self.headers.iter().filter_map(|line| line.split_once(':'));
            headers.any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let mut text = format!("{method} {path} HTTP/1.1\r\n");
        for (name, value) in [
            ("Host", authority),
            ("User-Agent", "curl"),
            ("Accept", "*/*"),
        ] {
            if !has(name) {
                text.extend([name, ": ", value, "\r\n"]);
            }
        }
        for line in &self.headers {
            text.extend([line.as_str(), "\r\n"]);
        }
        let data = self.data.as_deref().unwrap_or_default();
        if self.data.is_some() {
            let length = data.len();
            text.extend(["Content-Length: ", &length.to_string(), "\r\n"]);
        }
        text + "Connection: close\r\n\r\n" + data
    }

    fn told(&self, answer: &Response, folder: &Path) -> Said {
        let mut said = Said::default();
        if self.fail && answer.code >= 400 {
            said.code = 22;
            said.stderr = format!(
                "curl: (22) The requested URL returned error: {}\n",
                answer.code
            );
        } else {
            let mut out = Vec::new();
            if self.include || self.head {
                out.extend_from_slice(answer.head.as_bytes());
            }
            if !self.head {
                out.extend_from_slice(&answer.body);
            }
            match &self.output {
                Some(file) => {
                    if let Err(error) = fs::write(folder.join(file), &out) {
                        return Said {
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
            said.stdout.push_str(&written(form, &answer.status));
        }
        said
    }
}

/// A socket's path is the learner's: relative to the lab.
fn place(socket: &str, status: &Status, folder: &Path) -> PathBuf {
    let inside = status.lab.join(socket);
    if inside.exists() {
        inside
    } else {
        folder.join(socket)
    }
}

fn written(form: &str, status: &str) -> String {
    let form = form.replace("\\n", "\n").replace("\\t", "\t");
    form.replace("%{http_code}", status)
        .replace("%{response_code}", status)
}

fn parse_response(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split_whitespace().nth(1)?.to_owned();
    let body = &bytes[end..];
    let chunked = head.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("transfer-encoding:") && line.contains("chunked")
    });
    Some(Response {
        code: status.parse().ok()?,
        status,
        head,
        body: if chunked {
            unchunked(body)
        } else {
            body.to_vec()
        },
    })
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|it| it == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            break;
        };
        let start = end + 2;
        let stop = (start.saturating_add(size)).min(rest.len());
        whole.extend_from_slice(&rest[start..stop]);
        if size == 0 {
            break;
        }
        rest = rest.get(stop + 2..).unwrap_or_default();
    }
    whole
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
    fn a_body_in_chunks_is_put_together() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let answer = parse_response(bytes).unwrap();
        assert_eq!((answer.code, answer.body.as_slice()), (200, &b"abcde"[..]));
    }
}
