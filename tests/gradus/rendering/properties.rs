//! Properties that hold for any text.

use std::num::NonZero;

use gradus::lesson::Layout;
use gradus::term::{Theme, emit};
use gradus::text::Line;
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, prop_assume, proptest};

use super::{WIDTHS, assert_readable, caps, content, laid_out, oracle, soup, way};

/// Returns what the terminal of the test shows of `line`: it skips replacement characters.
fn shown(line: &Line) -> String {
    line.text().replace(char::REPLACEMENT_CHARACTER, "")
}

/// A page so wide that no table of the soup wraps.
fn wide() -> Layout {
    Layout {
        width: 200,
        hyperlinks: true,
        ..Layout::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_the_author_wrote_is_lost(markdown in soup::markdown()) {
        prop_assume!(!oracle::has_html(&markdown));
        prop_assert_eq!(content(&laid_out(&markdown, &wide())), oracle::text(&markdown));
    }

    #[test]
    fn lines_are_readable_at_the_usual_widths(markdown in soup::anything(), bits in 0..8u8) {
        for width in WIDTHS {
            assert_readable(&markdown, &way(width, bits));
        }
    }

    #[test]
    fn lines_are_readable_at_any_width(markdown in soup::anything(), width in 1..200usize, bits in 0..8u8) {
        assert_readable(&markdown, &way(width, bits));
    }

    #[test]
    fn no_text_makes_the_renderer_panic(text in any::<String>(), width in 1..200usize, bits in 0..8u8) {
        assert_readable(&text, &way(width, bits));
    }

    #[test]
    fn no_bytes_make_the_renderer_panic(bytes in any::<Vec<u8>>(), width in 1..200usize, bits in 0..8u8) {
        assert_readable(&String::from_utf8_lossy(&bytes), &way(width, bits));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn plain_output_holds_no_control_character(markdown in soup::anything()) {
        let lines = laid_out(&markdown, &Layout::default());
        let out = emit(&lines, &caps(80, true), &Theme::default());
        assert!(out.chars().all(|char| char == '\n' || !char.is_control()), "{out:?}");
    }

    #[test]
    fn terminal_uses_one_row_a_line(markdown in soup::anything(), width in 12..130u16) {
        let options = Layout { width: width.into(), hyperlinks: true, highlight: true, ..Layout::default() };
        let lines = laid_out(&markdown, &options);
        let out = emit(&lines, &caps(width.into(), false), &Theme::default());
        let height = u16::try_from(lines.len() + 1).expect("a short page");
        let (height, columns) = (NonZero::new(height).unwrap(), NonZero::new(width).unwrap());
        let mut terminal = vt100::Parser::new(height.saturating_add(2), columns, 0);
        terminal.process(out.replace('\n', "\r\n").as_bytes());
        let rows: Vec<String> = terminal.screen().rows(0, width).take(lines.len()).collect();
        let expected: Vec<String> = lines.iter().map(shown).collect();
        prop_assert_eq!(rows, expected);
        prop_assert_eq!(usize::from(terminal.screen().cursor_position().0), lines.len());
    }
}

#[test]
fn footnotes_come_after_the_text() {
    let markdown = "A[^a] b[^b].\n\n[^a]: first *note*\n[^b]: second\n";
    assert_eq!(
        content(&laid_out(markdown, &wide())),
        oracle::text(markdown)
    );
}
