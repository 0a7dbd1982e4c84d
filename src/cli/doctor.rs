//! `gradus doctor`.

use clap::Args;
use serde::Serialize;

use super::app::{App, Done, OpenCourse, counted};
use super::confinement;
use super::exit::Code;
use super::failure::Failure;
use crate::check::{CheckError, Context, Feedback};
use crate::kinds::gateway::lab::modules::{Advisory, CARRIED, MODULES, Module};
use crate::kinds::gateway::lab::need;
use crate::kinds::gateway::lab::nginx::Nginx;
use crate::kinds::rust::toolchain::Toolchain;
use crate::source::ExerciseId;
use crate::sys::files;
use crate::text::{Line, Role};

/// Where nginx publishes its faults.
const ADVISORIES: &str = "nginx.org/en/security_advisories.html";

/// What stands in for a program of the lab's shell that is not there.
const STAND_IN: &str = "not here; a lab's shell has a small one of its own";

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
struct Record<'a> {
    /// The version of this shape.
    version: u32,
    /// What was looked at, in order.
    findings: Vec<Finding>,
    /// The exercises that cannot be checked here.
    unchecked: Vec<Unchecked<'a>>,
}

#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked for.
    name: &'static str,
    /// Whether it is there and works.
    found: bool,
    /// What was found, or what to do.
    text: String,
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
            app.output.json(&record)?;
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

fn record<'a>(app: &App, opened: &'a OpenCourse, context: &Context) -> Result<Record<'a>, Failure> {
    let mut unchecked = Vec::new();
    for exercise in opened.course.exercises_of(None) {
        if let Some(reason) = exercise.task().missing(context) {
            let id = &exercise.id;
            unchecked.push(Unchecked { id, reason });
        }
    }
    Ok(Record {
        version: 1,
        findings: vec![
            rust(context)?,
            nginx(context)?,
            nginx_faults(context),
            sandbox(app, context),
            graded_labs(app, context),
            ipv6(),
            program("curl", context),
            program("ss", context),
            editor(app),
            terminal(app),
            cache(context),
            workspace(opened),
        ],
        unchecked,
    })
}

fn rust(context: &Context) -> Result<Finding, Failure> {
    let name = "Rust";
    match Toolchain::find(context) {
        Ok(toolchain) => {
            let version = toolchain.version.lines().next().unwrap_or_default();
            Ok(Finding {
                name,
                found: true,
                text: format!("{version}, linked by {}", toolchain.linker.display()),
            })
        }
        Err(CheckError::Missing { what, help }) => Ok(Finding {
            name,
            found: false,
            text: format!("{what}; {help}"),
        }),
        Err(error) => Err(Failure::Check(error)),
    }
}

fn nginx(context: &Context) -> Result<Finding, Failure> {
    let name = "nginx";
    let nginx = match Nginx::required(context) {
        Ok(nginx) => nginx,
        Err(CheckError::Missing { what, help }) => {
            return Ok(Finding {
                name,
                found: false,
                text: format!("{what}; {help}"),
            });
        }
        Err(error) => return Err(Failure::Check(error)),
    };
    let released = if nginx.is_carried(context) {
        format!(", released on {}", CARRIED.1)
    } else {
        String::new()
    };
    let described = nginx.describe(context);
    let described = described.strip_prefix("nginx ").unwrap_or(&described);
    let lacking: Vec<_> = nginx.lacking().map(|module| module.name).collect();
    let modules = if lacking.is_empty() {
        "with every module that labs know".to_owned()
    } else {
        format!("without the modules {}", lacking.join(", "))
    };
    Ok(Finding {
        name,
        found: true,
        text: format!("{described}{released}, {modules}"),
    })
}

/// Tells of the published faults of the nginx that labs run, and what is done about them.
fn nginx_faults(context: &Context) -> Finding {
    let nginx = Nginx::find(context);
    let open = |module: &Module| -> Vec<&'static str> {
        let version = nginx.as_ref().map(Nginx::version);
        let here = nginx.as_ref().is_some_and(|nginx| nginx.has(module));
        let version = version.filter(|_| here);
        let open = version
            .into_iter()
            .flat_map(|it| module.open_advisories(it));
        open.map(|Advisory { cve, .. }| *cve).collect()
    };
    let with = |indispensable: bool| -> Vec<String> {
        let modules = MODULES.iter();
        let modules = modules.filter(|module| module.indispensable == indispensable);
        let named = modules.map(|module| (module.name, open(module)));
        let named = named.filter(|(_, open)| !open.is_empty());
        named
            .map(|(name, open)| format!("{name} ({})", open.join(", ")))
            .collect()
    };
    let (refused, confined) = (with(false), with(true));
    let found = refused.is_empty() && confined.is_empty();
    let text = if found {
        format!("none known of the modules that labs use ({ADVISORIES})")
    } else {
        format!(
            "in {}, whose directives `gradus grade` refuses; in {}, which stay allowed: a graded \
             nginx has a network of its own and writes to its own folder alone ({ADVISORIES})",
            refused.join(", "),
            confined.join(", ")
        )
    };
    Finding {
        name: "nginx faults",
        found,
        text,
    }
}

fn ipv6() -> Finding {
    let found = need::has_ipv6();
    let text = if found {
        "the address ::1 is there"
    } else {
        "the address ::1 is switched off; one lab needs it"
    };
    Finding {
        name: "IPv6",
        found,
        text: text.to_owned(),
    }
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

fn program(name: &'static str, context: &Context) -> Finding {
    let found = context
        .environment
        .find_program(name, &["/usr/sbin", "/sbin"]);
    Finding {
        name,
        found: found.is_some(),
        text: found.map_or_else(|| STAND_IN.to_owned(), |path| path.display().to_string()),
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

fn lines(opened: &OpenCourse, record: &Record<'_>) -> Vec<Line> {
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
    for Unchecked { id, reason } in &record.unchecked {
        lines.push(Line::new().with(Role::Text, format!("  {id}: {reason}")));
    }
    lines
}
