//! What the parser makes of each construct.

use super::*;
use crate::lesson::HeadingMarks;
use crate::lesson::doc::{Inline, text_of};
use crate::text::{Role, Span};

fn only(markdown: &str) -> BlockKind {
    let mut blocks = parse(markdown).blocks;
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    blocks.remove(0).kind
}

fn spans(markdown: &str) -> Vec<Span> {
    let BlockKind::Paragraph(inlines) = only(markdown) else {
        panic!("not a paragraph")
    };
    let span = |inline| match inline {
        Inline::Text(span) => span,
        other => panic!("{other:?} is not text"),
    };
    inlines.into_iter().map(span).collect()
}

#[test]
fn blocks_know_their_lines() {
    let doc = parse_at(
        "One\ntwo\n\n## Three\n\n```sh\nfour\n```\n- five\n\n  six\n",
        10,
    );
    let lines: Vec<usize> = doc.blocks.iter().map(|block| block.line).collect();
    assert_eq!(lines, [10, 13, 15, 18]);
    let BlockKind::List(list) = &doc.blocks[3].kind else {
        panic!("a list")
    };
    assert_eq!(list.items[0].blocks[1].line, 20);
    assert!(!list.tight);
}

#[test]
fn a_heading_without_text_is_borne() {
    parse("- [x] \\\n  -  ");
}

#[test]
fn braces_that_are_of_no_heading_are_text() {
    let doc = parse("- [x] \\\n  -   \n {.further}\n");
    assert_eq!(doc.blocks.len(), 2);
}

#[test]
fn heading_keeps_its_marks() {
    let BlockKind::Heading { level, text, marks } =
        only("## The *socket* {#plug .further track=rust}")
    else {
        panic!("a heading")
    };
    assert_eq!((level, text_of(&text).as_str()), (2, "The socket"));
    let expected = HeadingMarks {
        id: Some("plug".into()),
        classes: vec!["further".into()],
        values: vec![("track".into(), "rust".into())],
    };
    assert_eq!(marks, expected);
}

#[test]
fn code_keeps_its_bytes() {
    let BlockKind::Code { info, text } = only("```quiz a=\"b\"\nx\t\u{1b}\ny\n```\n") else {
        panic!("code")
    };
    assert_eq!(
        (info.as_str(), text.as_str()),
        ("quiz a=\"b\"", "x\t\u{1b}\ny\n")
    );
}

#[test]
fn comment_alone_is_a_block() {
    assert_eq!(
        only("<!-- exercise: wrong-port -->"),
        BlockKind::Comment("exercise: wrong-port".into())
    );
    assert_eq!(only("a <!-- hidden -->b"), only("a b"));
    let kinds: Vec<BlockKind> = parse("<!-- a --> <b>c\n")
        .blocks
        .into_iter()
        .map(|block| block.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            BlockKind::Comment("a".into()),
            BlockKind::Html(" <b>c".into())
        ]
    );
}

#[test]
fn entities_cannot_smuggle_control_characters() {
    assert_eq!(spans("a&#27;[2J\u{9b}")[0].text, "a␛[2J�");
}

#[test]
fn bare_address_becomes_a_link() {
    let spans = spans("See **https://a.b/c_d_e**, not `http://x`.");
    assert_eq!(spans[1].style.link.as_deref(), Some("https://a.b/c_d_e"));
    assert!(spans[1].style.bold);
    assert!(spans[3].style.link.is_none());
}

#[test]
fn known_tags_set_the_style_and_others_are_text() {
    let spans = spans("Press <kbd>q</kbd> at 10<sup>2</sup> <b>x");
    assert_eq!(
        (spans[1].text.as_str(), spans[1].style.role),
        ("q", Role::Key)
    );
    assert_eq!(spans[2].text, " at 10² <b>x");
}

#[test]
fn footnotes_are_numbered_as_they_are_referred_to() {
    let doc = parse("A[^b] c[^a].\n\n[^a]: first\n\n[^b]: second\n");
    let labels: Vec<&str> = doc.notes.iter().map(|note| note.label.as_str()).collect();
    assert_eq!(labels, ["b", "a"]);
    assert_eq!(doc.notes[1].blocks.len(), 1);
    assert_eq!(doc.blocks.len(), 1);
}

#[test]
fn definitions_and_tasks_are_read() {
    let BlockKind::Definitions(list) = only("Term\n: meaning\n") else {
        panic!("definitions")
    };
    assert_eq!(text_of(&list[0].term), "Term");
    assert_eq!(list[0].meanings[0].len(), 1);
    let BlockKind::List(list) = only("- [x] done\n- plain\n") else {
        panic!("a list")
    };
    assert_eq!((list.items[0].done, list.items[1].done), (Some(true), None));
}

#[test]
fn nesting_beyond_reason_is_flattened() {
    let doc = parse(&format!("{}deep", "> ".repeat(5000)));
    assert_eq!(doc.blocks.len(), 1);
    let doc = parse(&format!("{}deep", "- ".repeat(5000)));
    assert_eq!(doc.blocks.len(), 1);
}
