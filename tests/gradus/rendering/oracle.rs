//! The text of a page according to the HTML of pulldown-cmark.

use gradus::text::visible;
use pulldown_cmark::{Event, Options, Parser, html};

fn options(markdown: &str) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST;
    // With it pulldown-cmark panics at some headings without text.
    let has_some = |line: &str| line.contains('#') && line.trim_end().ends_with('}');
    let may_have_some = markdown.lines().any(has_some);
    options.set(Options::ENABLE_HEADING_ATTRIBUTES, may_have_some);
    options
}

/// Returns whether `markdown` holds raw HTML.
pub(super) fn has_html(markdown: &str) -> bool {
    Parser::new_ext(markdown, options(markdown))
        .any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

/// Returns what a reader of the HTML sees of `markdown`, without blanks, footnote numbers and
/// comments; an image is its alternative text.
pub(super) fn text(markdown: &str) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(markdown, options(markdown)));
    let mut text = String::new();
    let mut rest = page.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = after_tag(tag, &mut text);
    }
    text.push_str(rest);
    without_blanks(&visible(&without_breaks(&unescaped(&text))))
}

/// Returns what follows the tag that `tag` starts with.
fn after_tag<'a>(tag: &'a str, text: &mut String) -> &'a str {
    if tag.starts_with("!--") {
        return tag.split_once("-->").map_or("", |(_, rest)| rest);
    }
    if tag.starts_with("sup class=\"footnote") {
        return tag.split_once("</sup>").map_or("", |(_, rest)| rest);
    }
    let (tag, rest) = tag.split_once('>').expect("escaped everywhere else");
    if tag.starts_with("img") {
        let alt = tag
            .split_once(" alt=\"")
            .and_then(|(_, alt)| alt.split_once('"'));
        text.push_str(alt.expect("every image has one").0);
    }
    rest
}

fn unescaped(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
    ];
    let text = entities
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
}

fn without_breaks(text: &str) -> String {
    text.replace(['\n', '\r'], "")
}

pub(super) fn without_blanks(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}
