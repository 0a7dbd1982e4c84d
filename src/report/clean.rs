//! Sanitizes text from outside for reports. Records of our journal have no control characters, but a
//! results file may come from anywhere.

use std::fmt::Write as _;

use serde::Serialize;

use crate::text;

/// Returns `text` as one line of visible characters: no control characters or bidirectional overrides.
pub(super) fn one_line(text: &str) -> String {
    text::visible(text)
}

/// Returns `text` as lines of visible characters, truncated with a notice to at most `most` characters.
pub(super) fn lines(text: &str, most: usize) -> String {
    let mut clean = String::new();
    let start = &text[..text.floor_char_boundary(most.saturating_mul(4))];
    for (index, line) in start.split('\n').enumerate() {
        if index > 0 {
            clean.push('\n');
        }
        clean.push_str(&text::visible(line.trim_end_matches('\r')));
    }
    let count = clean.chars().count();
    if count <= most && start.len() == text.len() {
        return clean;
    }
    let notice = "\n(cut: it was longer)";
    let kept = most.saturating_sub(notice.chars().count());
    let end = clean.char_indices().nth(kept);
    clean.truncate(end.map_or(clean.len(), |(end, _)| end));
    clean + notice
}

/// Returns `value` as JSON in which every character that a terminal would interpret is escaped.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string(value)?))
}

/// Like [`json`], indented.
pub(super) fn json_lines(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(value)?))
}

fn escaped(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for char in json.chars() {
        if char != '\n' && text::is_hostile(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(clean, "\\u{unit:04x}").expect("a string takes it");
            }
        } else {
            clean.push(char);
        }
    }
    clean
}

/// Like [`one_line`], truncated with a `…` to at most `most` characters.
pub(super) fn short(text: &str, most: usize) -> String {
    let mut clean = one_line(text);
    if let Some((end, _)) = clean.char_indices().nth(most) {
        clean.truncate(end);
        clean.push('…');
    }
    clean
}

/// Like [`short`], with numeric character references for everything that HTML or Markdown could interpret.
pub(super) fn markup(text: &str, most: usize) -> String {
    let mut clean = String::new();
    for char in short(text, most).chars() {
        if char.is_ascii() && !char.is_ascii_alphanumeric() && !matches!(char, ' ' | '-' | '/') {
            write!(clean, "&#{};", u32::from(char)).expect("a string takes it");
        } else {
            clean.push(char);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so_and_fits() {
        assert_eq!(lines("a\r\nb\u{1b}", 10), "a\nb␛");
        for text in ["é".repeat(700), "\u{1b}".repeat(700), "x\n".repeat(900)] {
            let cut = lines(&text, 500);
            assert_eq!(cut.chars().count(), 500);
            assert!(cut.ends_with("(cut: it was longer)"));
        }
        let whole = "é".repeat(500);
        assert_eq!(lines(&whole, 500), whole);
    }

    #[test]
    fn json_reads_as_it_was_and_acts_on_nothing() {
        let text = "a\u{202e}b\u{2028}c\u{7f}d\n\u{1b}\u{ffff}\u{1fffe}\u{10ffff}";
        let line = json(&text).unwrap();
        assert!(!line.chars().any(text::is_hostile), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn markup_is_no_markup() {
        let clean = markup("<b>&|`*_[x](y)\n@me www.x.y ada/safe-divide", 100);
        assert!(
            !clean.contains(['<', '>', '|', '`', '*', '_', '[', '(', '\n', '@', '.']),
            "{clean}"
        );
        assert!(clean.ends_with("ada/safe-divide"), "{clean}");
        assert_eq!(markup("abcd", 3), "abc…");
    }
}
