//! The bytes that lines become.

use super::*;
use crate::text::Style;

fn caps(color: bool, hyperlinks: bool, unicode: bool) -> Caps {
    let (width, height) = (80, 24);
    Caps {
        color,
        hyperlinks,
        unicode,
        accessible: false,
        width,
        height,
        terminal: true,
    }
}

fn emitted(line: Line, caps: &Caps) -> String {
    emit(&[line], caps, &Theme::default())
}

fn linked(text: &str, to: &str) -> Line {
    Line::new().with(
        Style {
            link: Some(to.into()),
            ..Style::default()
        },
        text,
    )
}

#[test]
fn styles_are_set_and_reset_in_the_terminals_own_colours() {
    let line = Line::plain("a ").with(Role::Bad, "b").with(
        Style {
            bold: true,
            ..Role::Good.into()
        },
        "c",
    );
    assert_eq!(
        emitted(line, &caps(true, false, true)),
        "a \x1b[31mb\x1b[0m\x1b[1;32mc\x1b[0m\n"
    );
}

#[test]
fn plain_output_has_no_escape_even_from_hostile_lines() {
    let span = Span {
        text: "a\x1b[2Jb\u{9b}".into(),
        style: Role::Bad.into(),
    };
    let line = Line {
        spans: vec![span],
        ..Line::default()
    };
    assert_eq!(emitted(line, &caps(false, false, true)), "a␛[2Jb�\n");
}

#[test]
fn links_have_an_id_and_end_with_their_line() {
    let lines = [
        linked("a", "https://x"),
        linked("b", "https://x").with(Role::Text, "c"),
    ];
    let out = emit(&lines, &caps(false, true, true), &Theme::default());
    let open = "\x1b]8;id=0;https://x\x1b\\";
    assert_eq!(
        out,
        format!("{open}a\x1b]8;;\x1b\\\n{open}b\x1b]8;;\x1b\\c\n")
    );
}

#[test]
fn only_absolute_and_harmless_addresses_are_emitted() {
    for target in ["02-next.md", "#x", "javascript:x", "https://a\x1b\\"] {
        assert_eq!(
            emitted(linked("a", target), &caps(false, true, true)),
            "a\n",
            "{target:?}"
        );
    }
    assert_eq!(
        emitted(linked("a", "https://x"), &caps(false, false, true)),
        "a\n"
    );
}

#[test]
fn ascii_output_keeps_the_columns() {
    let line = Line::plain("✓ • │ … ↪ x² é 漢");
    assert_eq!(
        emitted(line, &caps(false, false, false)),
        "+ * | . > x2 ? ??\n"
    );
}

#[test]
fn one_line_ends_without_a_line_feed() {
    assert_eq!(
        emit_line(
            &Line::plain("a"),
            &caps(true, true, true),
            &Theme::default()
        ),
        "a"
    );
}
