//! Lessons on the screen: no text is lost, no line is too wide, no control character reaches the terminal.

mod lessons;
mod oracle;
mod properties;
mod soup;
mod spec;

use gradus::lesson::{Layout, layout, parse};
use gradus::term::Caps;
use gradus::text::{Line, Role};

/// The widths at which pages are looked at.
const WIDTHS: [usize; 4] = [20, 40, 80, 120];

fn laid_out(markdown: &str, options: &Layout) -> Vec<Line> {
    let doc = parse(markdown);
    layout(&doc.blocks, &doc, options)
}

/// Every way to lay out at `width` that does not need colours.
fn ways(width: usize) -> impl Iterator<Item = Layout> {
    (0..8).map(move |bits| way(width, bits))
}

/// One of the eight [`ways`].
fn way(width: usize, bits: u8) -> Layout {
    Layout {
        width,
        accessible: bits & 1 != 0,
        hyperlinks: bits & 2 != 0,
        ascii: bits & 4 != 0,
        highlight: false,
    }
}

/// Returns the text of `lines` that the author wrote, without blanks: what the layout adds has
/// roles of its own.
fn content(lines: &[Line]) -> String {
    let spans = lines.iter().flat_map(|line| &line.spans);
    let written = spans.filter(|span| match span.style.role {
        Role::Text | Role::Heading(_) | Role::Code | Role::Syntax(_) | Role::Key => true,
        Role::Dim | Role::Good | Role::Bad | Role::Warn | Role::Accent => false,
    });
    let text: String = written.map(|span| span.text.as_str()).collect();
    oracle::without_blanks(&text)
}

fn caps(width: usize, is_plain: bool) -> Caps {
    Caps {
        color: !is_plain,
        hyperlinks: !is_plain,
        unicode: true,
        accessible: false,
        width,
        height: 24,
        terminal: !is_plain,
    }
}

/// Holds `markdown` against every rule that needs no oracle.
fn assert_readable(markdown: &str, options: &Layout) {
    let lines = laid_out(markdown, options);
    assert_eq!(
        lines,
        laid_out(markdown, options),
        "layout is not repeatable"
    );
    let width = options.width.max(12);
    for line in &lines {
        let text = line.text();
        assert!(line.width() <= width, "{text:?} is too wide: {options:?}");
        assert!(!text.ends_with(' '), "{text:?} ends in a blank");
        assert!(
            !text.contains(char::is_control),
            "{text:?} acts on the terminal"
        );
    }
}
