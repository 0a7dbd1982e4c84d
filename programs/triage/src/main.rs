//! `triage`: what a gateway's logs say, upstream by upstream.
//!
//! ```text
//! cargo run -p triage                            the logs of the exam
//! cargo run -p triage -- ERROR_LOG ACCESS_LOG    your own
//! cargo run -p triage -- --probe …               and asks which upstreams answer now
//! ```
//!
//! What is hard is done by the crates of the exercises. This file reads, counts and prints; change it as you
//! like.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::error::Error;
use std::net::TcpStream;
use std::{env, fs};

use bad_gateway_rate::{bad_gateway_rate, count_lines};
use bad_gateway_rate_types::Counts;
use classify_502::classify_502;
use classify_502_types::{Cause, Hop};
use first_of_pool::first_of_pool;
use first_of_pool_types::Route;
use probe_all::probe_all;
use safe_divide::safe_divide;
use upstream_from_log::upstream_from_log;

/// The logs of the exam.
const LOGS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/logs/error.log"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/logs/access.log"),
];

/// What the logs say of one upstream.
#[derive(Default)]
struct Upstream {
    /// The lines of access.log for requests that it was the last to be asked for.
    requests: String,
    /// The longest list of servers that one request was sent to, this one first.
    pool: Vec<String>,
    /// How many lines of error.log name each cause, and the hop.
    causes: Vec<(Cause, Hop, u32)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let probes = arguments.iter().any(|argument| argument == "--probe");
    arguments.retain(|argument| argument != "--probe");
    let [error_log, access_log] = match arguments.as_slice() {
        [] => LOGS,
        [error_log, access_log] => [error_log.as_str(), access_log.as_str()],
        _ => return Err("name an error.log and an access.log, or nothing".into()),
    };
    let errors = fs::read_to_string(error_log).map_err(|error| format!("{error_log}: {error}"))?;
    let access = fs::read_to_string(access_log).map_err(|error| format!("{access_log}: {error}"))?;

    let access: Vec<String> = access.lines().map(in_format).collect();
    let upstreams = by_upstream(&errors, &access);
    print_summary(&count_lines(&access.join("\n")));
    print_table(&upstreams);
    if probes {
        print_probes(upstreams.keys().cloned().collect());
    }
    Ok(())
}

/// Sorts the lines of both logs by upstream. Where there was none, it is called `-`, as in access.log.
fn by_upstream(errors: &str, access: &[String]) -> BTreeMap<String, Upstream> {
    let mut upstreams: BTreeMap<String, Upstream> = BTreeMap::new();
    for line in access {
        let asked = servers(line);
        let last = asked.last().map_or("-", String::as_str);
        let upstream = upstreams.entry(last.to_owned()).or_default();
        upstream.requests.push_str(line);
        upstream.requests.push('\n');
        let pool: Vec<String> = asked.into_iter().filter(is_address).collect();
        if let Some(first) = pool.first() {
            let upstream = upstreams.entry(first.clone()).or_default();
            if pool.len() > upstream.pool.len() {
                upstream.pool = pool;
            }
        }
    }
    for line in errors.lines() {
        let Some(finding) = classify_502(line) else {
            continue;
        };
        let address = upstream_from_log(line).unwrap_or("-");
        let causes = &mut upstreams.entry(address.to_owned()).or_default().causes;
        match causes.iter_mut().find(|(cause, ..)| *cause == finding.cause) {
            Some((.., count)) => *count += 1,
            None => causes.push((finding.cause, finding.hop, 1)),
        }
    }
    for upstream in upstreams.values_mut() {
        upstream.causes.sort_by_key(|(.., lines)| Reverse(*lines));
    }
    upstreams
}

fn print_summary(counts: &Counts) {
    let Counts { requests, .. } = counts;
    let bad = counts.gateway_502 + counts.app_502;
    let failed = bad + counts.timeout_504 + counts.not_http_009 + counts.cut_200;
    let rate = safe_divide(failed as i64 * 1000, *requests as i64);
    println!("{failed} of {requests} requests failed, {} in 1000:", or_dash(rate));
    println!("  {:>3}  502 by nginx", counts.gateway_502);
    println!("  {:>3}  502 by the app", counts.app_502);
    println!("  {:>3}  504 by nginx", counts.timeout_504);
    println!("  {:>3}  009, not HTTP", counts.not_http_009);
    println!("  {:>3}  200, cut short", counts.cut_200);
    println!("{} more succeeded at another server.", counts.retried);
    if counts.malformed > 0 {
        println!("{} lines of access.log have another format.", counts.malformed);
    }
}

fn print_table(upstreams: &BTreeMap<String, Upstream>) {
    println!();
    println!(
        "{:<16} {:>8} {:>4} {:>7}  {:<8} {:>5}  suspected cause",
        "upstream", "requests", "502", "in 1000", "spares", "lines"
    );
    for (address, upstream) in upstreams {
        let counts = count_lines(&upstream.requests);
        let mut head = format!(
            "{address:<16} {:>8} {:>4} {:>7}  {:<8}",
            counts.requests,
            counts.gateway_502,
            or_dash(bad_gateway_rate(&counts)),
            spares(&upstream.pool),
        );
        let width = head.len();
        if upstream.causes.is_empty() {
            println!("{head}     -");
        }
        for (cause, hop, lines) in &upstream.causes {
            println!("{head:<width$} {lines:>5}  {cause:?} ({})", place(*hop));
            head.clear();
        }
    }
}

/// Asks every upstream with an address for a connection, now.
fn print_probes(addresses: Vec<String>) {
    let pool: Vec<String> = addresses.into_iter().filter(is_address).collect();
    let down = probe_all(&pool, &mut |address| TcpStream::connect(address).is_ok());
    println!();
    println!("{} of {} upstreams do not answer now: {}", down.len(), pool.len(), down.join(", "));
}

/// Whether nginx named a server; a pool without a live one is named instead.
fn is_address(upstream: &String) -> bool {
    upstream.contains(':')
}

/// The servers that a request was sent to, first to last, from its line in access.log.
fn servers(line: &str) -> Vec<String> {
    let value = line.split_once(" ua=[").map_or("-", |(_, rest)| rest);
    let value = value.split_once("] us=[").map_or("-", |(value, _)| value);
    let servers = value.split(" : ").flat_map(|group| group.split(", "));
    servers.filter(|server| *server != "-").map(str::to_owned).collect()
}

/// A line of access.log in the format of `bad-gateway-rate`. The exam's logs have another, with the request in
/// front and no response time; a line of any other format stays as it is.
fn in_format(line: &str) -> String {
    let in_exam = |line: &str| {
        let (request, rest) = line.split_once(" status=")?;
        let (_, request) = request.split_once(" \"")?;
        let method = request.split(' ').next()?;
        let (head, tail) = rest.split_once(" ubr=")?;
        Some(format!("{head} urt=[-] ubr={tail} method={method}"))
    };
    in_exam(line).unwrap_or_else(|| line.to_owned())
}

/// What a request has to fall back on that was sent to the first server of `pool`.
fn spares(pool: &[String]) -> String {
    match first_of_pool(pool) {
        Route::Nowhere => "-".to_owned(),
        Route::Only(_) => "none".to_owned(),
        Route::WithSpares { spares, .. } => spares.to_string(),
    }
}

fn place(hop: Hop) -> &'static str {
    match hop {
        Hop::Nginx => "nginx",
        Hop::NginxToUpstream => "on the way",
        Hop::Upstream => "upstream",
    }
}

fn or_dash<T: ToString>(rate: Option<T>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string())
}
