//! Loads exercises: the common part of the manifest here, the rest by their kinds.

use memchr::memmem;
use serde::de::DeserializeOwned;

use super::super::exercise::{EquivalentMutant, Exercise, Judging};
use super::super::grading::{Grading, TestGrading};
use super::super::manifest::{Changes, ExerciseManifest, GradeManifest, JudgingManifest};
use super::super::outline::Lead;
use super::super::{Course, Lazy, Lesson};
use super::head;
use crate::kind;
use crate::kind::{Edition, Folder, Kind, Kinds, Task, WrongSolution};
use crate::source::{ExerciseId, Problem, TrackId, Tree, line_of, toml_problem};
use crate::sys::fingerprint::Fingerprint;

/// Loads every exercise, in the order in which the lessons name them; those that no lesson names come last.
pub(super) fn load(
    tree: &Tree,
    kinds: Kinds,
    course: &Course,
    problems: &mut Vec<Problem>,
) -> Vec<Exercise> {
    let mut exercises = read(tree, problems, |id, file, text, problems| {
        let (manifest, kind) = manifest(file, text, kinds)?;
        let tables = parse::<JudgingManifest>(file, text)?;
        check_tracks(&manifest, text, file, course, problems);
        check_place(&id, &manifest, course, problems);
        let place = Place::new(&id, kind, course);
        let judging = Lazy::ready(place.judging(&tables, text, problems));
        let hints = Lazy::ready(manifest.hints.clone());
        Ok(exercise(place, manifest, hints, judging, course))
    });
    sort(&mut exercises, course);
    report_unknown(course, &exercises, problems);
    exercises
}

/// Does what [`load`] does for exercises without a problem, and leaves what judges them for later.
pub(super) fn open(tree: &Tree, kinds: Kinds, course: &Course) -> Vec<Exercise> {
    let mut exercises = read(tree, &mut Vec::new(), |id, file, text, _| {
        let listed = before_hints(head(text));
        let found = manifest(file, listed, kinds).or_else(|_| manifest(file, text, kinds));
        let (manifest, kind) = found?;
        let place = Place::new(&id, kind, course);
        let [later, much_later] = [place.clone(), place.clone()];
        let hints = Lazy::new(move || later.hints());
        let judging = Lazy::new(move || much_later.read());
        Ok(exercise(place, manifest, hints, judging, course))
    });
    sort(&mut exercises, course);
    exercises
}

/// Returns the keys in `head` before its hints, which are most of its text, if these come last and are long strings; a
/// line of another value that looks like their beginning cuts that value, so that the result is not TOML.
fn before_hints(head: &str) -> &str {
    let start = "\nhints = [\n";
    let Some(at) = memmem::find(head.as_bytes(), start.as_bytes()) else {
        return head;
    };
    let outside = head[at + start.len()..].split("\"\"\"").step_by(2);
    let mut outside: Vec<&str> = outside
        .map(|text| text.trim_matches([',', ' ', '\n']))
        .collect();
    let come_last = outside.pop() == Some("]") && outside.iter().all(|text| text.is_empty());
    if come_last { &head[..=at] } else { head }
}

fn read(
    tree: &Tree,
    problems: &mut Vec<Problem>,
    read: impl Fn(ExerciseId, &str, &str, &mut Vec<Problem>) -> Result<Exercise, Box<Problem>>,
) -> Vec<Exercise> {
    let mut exercises = Vec::new();
    for name in tree.folders("exercises/") {
        let file = format!("exercises/{name}/exercise.toml");
        let id = name.parse::<ExerciseId>();
        let id = id.map_err(|error| Problem::new(format!("exercises/{name}"), error.to_string()));
        let text = tree.get(&file).ok_or_else(|| {
            Problem::new(&*file, "missing").help("an exercise starts with `kind` and `title`")
        });
        let exercise = id.and_then(|id| Ok((id, text?)));
        let exercise = exercise.map_err(Box::new);
        match exercise.and_then(|(id, text)| read(id, &file, text, problems)) {
            Ok(exercise) => exercises.push(exercise),
            Err(problem) => problems.push(*problem),
        }
    }
    exercises
}

/// Sorts `exercises` by the first lesson that names them.
fn sort(exercises: &mut [Exercise], course: &Course) {
    let named: Vec<&ExerciseId> = course.lessons.iter().flat_map(Lesson::exercises).collect();
    let place = |exercise: &Exercise| {
        named
            .iter()
            .position(|id| **id == exercise.id)
            .unwrap_or(usize::MAX)
    };
    exercises.sort_by_key(place);
}

fn report_unknown(course: &Course, exercises: &[Exercise], problems: &mut Vec<Problem>) {
    for lesson in &course.lessons {
        for id in lesson.exercises() {
            if !exercises.iter().any(|exercise| exercise.id == *id) {
                let line = line_of_directive(course, lesson, id);
                let message =
                    format!("leads to the exercise `{id}`, which does not exist or cannot be read");
                problems.push(Problem::new(&*lesson.file, message).at(line));
            }
        }
    }
}

fn line_of_directive(course: &Course, lesson: &Lesson, id: &ExerciseId) -> Option<usize> {
    let text = course.tree.get(&lesson.file)?;
    let line = text
        .lines()
        .position(|line| line.contains("<!--") && line.contains(id.as_str()));
    line.map(|index| index + 1)
}

fn exercise(
    place: Place,
    manifest: ExerciseManifest,
    hints: Lazy<Vec<String>>,
    judging: Lazy<Judging>,
    course: &Course,
) -> Exercise {
    let mut tracks = tracks(&manifest, course);
    if let Some((_, lead)) = lead_to(&place.id, course)
        && let Some(own) = &lead.track
    {
        tracks.retain(|track| track == own);
    }
    Exercise {
        id: place.id.clone(),
        kind: place.kind,
        title: manifest.title,
        summary: manifest.summary,
        story: manifest.story,
        tracks,
        minutes: manifest.minutes,
        further: manifest.further,
        feedback: manifest.feedback,
        hints,
        readme: Lazy::new(move || place.text("README.md").to_owned()),
        judging,
    }
}

/// Where an exercise is read from.
#[derive(Clone)]
struct Place {
    id: ExerciseId,
    kind: &'static dyn Kind,
    tree: Tree,
    edition: Edition,
}

impl Place {
    fn new(id: &ExerciseId, kind: &'static dyn Kind, course: &Course) -> Self {
        Self {
            id: id.clone(),
            kind,
            tree: course.tree.clone(),
            edition: course.edition,
        }
    }

    fn text(&self, file: &str) -> &str {
        let path = format!("exercises/{}/{file}", self.id);
        self.tree.get(&path).unwrap_or_default()
    }

    /// Reads the hints of the exercise, of a course that has no problem.
    fn hints(&self) -> Vec<String> {
        let manifest = toml::from_str::<ExerciseManifest>(self.text("exercise.toml"));
        manifest.map_or_else(|_| Vec::new(), |manifest| manifest.hints)
    }

    /// Reads what judges the exercise, of a course that has no problem.
    fn read(&self) -> Judging {
        let text = self.text("exercise.toml");
        let tables = toml::from_str(text).unwrap_or_default();
        self.judging(&tables, text, &mut Vec::new())
    }

    /// Reads what judges the exercise, whose manifest is `text` with the tables `tables`.
    fn judging(
        &self,
        tables: &JudgingManifest,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Judging {
        let Self { id, kind, tree, .. } = self;
        let wrong = wrong_solutions(tables, text);
        let folder = Folder {
            id,
            tree,
            manifest: text,
            wrong: &wrong,
            edition: self.edition,
        };
        let task = kind.load(&folder, problems);
        Judging {
            grading: grading(tables.grade.as_ref(), text),
            equivalent: equivalent_mutants(tables, text),
            fingerprint: fingerprint(id, tree, kind.id(), text, &*task),
            wrong,
            task,
        }
    }
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Box<Problem>> {
    toml::from_str(text).map_err(|error| Box::new(toml_problem(file, text, 1, &error)))
}

/// Parses the common part of the manifest, and looks up the kind.
fn manifest(
    file: &str,
    text: &str,
    kinds: Kinds,
) -> Result<(ExerciseManifest, &'static dyn Kind), Box<Problem>> {
    let manifest = parse::<ExerciseManifest>(file, text)?;
    if let Some(kind) = kind::find(kinds, manifest.kind.get_ref()) {
        return Ok((manifest, kind));
    }
    let known: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`", kind.id()))
        .collect();
    let message = format!("kind `{}` is not known", manifest.kind.get_ref());
    let problem = Problem::new(file, message)
        .at(line_of(text, &manifest.kind))
        .help(format!("kinds are {}", known.join(", ")));
    Err(Box::new(problem))
}

fn wrong_solutions(manifest: &JudgingManifest, text: &str) -> Vec<WrongSolution> {
    let wrong = manifest.wrong.iter().map(|wrong| WrongSolution {
        path: wrong.file.get_ref().clone(),
        caught_by: wrong.caught_by.clone(),
        caught_without: wrong.caught_without.clone(),
        fault: wrong.fault.clone(),
        line: line_of(text, &wrong.file),
    });
    wrong.collect()
}

fn equivalent_mutants(manifest: &JudgingManifest, text: &str) -> Vec<EquivalentMutant> {
    let mut marks = Vec::new();
    for mark in &manifest.equivalent {
        let changes = match &mark.change {
            Changes::One(change) => std::slice::from_ref(change),
            Changes::Several(changes) => changes,
        };
        marks.extend(changes.iter().map(|change| EquivalentMutant {
            file: mark.file.get_ref().clone(),
            text: mark.text.trim().to_owned(),
            change: change.clone(),
            reason: mark.reason.clone(),
            line: line_of(text, &mark.file),
        }));
    }
    marks
}

fn grading(manifest: Option<&GradeManifest>, text: &str) -> Grading {
    let Some(manifest) = manifest else {
        return Grading::default();
    };
    let default = Grading::default();
    let tests = manifest.tests.iter().map(|test| TestGrading {
        name: test.name.get_ref().clone(),
        weight: test.weight.unwrap_or(TestGrading::WEIGHT),
        visibility: test.visibility.unwrap_or(manifest.visibility),
        line: line_of(text, &test.name),
    });
    Grading {
        points: manifest.points.unwrap_or(default.points),
        credit: manifest.credit,
        visibility: manifest.visibility,
        own_tests: manifest.own_tests.unwrap_or(default.own_tests),
        tests: tests.collect(),
    }
}

fn check_tracks(
    manifest: &ExerciseManifest,
    text: &str,
    file: &str,
    course: &Course,
    problems: &mut Vec<Problem>,
) {
    for track in &manifest.tracks {
        if course.track(track.get_ref()).is_none() {
            let message = format!("track `{}` is not in course.toml", track.get_ref());
            problems.push(Problem::new(file, message).at(line_of(text, track)));
        }
    }
}

/// Returns the lesson that leads to the exercise `id`, and how.
fn lead_to<'a>(id: &ExerciseId, course: &'a Course) -> Option<(&'a Lesson, &'a Lead)> {
    course.lessons.iter().find_map(|lesson| {
        let mut leads = lesson.outline.leads.iter();
        Some((lesson, leads.find(|lead| lead.exercise == *id)?))
    })
}

/// Reports an exercise whose place is for a track that it does not belong to.
fn check_place(
    id: &ExerciseId,
    manifest: &ExerciseManifest,
    course: &Course,
    problems: &mut Vec<Problem>,
) {
    let Some((lesson, lead)) = lead_to(id, course) else {
        return;
    };
    let own = tracks(manifest, course);
    if let Some(track) = &lead.track
        && !own.contains(track)
    {
        let message = format!(
            "leads to the exercise `{id}` on the track `{track}`, to which it does not belong"
        );
        let help =
            format!("move it out of that part, or add the track to exercises/{id}/exercise.toml");
        let line = line_of_directive(course, lesson, id);
        problems.push(Problem::new(&*lesson.file, message).at(line).help(help));
    }
}

fn tracks(manifest: &ExerciseManifest, course: &Course) -> Vec<TrackId> {
    if manifest.tracks.is_empty() {
        return course.tracks.iter().map(|track| track.id.clone()).collect();
    }
    manifest
        .tracks
        .iter()
        .map(|track| track.get_ref().clone())
        .collect()
}

/// Hashes everything that a verdict depends on, which excludes hints and the task text.
fn fingerprint(
    id: &ExerciseId,
    tree: &Tree,
    kind: &str,
    manifest: &str,
    task: &dyn Task,
) -> String {
    let mut fingerprint = Fingerprint::new();
    let manifest = manifest.parse::<toml::Table>().unwrap_or_default();
    if let Some(table) = manifest.get(kind) {
        fingerprint.add(kind);
        fingerprint.add(table.to_string());
    }
    for (path, text) in tree.below(&format!("exercises/{id}/")) {
        if task.decides(path) {
            fingerprint.add(path);
            fingerprint.add(text);
        }
    }
    fingerprint.finish()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use crate::course::{Exercise, Tree, load};
    use crate::source::TrackId;

    /// Progress is kept by it: another value would take every pass from every learner.
    #[test]
    fn fingerprint_of_a_pass_stays() {
        let manifest = "kind = \"rust\"\ntitle = \"Halve\"\n[rust]\ntimeout = 2\n";
        let files = [
            ("course.toml", "format = 1\nid = \"one\"\ntitle = \"One\"\n"),
            ("exercises/halve/exercise.toml", manifest),
            (
                "exercises/halve/contract.rs",
                "pub fn halve(n: u32) -> u32;\n",
            ),
            ("exercises/halve/hidden/tests.rs", "#[test]\nfn four() {}\n"),
            ("exercises/halve/README.md", "Halve it.\n"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Cow::Borrowed(text)));
        let (course, _) = load(&Tree::new(files), crate::kinds::KINDS);
        let fingerprint = |id: &str| {
            course
                .exercise(&id.parse().unwrap())
                .map(Exercise::fingerprint)
        };
        assert_eq!(fingerprint("halve"), Some("80787aab411752fe"));
    }

    #[test]
    fn an_exercise_is_on_no_track_but_that_of_its_place() {
        let load = |tracks: &str| {
            let files = [
                (
                    "course.toml",
                    "format = 1\nid = \"c\"\ntitle = \"C\"\n[[tracks]]\nid = \"a\"\ntitle = \"A\"\n\
                     [[tracks]]\nid = \"b\"\ntitle = \"B\"\n"
                        .to_owned(),
                ),
                (
                    "lessons/01-one.md",
                    "+++\ntitle = \"T\"\n+++\nText.\n\n<!-- track: a -->\n<!-- exercise: e -->\n<!-- /track -->\n"
                        .to_owned(),
                ),
                (
                    "exercises/e/exercise.toml",
                    format!("kind = \"rust\"\ntitle = \"E\"\n{tracks}"),
                ),
            ];
            let files = files.map(|(path, text)| (path.to_owned(), Cow::Owned(text)));
            load(&Tree::new(files), crate::kinds::KINDS)
        };
        let (course, _) = load("");
        let tracks = course.exercises[0].tracks.iter().map(TrackId::as_str);
        assert_eq!(tracks.collect::<Vec<_>>(), ["a"]);
        let (_, problems) = load("tracks = [\"b\"]\n");
        let wanted = "lessons/01-one.md:7: leads to the exercise `e` on the track `a`, to which it does not belong";
        let mut problems = problems.iter().map(ToString::to_string);
        assert!(problems.any(|problem| problem.starts_with(wanted)));
    }
}
