//! Layout of running text: paragraphs and headings.

use std::mem;
use std::sync::Arc;

use super::{PageLayout, repeated};
use crate::lesson::doc::{Inline, text_of};
use crate::lesson::link::is_local;
use crate::lesson::script::{Script, scripted};
use crate::lesson::wrap::wrap;
use crate::text::{Line, Role, Span, Style, visible};

impl PageLayout<'_> {
    pub(super) fn prose(&mut self, text: &[Inline], width: usize) -> Vec<Line> {
        let rows = self.rows(text);
        rows.iter().flat_map(|spans| wrap(spans, width)).collect()
    }

    pub(super) fn heading(&mut self, level: u8, text: &[Inline], width: usize) -> Vec<Line> {
        let mut rows = self.rows(text);
        for span in rows
            .iter_mut()
            .flatten()
            .filter(|span| span.style.role == Role::Text)
        {
            span.style.role = Role::Heading(level);
        }
        if self.options.accessible
            && let Some(first) = rows.first_mut()
        {
            first.insert(0, decoration(Role::Accent, format!("Heading {level}: ")));
        }
        let mut lines: Vec<Line> = rows.iter().flat_map(|spans| wrap(spans, width)).collect();
        lines.extend(self.underline(level, &lines));
        lines
    }

    fn underline(&self, level: u8, heading: &[Line]) -> Option<Line> {
        let glyph = match level {
            1 => self.glyphs.double,
            2 => self.glyphs.borders.horizontal,
            _ => return None,
        };
        let width = heading.iter().map(Line::width).max().unwrap_or(0);
        (width > 0 && !self.options.accessible).then(|| repeated(glyph, width))
    }

    /// Splits `text` at hard line breaks, and adds the marks of footnotes and numbered links.
    pub(super) fn rows(&mut self, text: &[Inline]) -> Vec<Vec<Span>> {
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        for (index, inline) in text.iter().enumerate() {
            match inline {
                Inline::Break => rows.push(mem::take(&mut row)),
                Inline::Note(note) => row.push(self.note_mark(*note)),
                Inline::Text(span) => {
                    self.push_marked(span, &mut row);
                    row.extend(self.link_mark(&text[..=index], text.get(index + 1)));
                }
            }
        }
        rows.push(row);
        rows
    }

    /// Adds `span`, in quotes if no colour sets it apart from running text.
    fn push_marked(&self, span: &Span, row: &mut Vec<Span>) {
        let is_coloured = self.options.highlight && !self.options.accessible;
        let marks = match span.style.role {
            Role::Code if !is_coloured => Some(("`", "`")),
            Role::Key if !is_coloured => Some(("[", "]")),
            _ => None,
        };
        let Some((before, after)) = marks else {
            return row.push(span.clone());
        };
        row.push(decoration(Role::Dim, before.to_owned()));
        row.push(span.clone());
        row.push(decoration(Role::Dim, after.to_owned()));
    }

    fn note_mark(&mut self, note: usize) -> Span {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        decoration(Role::Dim, self.note_name(note))
    }

    /// Returns the reference to a footnote in running text.
    pub(super) fn note_name(&self, note: usize) -> String {
        let number = (note + 1).to_string();
        match (self.options.accessible, self.options.ascii) {
            (true, _) => format!(" (note {number})"),
            (false, true) => format!("[^{number}]"),
            (false, false) => scripted(Script::Super, &number),
        }
    }

    /// Returns the number mark of the link that ends with `before`; `None` if it goes on in `next`, its text is
    /// its address, or it leads to another part of the course: the caller says how to get there.
    fn link_mark(&mut self, before: &[Inline], next: Option<&Inline>) -> Option<Span> {
        let link = link_of(before.last())?;
        if self.options.hyperlinks || is_local(link) || link_of(next) == Some(link) {
            return None;
        }
        let first = before
            .iter()
            .rposition(|inline| link_of(Some(inline)) != Some(link));
        let shown = text_of(&before[first.map_or(0, |at| at + 1)..]);
        if link.strip_prefix("mailto:").unwrap_or(link) == shown {
            return None;
        }
        let number = self.link_number(link);
        Some(decoration(Role::Dim, format!("[{number}]")))
    }

    fn link_number(&mut self, link: &Arc<str>) -> usize {
        let known = self.links.iter().position(|known| known == link);
        known.unwrap_or_else(|| {
            self.links.push(Arc::clone(link));
            self.links.len() - 1
        }) + 1
    }
}

fn link_of(inline: Option<&Inline>) -> Option<&Arc<str>> {
    match inline {
        Some(Inline::Text(span)) => span.style.link.as_ref(),
        Some(Inline::Break | Inline::Note(_)) | None => None,
    }
}

pub(super) fn decoration(role: Role, text: String) -> Span {
    Span {
        text,
        style: Style::from(role),
    }
}

/// Shows raw HTML as source.
pub(super) fn html(html: &str, width: usize) -> Vec<Line> {
    let span = |row: &str| Span {
        text: visible(row),
        style: Style::default(),
    };
    html.lines()
        .flat_map(|row| wrap(&[span(row)], width))
        .collect()
}
