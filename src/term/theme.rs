//! How styles look: a termimad skin, and what lessons need beyond it.

use termimad::crossterm::style::{Attribute, Attributes, Color};
use termimad::{CompoundStyle, MadSkin};

use crate::text::{Role, Style, Syntax};

/// The looks of all styles.
///
/// Only the 16 colours that the terminal itself defines are used, and of these none that are hard
/// to read on a light or on a dark background: no black, white, grey or blue, and no bright ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Running text, headings, code in text, emphasis and lines.
    pub skin: MadSkin,
    /// Text with a link.
    pub link: CompoundStyle,
    /// Keys, and the place where the reader is.
    pub accent: CompoundStyle,
    /// Something went right.
    pub good: CompoundStyle,
    /// Something went wrong.
    pub bad: CompoundStyle,
    /// Something to look at.
    pub warn: CompoundStyle,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            skin: skin(),
            link: attribute(Attribute::Underlined),
            accent: bold(Color::DarkMagenta),
            good: color(Color::DarkGreen),
            bad: color(Color::DarkRed),
            warn: color(Color::DarkYellow),
        }
    }
}

impl Theme {
    /// Returns the looks of `style`.
    pub(crate) fn look(&self, style: &Style) -> CompoundStyle {
        let mut look = self.role(style.role);
        let marks = [
            (style.bold, &self.skin.bold),
            (style.italic, &self.skin.italic),
            (style.strike, &self.skin.strikeout),
            (style.link.is_some(), &self.link),
        ];
        for (_, mark) in marks.into_iter().filter(|(set, _)| *set) {
            look.overwrite_with(mark);
        }
        look
    }

    fn role(&self, role: Role) -> CompoundStyle {
        match role {
            Role::Text => self.skin.paragraph.compound_style,
            Role::Dim => self.skin.table.compound_style,
            Role::Heading(level) => self.heading(level),
            Role::Code => self.skin.inline_code,
            Role::Syntax(syntax) => self.syntax(syntax),
            Role::Key | Role::Accent => self.accent,
            Role::Good => self.good,
            Role::Bad => self.bad,
            Role::Warn => self.warn,
        }
    }

    fn heading(&self, level: u8) -> CompoundStyle {
        let headers = &self.skin.headers;
        let index = usize::from(level).clamp(1, headers.len()) - 1;
        headers[index].compound_style
    }

    fn syntax(&self, syntax: Syntax) -> CompoundStyle {
        match syntax {
            Syntax::Keyword => color(Color::DarkMagenta),
            Syntax::Function | Syntax::Variable => color(Color::DarkCyan),
            Syntax::Type | Syntax::Number => color(Color::DarkYellow),
            Syntax::String => color(Color::DarkGreen),
            Syntax::Comment => attribute(Attribute::Dim),
            Syntax::Inserted => self.good,
            Syntax::Deleted => self.bad,
            Syntax::Other => self.skin.code_block.compound_style,
        }
    }
}

fn skin() -> MadSkin {
    let mut skin = MadSkin::no_style();
    skin.bold = attribute(Attribute::Bold);
    skin.italic = attribute(Attribute::Italic);
    skin.strikeout = attribute(Attribute::CrossedOut);
    skin.inline_code = color(Color::DarkCyan);
    skin.table.compound_style = attribute(Attribute::Dim);
    for header in &mut skin.headers {
        header.compound_style = bold(Color::DarkCyan);
    }
    skin
}

fn color(color: Color) -> CompoundStyle {
    CompoundStyle::with_fg(color)
}

fn bold(color: Color) -> CompoundStyle {
    CompoundStyle::new(Some(color), None, Attributes::from(Attribute::Bold))
}

fn attribute(attribute: Attribute) -> CompoundStyle {
    CompoundStyle::with_attr(attribute)
}
