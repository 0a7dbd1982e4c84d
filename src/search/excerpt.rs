//! The part of a text around a word of a query.

use super::query::Term;

/// The number of characters in an excerpt on each side of the word.
const AROUND: usize = 60;

/// Returns `text` with one blank between its words.
pub(super) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the part of `text` around the first of `terms` that it has.
pub(super) fn excerpt(text: &str, terms: &[&Term]) -> String {
    let lower = text.to_lowercase();
    let place = terms.iter().find_map(|term| term.places(&lower).min());
    let at = place.map_or(0, |place| lower[..place].chars().count());
    let chars: Vec<char> = text.chars().collect();
    let start = word_start(&chars, at.saturating_sub(AROUND));
    let end = word_end(&chars, (at + AROUND).min(chars.len()));
    let piece: String = chars[start..end].iter().collect();
    let before = if start > 0 { "… " } else { "" };
    let after = if end < chars.len() { " …" } else { "" };
    format!("{before}{}{after}", piece.trim())
}

fn word_start(chars: &[char], from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let blank = chars[from..].iter().position(|char| *char == ' ');
    blank.map_or(from, |skip| from + skip)
}

fn word_end(chars: &[char], from: usize) -> usize {
    let blank = chars[from..].iter().position(|char| *char == ' ');
    blank.map_or(chars.len(), |more| from + more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::terms;

    fn of(text: &str) -> String {
        excerpt(text, &terms("needle", &[]).iter().collect::<Vec<_>>())
    }

    #[test]
    fn an_excerpt_is_cut_at_words() {
        let text = format!("{} needle {}", "before ".repeat(30), "after ".repeat(30));
        let excerpt = of(&text);
        assert!(
            excerpt.starts_with("… before") && excerpt.ends_with("after …"),
            "{excerpt}"
        );
        assert!(excerpt.contains(" needle ") && excerpt.chars().count() < 160);
    }

    #[test]
    fn an_excerpt_of_a_short_text_is_all_of_it() {
        assert_eq!(of("a needle in hay"), "a needle in hay");
        assert_eq!(of("hay"), "hay");
        let long = format!("needle {}end", "x".repeat(60));
        assert_eq!(of(&long), long, "a word is never cut");
        let two = format!("needle {} end", "x".repeat(60));
        assert_eq!(of(&two), format!("needle {} …", "x".repeat(60)));
    }
}
