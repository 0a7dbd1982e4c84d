//! Code blocks and diagrams.

use super::list::prefix;
use super::{PageLayout, label, label_span};
use crate::lesson::highlight;
use crate::lesson::info::Info;
use crate::lesson::wrap::{wrap, wrap_code, wrap_command};
use crate::text::{Line, Role, Span, Style, Syntax, visible};

const INDENT: usize = 2;

impl PageLayout<'_> {
    pub(super) fn code(&self, info: &str, text: &str, width: usize) -> Vec<Line> {
        let info = Info::new(info);
        if info.language() == "diagram" {
            return self.diagram(info, text, width);
        }
        let rows = self.coloured(info.language(), text);
        let commands = Commands::of(info.language());
        if self.options.accessible {
            return self.spoken_code(info.language(), &rows, commands, width);
        }
        let mut lines = self.wrapped(&rows, commands, width - INDENT);
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

    fn spoken_code(
        &self,
        language: &str,
        rows: &[Line],
        commands: Commands,
        width: usize,
    ) -> Vec<Line> {
        let name = match language {
            "" => "Code:".to_owned(),
            language => format!("Code, {language}:"),
        };
        let mut lines = label(Role::Accent, &name, width);
        lines.append(&mut self.wrapped(rows, commands, width));
        lines.append(&mut label(Role::Accent, "End of code", width));
        lines
    }

    /// Wraps `rows`; continuation lines are marked, and those of a command so that a shell takes them.
    fn wrapped(&self, rows: &[Line], commands: Commands, width: usize) -> Vec<Line> {
        let mark = Line::new().with(Role::Dim, self.glyphs.continued);
        let mut lines = Vec::with_capacity(rows.len());
        let mut commands = commands.rows();
        for row in rows {
            let is_command = commands.is_command(&row.text());
            if is_command && let Some(mut parts) = wrap_command(&row.spans, width) {
                lines.append(&mut parts);
                continue;
            }
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
            _ => self.wrapped(&rows, Commands::None, width),
        }
    }
}

/// Which rows of a block are commands of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commands {
    None,
    /// Those after a prompt.
    Prompted,
    All,
}

impl Commands {
    fn of(language: &str) -> Self {
        match language {
            "console" => Self::Prompted,
            "sh" | "bash" | "shell" => Self::All,
            _ => Self::None,
        }
    }

    fn rows(self) -> CommandRows {
        CommandRows {
            commands: self,
            continues: false,
            is_quoted: false,
        }
    }
}

/// Decides, row by row, what is part of a command.
struct CommandRows {
    commands: Commands,
    /// Whether the last row ended with a backslash.
    continues: bool,
    /// Whether a quote or a here-document is open: a blank may be part of it.
    is_quoted: bool,
}

impl CommandRows {
    fn is_command(&mut self, row: &str) -> bool {
        let starts = match self.commands {
            Commands::None => false,
            Commands::Prompted => row.starts_with("$ "),
            Commands::All => true,
        };
        let is_command = starts || self.continues;
        if is_command {
            let quotes = row.matches(['\'', '"']).count();
            self.is_quoted ^= quotes % 2 == 1;
            self.is_quoted |= row.contains("<<");
        }
        self.continues = is_command && row.ends_with('\\');
        is_command && !self.is_quoted
    }
}

fn plain_row(row: &str) -> Line {
    Line::new().with(Role::Syntax(Syntax::Other), row.trim_end())
}
