//! Comments in raw HTML. What a directive in one means is decided in `course::body`.

use crate::lesson::doc::BlockKind;

/// Splits raw HTML into comments and the rest.
pub(super) fn split(source: &str) -> Vec<BlockKind> {
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("<!--") {
        push_html(before, &mut parts);
        let (comment, after) = after.split_once("-->").unwrap_or((after, ""));
        parts.push(BlockKind::Comment(comment.trim().to_owned()));
        rest = after;
    }
    push_html(rest, &mut parts);
    parts
}

fn push_html(html: &str, parts: &mut Vec<BlockKind>) {
    let html = html.trim_matches(['\n', '\r']);
    if !html.trim().is_empty() {
        parts.push(BlockKind::Html(html.to_owned()));
    }
}
