//! Markdown made of meaningful pieces in random order.

use proptest::prelude::{Strategy, prop};

const PIECES: [&str; 60] = [
    "word",
    "two words ",
    " ",
    "  \n",
    "\n",
    "\n\n",
    "\n    ",
    "\n\n  ",
    "\n- ",
    "\n  - ",
    "\n* ",
    "\n1. ",
    "\n9) ",
    "\n> ",
    "\n> > ",
    "\n# ",
    "\n## ",
    "\n#### ",
    " {.further}\n",
    "\n---\n",
    "\n===\n",
    "\n```\n",
    "\n````rust,no_run\n",
    "\n~~~\n",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "``",
    "[",
    "](https://a.b/c)",
    "](#x)",
    "![",
    "](02-next.md \"t\")",
    "\n[a]: /u\n",
    "[a]",
    "\n\n| a | b |\n|---|:-:|\n",
    "| c | `d\\|e` |\n",
    "\n\n| x |\n| - |\n| y",
    " | ",
    "\\",
    "&amp;",
    "&#27;",
    "&nbsp;",
    "\u{1b}[2J",
    "\t",
    "https://example.com/a/very/long/path?with=query",
    "(see http://127.0.0.1:8080/)",
    "/etc/nginx/nginx.conf",
    "an-unusually-long-word-that-does-not-fit-into-a-narrow-line",
    "漢字",
    "e\u{301}",
    "…",
    "•",
    "\n> [!NOTE]\n> ",
    "- [x] ",
    "\n\nTerm\n: meaning",
    "\n: ",
    "\u{9b}",
];

/// Pieces that the oracle puts in another place, or does not show.
const NOTES: [&str; 4] = ["[^1]", "\n\n[^1]: ", "[^b]", "\n\n[^b]: see [^1] "];

/// Markdown without footnotes.
pub(super) fn markdown() -> impl Strategy<Value = String> {
    of(PIECES.to_vec())
}

/// Markdown with everything, raw HTML too.
pub(super) fn anything() -> impl Strategy<Value = String> {
    let tags = [
        "<kbd>",
        "</kbd>",
        "<br>",
        "<sup>",
        "2</sup>",
        "<!-- c -->",
        "\n\n<div>\n",
        "<b>",
    ];
    of([&PIECES[..], &NOTES, &tags].concat())
}

fn of(pieces: Vec<&'static str>) -> impl Strategy<Value = String> {
    let soup = prop::collection::vec(prop::sample::select(pieces), 1..40);
    soup.prop_map(|pieces| pieces.concat())
}
