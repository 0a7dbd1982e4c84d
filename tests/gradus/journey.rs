//! The whole course on a pseudo-terminal, from the first start to "finished": every page is read, every question
//! answered, every exercise solved with its reference solution, saved as a learner saves it. Which key to press
//! is read from the screen, as a learner reads it.

use gradus::kinds::KINDS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gradus::check::Context;
use gradus::course::{self, Course, Exercise, Question, Quiz};
use gradus::sandbox::Sandbox;
use gradus::sys::environment::Environment;

use crate::harness::{Extent, skip};
use crate::pty::Pty;
use crate::session::toolchain;

/// More pages than the course has: a journey that goes in circles ends.
const MOST_STEPS: usize = 1000;

struct Journey {
    pty: Pty,
    course: Course,
    workspace: PathBuf,
    solved: BTreeSet<String>,
    answered: BTreeSet<String>,
    /// The page before: a small screen shows a question on more than one.
    before: String,
}

const USUAL: (u16, u16) = (80, 24);
const SMALL: (u16, u16) = (40, 20);

#[test]
fn the_operator_track_is_finished_from_first_start_to_last_page() {
    operator(USUAL);
}

#[test]
fn the_rust_track_is_finished_from_first_start_to_last_page() {
    rust(USUAL);
}

#[test]
fn both_tracks_are_finished_on_a_small_screen() {
    if Extent::wanted() == Extent::Ordinary {
        return skip("GRADUS_EXTENT=whole");
    }
    operator(SMALL);
    rust(SMALL);
}

fn operator(size: (u16, u16)) {
    let mut journey = Journey::start("\r", "Operator", size);
    journey.go("Operator: finished");
    journey.met_every_exercise_of("operator");
    journey.leave();
}

fn rust(size: (u16, u16)) {
    let mut journey = Journey::start("\x1b[B\r", "Rust", size);
    journey.go("Rust: finished");
    journey.met_every_exercise_of("rust");
    journey.get_triage();
    journey.leave();
}

impl Journey {
    fn met_every_exercise_of(&self, track: &str) {
        let track = track.parse().expect("a name");
        let exercises = self.course.exercises_of(Some(&track));
        for exercise in exercises.filter(|exercise| !exercise.further) {
            let id = exercise.id.as_str();
            assert!(self.solved.contains(id), "{id} was not met");
        }
    }

    /// Gets the program of the track, the last entry of the map, built on what was solved.
    fn get_triage(&mut self) {
        self.pty.send("m");
        self.pty.wait_for("Map of the course");
        self.pty.send("G\r");
        self.pty.wait_for("cargo run -p triage");
        let program = self.workspace.join("programs/triage");
        assert!(program.join("src/main.rs").is_file());
        assert!(!program.join("reference").exists());
    }

    fn start(keys: &str, track: &str, size: (u16, u16)) -> Self {
        let home = tempfile::tempdir().expect("a scratch folder").keep();
        let variables = toolchain().expect("cargo runs this test, so there is a compiler");
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut pty = Pty::start(&home, &[], &variables, size);
        pty.wait_for("q quit");
        if size == SMALL {
            pty.send("\r");
        }
        pty.wait_for(track);
        pty.wait_for("q quit");
        pty.send(keys);
        pty.wait_for("Lesson 1 of 13");
        Self {
            pty,
            course: course::load(&course::builtin::tree(), KINDS).0,
            workspace: home.join("gradus-workspace"),
            solved: BTreeSet::new(),
            answered: BTreeSet::new(),
            before: String::new(),
        }
    }

    fn go(&mut self, end: &str) {
        for _ in 0..MOST_STEPS {
            let screen = self.settled_screen();
            if screen.contains(end) {
                let mut tracks = self.course.tracks.iter();
                let track = tracks.find(|track| end.starts_with(&track.title));
                let quizzes = self.course.lessons.iter().flat_map(course::Lesson::quizzes);
                let own = quizzes.filter(|quiz| {
                    quiz.track.is_none() || quiz.track.as_ref() == track.map(|track| &track.id)
                });
                assert_eq!(self.answered.len(), own.count(), "a question was not met");
                return;
            }
            self.step(&screen);
            self.before = screen;
        }
        panic!("no end of the course; the screen is\n{}", self.pty.screen());
    }

    /// Waits for a page with its keys.
    fn settled_screen(&self) -> String {
        self.pty
            .wait_until("a page and its keys", |screen| has_keys(&screen.contents()));
        self.pty.screen()
    }

    fn step(&mut self, screen: &str) {
        let footer = footer(screen);
        if footer.contains("Enter choose") || footer.contains("Enter answer") {
            self.answer(screen);
        } else if let Some(exercise) = self.unsolved(screen) {
            self.solve(&exercise);
        } else {
            self.press("\r", screen);
        }
    }

    /// Presses `keys` and waits until the page is another one.
    fn press(&mut self, keys: &str, before: &str) {
        self.pty.send(keys);
        self.pty.wait_until("another page", |screen| {
            let now = screen.contents();
            now != before && has_keys(&now)
        });
    }

    fn answer(&mut self, screen: &str) {
        let seen = letters(&self.before) + &letters(screen);
        let quizzes = self.course.lessons.iter().flat_map(course::Lesson::quizzes);
        let mut asked = quizzes.filter(|quiz| !self.answered.contains(&key(quiz)));
        let quiz = asked.find(|quiz| seen.contains(&key(quiz))).cloned();
        let quiz = quiz.unwrap_or_else(|| panic!("which question is this?\n{screen}"));
        self.answered.insert(key(&quiz));
        self.pty.send("\r");
        match &quiz.question {
            Question::Single(choices) => {
                Self::see_all_choices(&mut self.pty);
                let right = choices
                    .iter()
                    .position(|choice| choice.correct)
                    .expect("one is right");
                self.pty.send(&("\x1b[B".repeat(right) + "\r"));
            }
            Question::Multiple(choices) => {
                Self::see_all_choices(&mut self.pty);
                let keys = choices
                    .iter()
                    .map(|choice| if choice.correct { " \x1b[B" } else { "\x1b[B" });
                self.pty.send(&(keys.collect::<String>() + "\r"));
            }
            Question::Short { accept, .. } => {
                self.pty.wait_for("Your answer");
                self.pty.send(&format!("{}\r", accept[0]));
            }
        }
        self.pty.wait_for("Right.");
    }

    /// Turns the pages of a question until it can be answered.
    fn see_all_choices(pty: &mut Pty) {
        for _ in 0..MOST_STEPS {
            pty.wait_until("choices", |screen| {
                let keys = footer(&screen.contents());
                ["Enter answer", "Enter more"]
                    .iter()
                    .any(|key| keys.contains(key))
            });
            let screen = pty.screen();
            if footer(&screen).contains("Enter answer") {
                return;
            }
            pty.send("\r");
            pty.wait_until("another page", |now| now.contents() != screen);
        }
    }

    /// Returns the exercise on the screen if it waits for a solution.
    fn unsolved(&self, screen: &str) -> Option<Exercise> {
        let seen = letters(screen);
        let waits = |exercise: &&Exercise| {
            let title = letters(&exercise.title);
            let is_open = !self.solved.contains(exercise.id.as_str());
            let folder = letters(&format!("exercises/{}", exercise.id));
            let is_here = seen.contains(&title) || seen.contains(&folder);
            let asks = footer(screen).contains("Enter check") && is_here;
            is_open && asks || seen.contains(&(title + "checkedateachsave"))
        };
        self.course.exercises.iter().find(waits).cloned()
    }

    /// Saves the solution of the exercise on the screen and waits for the verdict.
    fn solve(&mut self, exercise: &Exercise) {
        let title = &exercise.title;
        assert!(
            self.solved.insert(exercise.id.to_string()),
            "{title} is met again, unsolved"
        );
        if self.lacks_a_tool(exercise) {
            // The course goes on without the lab, and counts it as done.
            self.pty.wait_for("skip the exercise");
            let screen = self.settled_screen();
            return self.press("s", &screen);
        }
        self.save_solution(exercise);
        let passed = letters(&format!("Passed: {title}"));
        self.pty.wait_until("a pass", |screen| {
            let screen = screen.contents();
            let goes_on = ["Enter next", "Enter more"];
            let goes_on = goes_on.iter().any(|key| footer(&screen).contains(key));
            goes_on && letters(&screen).contains(&passed)
        });
    }

    /// Returns whether this machine lacks what the exercise needs, such as nginx.
    fn lacks_a_tool(&self, exercise: &Exercise) -> bool {
        let environment = Environment::new(std::env::vars_os(), self.workspace.clone());
        let mut context = Context::new(
            Sandbox::new(env!("CARGO_BIN_EXE_gradus")),
            Arc::new(environment),
        );
        context.cache = self.workspace.with_file_name("cache");
        exercise.task().missing(&context).is_some()
    }

    fn save_solution(&self, exercise: &Exercise) {
        let folder = self.workspace.join("exercises").join(exercise.id.as_str());
        let mut files = exercise.task().solution();
        // The file that the last verdict hangs on comes last.
        files.sort_by_key(|file| file.path.starts_with("src/"));
        for file in files {
            fs::write(folder.join(&file.path), file.text).expect("a save");
        }
    }

    fn leave(mut self) {
        self.pty.send("q");
        assert_eq!(self.pty.wait_end(), 0);
        assert!(self.pty.is_restored());
        let home: &Path = self
            .workspace
            .parent()
            .expect("the workspace is in the home");
        fs::remove_dir_all(home).expect("the home can go");
    }
}

/// Returns whether the footer is drawn; where a letter begins an answer, `q` is none of its keys.
fn has_keys(screen: &str) -> bool {
    ["q quit", "Esc other keys"]
        .iter()
        .any(|keys| footer(screen).contains(keys))
}

/// Returns the last two lines of the screen: a small one needs both for its keys.
fn footer(screen: &str) -> String {
    let mut lines: Vec<_> = screen.trim_end().lines().rev().take(2).collect();
    lines.reverse();
    lines.join("  ")
}

/// What tells a question from the others on a screen.
fn key(quiz: &Quiz) -> String {
    letters(&quiz.prompt).chars().take(48).collect()
}

/// Returns the letters and digits of `text`: what wrapping and marks leave alone.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
