//! Loads the programs of a course.

use toml::Spanned;

use super::super::manifest::ProgramManifest;
use super::super::{Course, Program};
use crate::source::{ExerciseId, Problem, ProgramId, TrackId, line_of, toml_problem};

/// Loads every program, by name.
pub(super) fn load(course: &Course, problems: &mut Vec<Problem>) -> Vec<Program> {
    let mut programs = Vec::new();
    for name in course.tree.folders("programs/") {
        let file = format!("programs/{name}/{}", Program::MANIFEST);
        let id = name.parse::<ProgramId>();
        let id = id.map_err(|error| Problem::new(format!("programs/{name}"), error.to_string()));
        let program = id.and_then(|id| program(id, &file, course, problems));
        match program {
            Ok(program) => programs.push(program),
            Err(problem) => problems.push(problem),
        }
    }
    programs
}

fn program(
    id: ProgramId,
    file: &str,
    course: &Course,
    problems: &mut Vec<Problem>,
) -> Result<Program, Problem> {
    let text = course.tree.get(file).ok_or_else(|| {
        Problem::new(file, "missing").help("a program starts with `title` and `uses`")
    })?;
    let manifest = toml::from_str::<ProgramManifest>(text);
    let manifest = manifest.map_err(|error| toml_problem(file, text, 1, &error))?;
    let at = |message: String, line| Problem::new(file, message).at(line);
    if manifest.uses.get_ref().is_empty() {
        let line = line_of(text, &manifest.uses);
        problems.push(at("the program uses no exercise".to_owned(), line));
    }
    for used in manifest.uses.get_ref() {
        if let Some(message) = misuse(used.get_ref(), course) {
            problems.push(at(message, line_of(text, used)));
        }
    }
    for track in &manifest.tracks {
        if course.track(track.get_ref()).is_none() {
            let message = format!("track `{}` is not in course.toml", track.get_ref());
            problems.push(at(message, line_of(text, track)));
        }
    }
    let output = format!("programs/{id}/{}", Program::OUTPUT);
    if course.tree.get(&output).is_none() {
        let help = "declare what the program prints with the reference solutions";
        problems.push(Problem::new(output, "missing").help(help));
    }
    let uses = manifest.uses.into_inner().into_iter();
    let uses = uses.map(Spanned::into_inner);
    Ok(Program {
        id,
        title: manifest.title,
        summary: manifest.summary,
        tracks: tracks(manifest.tracks, course),
        uses: uses.collect(),
    })
}

fn tracks(named: Vec<Spanned<TrackId>>, course: &Course) -> Vec<TrackId> {
    if named.is_empty() {
        return course.tracks.iter().map(|track| track.id.clone()).collect();
    }
    named.into_iter().map(Spanned::into_inner).collect()
}

/// Returns why a program of `course` cannot use the exercise `id`.
fn misuse(id: &ExerciseId, course: &Course) -> Option<String> {
    let Some(exercise) = course.exercise(id) else {
        return Some(format!(
            "uses the exercise `{id}`, which does not exist or cannot be read"
        ));
    };
    let kind = exercise.kind.id();
    exercise.kind.programs().is_none().then(|| {
        format!("uses the exercise `{id}`, and exercises of the kind `{kind}` have no code to use")
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use crate::course::load;
    use crate::kinds::KINDS;
    use crate::source::Tree;

    /// Returns the problems of the folder `programs` in a course with this `program.toml`.
    fn problems(manifest: &str) -> Vec<String> {
        let files = [
            ("course.toml", "format = 1\nid = \"c\"\ntitle = \"C\"\n"),
            (
                "exercises/code/exercise.toml",
                "kind = \"rust\"\ntitle = \"Code\"\n",
            ),
            (
                "exercises/lab/exercise.toml",
                "kind = \"gateway\"\ntitle = \"Lab\"\n",
            ),
            ("programs/p/program.toml", manifest),
            ("programs/p/output.txt", "1\n"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Cow::Owned(text.to_owned())));
        let problems = load(&Tree::new(files), KINDS).1;
        let problems = problems.iter().map(ToString::to_string);
        problems
            .filter(|problem| problem.starts_with("programs/"))
            .collect()
    }

    #[test]
    fn a_program_uses_exercises_that_have_code() {
        assert_eq!(problems("title = \"P\"\nuses = [\"code\"]\n"), [""; 0]);
        for (manifest, expected) in [
            ("title = \"P\"\nuses = []\n", ":2: the program uses no"),
            (
                "title = \"P\"\nuses = [\n\"code\",\n\"none\",\n]\n",
                ":4: uses the exercise `none`, which does not exist",
            ),
            (
                "title = \"P\"\nuses = [\"lab\"]\n",
                ":2: uses the exercise `lab`, and exercises of the kind `gateway` have no code",
            ),
            (
                "title = \"P\"\nuses = [\"code\"]\ntracks = [\"t\"]\n",
                ":3: track `t` is not in course.toml",
            ),
            (
                "title = \"P\"\nuses = [\"code\"]\nlogs = []\n",
                ":3: unknown field `logs`",
            ),
        ] {
            let found = problems(manifest);
            let expected = format!("programs/p/program.toml{expected}");
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&expected), "{found:?}");
        }
    }
}
