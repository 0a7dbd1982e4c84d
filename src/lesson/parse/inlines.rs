//! The builder of running text: open styles, and the few HTML tags that are interpreted.

use std::borrow::Cow;
use std::sync::Arc;

use pulldown_cmark::{LinkType, Tag, TagEnd};

use crate::lesson::doc::Inline;
use crate::lesson::link;
use crate::lesson::script::{Script, scripted};
use crate::text::{Role, Span, Style, is_printable_ascii, visible};

#[derive(Default)]
pub(super) struct Inlines {
    done: Vec<Inline>,
    bold: usize,
    italic: usize,
    strike: usize,
    key: bool,
    script: Option<Script>,
    links: Vec<Option<Arc<str>>>,
}

impl Inlines {
    pub(super) fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    pub(super) fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Strikethrough => self.strike += 1,
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => {
                self.links
                    .push(link::address(&format!("mailto:{dest_url}")));
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push(link::address(&dest_url));
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.italic -= 1,
            TagEnd::Strong => self.bold -= 1,
            TagEnd::Strikethrough => self.strike -= 1,
            TagEnd::Link | TagEnd::Image => drop(self.links.pop()),
            _ => {}
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        let role = if self.key { Role::Key } else { Role::Text };
        match self.script {
            Some(script) => self.push(&scripted(script, text), role),
            None => self.push(text, role),
        }
    }

    pub(super) fn code(&mut self, code: &str) {
        self.push(code, Role::Code);
    }

    pub(super) fn line_break(&mut self) {
        self.done.push(Inline::Break);
    }

    pub(super) fn note(&mut self, number: usize) {
        self.done.push(Inline::Note(number));
    }

    /// Adds raw HTML: a known tag changes the style, a comment is dropped, anything else is text.
    pub(super) fn html(&mut self, html: &str) {
        match html {
            "<kbd>" => self.key = true,
            "</kbd>" => self.key = false,
            "<sup>" => self.script = Some(Script::Super),
            "<sub>" => self.script = Some(Script::Sub),
            "</sup>" | "</sub>" => self.script = None,
            "<br>" | "<br/>" | "<br />" => self.line_break(),
            _ if html.starts_with("<!--") => {}
            _ => self.push(&html.replace('\n', " "), Role::Text),
        }
    }

    fn push(&mut self, text: &str, role: Role) {
        let style = Style {
            role,
            bold: self.bold > 0,
            italic: self.italic > 0,
            strike: self.strike > 0,
            link: self.links.iter().rev().find_map(Clone::clone),
        };
        let text = if is_printable_ascii(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(visible(&text.replace(['\n', '\r', '\t'], " ")))
        };
        match self.done.last_mut() {
            Some(Inline::Text(last)) if last.style == style => last.text.push_str(&text),
            _ => self.done.push(Inline::Text(Span {
                text: text.into_owned(),
                style,
            })),
        }
    }

    /// Returns the collected text, with links for bare addresses, and resets the builder.
    pub(super) fn finish(&mut self) -> Vec<Inline> {
        let done = std::mem::take(self).done;
        let may_hold_some =
            |inline: &Inline| matches!(inline, Inline::Text(span) if may_hold_address(span));
        if !done.iter().any(may_hold_some) {
            return done;
        }
        let mut linked = Vec::with_capacity(done.len());
        for inline in done {
            match inline {
                Inline::Text(span) if may_hold_address(&span) => link_addresses(span, &mut linked),
                inline => linked.push(inline),
            }
        }
        linked
    }
}

fn may_hold_address(span: &Span) -> bool {
    span.style.role == Role::Text && span.style.link.is_none() && span.text.contains("://")
}

fn link_addresses(mut span: Span, linked: &mut Vec<Inline>) {
    while let Some(found) = link::bare(&span.text) {
        let rest = span.text.split_off(found.end);
        let address = span.text.split_off(found.start);
        let style = Style {
            link: link::address(&address),
            ..span.style.clone()
        };
        let next = Span {
            text: rest,
            style: span.style.clone(),
        };
        push_text(span, linked);
        linked.push(Inline::Text(Span {
            text: address,
            style,
        }));
        span = next;
    }
    push_text(span, linked);
}

fn push_text(span: Span, linked: &mut Vec<Inline>) {
    if !span.text.is_empty() {
        linked.push(Inline::Text(span));
    }
}
