//! Loads a course from its files. A problem never stops it.

mod exercises;
mod lessons;
mod marked;
mod programs;

use memchr::memmem;

use super::manifest::CourseManifest;
use super::{Course, Track};
use crate::kind::{Edition, Kinds};
use crate::source::{Problem, Tree, line_of, toml_problem};

pub(super) use lessons::split_front_matter;
pub(crate) use marked::load_or_open;

/// The supported version of the course format.
const FORMAT: u32 = 1;

/// Loads the course in `tree` with exercises of `kinds`. Returns what could be read, and every problem.
pub fn load(tree: &Tree, kinds: Kinds) -> (Course, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut course = manifest(tree, kinds, &mut problems);
    course.lessons = lessons::load(tree, &mut problems);
    course.exercises = exercises::load(tree, kinds, &course, &mut problems);
    course.programs = programs::load(&course, &mut problems);
    for kind in kinds {
        kind.read_course(tree, &mut problems);
    }
    check_links(&course, &mut problems);
    problems.sort();
    (course, problems)
}

/// Opens the course in `tree`, of which [`load`] reports no problem: reads what lists show, and the
/// rest on first use.
pub fn open(tree: &Tree, kinds: Kinds) -> Course {
    let mut problems = Vec::new();
    let mut course = manifest(tree, kinds, &mut problems);
    course.lessons = lessons::open(tree);
    course.exercises = exercises::open(tree, kinds, &course);
    course.programs = programs::load(&course, &mut problems);
    course
}

/// Returns the keys of `manifest` before the header of its first table. A line of a multi-line value that
/// looks like a header cuts the value, so that the result is not TOML.
fn head(manifest: &str) -> &str {
    let end = memmem::find(manifest.as_bytes(), b"\n[");
    end.map_or(manifest, |end| &manifest[..=end])
}

fn manifest(tree: &Tree, kinds: Kinds, problems: &mut Vec<Problem>) -> Course {
    let mut course = Course {
        id: String::new(),
        title: "Untitled course".to_owned(),
        description: String::new(),
        edition: Edition::default(),
        tracks: Vec::new(),
        synonyms: Vec::new(),
        lessons: Vec::new(),
        exercises: Vec::new(),
        programs: Vec::new(),
        tree: tree.clone(),
        kinds,
    };
    let file = "course.toml";
    let Some(text) = tree.get(file) else {
        problems.push(
            Problem::new(file, "missing")
                .help("a course starts with `format = 1`, `id` and `title`"),
        );
        return course;
    };
    match toml::from_str::<CourseManifest>(text) {
        Ok(manifest) => fill(&mut course, manifest, text, problems),
        Err(error) => problems.push(toml_problem(file, text, 1, &error)),
    }
    course
}

fn fill(course: &mut Course, manifest: CourseManifest, text: &str, problems: &mut Vec<Problem>) {
    let file = "course.toml";
    if *manifest.format.get_ref() != FORMAT {
        let message = format!("format {} is not supported", manifest.format.get_ref());
        let help = format!("this version reads format {FORMAT}; a newer Gradus may read others");
        problems.push(
            Problem::new(file, message)
                .at(line_of(text, &manifest.format))
                .help(help),
        );
    }
    course.id = manifest.id;
    course.title = manifest.title;
    course.description = manifest.description;
    course.edition = manifest.edition;
    course.synonyms = manifest.synonyms;
    for track in manifest.tracks {
        let line = line_of(text, &track.id);
        let id = track.id.into_inner();
        if course.track(&id).is_some() {
            problems.push(Problem::new(file, format!("track `{id}` appears twice")).at(line));
            continue;
        }
        course.tracks.push(Track {
            id,
            title: track.title,
            description: track.description,
        });
    }
}

fn check_links(course: &Course, problems: &mut Vec<Problem>) {
    for exercise in &course.exercises {
        let leading = course
            .lessons
            .iter()
            .filter(|lesson| lesson.exercises().any(|id| *id == exercise.id));
        let file = format!("exercises/{}/exercise.toml", exercise.id);
        match leading.count() {
            0 => problems.push(Problem::new(file, "no lesson leads to this exercise").help(
                format!(
                    "put `<!-- exercise: {} -->` on a line of a lesson",
                    exercise.id
                ),
            )),
            1 => {}
            _ => problems.push(Problem::new(
                file,
                "more than one lesson leads to this exercise",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::course::builtin;
    use crate::kinds::KINDS;

    /// What a course says of itself: printing reads every part of it.
    fn read(course: &Course) -> String {
        format!("{:?}", (&course.lessons, &course.exercises))
    }

    /// The patterns that a search tries, by lesson.
    fn patterns(course: &Course) -> Vec<String> {
        let lessons = course.lessons.iter();
        lessons
            .map(|lesson| format!("{:?}", *lesson.patterns))
            .collect()
    }

    fn patterns_of_symptoms(course: &Course) -> Vec<String> {
        let lessons = course.lessons.iter().map(|lesson| {
            let symptoms = lesson.symptoms.iter();
            symptoms.map(|symptom| &symptom.pattern).collect()
        });
        lessons
            .map(|patterns: Vec<_>| format!("{patterns:?}"))
            .collect()
    }

    /// A value over several lines, some of which look like the header of a table.
    fn long_string() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            "\\[wrong\\]",
            "\\[\\[wrong\\]\\]",
            "\\[x",
            "[a-z]{1,8}",
            Just(String::new())
        ];
        let lines = prop::collection::vec(line, 0..4);
        let text = lines.prop_map(|lines| lines.join("\n"));
        prop_oneof![
            text.clone()
                .prop_map(|text| format!("\"\"\"\n{text}\"\"\"")),
            text.prop_map(|text| format!("'''{text}'''")),
        ]
    }

    fn strings() -> impl Strategy<Value = String> {
        prop::collection::vec(long_string(), 0..4)
            .prop_map(|all| format!("[\n{}\n]", all.join(",\n")))
    }

    fn exercise() -> impl Strategy<Value = String> {
        let tables = [
            "\n[rust]\ntimeout = 2\n",
            "\n[grade]\npoints = 3\n",
            "\n[[wrong]]\nfile = \"wrong/a.rs\"\ncaught_by = \"t\"\nfault = \"f\"\n",
            "# [a comment]\n",
        ];
        let tables = prop::sample::subsequence(tables.to_vec(), 0..=tables.len());
        let hints_and = (
            strings(),
            prop_oneof!["further = true\n", "further = false\n"],
        );
        let keys = (hints_and, any::<bool>()).prop_map(|((hints, further), come_last)| {
            let hints = format!("hints = {hints}\n");
            let keys = if come_last {
                [further, hints]
            } else {
                [hints, further]
            };
            keys.concat()
        });
        (long_string(), keys, tables).prop_map(|(summary, keys, tables)| {
            let tables = tables.concat();
            format!("kind = \"rust\"\ntitle = \"T\"\nsummary = {summary}\n{keys}{tables}")
        })
    }

    fn lesson() -> impl Strategy<Value = String> {
        let pattern = prop_oneof![
            "'[a-c]{1,3}'",
            "\"[a-c]{1,3}\"",
            "'''[a-c]{1,3}'''",
            "'a' # '"
        ];
        let header = prop::sample::select(vec!["[[symptom]]", "[[ symptom ]]"]);
        let one_line = || prop_oneof!["'s'", "\"'''\""];
        let cause = prop_oneof![long_string(), one_line()];
        let symptom = (header, pattern, cause).prop_map(|(header, pattern, cause)| {
            format!("{header}\npattern = {pattern}\nexample = 'a'\ncause = {cause}\nhop = 'h'\n")
        });
        let symptoms = prop::collection::vec(symptom, 0..3);
        (prop_oneof![long_string(), one_line()], symptoms).prop_map(|(summary, symptoms)| {
            format!(
                "+++\ntitle = \"L\"\nsummary = {summary}\n{}+++\n\nText.\n\n## Part\n\n<!-- exercise: e -->\n",
                symptoms.concat()
            )
        })
    }

    proptest! {
        #[test]
        fn an_opened_course_is_the_loaded_one(exercise in exercise(), lesson in lesson()) {
            let files = [
                ("course.toml", "format = 1\nid = \"c\"\ntitle = \"C\"\n".to_owned()),
                ("exercises/e/exercise.toml", exercise),
                ("exercises/e/README.md", "Do it.\n".to_owned()),
                ("lessons/01-l.md", lesson),
            ];
            let files = files.map(|(path, text)| (path.to_owned(), text.into()));
            let tree = Tree::new(files);
            let course = load(&tree, KINDS).0;
            prop_assert_eq!((course.lessons.len(), course.exercises.len()), (1, 1));
            prop_assert_eq!(patterns(&course), patterns_of_symptoms(&course));
            prop_assert_eq!(read(&open(&tree, KINDS)), read(&course));
        }
    }

    #[test]
    fn the_built_in_course_opens_as_it_loads() {
        let (course, problems) = load(&builtin::tree(), KINDS);
        assert_eq!(problems, []);
        assert_eq!(patterns(&course), patterns_of_symptoms(&course));
        assert_eq!(read(&open(&builtin::tree(), KINDS)), read(&course));
    }
}
