//! `gradus doctor`.

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, OpenCourse};
use super::confinement;
use super::exit::Code;
use super::failure::Failure;
use crate::check::{Context, Feedback};
use crate::kind::Finding;
use crate::sandbox::{HardLimit, Limits, lowered};
use crate::source::ExerciseId;
use crate::sys::files;
use crate::text::{Line, Role, counted};

/// Show what this machine has and lacks for the course, and how to get it
///
/// The exit code is 1 if an exercise of the course cannot be checked on this machine.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `gradus doctor --json`.
#[derive(Debug, Serialize)]
struct DoctorRecord<'a> {
    /// What was looked at, in order.
    findings: Vec<Finding>,
    /// The exercises that cannot be checked here.
    unchecked: Vec<Unchecked<'a>>,
}

#[derive(Debug, Serialize)]
struct Unchecked<'a> {
    id: &'a ExerciseId,
    /// What is missing.
    reason: String,
}

impl Doctor {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let context = app.context(Feedback::Full)?;
        let record = record(app, &opened, &context)?;
        if self.json {
            app.output.record(&record)?;
        } else {
            app.output.lines(&lines(&opened, &record))?;
        }
        Ok(if record.unchecked.is_empty() {
            Code::Fine
        } else {
            Code::NotPassed
        })
    }
}

fn record<'a>(
    app: &App,
    opened: &'a OpenCourse,
    context: &Context,
) -> Result<DoctorRecord<'a>, Failure> {
    let mut unchecked = Vec::new();
    for exercise in opened.course.exercises_of(None) {
        if let Some(reason) = exercise.task().missing(context) {
            let id = &exercise.id;
            unchecked.push(Unchecked { id, reason });
        }
    }
    let mut findings = Vec::new();
    for kind in app.guests.kinds {
        findings.extend(kind.findings(context)?);
    }
    findings.extend([
        sandbox(app, context),
        hard_limits(),
        graded_labs(app, context),
        editor(app),
        terminal(app),
        cache(context),
        workspace(opened),
    ]);
    Ok(DoctorRecord {
        findings,
        unchecked,
    })
}

fn sandbox(app: &App, context: &Context) -> Finding {
    let strength = confinement::strength(app, context);
    Finding {
        name: "sandbox",
        found: strength.is_ok(),
        text: strength.unwrap_or_else(|lacking| {
            let help = lacking.help();
            format!("limits of time, memory and output alone: {lacking}; {help}")
        }),
    }
}

fn hard_limits() -> Finding {
    let (_, low) = lowered(Limits::trusted());
    let low: Vec<_> = low.iter().map(HardLimit::to_string).collect();
    Finding {
        name: "hard limits",
        found: low.is_empty(),
        text: if low.is_empty() {
            "none is below what checks set".to_owned()
        } else {
            format!(
                "{}; a check may do with less: {}",
                low.join("; "),
                HardLimit::HELP
            )
        },
    }
}

fn graded_labs(app: &App, context: &Context) -> Finding {
    let possible = confinement::of_labs(app, context);
    Finding {
        name: "graded labs",
        found: possible.is_ok(),
        text: match possible {
            Ok(()) => "in a network and among processes of their own".to_owned(),
            Err(lacking) => {
                let help = lacking.help();
                format!("`gradus grade` refuses them: {lacking}; {help}")
            }
        },
    }
}

fn editor(app: &App) -> Finding {
    let named = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| app.environment.text(name).filter(|text| !text.is_empty()));
    Finding {
        name: "editor",
        found: named.is_some(),
        text: named.unwrap_or_else(|| "neither VISUAL nor EDITOR names one".to_owned()),
    }
}

fn terminal(app: &App) -> Finding {
    let caps = app.output.caps();
    let size = if caps.terminal {
        format!("{} by {}", caps.width, caps.height)
    } else {
        "the output is no terminal".to_owned()
    };
    let has = |has: bool, what: &str| format!("{} {what}", if has { "with" } else { "without" });
    Finding {
        name: "terminal",
        found: caps.terminal,
        text: format!(
            "{size}, {}, {}",
            has(caps.color, "colours"),
            has(caps.unicode, "characters beyond ASCII")
        ),
    }
}

fn cache(context: &Context) -> Finding {
    let folder = &context.cache;
    let probe = folder.join("doctor");
    let written = files::write_whole(&probe, b"");
    // Whether it can be removed again makes no difference.
    std::fs::remove_file(&probe).ok();
    Finding {
        name: "cache",
        found: written.is_ok(),
        text: match written {
            Ok(()) => folder.display().to_string(),
            Err(error) => format!("{} cannot be written: {error}", folder.display()),
        },
    }
}

fn workspace(opened: &OpenCourse) -> Finding {
    let workspace = opened.workspace.as_ref();
    Finding {
        name: "workspace",
        found: workspace.is_some(),
        text: workspace.map_or_else(
            || "none yet: `gradus` creates one when you begin".to_owned(),
            |workspace| workspace.root().display().to_string(),
        ),
    }
}

fn lines(opened: &OpenCourse, record: &DoctorRecord<'_>) -> Vec<Line> {
    let width = record.findings.iter().map(|finding| finding.name.len());
    let width = width.max().unwrap_or(0);
    let mut lines: Vec<Line> = record
        .findings
        .iter()
        .map(|finding| {
            let (role, mark) = if finding.found {
                (Role::Good, "✓")
            } else {
                (Role::Warn, "–")
            };
            Line::new().with(role, format!("{mark} ")).with(
                Role::Text,
                format!("{:width$}  {}", finding.name, finding.text),
            )
        })
        .collect();
    lines.push(Line::new());
    let exercises = opened.course.exercises_of(None).count();
    if record.unchecked.is_empty() {
        let text = format!(
            "All {} can be checked here.",
            counted(exercises, "exercise")
        );
        lines.push(Line::new().with(Role::Good, text));
        return lines;
    }
    let count = record.unchecked.len();
    let text = format!(
        "{count} of {} cannot be checked here:",
        counted(exercises, "exercise")
    );
    lines.push(Line::new().with(Role::Warn, text));
    for (reason, ids) in by_reason(&record.unchecked) {
        lines.push(Line::plain(format!("  {}:", ids.join(", "))));
        lines.push(Line::plain(format!("    {reason}")));
    }
    lines
}

/// Returns each reason once, with the exercises that it keeps from being checked.
fn by_reason<'a>(unchecked: &'a [Unchecked<'_>]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for Unchecked { id, reason } in unchecked {
        match groups.iter_mut().find(|(other, _)| other == reason) {
            Some((_, ids)) => ids.push(id.as_str()),
            None => groups.push((reason, vec![id.as_str()])),
        }
    }
    groups
}
