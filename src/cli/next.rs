//! `gradus next`.

use clap::Args;

use super::app::{App, Done, OpenCourse};
use super::exit::Code;
use crate::course::{Exercise, Lesson, Program};
use crate::progress::{Next as Step, Progress};
use crate::text::{Line, Role};

/// Show what to do next; if it is an exercise, hand out its files
#[derive(Debug, Args)]
pub(crate) struct Next {}

impl Next {
    #[expect(clippy::unused_self, reason = "every command is run like that")]
    pub(super) fn run(self, app: &App) -> Done {
        let opened = app.open_course()?;
        if let (Some(workspace), Step::Solve(exercise)) =
            (&opened.workspace, opened.progress.next(&opened.course))
        {
            let handed_out = workspace.ensure(exercise)?;
            for sentence in handed_out.sentences(|path| app.shown(path)) {
                app.note(&sentence);
            }
            workspace.update(|progress| progress.start(&exercise.id))?;
        }
        if let (Some(workspace), Step::Nothing) =
            (&opened.workspace, opened.progress.next(&opened.course))
        {
            for program in programs(&opened) {
                workspace.hand_out_program(&opened.course, program)?;
            }
        }
        app.output.lines(&lines(app, &opened))?;
        Ok(Code::Fine)
    }
}

/// The command line of `step`, without the program's name.
pub(super) fn command(step: &Step<'_>) -> Option<String> {
    match step {
        Step::Read { lesson, .. } => Some(format!("read {}", lesson.id)),
        Step::Solve(exercise) => Some(format!("check {}", exercise.id)),
        Step::Nothing => None,
    }
}

pub(super) fn lines(app: &App, opened: &OpenCourse) -> Vec<Line> {
    lines_for(app, opened, &opened.progress)
}

/// What to do next after `progress`.
pub(super) fn lines_for(app: &App, opened: &OpenCourse, progress: &Progress) -> Vec<Line> {
    match progress.next(&opened.course) {
        Step::Read { lesson, section } => reading(app, lesson, section),
        Step::Solve(exercise) => solving(app, opened, exercise),
        Step::Nothing => finished(app, opened),
    }
}

/// The programs of the track.
fn programs(opened: &OpenCourse) -> impl Iterator<Item = &Program> {
    opened.course.programs_of(opened.progress.track.as_ref())
}

fn finished(app: &App, opened: &OpenCourse) -> Vec<Line> {
    let mut lines = vec![Line::new().with(Role::Good, "You have finished the course.")];
    for program in programs(opened) {
        let workspace = opened.workspace.as_ref();
        let folder = workspace.map(|workspace| workspace.program_folder(program));
        if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
            let (id, folder) = (&program.id, app.shown(&folder));
            lines.push(Line::plain(format!("Run `{id}` in {folder}:")));
            let command = program.command(&opened.course);
            lines.push(Line::plain("  ").with(Role::Code, command));
        } else {
            lines.push(Line::plain(format!("What is left is `{}`:", program.id)));
            lines.extend(app.output.markdown(&program.summary));
            lines.push(command_line(app, &format!("program {}", program.id)));
        }
    }
    lines
}

fn reading(app: &App, lesson: &Lesson, section: usize) -> Vec<Line> {
    let section = lesson.sections().get(section);
    let section = section.and_then(|section| section.title.as_deref());
    let at = section.map_or_else(String::new, |title| {
        format!(", from \u{201c}{title}\u{201d}")
    });
    vec![
        Line::plain(format!(
            "Next: read lesson {}, {}{at}.",
            lesson.number, lesson.title
        )),
        command_line(app, &format!("read {}", lesson.id)),
    ]
}

fn solving(app: &App, opened: &OpenCourse, exercise: &Exercise) -> Vec<Line> {
    let what = format!("Next: the exercise \u{201c}{}\u{201d}.", exercise.title);
    let mut lines = vec![Line::plain(what)];
    lines.extend(app.output.markdown(&exercise.summary));
    let Some(workspace) = &opened.workspace else {
        lines.push(Line::plain("It needs a workspace:"));
        lines.push(command_line(app, "init"));
        return lines;
    };
    let folder = workspace.folder(exercise);
    let files = workspace.files_to_edit(exercise);
    let files: Vec<_> = files.iter().map(|path| app.shown(path)).collect();
    let row = |name: &str, what: String| Line::new().with(Role::Dim, name).with(Role::Text, what);
    lines.push(row("  Task:   ", app.shown(&folder.join("README.md"))));
    for (index, file) in files.into_iter().enumerate() {
        lines.push(row(
            if index == 0 {
                "  Edit:   "
            } else {
                "          "
            },
            file,
        ));
    }
    let check = app.command(&format!("check {}", exercise.id));
    lines.push(
        Line::new()
            .with(Role::Dim, "  Check:  ")
            .with(Role::Code, check),
    );
    lines
}

fn command_line(app: &App, command: &str) -> Line {
    Line::plain("  ").with(Role::Code, app.command(command))
}
