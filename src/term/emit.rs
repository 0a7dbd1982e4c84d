//! Lines to bytes: the only place that writes escape sequences into text.

mod ascii;
mod sgr;

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Caps, Theme};
use crate::text::{Line, Role, Span, is_hostile, visible};

/// Returns `lines` as a terminal with the abilities `caps` is to receive them, each ended by a
/// line feed. Without colour and links the text holds no escape sequence, whatever the lines say.
pub fn emit(lines: &[Line], caps: &Caps, theme: &Theme) -> String {
    let mut emitter = Emitter::new(caps, theme);
    for line in lines {
        emitter.line(line);
        emitter.out.push('\n');
    }
    emitter.out
}

/// Returns `line` like [`emit`], without a line feed.
pub fn emit_line(line: &Line, caps: &Caps, theme: &Theme) -> String {
    let mut emitter = Emitter::new(caps, theme);
    emitter.line(line);
    emitter.out
}

struct Emitter<'a> {
    caps: &'a Caps,
    theme: &'a Theme,
    /// The addresses seen so far; the place of one is its id.
    links: Vec<&'a Arc<str>>,
    out: String,
}

impl<'a> Emitter<'a> {
    fn new(caps: &'a Caps, theme: &'a Theme) -> Self {
        Self {
            caps,
            theme,
            links: Vec::new(),
            out: String::new(),
        }
    }

    /// Adds `line`; links are closed at its end, so that they never reach over what a pager or
    /// a multiplexer puts between two lines.
    fn line(&mut self, line: &'a Line) {
        let mut open = None;
        for span in &line.spans {
            let target = self.link(span);
            if target != open {
                self.switch_link(open.is_some(), target);
                open = target;
            }
            self.span(span);
        }
        if open.is_some() {
            self.switch_link(true, None);
        }
    }

    /// Returns the address that `span` links to, if a terminal can follow it.
    fn link(&self, span: &'a Span) -> Option<&'a Arc<str>> {
        let link = span.style.link.as_ref().filter(|_| self.caps.hyperlinks)?;
        let schemes = ["http://", "https://", "mailto:", "file:"];
        let absolute = schemes.iter().any(|scheme| starts_with(link, scheme));
        (absolute && !link.chars().any(is_hostile)).then_some(link)
    }

    /// Ends the open link, if there is one, and starts `link`. Its id makes the pieces of a link
    /// that was wrapped act as one.
    fn switch_link(&mut self, is_open: bool, link: Option<&'a Arc<str>>) {
        if is_open {
            self.out.push_str("\x1b]8;;\x1b\\");
        }
        let Some(link) = link else { return };
        let known = self.links.iter().position(|known| *known == link);
        let id = known.unwrap_or_else(|| {
            self.links.push(link);
            self.links.len() - 1
        });
        write!(self.out, "\x1b]8;id={id};{link}\x1b\\").expect("a string takes everything");
    }

    fn span(&mut self, span: &Span) {
        let styled = self.caps.color && !is_room(span) && {
            let look = self.theme.look(&span.style);
            sgr::start(&look, &mut self.out)
        };
        self.text(&span.text);
        if styled {
            self.out.push_str("\x1b[0m");
        }
    }

    fn text(&mut self, text: &str) {
        let text = visible(text);
        if self.caps.unicode || text.is_ascii() {
            self.out.push_str(&text);
        } else {
            ascii::push(&text, &mut self.out);
        }
    }
}

/// Returns whether `span` only keeps other text in its place.
fn is_room(span: &Span) -> bool {
    span.style.role == Role::Dim && span.text.bytes().all(|byte| byte == b' ')
}

fn starts_with(link: &str, scheme: &str) -> bool {
    link.get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests;
