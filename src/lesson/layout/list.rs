//! Layout of nested blocks: lists, definitions, quotations and alerts.

use unicode_width::UnicodeWidthStr;

use super::{PageLayout, Spacing, label};
use crate::lesson::doc::{AlertKind, Block, Definition, Item, ListBlock};
use crate::text::{Line, Role};

/// Blocks are not indented if less than this width would be left.
const LEAST_ROOM: usize = 8;

impl PageLayout<'_> {
    pub(super) fn list(&mut self, list: &ListBlock, width: usize) -> Vec<Line> {
        let spacing = if list.tight {
            Spacing::Tight
        } else {
            Spacing::Loose
        };
        let markers = self.markers(list);
        let widest = markers
            .iter()
            .map(|marker| marker.width())
            .max()
            .unwrap_or(0);
        let mut lines = Vec::new();
        for (item, marker) in list.items.iter().zip(markers) {
            if !lines.is_empty() && !list.tight {
                lines.push(Line::new());
            }
            let marker = Line::new().with(Role::Dim, format!("{marker:>widest$}"));
            lines.append(&mut self.item(item, marker, width, spacing));
        }
        lines
    }

    fn markers(&self, list: &ListBlock) -> Vec<String> {
        let bullet = if self.options.accessible {
            "- "
        } else {
            self.glyphs.bullet
        };
        match list.start {
            None => vec![bullet.to_owned(); list.items.len()],
            Some(start) => (start..)
                .take(list.items.len())
                .map(|n| format!("{n}. "))
                .collect(),
        }
    }

    fn item(&mut self, item: &Item, marker: Line, width: usize, spacing: Spacing) -> Vec<Line> {
        let marker = match item.done {
            None => marker,
            Some(true) => marker.with(Role::Good, "[x] "),
            Some(false) => marker.with(Role::Dim, "[ ] "),
        };
        self.hanging(marker, width, |page, width| {
            page.blocks(&item.blocks, width, spacing)
        })
    }

    /// Lays out the lines of `inner` with a hanging indent: `marker` before the first, blanks of the same width
    /// before the others.
    pub(super) fn hanging(
        &mut self,
        marker: Line,
        width: usize,
        inner: impl FnOnce(&mut Self, usize) -> Vec<Line>,
    ) -> Vec<Line> {
        let indent = marker.width();
        if indent + LEAST_ROOM > width {
            let mut lines = vec![trimmed(marker)];
            lines.append(&mut inner(self, width));
            return lines;
        }
        let mut lines = inner(self, width - indent);
        if lines.is_empty() {
            return vec![trimmed(marker)];
        }
        let room = Line::new().with(Role::Dim, " ".repeat(indent));
        for line in lines.iter_mut().skip(1) {
            prefix(line, &room);
        }
        prefix(&mut lines[0], &marker);
        lines
    }

    pub(super) fn definitions(&mut self, list: &[Definition], width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        for Definition { term, meanings } in list {
            let mut term = self.prose(term, width);
            term.iter_mut()
                .flat_map(|line| &mut line.spans)
                .for_each(|span| span.style.bold = true);
            lines.append(&mut term);
            for meaning in meanings {
                let room = Line::new().with(Role::Dim, "  ");
                lines.append(&mut self.hanging(room, width, |page, width| {
                    page.blocks(meaning, width, Spacing::Loose)
                }));
            }
        }
        lines
    }

    pub(super) fn quote(&mut self, blocks: &[Block], width: usize) -> Vec<Line> {
        if self.options.accessible {
            return self.spoken("Quote", Role::Accent, blocks, width);
        }
        self.barred(Role::Dim, width, |page, width| {
            page.blocks(blocks, width, Spacing::Loose)
        })
    }

    pub(super) fn alert(&mut self, kind: AlertKind, blocks: &[Block], width: usize) -> Vec<Line> {
        let role = match kind {
            AlertKind::Note | AlertKind::Important => Role::Accent,
            AlertKind::Tip => Role::Good,
            AlertKind::Warning => Role::Warn,
            AlertKind::Caution => Role::Bad,
        };
        if self.options.accessible {
            return self.spoken(kind.label(), role, blocks, width);
        }
        self.barred(role, width, |page, width| {
            let mut lines = label(role, kind.label(), width);
            lines.append(&mut page.blocks(blocks, width, Spacing::Loose));
            lines
        })
    }

    fn spoken(&mut self, name: &str, role: Role, blocks: &[Block], width: usize) -> Vec<Line> {
        let mut lines = label(role, &format!("{name}:"), width);
        lines.append(&mut self.blocks(blocks, width, Spacing::Loose));
        let end = format!("End of {}", name.to_lowercase());
        lines.append(&mut label(role, &end, width));
        lines
    }

    /// Lays out the lines of `inner` with a bar on the left.
    fn barred(
        &mut self,
        role: Role,
        width: usize,
        inner: impl FnOnce(&mut Self, usize) -> Vec<Line>,
    ) -> Vec<Line> {
        let bar = Line::new().with(role, self.glyphs.bar);
        let indent = bar.width();
        if indent + LEAST_ROOM > width {
            return inner(self, width);
        }
        let mut lines = inner(self, width - indent);
        for line in &mut lines {
            prefix(line, &bar);
        }
        lines
    }
}

/// Prepends `before` to `line`; an empty line gets no trailing blank.
pub(super) fn prefix(line: &mut Line, before: &Line) {
    let was_empty = line.spans.is_empty();
    line.spans.splice(0..0, before.spans.iter().cloned());
    if was_empty {
        line.trim_end();
    }
}

fn trimmed(mut line: Line) -> Line {
    line.trim_end();
    line
}
