//! Looks for the words of a failure to connect in all of the text.

use contract::{Answer, Cause, Finding, Hop};

/// How far nginx had come when it wrote the line.
#[derive(Clone, Copy)]
enum Stage {
    Looking,
    Connecting,
    Handshaking,
    Sending,
    Header,
    Body,
}

const STAGES: [(&str, Stage); 5] = [
    (" while connecting to upstream", Stage::Connecting),
    (" while SSL handshaking to upstream", Stage::Handshaking),
    (" while sending request to upstream", Stage::Sending),
    (
        " while reading response header from upstream",
        Stage::Header,
    ),
    (" while reading upstream", Stage::Body),
];

/// Tells hop, cause and answer from one line of an nginx error.log.
pub fn classify_502(line: &str) -> Option<Finding> {
    let (text, stage) = split_stage(message(line)?);
    let cause = cause(text, stage)?;
    Some(Finding {
        hop: hop(stage, cause),
        cause,
        answer: answer(stage, cause),
    })
}

/// Returns the message of a line whose level counts.
fn message(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once(": *")?;
    let level = head.split(' ').nth(2)?;
    if !matches!(level, "[error]" | "[crit]") {
        return None;
    }
    let (_number, rest) = rest.split_once(' ')?;
    Some(match rest.split_once(", client: ") {
        Some((message, _)) => message,
        None => rest,
    })
}

/// Takes the stage off the end of a message.
fn split_stage(message: &str) -> (&str, Stage) {
    STAGES
        .into_iter()
        .find_map(|(end, stage)| Some((message.strip_suffix(end)?, stage)))
        .unwrap_or((message, Stage::Looking))
}

/// Finds the row of the stage's table that the text fits.
fn cause(text: &str, stage: Stage) -> Option<Cause> {
    match stage {
        Stage::Looking => name_cause(text),
        _ if text.starts_with("upstream timed out") => Some(Cause::TimedOut),
        Stage::Connecting if text == "no live upstreams" => Some(Cause::NoLiveUpstreams),
        Stage::Connecting => connect_cause(text),
        Stage::Handshaking => Some(Cause::TlsFailed),
        Stage::Sending => None,
        Stage::Header => broken_off(text).or_else(|| header_cause(text)),
        Stage::Body => broken_off(text),
    }
}

fn name_cause(text: &str) -> Option<Cause> {
    if text.starts_with("no resolver defined to resolve ") {
        return Some(Cause::NoResolver);
    }
    let (name, _) = text.split_once(" could not be resolved (")?;
    (!name.contains(' ')).then_some(Cause::NameNotResolved)
}

fn connect_cause(text: &str) -> Option<Cause> {
    let (_, failure) = text.strip_prefix("connect()")?.rsplit_once(" failed (")?;
    let (_number, words) = failure.split_once(": ")?;
    Some(match words {
        it if it.contains("Connection refused") => Cause::Refused,
        it if it.contains("No such file or directory") => Cause::NoSocketFile,
        it if it.contains("Permission denied") => Cause::PermissionDenied,
        it if it.contains("timed out") => Cause::KernelGaveUp,
        _ => Cause::ConnectFailed,
    })
}

fn broken_off(text: &str) -> Option<Cause> {
    if text == "upstream prematurely closed connection" {
        return Some(Cause::Closed);
    }
    let (call, failure) = text.split_once("() failed (")?;
    let (_number, words) = failure.split_once(": ")?;
    let reset = !call.contains(' ') && words == "Connection reset by peer)";
    reset.then_some(Cause::Reset)
}

fn header_cause(text: &str) -> Option<Cause> {
    let sent = text.strip_prefix("upstream sent ")?;
    Some(if sent == "too big header" {
        Cause::HeaderTooBig
    } else if sent.starts_with("no valid HTTP/") {
        Cause::NotHttp
    } else {
        Cause::HeaderInvalid
    })
}

fn hop(stage: Stage, cause: Cause) -> Hop {
    match stage {
        Stage::Looking => Hop::Nginx,
        Stage::Connecting if cause == Cause::NoLiveUpstreams => Hop::Nginx,
        Stage::Connecting | Stage::Handshaking => Hop::NginxToUpstream,
        Stage::Sending | Stage::Header | Stage::Body => Hop::Upstream,
    }
}

fn answer(stage: Stage, cause: Cause) -> Answer {
    match (stage, cause) {
        (Stage::Body, _) => Answer::CutShort,
        (_, Cause::TimedOut) => Answer::GatewayTimeout,
        (_, Cause::NotHttp) => Answer::RawBytes,
        _ => Answer::BadGateway,
    }
}
