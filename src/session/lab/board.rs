//! What a lab looks like: where it is, what runs in it, what its logs say.

use crate::kinds::gateway::lab::control::LabStatus;
use crate::kinds::gateway::lab::control::tail::{LogSource, NewLines};
use crate::kinds::gateway::lab::customers::CustomerCounts;
use crate::text::{Line, Role};

/// Returns what listens where, and where the files are.
pub(crate) fn places(status: &LabStatus) -> Vec<Line> {
    let mut lines = vec![gateway(status)];
    for service in &status.services {
        let mut line = row(&service.name).with(Role::Code, &service.address);
        let role = if service.is_running() {
            Role::Good
        } else {
            Role::Warn
        };
        line.push(role, format!("  {}", service.state));
        if let Some(real) = &service.stands_for {
            line.push(Role::Dim, format!("  (really {real})"));
        }
        lines.push(line);
    }
    lines.extend(folders(status));
    lines
}

/// Returns where nginx is to listen and where the files are, and nothing of what is behind it.
pub(crate) fn surface(status: &LabStatus) -> Vec<Line> {
    let mut lines = vec![gateway(status)];
    lines.extend(folders(status));
    lines
}

fn gateway(status: &LabStatus) -> Line {
    let (listen, url) = (status.nginx.listen, status.url());
    let real = status.port(listen);
    let mut line = row("nginx").with(Role::Code, url);
    if real != listen {
        let text = format!("  in place of port {listen}, which another program has");
        line.push(Role::Warn, text);
    }
    line
}

fn folders(status: &LabStatus) -> [Line; 2] {
    let path = |path: &std::path::Path| path.display().to_string();
    [
        row("files").with(Role::Code, path(&status.folder)),
        row("logs").with(Role::Code, path(&status.logs())),
    ]
}

/// Returns what nginx is doing.
pub(crate) fn state(status: &LabStatus) -> Vec<Line> {
    let nginx = &status.nginx;
    let Some(master) = nginx.master else {
        let text = "stopped; connections are refused";
        return vec![row("state").with(Role::Warn, format!("nginx {text}"))];
    };
    let workers: Vec<_> = nginx.workers.iter().map(ToString::to_string).collect();
    let text = format!("nginx runs: master {master}, workers {}", workers.join(" "));
    let mut lines = vec![row("state").with(Role::Text, text)];
    if nginx.config_changed {
        let text = "nginx.conf was changed since nginx read it";
        lines.push(row("").with(Role::Warn, text));
    }
    lines
}

/// Returns in one line how the lab is; without its services where one may not look inside.
pub(crate) fn state_line(status: &LabStatus, inside: bool) -> Line {
    let mut line = Line::new().with(Role::Accent, &status.exercise);
    let nginx = &status.nginx;
    let (role, text) = match (nginx.master, nginx.config_changed) {
        (None, _) => (Role::Bad, " · nginx is stopped"),
        (Some(_), true) => (Role::Warn, " · nginx.conf not reloaded"),
        (Some(_), false) => (Role::Dim, " · nginx runs"),
    };
    line.push(role, text);
    for service in status.services.iter().filter(|_| inside) {
        let role = if service.is_running() {
            Role::Dim
        } else {
            Role::Warn
        };
        line.push(role, format!(" · {} {}", service.name, service.state));
    }
    if let Some(met) = status.customers.filter(|met| met.sent > 0) {
        let (role, text) = met_words(met);
        line.push(role, format!(" · {text}"));
    }
    line
}

/// Returns what customers meet now, and how many got no answer.
fn met_words(met: CustomerCounts) -> (Role, String) {
    let (role, now) = match met.status {
        Some(status) if status < 400 => (Role::Good, format!("customers get {status}")),
        Some(status) => (Role::Bad, format!("customers get {status}")),
        None => (Role::Bad, "customers get no answer".to_owned()),
    };
    match met.lost {
        0 => (role, now),
        lost => (Role::Bad, format!("{now}, {lost} got none")),
    }
}

/// Returns the lines of logs, each with the log that it is from.
pub(crate) fn log_lines(news: &NewLines) -> Vec<Line> {
    let mut lines = Vec::new();
    if news.left_out > 0 {
        let text = format!("… {} lines left out", news.left_out);
        lines.push(Line::new().with(Role::Dim, text));
    }
    let shown = news.lines.iter().map(|(source, text)| {
        let role = role(*source, text);
        let lead = Line::new().with(role, format!("{:<6} ", source.name()));
        lead.with(Role::Text, text)
    });
    lines.extend(shown);
    lines
}

fn role(source: LogSource, text: &str) -> Role {
    let is_fault = match source {
        LogSource::Error => ["[error]", "[crit]", "[alert]", "[emerg]"]
            .iter()
            .any(|level| text.contains(level)),
        LogSource::Access => text.split_whitespace().any(|word| {
            word.len() == 3 && word.starts_with('5') && word.bytes().all(|it| it.is_ascii_digit())
        }),
    };
    match (source, is_fault) {
        (_, true) => Role::Bad,
        (LogSource::Error, false) => Role::Dim,
        (LogSource::Access, false) => Role::Accent,
    }
}

/// Returns a time in words, such as `2 min`.
pub(crate) fn age(seconds: u64) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

fn row(name: &str) -> Line {
    Line::new().with(Role::Dim, format!("  {name:<8} "))
}
