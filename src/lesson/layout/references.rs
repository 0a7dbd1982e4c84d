//! Layout of footnotes and link addresses, at the end.

use super::prose::decoration;
use super::{PageLayout, Spacing};
use crate::lesson::wrap::wrap;
use crate::text::{Line, Role, Span, Style};

impl PageLayout<'_> {
    pub(super) fn add_references(&mut self, lines: &mut Vec<Line>) {
        let width = self.options.width.max(super::NARROWEST);
        let mut next = 0;
        while let Some(note) = self.notes.get(next).copied() {
            lines.push(Line::new());
            lines.append(&mut self.note(note, width));
            next += 1;
        }
        if !self.links.is_empty() {
            lines.push(Line::new());
        }
        for number in 1..=self.links.len() {
            lines.append(&mut self.link(number, width));
        }
    }

    fn note(&mut self, note: usize, width: usize) -> Vec<Line> {
        let doc = self.doc;
        let name = if self.options.accessible {
            format!("Note {}: ", note + 1)
        } else {
            format!("{} ", self.note_name(note))
        };
        let blocks = doc.notes.get(note).map_or(&[][..], |note| &note.blocks);
        self.hanging(Line::new().with(Role::Dim, name), width, |page, width| {
            page.blocks(blocks, width, Spacing::Loose)
        })
    }

    fn link(&mut self, number: usize, width: usize) -> Vec<Line> {
        let link = &self.links[number - 1];
        let style = Style {
            link: Some(link.clone()),
            ..Style::from(Role::Dim)
        };
        let address = Span {
            text: link.to_string(),
            style,
        };
        let name = if self.options.accessible {
            format!("Link {number}: ")
        } else {
            format!("[{number}] ")
        };
        wrap(&[decoration(Role::Dim, name), address], width)
    }
}
