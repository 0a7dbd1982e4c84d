//! Code blocks and diagrams.

use super::list::prefix;
use super::{PageLayout, label, label_span};
use crate::lesson::highlight;
use crate::lesson::info::Info;
use crate::lesson::wrap::{wrap, wrap_code};
use crate::text::{Line, Role, Span, Style, Syntax, visible};

const INDENT: usize = 2;

impl PageLayout<'_> {
    pub(super) fn code(&self, info: &str, text: &str, width: usize) -> Vec<Line> {
        let info = Info::new(info);
        if info.language() == "diagram" {
            return self.diagram(info, text, width);
        }
        let rows = self.coloured(info.language(), text);
        if self.options.accessible {
            return self.spoken_code(info.language(), &rows, width);
        }
        let mut lines = self.wrapped(&rows, width - INDENT);
        let indent = Line::new().with(Role::Dim, " ".repeat(INDENT));
        for line in &mut lines {
            prefix(line, &indent);
        }
        lines
    }

    fn coloured(&self, language: &str, text: &str) -> Vec<Line> {
        let coloured = self
            .options
            .highlight
            .then(|| highlight::rows(language, text))
            .flatten();
        coloured.unwrap_or_else(|| text.lines().map(plain_row).collect())
    }

    fn spoken_code(&self, language: &str, rows: &[Line], width: usize) -> Vec<Line> {
        let name = match language {
            "" => "Code:".to_owned(),
            language => format!("Code, {language}:"),
        };
        let mut lines = label(Role::Accent, &name, width);
        lines.append(&mut self.wrapped(rows, width));
        lines.append(&mut label(Role::Accent, "End of code", width));
        lines
    }

    /// Wraps `rows`; continuation lines are marked.
    fn wrapped(&self, rows: &[Line], width: usize) -> Vec<Line> {
        let mark = Line::new().with(Role::Dim, self.glyphs.continued);
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let mut parts = wrap_code(&row.spans, width, mark.width());
            parts.iter_mut().for_each(Line::trim_end);
            for part in parts.iter_mut().skip(1) {
                prefix(part, &mark);
            }
            lines.append(&mut parts);
        }
        lines
    }

    /// Returns the drawing, or its `alt` text for a screen reader or a narrow terminal.
    fn diagram(&self, info: Info<'_>, text: &str, width: usize) -> Vec<Line> {
        let rows: Vec<Line> = text.lines().map(plain_row).collect();
        let fits = rows.iter().all(|row| row.width() <= width);
        match info.attribute("alt") {
            Some(alt) if self.options.accessible || !fits => {
                let name = label_span(Role::Accent, "Diagram: ");
                let alt = Span {
                    text: visible(alt),
                    style: Style::default(),
                };
                wrap(&[name, alt], width)
            }
            _ if fits => rows,
            _ => self.wrapped(&rows, width),
        }
    }
}

fn plain_row(row: &str) -> Line {
    Line::new().with(Role::Syntax(Syntax::Other), row.trim_end())
}
