//! The learners of a class: ordinary names, and hostile ones.

/// What the folder of a learner is called, before their number, and their name in the class list.
const PEOPLE: [(&str, &str); 20] = [
    ("ada", "Ada Lovelace"),
    ("müller, jürgen", "Müller, Jürgen"),
    ("o'brien", "Niamh O'Brien"),
    ("王小明", "王小明"),
    ("שרה", "שרה כהן"),
    ("ليلى", "ليلى حسن"),
    ("łukasz", "Łukasz Żółć"),
    ("Δημήτρης", "Δημήτρης Παπαδόπουλος"),
    ("\"ace\"", "Jo \"Ace\" Smith"),
    ("<b>bob", "<b>Bob</b><script>alert(1)</script>"),
    ("=1+1", "=HYPERLINK(\"http://evil.example\",\"passed\")"),
    ("+cmd", "+cmd|' /C calc'!A0"),
    ("-2+3", "-2+3"),
    ("@sum", "@SUM(1+1)"),
    ("김민준", "김민준"),
    ("अनिता", "अनिता शर्मा"),
    ("e\u{301}lise", "E\u{301}lise de La Tour"),
    ("🦀", "Ferris 🦀"),
    ("robert;", "Robert'); DROP TABLE results;--"),
    ("turned\u{202e}", "Eve \u{202e}dessap"),
];
/// How many stand in the class list and hand nothing in.
const ABSENT: usize = 3;

/// Returns what the folder of learner `number` is called.
pub(super) fn learner(number: usize) -> String {
    let (folder, _) = PEOPLE[number % PEOPLE.len()];
    format!("{folder} {number:04}")
}

/// Returns the class list of `learners`, and of a few who handed nothing in.
pub(super) fn roster<'a>(learners: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let absent = (0..ABSENT).map(|number| format!("absent {number}"));
    let mut list = csv::Writer::from_writer(Vec::new());
    let columns = ["learner", "name", "email", "id", "section", "submitted_at"];
    list.write_record(columns).expect("memory");
    for (number, learner) in learners.map(str::to_owned).chain(absent).enumerate() {
        let (_, name) = PEOPLE[number % PEOPLE.len()];
        let row = [
            learner.as_str(),
            name,
            &format!("learner+{number}@school.example"),
            &(1_000 + number).to_string(),
            ["A", "B", "C"][number % 3],
            &time(number),
        ];
        list.write_record(row).expect("memory");
    }
    list.into_inner().expect("memory")
}

/// Returns when learner `number` handed in: some minutes after the one before.
fn time(number: usize) -> String {
    let minutes = number * 17;
    let (day, hour, minute) = (1 + minutes / 1_440 % 28, minutes / 60 % 24, minutes % 60);
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:00Z")
}
