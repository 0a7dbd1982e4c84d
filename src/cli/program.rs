//! `gradus program`.

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use super::failure::Failure;
use super::{names, solution};
use crate::course::Program;
use crate::source::ExerciseId;
use crate::text::{Line, Role};
use crate::workspace::{HandedOut, ProgramHandOut};

/// Get a program of the course that is built on your solutions
///
/// For exercises that you have not passed it takes copies of the reference solutions, and asks first.
#[derive(Debug, Args)]
pub(crate) struct ProgramCommand {
    /// The program [default: the first of the track]
    program: Option<String>,
    /// Take reference solutions for exercises that you have not passed, without asking
    #[arg(long)]
    yes: bool,
}

impl ProgramCommand {
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        let workspace = opened.workspace()?;
        let program = self.chosen(&opened)?;
        let mut came = workspace.hand_out_program(&opened.course, program)?;
        if let ProgramHandOut::Asks(unseen) = &came {
            self.ask(app, program, unseen)?;
            workspace.update(|progress| {
                for id in unseen {
                    progress.show_solution(id);
                }
            })?;
            came = workspace.hand_out_program(&opened.course, program)?;
        }
        match came {
            ProgramHandOut::Done {
                handed_out,
                references,
            } => {
                app.output
                    .lines(&lines(app, &opened, program, &handed_out, &references))?;
                Ok(Code::Fine)
            }
            ProgramHandOut::Asks(open) | ProgramHandOut::Lacks(open) => Err(Failure::Refused {
                what: format!(
                    "`{}` uses exercises that you have not passed: {}",
                    program.id,
                    listed(&open)
                ),
                help: format!(
                    "this course has no solutions; solve them first, such as with `{}`",
                    app.command(&format!("check {}", open[0]))
                ),
            }),
        }
    }

    fn chosen<'a>(&self, opened: &'a OpenCourse) -> Result<&'a Program, Failure> {
        let OpenCourse {
            course, progress, ..
        } = opened;
        if let Some(name) = &self.program {
            return names::program(course, name);
        }
        let first = course.programs_of(progress.track.as_ref()).next();
        first.ok_or_else(|| Failure::Refused {
            what: "no program is built in this track".to_owned(),
            help: "name a program of another track".to_owned(),
        })
    }

    /// Asks whether the reference solutions of `unseen` may be shown.
    fn ask(&self, app: &App, program: &Program, unseen: &[ExerciseId]) -> Result<(), Failure> {
        let what = format!(
            "`{}` uses exercises that you have not passed: {}",
            program.id,
            listed(unseen)
        );
        if self.yes {
            return Ok(());
        }
        let question = format!(
            "{what}.\nTake copies of their reference solutions, where you can read them? Your own files stay as they are."
        );
        if solution::agree(app, &question)? {
            return Ok(());
        }
        let yes = app.command(&format!("program {} --yes", program.id));
        Err(Failure::Refused {
            what,
            help: format!("pass them first; `{yes}` takes their reference solutions now"),
        })
    }
}

fn lines(
    app: &App,
    opened: &OpenCourse,
    program: &Program,
    handed_out: &HandedOut,
    references: &[ExerciseId],
) -> Vec<Line> {
    let renewal = handed_out.renewal(|path| app.shown(path));
    let mut lines: Vec<Line> = renewal.iter().map(Line::plain).collect();
    let folder = app.shown(&handed_out.folder);
    lines.push(Line::plain(format!(
        "`{}` is in {folder}; it is yours to change.",
        program.id
    )));
    if !references.is_empty() {
        lines.push(Line::plain(format!(
            "Copies of reference solutions, in its folder `reference`: {}.",
            listed(references)
        )));
    }
    lines.push(Line::plain("Run it there:  ").with(Role::Code, program.command(&opened.course)));
    lines
}

fn listed(exercises: &[ExerciseId]) -> String {
    let exercises: Vec<_> = exercises.iter().map(ExerciseId::as_str).collect();
    exercises.join(", ")
}
