//! What `gradus validate` reports of a drill.

use gradus::course::builtin;

use crate::harness::Desk;

/// The faults of the built-in drill that are left in: enough for every claim of these tests.
const FAULTS: [&str; 4] = [
    "reports-read-timeout",
    "reports-crash",
    "accounts-header-too-big",
    "shop-said-502",
];

/// Returns what is said of a course that is only a small drill, once `change` was made to its file
/// `name`.
fn validated(name: &str, change: impl Fn(&str) -> String) -> String {
    let desk = Desk::new();
    let tree = builtin::tree();
    for (path, text) in tree.below("drill/") {
        let text = if path == "drill.toml" {
            with_few_faults(text)
        } else {
            text.to_owned()
        };
        let path = format!("drill/{path}");
        let text = if path == name { change(&text) } else { text };
        desk.write(&format!("small/{path}"), &text);
    }
    let manifest = "format = 1\nid = 'only-drill'\ntitle = 'Only a drill'\n";
    desk.write("small/course.toml", manifest);
    desk.gradus(&["validate", "../small"]).whole()
}

fn with_few_faults(manifest: &str) -> String {
    let mut parts = manifest.split("[[fault]]\n");
    let head = parts
        .next()
        .expect("what comes before the faults")
        .to_owned();
    let is_left = |part: &&str| {
        FAULTS
            .iter()
            .any(|id| part.starts_with(&format!("id = \"{id}\"")))
    };
    let left: Vec<_> = parts.filter(is_left).collect();
    assert_eq!(left.len(), FAULTS.len());
    left.iter()
        .fold(head, |text, part| text + "[[fault]]\n" + part)
}

#[test]
fn validate_proves_every_fault_and_every_pair_of_the_drill() {
    let said = validated("", str::to_owned);
    assert!(!said.contains("drill/"), "{said}");
    assert!(said.contains("4 faults tried, and 5 pairs"), "{said}");
}

#[test]
fn validate_tells_a_fault_that_does_not_show_and_one_that_no_probe_notices() {
    let shown = validated("drill/drill.toml", |text| {
        text.replace("upstream timed out", "upstream fell asleep")
    });
    let with = "with `reports-read-timeout`, the symptom of `reports-read-timeout` does not show";
    assert!(shown.contains(with), "{shown}");
    let unseen = validated("drill/probes.toml", |text| {
        let start = text.find("[[probe]]\nname = \"payments").expect("a probe");
        let end = start + text[start + 1..].find("[[probe]]").expect("another") + 1;
        text[..start].to_owned() + &text[end..]
    });
    assert!(
        unseen.contains("no probe notices the fault `shop-said-502`"),
        "{unseen}"
    );
}

#[test]
fn validate_tells_what_does_not_fit_with_its_line() {
    let said = validated("drill/drill.toml", |text| {
        let text = text.replace("cause = \"crash\"", "cause = \"clash\"");
        let text = text.replace("\"host-lost\", ", "\"ghost\", ");
        text.replace(
            "from = \"proxy_buffer_size 8k;\"",
            "from = \"proxy_set_header\"",
        )
    });
    assert!(
        said.contains("fault `reports-crash`: no cause is called `clash`"),
        "{said}"
    );
    assert!(said.contains("no cause is called `ghost`"), "{said}");
    let misfit = "an edit of `accounts-header-too-big` does not fit: its piece appears 8 times";
    assert!(said.contains(misfit), "{said}");
    assert!(said.contains("drill/drill.toml:"), "{said}");
}
