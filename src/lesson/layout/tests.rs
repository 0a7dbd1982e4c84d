//! What the reader sees of each construct.

use super::*;
use crate::lesson::parse;

fn shown(markdown: &str, options: &Layout) -> String {
    let doc = parse(markdown);
    plain(&layout(&doc.blocks, &doc, options))
}

fn at(width: usize, markdown: &str) -> String {
    shown(
        markdown,
        &Layout {
            width,
            ..Layout::default()
        },
    )
}

fn spoken(markdown: &str) -> String {
    shown(
        markdown,
        &Layout {
            accessible: true,
            ..Layout::default()
        },
    )
}

#[test]
fn headings_are_underlined_or_spoken() {
    assert_eq!(at(40, "## The hop\n\ntext"), "The hop\n───────\n\ntext\n");
    assert_eq!(at(40, "### Small"), "Small\n");
    assert_eq!(spoken("## The `hop`"), "Heading 2: The `hop`\n");
}

#[test]
fn code_and_keys_are_marked_where_no_colour_tells() {
    let text = "Press <kbd>q</kbd> or run `ls -l`.";
    assert_eq!(at(40, text), "Press [q] or run `ls -l`.\n");
    let coloured = Layout {
        highlight: true,
        ..Layout::default()
    };
    assert_eq!(shown(text, &coloured), "Press q or run ls -l.\n");
    assert_eq!(
        shown(
            text,
            &Layout {
                accessible: true,
                ..coloured
            }
        ),
        at(40, text)
    );
}

#[test]
fn lists_nest_and_align() {
    let list = "9. nine\n10. ten\n    - [x] a\n    - b\n\n      ```\n      code\n      ```\n";
    assert_eq!(
        at(40, list),
        " 9. nine\n10. ten\n    • [x] a\n\n    • b\n\n        code\n"
    );
}

#[test]
fn text_in_items_hangs() {
    assert_eq!(at(12, "- one two three four"), "• one two\n  three four\n");
}

#[test]
fn quotes_and_alerts_have_a_bar() {
    assert_eq!(at(20, "> a\n>\n> b"), "│ a\n│\n│ b\n");
    assert_eq!(at(20, "> [!WARNING]\n> a"), "│ Warning\n│ a\n");
    assert_eq!(spoken("> [!NOTE]\n> a"), "Note:\na\nEnd of note\n");
}

#[test]
fn long_code_is_marked_where_it_wraps() {
    assert_eq!(
        at(14, "```\nlisten 127.0.0.1:80;\n\n  x\n```"),
        "  listen\n  ↪  127.0.0.1\n  ↪ :80;\n\n    x\n"
    );
    assert_eq!(
        spoken("```nginx,http\na;\n```"),
        "Code, nginx:\na;\nEnd of code\n"
    );
}

#[test]
fn diagram_is_drawn_where_it_fits_and_told_where_not() {
    let diagram = "```diagram alt=\"a calls b\"\nclient -> nginx\n```";
    assert_eq!(at(20, diagram), "client -> nginx\n");
    assert_eq!(at(12, diagram), "Diagram: a\ncalls b\n");
    assert_eq!(spoken(diagram), "Diagram: a calls b\n");
}

const TABLE: &str = "| Word | Meaning |\n| :-: | --- |\n| a\\|b | one two three |\n| c | |\n";

#[test]
fn table_fits_or_becomes_records() {
    assert_eq!(
        at(40, TABLE),
        "Word │ Meaning\n─────┼──────────────\na|b  │ one two three\n c   │\n"
    );
    let narrow =
        "Word │ Meaning\n─────┼─────────\na|b  │ one two\n     │ three\n─────┼─────────\n c   │\n";
    assert_eq!(at(15, TABLE), narrow);
    assert_eq!(
        at(12, TABLE),
        "Word: a|b\nMeaning:\n  one two\n  three\n\nWord: c\n"
    );
    assert_eq!(
        spoken(TABLE),
        "Word: a|b\nMeaning: one two three\n\nWord: c\n"
    );
}

#[test]
fn an_empty_line_of_a_record_has_no_indent() {
    let markdown =
        "| a | b |\n| --- | --- |\n| https://example.com/a/very/long/path?with=query<br> | x |\n";
    let doc = parse(markdown);
    for width in [12, 20, 40] {
        let options = Layout {
            width,
            ..Layout::default()
        };
        for line in layout(&doc.blocks, &doc, &options) {
            assert!(!line.text().ends_with(' '), "{width}: {:?}", line.text());
        }
    }
}

#[test]
fn links_are_numbered_once_unless_they_can_be_followed() {
    let links = "[a](https://x) and [b *c*](https://x), https://y and [here](#z)";
    assert_eq!(
        at(60, links),
        "a[1] and b c[1], https://y and here\n\n[1] https://x\n"
    );
    let options = Layout {
        hyperlinks: true,
        ..Layout::default()
    };
    assert_eq!(shown(links, &options), "a and b c, https://y and here\n");
}

#[test]
fn footnotes_of_the_piece_come_at_its_end() {
    let doc = parse("A[^a].\n\nB[^b].\n\n[^a]: first\n[^b]: second[^c]\n[^c]: third\n");
    let shown = |options: &Layout| plain(&layout(&doc.blocks[1..], &doc, options));
    assert_eq!(shown(&Layout::default()), "B².\n\n² second³\n\n³ third\n");
    let ascii = Layout {
        ascii: true,
        ..Layout::default()
    };
    assert_eq!(shown(&ascii), "B[^2].\n\n[^2] second[^3]\n\n[^3] third\n");
    let accessible = Layout {
        accessible: true,
        ..Layout::default()
    };
    assert_eq!(
        shown(&accessible),
        "B (note 2).\n\nNote 2: second (note 3)\n\nNote 3: third\n"
    );
}

#[test]
fn comments_are_hidden_and_other_html_is_text() {
    assert_eq!(at(40, "a\n\n<!-- exercise: x -->\n\nb"), "a\n\nb\n");
    assert_eq!(at(40, "<div>\nx\n</div>"), "<div>\nx\n</div>\n");
}

#[test]
fn definitions_are_indented() {
    assert_eq!(at(40, "Hop\n: One step.\n"), "Hop\n  One step.\n");
}

#[test]
fn ascii_layout_is_ascii() {
    let markdown = format!(
        "# A\n\n- a\n\n> b\n\n---\n\n{TABLE}\n    {}\n",
        "x".repeat(99)
    );
    assert!(
        shown(
            &markdown,
            &Layout {
                ascii: true,
                ..Layout::default()
            }
        )
        .is_ascii()
    );
}

#[test]
fn accessible_layout_draws_nothing() {
    let text = spoken("# A\n\n- a\n\n> b\n\n---\n\n| a |\n| - |\n| b |");
    assert!(text.is_ascii() && !text.contains(['|', '=', '*']), "{text}");
}
