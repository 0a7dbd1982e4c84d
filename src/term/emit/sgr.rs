//! Select Graphic Rendition: the sequences that set colours and attributes (ECMA-48, 8.3.117).

use std::fmt::Write as _;

use termimad::CompoundStyle;
use termimad::crossterm::style::{Attribute, Color};

const ATTRIBUTES: [(Attribute, u8); 6] = [
    (Attribute::Bold, 1),
    (Attribute::Dim, 2),
    (Attribute::Italic, 3),
    (Attribute::Underlined, 4),
    (Attribute::Reverse, 7),
    (Attribute::CrossedOut, 9),
];

/// Adds the sequence that switches `look` on to `out`; returns whether there was anything to set.
///
/// Crossterm could write it too, but drops colours when `NO_COLOR` is set, whatever the user asked
/// for on the command line.
pub(super) fn start(look: &CompoundStyle, out: &mut String) -> bool {
    let style = &look.object_style;
    let set = ATTRIBUTES
        .iter()
        .filter(|(attribute, _)| style.attributes.has(*attribute));
    let attributes = set.map(|(_, code)| *code);
    let foreground = style.foreground_color.and_then(foreground);
    let background = style.background_color.and_then(foreground_of_background);
    let mut separator = "\x1b[";
    for code in attributes.chain(foreground).chain(background) {
        write!(out, "{separator}{code}").expect("a string takes everything");
        separator = ";";
    }
    let any = separator == ";";
    if any {
        out.push('m');
    }
    any
}

fn foreground_of_background(color: Color) -> Option<u8> {
    foreground(color).map(|code| code + 10)
}

/// Returns the code of one of the terminal's own 16 colours.
fn foreground(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 30,
        Color::DarkRed => 31,
        Color::DarkGreen => 32,
        Color::DarkYellow => 33,
        Color::DarkBlue => 34,
        Color::DarkMagenta => 35,
        Color::DarkCyan => 36,
        Color::Grey => 37,
        Color::DarkGrey => 90,
        Color::Red => 91,
        Color::Green => 92,
        Color::Yellow => 93,
        Color::Blue => 94,
        Color::Magenta => 95,
        Color::Cyan => 96,
        Color::White => 97,
        Color::Reset | Color::Rgb { .. } | Color::AnsiValue(_) => return None,
    })
}
