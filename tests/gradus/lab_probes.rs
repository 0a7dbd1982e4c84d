//! Each probe of each lab is needed: without it `validate` reports a problem that names it.

use gradus::kinds::KINDS;
use std::borrow::Cow;
use std::collections::BTreeSet;

use gradus::course;
use gradus::course::builtin;
use gradus::source::Tree;

/// What begins a probe in its file.
const PROBE: &str = "[[probe]]";

/// A course of one lab.
struct OneLab {
    id: String,
    tree: Tree,
}

impl OneLab {
    /// Returns the course of the lab `id`; its probes are `probes`.
    fn new(id: &str, probes: Option<&str>) -> Self {
        let prefix = format!("exercises/{id}/");
        let file = format!("{prefix}hidden/probes.toml");
        let all = builtin::tree();
        let files = all.below(&prefix).map(|(path, text)| {
            let path = format!("{prefix}{path}");
            let text = probes.filter(|_| path == file).unwrap_or(text);
            (path, Cow::Owned(text.to_owned()))
        });
        let tracks = ["operator", "rust"]
            .map(|id| format!("[[tracks]]\nid = '{id}'\ntitle = 'T'\n"))
            .concat();
        let course = format!("format = 1\nid = 'c'\ntitle = 'C'\n{tracks}");
        let lesson = format!("+++\ntitle = 'A'\n+++\nText.\n\n<!-- exercise: {id} -->\n");
        let files = files.chain([
            ("course.toml".to_owned(), Cow::Owned(course)),
            ("lessons/01-a.md".to_owned(), Cow::Owned(lesson)),
        ]);
        let tree = Tree::new(files);
        let id = id.to_owned();
        Self { id, tree }
    }

    fn probes(&self) -> &str {
        let file = format!("exercises/{}/hidden/probes.toml", self.id);
        self.tree.get(&file).expect("the probes")
    }

    /// Returns what is wrong with the lab before any nginx is started.
    fn problems(&self) -> Vec<String> {
        let (_, problems) = course::load(&self.tree, KINDS);
        problems.iter().map(ToString::to_string).collect()
    }
}

/// Returns the names of the labs.
fn labs() -> BTreeSet<String> {
    let tree = builtin::tree();
    let files = tree.below("exercises/");
    let probes = files.filter_map(|(path, _)| path.strip_suffix("/hidden/probes.toml"));
    probes.map(str::to_owned).collect()
}

/// Returns the name of each probe with the text of all the others.
fn each_left_out(probes: &str) -> Vec<(String, String)> {
    let mut parts = probes.split(PROBE);
    let head = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    let without = |out: usize| {
        let kept = parts.iter().enumerate().filter(|(place, _)| *place != out);
        kept.fold(head.to_owned(), |text, (_, part)| text + PROBE + part)
    };
    let name = |part: &str| {
        let line = part.lines().find_map(|line| line.strip_prefix("name = "));
        line.expect("a name").trim_matches('"').to_owned()
    };
    let places = parts.iter().enumerate();
    places
        .map(|(place, part)| (name(part), without(place)))
        .collect()
}

#[test]
fn without_any_one_of_its_probes_a_lab_is_not_clean() {
    let labs = labs();
    assert_eq!(labs.len(), 19, "{labs:?}");
    for id in &labs {
        let whole = OneLab::new(id, None);
        assert_eq!(whole.problems(), Vec::<String>::new(), "{id}");
        let each = each_left_out(whole.probes());
        assert!(each.len() > 2, "{id} has {} probes", each.len());
        for (name, rest) in each {
            let problems = OneLab::new(id, Some(&rest)).problems();
            let told = format!("`caught_by` names `{name}`, which is not a probe");
            assert!(
                problems.iter().any(|problem| problem.contains(&told)),
                "{id} without {name}: {problems:?}"
            );
        }
    }
}
