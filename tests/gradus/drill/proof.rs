//! What `gradus validate` makes of a drill.

use std::fs;

use gradus::course::builtin;

use crate::machine::Machine;

/// Returns what is said of a course that is only a drill, once `change` was made to its file `name`.
fn validated(name: &str, change: impl Fn(&str) -> String) -> Option<String> {
    let machine = Machine::new(None)?;
    let course = machine.path("course");
    let tree = builtin::tree();
    let files = tree
        .below("drill/")
        .map(|(path, text)| (format!("drill/{path}"), text));
    let manifest = "format = 1\nid = 'only-drill'\ntitle = 'Only a drill'\n";
    for (path, text) in files.chain([("course.toml".to_owned(), manifest)]) {
        let text = if path == name {
            change(text)
        } else {
            text.to_owned()
        };
        let path = course.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    Some(machine.says(&["validate", &course.to_string_lossy()]))
}

#[test]
fn validate_proves_every_fault_and_every_pair_of_the_drill() {
    let Some(said) = validated("", str::to_owned) else {
        return;
    };
    assert!(!said.contains("drill/"), "{said}");
    assert!(
        said.contains("faults tried, and ") && said.contains(" pairs"),
        "{said}"
    );
}

#[test]
fn validate_tells_a_fault_that_does_not_show_and_one_that_no_probe_notices() {
    let shown = validated("drill/drill.toml", |text| {
        text.replace("upstream timed out", "upstream fell asleep")
    });
    let Some(shown) = shown else { return };
    let with = "with `reports-read-timeout`, the symptom of `reports-read-timeout` does not show";
    assert!(shown.contains(with), "{shown}");
    let unseen = validated("drill/probes.toml", |text| {
        let start = text.find("[[probe]]\nname = \"payments").expect("a probe");
        let end = start + text[start + 1..].find("[[probe]]").expect("another") + 1;
        text[..start].to_owned() + &text[end..]
    });
    let unseen = unseen.expect("nginx was there before");
    assert!(
        unseen.contains("no probe notices the fault `shop-said-502`"),
        "{unseen}"
    );
}

#[test]
fn validate_tells_what_does_not_fit_with_its_line() {
    let said = validated("drill/drill.toml", |text| {
        let text = text.replace("cause = \"crash\"", "cause = \"clash\"");
        text.replace(
            "from = \"proxy_buffer_size 8k;\"",
            "from = \"proxy_set_header\"",
        )
    });
    let Some(said) = said else { return };
    assert!(
        said.contains("fault `reports-crash`: no cause is called `clash`"),
        "{said}"
    );
    let misfit = "an edit of `accounts-header-too-big` does not fit: its piece is 8 times";
    assert!(said.contains(misfit), "{said}");
    assert!(said.contains("drill/drill.toml:"), "{said}");
}
