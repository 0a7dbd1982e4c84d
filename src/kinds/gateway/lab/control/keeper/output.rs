//! The output of the commands `nginx -t` and `svc`.

use crate::check::Diagnostic;
use crate::kinds::gateway::lab::control::protocol::{CommandOutput, ServiceStatus};
use crate::kinds::gateway::lab::log;

pub(super) fn test_output(found: &[Diagnostic]) -> CommandOutput {
    let mut lines: Vec<String> = found.iter().map(|found| found.text.clone()).collect();
    let file = log::FILE;
    if found.iter().any(|found| found.error) {
        lines.push(format!("nginx: configuration file {file} test failed"));
        return CommandOutput::failed(lines.join("\n") + "\n");
    }
    lines.push(format!(
        "nginx: the configuration file {file} syntax is ok\n\
         nginx: configuration file {file} test is successful"
    ));
    CommandOutput::noted(lines.join("\n") + "\n")
}

/// The warnings of a successful `nginx -t`.
pub(super) fn warnings(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| line.contains("[warn]")).collect()
}

pub(super) fn service_line(service: &ServiceStatus) -> String {
    let ServiceStatus {
        name,
        address,
        state,
        ..
    } = service;
    let real = match &service.stands_for {
        Some(address) => format!(" (really {address})"),
        None => String::new(),
    };
    format!("{name:<12} {state:<8} {address}{real}\n")
}

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
