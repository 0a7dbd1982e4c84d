//! The lessons of the built-in course.

use std::fs;
use std::path::Path;

use gradus::lesson::Layout;

use crate::harness::Extent;

use super::{WIDTHS, assert_readable, content, laid_out, oracle, ways};

/// Returns the name and the body of every lesson.
fn lessons() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let entries = fs::read_dir(folder).expect("the course has lessons");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut lessons: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| (path.display().to_string(), body(&path)))
        .collect();
    lessons.sort();
    lessons
}

fn body(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable lesson");
    let body = text
        .strip_prefix("+++\n")
        .and_then(|text| text.split_once("\n+++\n"));
    body.map_or_else(|| text.clone(), |(_, body)| body.to_owned())
}

#[test]
fn lessons_are_readable_at_the_usual_widths() {
    let step = if Extent::wanted() == Extent::Ordinary {
        2
    } else {
        1
    };
    for (_, body) in lessons() {
        for width in WIDTHS.into_iter().step_by(step) {
            ways(width).for_each(|options| assert_readable(&body, &options));
        }
    }
}

/// Footnotes come at the end of our pages and where they are defined in HTML; so it is the
/// characters that are compared, not their order.
#[test]
fn lessons_keep_their_text() {
    for (name, body) in lessons() {
        let options = Layout {
            width: 200,
            hyperlinks: true,
            ..Layout::default()
        };
        let shown = sorted(&content(&laid_out(&body, &options)));
        assert_eq!(shown, sorted(&oracle::text(&body)), "{name}");
    }
}

fn sorted(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars.into_iter().collect()
}
