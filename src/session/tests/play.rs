//! A stage for the machine: it does at once what the machine asks for, and keeps what is shown.

use crate::kind::WorkspaceFile;
use crate::kinds::KINDS;
use std::borrow::Cow;
use std::collections::VecDeque;

use super::super::machine::Machine;
use super::super::shared::SharedState;
use super::super::{Editor, Effect, Farewell, Input, Opened, ProgressNote, View};
use crate::course::{Course, load};
use crate::progress::Progress;
use crate::source::{ExerciseId, Tree};
use crate::term::{Caps, Key, Spot, TerminalEvent};
use crate::text::Line;
use crate::workspace::{HandedOut, ProgramHandOut};

/// Two tracks, three lessons, a question of each type, three exercises.
const FILES: &[(&str, &str)] = &[
    (
        "course.toml",
        "format = 1\nid = \"small\"\ntitle = \"Small course\"\ndescription = \"A small one.\"\n\
         [[tracks]]\nid = \"fast\"\ntitle = \"Fast\"\ndescription = \"In haste.\"\n\
         [[tracks]]\nid = \"slow\"\ntitle = \"Slow\"\ndescription = \"At leisure.\"\n",
    ),
    (
        "lessons/01-start.md",
        "+++\ntitle = \"Start\"\nsummary = \"You can begin.\"\nminutes = 3\n+++\n\
         Welcome, learner.\n\n## Middle\n\nThe middle part.\n\n\
         ```quiz\nid = \"one\"\ntype = \"single\"\nprompt = \"Which one?\"\n\
         [[choice]]\ntext = \"this\"\ncorrect = true\nexplain = \"this it is\"\n\
         [[choice]]\ntext = \"that\"\nexplain = \"that is far off\"\n```\n\n\
         After the question. See [more](02-more.md).\n\n<!-- exercise: both -->\n",
    ),
    (
        "lessons/02-more.md",
        "+++\ntitle = \"More\"\nsummary = \"You can go on.\"\n\
         [[symptom]]\npattern = 'refused'\nexample = 'refused'\ncause = \"Nobody listens.\"\nhop = \"nginx\"\n+++\n\
         ```quiz\nid = \"several\"\ntype = \"multiple\"\nprompt = \"Which ones?\"\n\
         [[choice]]\ntext = \"a\"\ncorrect = true\n\
         [[choice]]\ntext = \"b\"\nexplain = \"not b\"\n\
         [[choice]]\ntext = \"c\"\ncorrect = true\n```\n\n\
         ```quiz\nid = \"words\"\ntype = \"short\"\nprompt = \"Which word?\"\naccept = [\"port\"]\n\
         explain = \"a port it is\"\notherwise = \"look again\"\n```\n\nThe rest. See [the middle](01-start.md#middle) or [the start](01-start.md).\n\n<!-- exercise: quick -->\n\n\
         <!-- exercise: careful -->\n",
    ),
    (
        "exercises/both/exercise.toml",
        "kind = \"rust\"\ntitle = \"Both\"\ntracks = [\"fast\", \"slow\"]\nhints = [\"hint one\", \"hint two\"]\n",
    ),
    ("exercises/both/README.md", "Do both of them.\n"),
    (
        "exercises/quick/exercise.toml",
        "kind = \"rust\"\ntitle = \"Quick\"\ntracks = [\"fast\"]\nfurther = true\n",
    ),
    ("exercises/careful/README.md", "Do it with care.\n"),
    (
        "exercises/careful/exercise.toml",
        "kind = \"rust\"\ntitle = \"Careful\"\ntracks = [\"slow\"]\n",
    ),
    (
        "programs/tool/program.toml",
        "title = \"tool\"\nsummary = \"Does it all.\"\ntracks = [\"slow\"]\nuses = [\"both\", \"careful\"]\n",
    ),
    ("programs/tool/output.txt", "1\n"),
];

pub(super) fn course() -> Course {
    let files = FILES
        .iter()
        .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)));
    load(&Tree::new(files), KINDS).0
}

pub(super) const SCREEN: View = View {
    caps: Caps {
        color: false,
        hyperlinks: false,
        unicode: true,
        accessible: false,
        width: 80,
        height: 24,
        terminal: true,
    },
    interactive: true,
};

/// Returns [`SCREEN`] in another size.
pub(super) fn sized(width: usize, height: usize) -> View {
    View {
        caps: Caps {
            width,
            height,
            ..SCREEN.caps
        },
        ..SCREEN
    }
}

/// A session and what is to be seen of it.
pub(super) struct Play {
    pub(super) machine: Machine,
    /// The text on the screen, without the footer.
    pub(super) page: String,
    pub(super) footer: String,
    pub(super) frame: Option<String>,
    pub(super) notes: Vec<ProgressNote>,
    /// The numbers of the checks that were started.
    pub(super) checks: Vec<u64>,
    pub(super) cancelled: usize,
    pub(super) made: usize,
    /// The files that were edited, by index, and the editor that was chosen for it.
    pub(super) edits: Vec<(usize, Option<&'static str>)>,
    /// The files of each exercise.
    pub(super) files: Vec<String>,
    /// What the solution changes in the learner's files.
    pub(super) changes: Vec<WorkspaceFile>,
    /// The editors that are installed, where none is set.
    pub(super) editors: Vec<Editor>,
    /// Whether the next exercise was changed since it was left.
    pub(super) is_changed: bool,
    pub(super) ended: Option<Farewell>,
    /// The most lines that were put on an empty screen at once.
    pub(super) longest: usize,
}

impl Play {
    /// A session of somebody who has no workspace.
    pub(super) fn new() -> Self {
        Self::with(SCREEN, Progress::default(), false)
    }

    /// A session on the track `track`, at the start of the first lesson.
    pub(super) fn on(track: &str) -> Self {
        let mut progress = Progress::default();
        progress.track = Some(track.parse().unwrap());
        let mut play = Self::with(SCREEN, progress, true);
        play.keys("\n");
        play
    }

    pub(super) fn with(view: View, progress: Progress, exists: bool) -> Self {
        let workspace = ("~/small".to_owned(), exists);
        let shared = SharedState::new(course(), progress, workspace, view);
        let mut play = Self {
            machine: Machine::new(shared, "gradus --course here".to_owned()),
            page: String::new(),
            footer: String::new(),
            frame: None,
            notes: Vec::new(),
            checks: Vec::new(),
            cancelled: 0,
            made: 0,
            edits: Vec::new(),
            files: vec!["src/lib.rs".to_owned()],
            changes: Vec::new(),
            editors: Vec::new(),
            is_changed: false,
            ended: None,
            longest: 0,
        };
        play.tell(Input::Start);
        play
    }

    /// Presses the characters of `keys`; a line feed is Enter.
    pub(super) fn keys(&mut self, keys: &str) {
        for char in keys.chars() {
            let key = if char == '\n' {
                Key::Enter
            } else {
                Key::Char(char)
            };
            self.tell(TerminalEvent::Key(key));
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.tell(TerminalEvent::Paste(text.to_owned()));
    }

    /// Presses Escape.
    pub(super) fn escape(&mut self) {
        self.tell(TerminalEvent::Key(Key::Escape));
    }

    pub(super) fn line(&mut self, line: &str) {
        self.tell(TerminalEvent::Line(line.to_owned()));
    }

    pub(super) fn tell(&mut self, input: impl Into<Input>) {
        let mut inputs = VecDeque::from([input.into()]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.machine.step(input) {
                inputs.extend(self.act(effect));
            }
        }
    }

    /// Goes on, at most so many times, until the page shows `text`.
    pub(super) fn go_to(&mut self, text: &str) {
        for _ in 0..30 {
            if self.page.contains(text) {
                return;
            }
            if self.footer.contains("Esc other keys") {
                self.escape();
            }
            self.keys(if self.machine.exercise().is_some() {
                "n"
            } else {
                "s"
            });
            if !self.page.contains(text) && self.machine.exercise().is_none() {
                self.keys("\n");
            }
        }
        panic!("no {text:?}; the last page was\n{}", self.page);
    }

    fn act(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Show(lines, Spot::Below) => self.page.push_str(&text(&lines)),
            Effect::Show(lines, Spot::Fresh | Spot::Over) => {
                self.longest = self.longest.max(lines.len());
                self.page = text(&lines);
            }
            Effect::Footer(lines) => self.footer = text(&lines),
            Effect::Frame(lines) => self.frame = Some(text(&lines)),
            Effect::EndFrames => self.frame = None,
            Effect::Save(note) => self.notes.push(note),
            Effect::MakeWorkspace => {
                self.made += 1;
                return Some(Input::Made(Ok(())));
            }
            Effect::Open(id) => {
                let opened = Opened {
                    file: format!("~/small/exercises/{id}/src/lib.rs"),
                    files: self.files.clone(),
                    is_changed: std::mem::take(&mut self.is_changed),
                    ..Opened::default()
                };
                return Some(Input::Opened(id, Ok(opened)));
            }
            Effect::Check(run, _) => self.checks.push(run),
            Effect::CancelCheck => self.cancelled += 1,
            Effect::Edit(id, file, None) if !self.editors.is_empty() => {
                return Some(Input::NoEditor(id, file, self.editors.clone()));
            }
            Effect::Edit(_, file, editor) => {
                self.edits.push((file, editor.map(|editor| editor.name)));
                return Some(Input::Edited(Ok(())));
            }
            Effect::Compare(id) => return Some(Input::Compared(id, self.changes.clone())),
            Effect::Reset(id) => return Some(Input::Reset(id, Ok("/copy".into()))),
            Effect::Program(id) => return Some(Input::Program(id, Ok(self.program()))),
            Effect::Prepare(_) | Effect::Suspend | Effect::Lab(_) => {}
            Effect::Quit(farewell) => self.ended = Some(farewell),
        }
        None
    }

    /// Hands out a program that uses the exercise `careful`, which is not done.
    fn program(&self) -> ProgramHandOut {
        let careful: ExerciseId = "careful".parse().unwrap();
        let done = self.machine.progress().exercise(&careful);
        let references = vec![careful.clone()];
        if done.is_none_or(|done| !done.solution_seen) {
            return ProgramHandOut::Asks(references);
        }
        ProgramHandOut::Done {
            handed_out: HandedOut::default(),
            references,
        }
    }
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text() + "\n").collect()
}
