//! Gradings to report on: an empty one, a small class, a hostile one, a large one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use gradus::check::{TestVerdict, Verdict};
use gradus::course::{Points, Visibility};
use gradus::report::record::{HEADER_SCHEMA, RECORD_SCHEMA};
use gradus::report::{
    ExerciseEntry, FORMATS, Format, Header, Person, Record, ReportFolder, Results, Submissions,
    TestRecord, Time, format,
};

/// A word that stands in what only tests that are not visible tell.
pub(super) const CANARY: &str = "zebrafinch";

/// Names that learners, tests and outputs may have.
pub(super) const HOSTILE: [&str; 26] = [
    "<script>document.title='owned'</script>",
    "</script><img src=x onerror=\"document.title='owned'\">",
    "\"quoted\" 'twice' `thrice`",
    "two\nlines\r\nand \u{1b}[31mred\0",
    "\u{202e}txet desrever\u{2066}",
    "🦀 e\u{301} 漢字 \u{200f}עברית",
    "=HYPERLINK(\"http://198.51.100.1\",\"x\")",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "Last, First; \"Jr.\"",
    "]]><!-- -->",
    "::error::forged",
    "x\n::error title=a::forged",
    "##[error]forged",
    "%0A::error::forged",
    "| a | b |\n[x](javascript:alert(1)) ![x](http://198.51.100.1/x.png)",
    "..",
    ".",
    "con",
    "Points Possible",
    "&lt;b&gt; &amp; &#60;",
    "\u{2028}\u{2029}",
    "{{7*7}} ${7*7} %s",
];

/// Results in memory.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) header: Header,
    pub(super) records: Vec<Record>,
}

impl Results for Class {
    fn header(&self) -> &Header {
        &self.header
    }

    fn each(&self, visit: &mut dyn FnMut(Record) -> io::Result<()>) -> io::Result<()> {
        self.records.iter().cloned().try_for_each(visit)
    }
}

/// A folder in memory.
#[derive(Debug, Default)]
pub(super) struct Shelf(Rc<RefCell<BTreeMap<String, Vec<u8>>>>);

struct Page {
    path: String,
    bytes: Vec<u8>,
    shelf: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
}

impl ReportFolder for Shelf {
    fn file(&mut self, path: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(Page {
            path: path.to_owned(),
            bytes: Vec::new(),
            shelf: Rc::clone(&self.0),
        }))
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        let before = self.shelf.borrow_mut().insert(self.path.clone(), bytes);
        assert!(before.is_none(), "{} is written twice", self.path);
        Ok(())
    }
}

/// Returns the files that `format` writes about `class`, as text.
pub(super) fn written(format: &dyn Format, class: &Class) -> BTreeMap<String, String> {
    let mut shelf = Shelf::default();
    format.write(class, &mut shelf).expect("a report");
    let files = shelf.0.borrow();
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).expect("UTF-8");
    files
        .iter()
        .map(|(path, bytes)| (path.clone(), text(bytes)))
        .collect()
}

/// Returns the files that the format called `id` writes about `class`.
pub(super) fn report(id: &str, class: &Class) -> BTreeMap<String, String> {
    written(format::find(FORMATS, id).expect("a format"), class)
}

/// Returns a grading of nobody.
pub(super) fn empty() -> Class {
    let entry = |id: &str, title: &str, points| ExerciseEntry {
        id: id.parse().expect("an id"),
        title: title.to_owned(),
        kind: "rust".to_owned(),
        tier: Some("called".to_owned()),
        max_score: Points::whole(points),
        fingerprint: "0".repeat(64),
    };
    Class {
        header: Header {
            schema: HEADER_SCHEMA.to_owned(),
            gradus: "0.1.0".to_owned(),
            course: "small".to_owned(),
            title: "A small course".to_owned(),
            exercises: vec![
                entry("double", "Double it", 10),
                entry("halve", "Halve it", 5),
                entry("keep", "Keep what is even", 3),
            ],
            tools: vec!["rustc 1.95.0".to_owned()],
            sandbox: "none".to_owned(),
            partition: None,
            submissions: Submissions {
                count: 0,
                fingerprint: "0".repeat(64),
            },
        },
        records: Vec::new(),
    }
}

/// Returns two learners with three exercises: one of every kind of result.
pub(super) fn small() -> Class {
    let mut class = empty();
    let kinds = [
        Verdict::Passed,
        Verdict::Failed,
        Verdict::CompileError,
        Verdict::Passed,
        Verdict::TimeLimit,
        Verdict::InternalError,
    ];
    for (place, verdict) in kinds.into_iter().enumerate() {
        let learner = ["ada", "bob"][place / 3];
        class.add(learner, place % 3, verdict);
    }
    class
}

/// Returns a class whose learners, tests and outputs have hostile names, and long ones.
pub(super) fn hostile() -> Class {
    let mut class = empty();
    let long = "x".repeat(5000);
    let mut names: Vec<&str> = HOSTILE.to_vec();
    names.push(&long);
    names.sort_unstable();
    for (place, name) in names.iter().enumerate() {
        class.add(name, place % 3, Verdict::ALL[place % Verdict::ALL.len()]);
        let record = class.records.last_mut().expect("it was added");
        // A few of them print a megabyte.
        let most = if place % 9 == 2 { 1 << 20 } else { 200 };
        let text = format!("{name}\n").repeat(most / (name.len() + 1) + 1);
        record.person = Some(Person {
            name: Some((*name).to_owned()),
            email: Some(format!("{name}@example.org")),
            id: Some((*name).to_owned()),
            section: Some((*name).to_owned()),
            submitted_at: None,
        });
        record.output.clone_from(&text);
        record.diagnostics.clone_from(&text);
        for test in &mut record.tests {
            test.title = format!("{}: {name}", test.title);
        }
        record.tests[0].feedback = text;
    }
    name_the_header(&mut class.header);
    class
}

fn name_the_header(header: &mut Header) {
    HOSTILE[0].clone_into(&mut header.title);
    HOSTILE[1].clone_into(&mut header.exercises[0].title);
    HOSTILE[6].clone_into(&mut header.exercises[1].title);
    "Titled like another (42)".clone_into(&mut header.exercises[2].title);
    HOSTILE[2].clone_into(&mut header.sandbox);
    header.tools = vec![HOSTILE[13].to_owned()];
}

/// Returns a class of `size` learners.
pub(super) fn great(size: usize) -> Class {
    let mut class = empty();
    for number in 0..size {
        for place in 0..3 {
            let wheel = (number * 7 + place * 3) % 20;
            let verdict = match wheel {
                0..=10 => Verdict::Passed,
                11..=14 => Verdict::Failed,
                15 => Verdict::Crashed,
                16 => Verdict::TimeLimit,
                17 | 18 => Verdict::CompileError,
                _ => Verdict::OutputLimit,
            };
            class.add(&format!("learner-{number:05}"), place, verdict);
            let record = class.records.last_mut().expect("it was added");
            record.time.milliseconds = (number as u64 * 37 + place as u64 * 11) % 900 + 80;
            record.person = Some(Person {
                name: Some(format!("Learner Number {number}")),
                ..Person::default()
            });
        }
    }
    class
}

impl Class {
    /// Adds the record of `learner` for an exercise.
    pub(super) fn add(&mut self, learner: &str, place: usize, verdict: Verdict) {
        let exercise = &self.header.exercises[place];
        let tests = tests(verdict);
        let weight = |tests: &[TestRecord]| tests.iter().map(|test| u64::from(test.weight)).sum();
        let passed: Vec<TestRecord> = tests.iter().filter(|test| test.passed()).cloned().collect();
        let is_broken = verdict == Verdict::InternalError;
        let does_compile = !matches!(verdict, Verdict::CompileError | Verdict::Forbidden);
        self.records.push(Record {
            schema: RECORD_SCHEMA.to_owned(),
            submission: format!("{learner}/{}", exercise.id),
            learner: learner.to_owned(),
            person: None,
            exercise: exercise.id.clone(),
            verdict,
            score: exercise.max_score.share(weight(&passed), weight(&tests)),
            max_score: exercise.max_score,
            tests,
            diagnostics: if does_compile {
                String::new()
            } else {
                "error[E0308]: mismatched types\n --> src/lib.rs:3\n".to_owned()
            },
            output: "printed\n".to_owned(),
            error: is_broken.then(|| "cannot use /srv/secret: no space left".to_owned()),
            source: "0".repeat(64),
            time: Time {
                at: 1_800_000_000,
                milliseconds: 120 + place as u64,
            },
        });
        self.header.submissions.count += 1;
    }
}

/// Returns a visible test, one with a weight, and one of each kind that is not visible.
fn tests(verdict: Verdict) -> Vec<TestRecord> {
    let shown = [
        ("exact", "Exact results", 1, Visibility::Visible),
        ("edges", "Edges of the range", 3, Visibility::Visible),
        ("deep", "Deep inside", 2, Visibility::Hidden),
        ("late", "After the deadline", 1, Visibility::AfterDueDate),
        ("last", "When all is told", 1, Visibility::AfterPublished),
    ];
    let outcome = |place: usize| match verdict {
        Verdict::Passed => TestVerdict::Passed,
        Verdict::CompileError | Verdict::Forbidden | Verdict::InternalError => TestVerdict::NotRun,
        _ if place == 0 => TestVerdict::Passed,
        Verdict::Crashed => TestVerdict::Crashed,
        Verdict::OutputLimit => TestVerdict::OutputLimit,
        Verdict::MemoryLimit => TestVerdict::MemoryLimit,
        Verdict::TimeLimit => TestVerdict::TimeLimit,
        Verdict::Failed => TestVerdict::Failed,
    };
    let tests = shown.into_iter().enumerate();
    tests
        .map(|(place, (name, title, weight, visibility))| {
            let is_shown = visibility == Visibility::Visible;
            let verdict = outcome(place);
            let secret = if is_shown { "f(7)" } else { CANARY };
            let feedback = match verdict {
                TestVerdict::Passed => String::new(),
                TestVerdict::NotRun if is_shown => "it does not compile".to_owned(),
                _ => format!("input: {secret}\nexpected: 1\ngot: 2"),
            };
            TestRecord {
                name: name.to_owned(),
                title: title.to_owned(),
                verdict,
                weight,
                visibility,
                feedback,
            }
        })
        .collect()
}
