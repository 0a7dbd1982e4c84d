//! Runbooks: a learner's shell commands, replayed in a fresh lab.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::lab::confusables;
use super::lab::control::{LabHost, LabReply, LabRequest, shell};
use super::live::{self, Label, Opening};
use super::task::{Files, GatewayTask, Judging};
use super::{files as folder_files, probing};
use crate::check::{CheckError, Context, Diagnostic, Event, Outcome, Phase};
use crate::sandbox::{Access, End, Exit, Limits, Stage, View};
use crate::sys::clock::Stopwatch;
use crate::sys::files;
use crate::text::visible;

pub(super) const FILE: &str = "runbook.sh";
const LIMITS: Limits = Limits {
    cpu: Duration::from_secs(5),
    wall: Duration::from_secs(30),
    idle: None,
    memory: 512 << 20,
    output: 256 << 10,
    file: 1 << 20,
};

/// Replays the runbook of `files` in a fresh lab, and judges the lab.
pub(super) fn replay(
    task: &GatewayTask,
    files: &Files,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let runbook = files.get(FILE).map_or("", String::as_str);
    let touched = folder_files::touched(task, files);
    if !touched.is_empty() {
        return Ok(not_started(task, touched));
    }
    if is_empty(runbook) {
        return Ok(not_run(task, &nothing_to_judge(task), String::new()));
    }
    let temporary = std::env::temp_dir();
    let parent = context.sandbox.shell_folder().unwrap_or(&temporary);
    let failed = |source| CheckError::File {
        path: parent.to_owned(),
        source,
    };
    let scratch = files::scratch_in(parent, "gradus-runbook-").map_err(failed)?;
    let folder = scratch.path().join("work");
    let driver = scratch.path().join(FILE);
    for (name, text) in files {
        files::write_whole(&folder.join(name), text.as_bytes()).map_err(failed)?;
    }
    files::write_whole(&driver, traced(runbook).as_bytes()).map_err(failed)?;
    files::write_whole(&at(&driver), b"").map_err(failed)?;
    let label = Label {
        exercise: task.name(),
        title: "",
    };
    context.tell(Event::Step("starting nginx"));
    let watch = Stopwatch::start();
    let opening = match live::opening_of(task, label, &folder, files, context)? {
        Opening::Ready(setup) => *setup,
        Opening::Refused(diagnostics) => return Ok(not_started(task, diagnostics)),
    };
    let (host, _) = LabHost::start(opening, Arc::new(|_| ()))?;
    context.tell(Event::Step("replaying runbook.sh"));
    let exit = run(&host, &folder, &driver, context)?;
    let printed = printed(&exit, scratch.path());
    let replayed = Phase {
        name: "replay",
        duration: watch.elapsed(),
    };
    if let Some(failure) = failure(&exit, runbook, scratch.path(), &printed) {
        return Ok(not_run(task, &failure, printed));
    }
    context.tell(Event::Step("probing the gateway"));
    match host.ask(LabRequest::Judge) {
        LabReply::Judged(mut outcome) => {
            outcome.phases.insert(0, replayed);
            outcome.printed = printed;
            Ok(*outcome)
        }
        LabReply::Trouble { what } if !context.cancel.is_cancelled() => {
            Err(CheckError::Apart(what))
        }
        _ => Err(CheckError::Cancelled),
    }
}

/// The starter's files, with a runbook that does nothing if there is one: the lab before any repair.
pub(super) fn untouched(task: &GatewayTask) -> Files {
    let mut files = task.starter.clone();
    if task.judging == Judging::Runbook {
        files.insert(FILE.to_owned(), ":\n".to_owned());
    }
    files
}

fn run(
    host: &LabHost,
    folder: &Path,
    driver: &Path,
    context: &Context,
) -> Result<Exit, CheckError> {
    let gradus = context.sandbox.launcher();
    let failed = |source| CheckError::File {
        path: host.folder().to_owned(),
        source,
    };
    let job = shell::job(Stage::Lab, host, folder, gradus).map_err(failed)?;
    // Gradus reads the folder afterwards. Its parent is not writable to the runbook, so that it cannot
    // replace the folder, or put a symbolic link in its place.
    let view = View::of_lab()
        .with_all(Access::Execute, [gradus, folder])
        .with_all(Access::Read, [host.folder(), driver, Path::new("/proc")])
        .with(Access::Write, folder)
        .with_all(Access::Write, at(driver).parent())
        .with(Access::Connect, host.socket());
    let job = job
        .within(LIMITS)
        .secluded(context.sandbox.shell_seclusion())
        .seeing(view)
        .argument("-e")
        .argument(driver)
        .variable("TMPDIR", folder)
        .variable("GRADUS_AT", at(driver));
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    Ok(exit)
}

/// The file with the number of the current line, in a folder of its own.
fn at(driver: &Path) -> std::path::PathBuf {
    driver.with_file_name("line").join("at")
}

fn nothing_to_judge(task: &GatewayTask) -> String {
    format!(
        "runbook.sh has no commands, and no lab of this exercise is up. Either start it with \
         `gradus lab up {0}`, do the work there and check while it is up; or write the commands \
         into runbook.sh",
        task.name()
    )
}

fn not_started(task: &GatewayTask, diagnostics: Vec<Diagnostic>) -> Outcome {
    Outcome {
        diagnostics,
        ..not_run(task, "the lab does not start", String::new())
    }
}

fn not_run(task: &GatewayTask, reason: &str, printed: String) -> Outcome {
    Outcome {
        tests: probing::not_run(task, reason),
        printed,
        ..Outcome::default()
    }
}

fn is_empty(runbook: &str) -> bool {
    let mut lines = runbook.lines().map(str::trim);
    lines.all(|line| line.is_empty() || line.starts_with('#'))
}

/// Why the runbook failed; `None` if it did not.
fn failure(exit: &Exit, runbook: &str, scratch: &Path, printed: &str) -> Option<String> {
    let said = printed.lines().last().map(str::to_owned);
    let memory = LIMITS.memory >> 20;
    let why = match exit.end {
        End::Code(0) => return None,
        End::Code(code) => said.unwrap_or_else(|| format!("exit code {code}")),
        End::TimeLimit => format!("not done within {} s", LIMITS.wall.as_secs()),
        End::OutputLimit => "it prints too much".to_owned(),
        // SIGKILL is also how the memory limit of all its commands is enforced.
        End::Signal(9) => {
            format!("signal 9 killed it; all its commands together may use {memory} MiB")
        }
        End::Signal(signal) => format!("signal {signal} killed it"),
        End::Cancelled | End::NotEntered => "it did not run".to_owned(),
    };
    let number = files::read_bounded(&at(&scratch.join(FILE)), 64).unwrap_or_default();
    let number: usize = String::from_utf8_lossy(&number).trim().parse().unwrap_or(0);
    let line = number
        .checked_sub(1)
        .and_then(|index| runbook.lines().nth(index));
    let help = confusables::help(runbook, number, number);
    let help = help.map_or_else(String::new, |help| format!("\nhelp: {help}"));
    Some(match line {
        Some(line) => format!("{FILE}:{number}: {}: {why}{help}", visible(line.trim())),
        None => format!("{FILE}: {why}"),
    })
}

fn printed(exit: &Exit, scratch: &Path) -> String {
    let both = [&exit.stdout, &exit.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let text = both
        .concat()
        .replace(&format!("{}/", scratch.display()), "");
    text.lines().map(|line| visible(line) + "\n").collect()
}

/// Puts a command before each command that records its line number. Lines keep their numbers, so that the
/// shell's messages stay true.
fn traced(runbook: &str) -> String {
    let mut traced = String::new();
    let mut scanner = ShellScanner::default();
    for (index, line) in runbook.lines().enumerate() {
        if scanner.begins_command(line) {
            let number = index + 1;
            write!(traced, "printf {number} >\"$GRADUS_AT\"; ").expect("a string takes everything");
        }
        scanner.read(line);
        traced.push_str(line);
        traced.push('\n');
    }
    traced
}

/// Decides whether a line of a shell script begins a command; in doubt it does not.
#[derive(Debug, Default)]
struct ShellScanner {
    quote: Option<char>,
    depth: usize,
    continues: bool,
    in_doubt: bool,
}

impl ShellScanner {
    fn begins_command(&self, line: &str) -> bool {
        let line = line.trim();
        let is_free = self.quote.is_none() && self.depth == 0 && !self.continues && !self.in_doubt;
        is_free && !line.is_empty() && !line.starts_with('#')
    }

    /// Updates the state with `line`.
    fn read(&mut self, line: &str) {
        // The line without quoted text and comments.
        let mut bare = String::new();
        let mut chars = line.chars();
        while let Some(char) = chars.next() {
            match (self.quote, char) {
                (Some(quote), _) if char == quote => self.quote = None,
                (Some('\''), _) => {}
                (_, '\\') => bare.extend(chars.next().map(|_| 'x')),
                (Some(_), _) => {}
                (None, '\'' | '"') => self.quote = Some(char),
                (None, '#') if bare.is_empty() || bare.ends_with(char::is_whitespace) => break,
                (None, char) => bare.push(char),
            }
        }
        // A here-document may contain anything, so nothing after it is a command for sure.
        self.in_doubt |= bare.contains("<<");
        let end = bare.trim_end();
        self.continues =
            line.ends_with('\\') || ["|", "&&", "("].iter().any(|it| end.ends_with(it));
        for word in bare.split(|char: char| char.is_whitespace() || char == ';') {
            match word {
                "if" | "for" | "while" | "until" | "case" | "{" => self.depth += 1,
                "fi" | "done" | "esac" | "}" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(runbook: &str) -> Vec<usize> {
        let traced = traced(runbook);
        let lines = traced.lines().enumerate();
        let marked = lines.filter(|(_, line)| line.starts_with("printf "));
        marked.map(|(index, _)| index + 1).collect()
    }

    #[test]
    fn each_command_is_told_and_no_line_is_moved() {
        assert_eq!(marked("# why\n\nsvc start shop\nnginx -s reload\n"), [3, 4]);
        assert_eq!(
            marked("for x in a b\ndo\n  svc start $x\ndone\nnginx\n"),
            [1, 5]
        );
        assert_eq!(
            marked("echo 'a\nb'\nsvc status |\n  grep x\nls\n"),
            [1, 3, 5]
        );
        assert_eq!(marked("echo it\\'s \\\n  one\nls\n"), [1, 3]);
        assert_eq!(marked("cat <<END\nls\nEND\n"), [1]);
    }

    #[test]
    fn comments_alone_are_no_commands() {
        assert!(is_empty("#!/bin/sh\n  # nothing yet\n\n"));
        assert!(!is_empty("# x\nls\n"));
    }
}
