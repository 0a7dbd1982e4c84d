//! Text for terminals that show only ASCII.

use unicode_width::UnicodeWidthChar;

/// What stands for a character: as many cells as it takes itself, so that columns stay in place.
const TABLE: [(&str, &str); 18] = [
    ("✓✔", "+"),
    ("✗✘×", "x"),
    ("•◦▪●○", "*"),
    ("│┃║▐", "|"),
    ("─━—–‐‑‒―−", "-"),
    ("═", "="),
    ("┌┐└┘├┤┬┴┼", "+"),
    ("…", "."),
    ("↪→▶❯›»", ">"),
    ("←◀❮‹«", "<"),
    ("↑▲", "^"),
    ("↓▼", "v"),
    ("‘’", "'"),
    ("“”„", "\""),
    ("\u{a0}\u{2002}\u{2003}\u{2009}\u{202f}", " "),
    ("·", "."),
    ("█▓▒░", "#"),
    ("▏", "_"),
];

/// Digits and signs above and below the line, and what they stand for.
const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ";
const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ";
const PLAIN: &str = "0123456789+-=()n";

/// Adds `text` to `out`; what has no likeness in ASCII becomes a question mark a cell.
pub(super) fn push(text: &str, out: &mut String) {
    for char in text.chars() {
        match likeness(char) {
            Some(plain) => out.push_str(plain),
            None if char.is_ascii() => out.push(char),
            None => (0..char.width().unwrap_or(0)).for_each(|_| out.push('?')),
        }
    }
}

fn likeness(char: char) -> Option<&'static str> {
    let found = TABLE.iter().find(|(chars, _)| chars.contains(char));
    found.map(|(_, plain)| *plain).or_else(|| digit(char))
}

fn digit(char: char) -> Option<&'static str> {
    let place = |forms: &str| forms.chars().position(|form| form == char);
    let place = place(RAISED).or_else(|| place(LOWERED))?;
    PLAIN.get(place..=place)
}
