//! What the commands of the trade print.

use crate::check::Diagnostic;
use crate::kinds::gateway::lab::control::protocol::{Said, ServiceStatus};
use crate::kinds::gateway::lab::log;

/// Returns what `nginx -t` prints.
pub(super) fn verdict(found: &[Diagnostic]) -> Said {
    let mut lines: Vec<String> = found.iter().map(|found| found.text.clone()).collect();
    let file = log::FILE;
    if found.iter().any(|found| found.error) {
        lines.push(format!("nginx: configuration file {file} test failed"));
        return Said::failed(lines.join("\n") + "\n");
    }
    lines.push(format!(
        "nginx: the configuration file {file} syntax is ok\n\
         nginx: configuration file {file} test is successful"
    ));
    Said::noted(lines.join("\n") + "\n")
}

/// Returns those lines of `text` that are worth a word when all went well.
pub(super) fn warnings(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| line.contains("[warn]")).collect()
}

/// Returns a service's line of `svc status`.
pub(super) fn service_line(service: &ServiceStatus) -> String {
    let ServiceStatus {
        name,
        address,
        state,
        ..
    } = service;
    let real = service.stands_for.as_ref();
    let real = real.map_or_else(String::new, |real| format!(" (really {real})"));
    format!("{name:<12} {state:<8} {address}{real}\n")
}

/// Returns what `svc logs` prints.
pub(super) fn service_log(service: &ServiceStatus) -> String {
    format!(
        "{} has answered {} since it was started\n",
        service.name,
        match service.requests {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        }
    )
}
