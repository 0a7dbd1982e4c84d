//! Confusable characters, such as no-break spaces and typographic quotes: they come with text pasted from a
//! page, or from another system's editor.

/// The byte-order mark.
const MARK: char = '\u{feff}';

/// Describes the first confusable character in the lines `first` to `last` of `text`, from 1, and how to fix
/// it. Comments, which begin with `#`, may contain anything.
pub(crate) fn help(text: &str, first: usize, last: usize) -> Option<String> {
    let lines = text.lines().enumerate();
    let mut lines = lines.skip(first.saturating_sub(1));
    let count = (last + 1).saturating_sub(first);
    lines.by_ref().take(count).find_map(|(place, line)| {
        if place == 0 && line.starts_with(MARK) {
            let help = "the file begins with a byte-order mark (U+FEFF), which is not part of it: \
                        save it as UTF-8 without that mark";
            return Some(help.to_owned());
        }
        let (char, what, instead) = first_confusable(line)?;
        let code = u32::from(char);
        let line = place + 1;
        Some(format!("line {line} has {what} (U+{code:04X}): {instead}"))
    })
}

/// The first confusable character of `line`, its description, and the fix.
fn first_confusable(line: &str) -> Option<(char, &'static str, &'static str)> {
    let mut quote = None;
    let mut before = ' ';
    for char in line.chars() {
        match (quote, char) {
            (None, '#') if before.is_ascii_whitespace() => return None,
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
        if let Some((what, instead)) = confusable(char, quote.is_some()) {
            return Some((char, what, instead));
        }
        before = char;
    }
    None
}

/// Typographic quotes are fine inside of quotes.
fn confusable(char: char, is_quoted: bool) -> Option<(&'static str, &'static str)> {
    match char {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some((
            "a no-break space",
            "it looks like a space and is none; write an ordinary one",
        )),
        '\u{200b}'..='\u{200d}' | '\u{2060}' | MARK => Some((
            "a character that cannot be seen",
            "delete it, with what is around it if need be, and write that again",
        )),
        '“' | '”' | '„' | '«' | '»' if !is_quoted => {
            Some(("a typographic quote", "write the straight one, `\"`"))
        }
        '‘' | '’' | '‚' if !is_quoted => {
            Some(("a typographic quote", "write the straight one, `'`"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named_with_its_line() {
        let told = |text: &str| help(text, 1, 9).unwrap_or_default();
        assert!(
            told("\u{feff}# a\n").starts_with("the file begins with a byte-order mark (U+FEFF)")
        );
        assert!(
            told("a;\nb\u{a0}c;").starts_with("line 2 has a no-break space (U+00A0): it looks")
        );
        assert!(told("a \"b\u{a0}\";").starts_with("line 1 has a no-break space"));
        assert!(
            told("a\u{200b};").starts_with("line 1 has a character that cannot be seen (U+200B)")
        );
        assert!(told("a “b”;").ends_with("(U+201C): write the straight one, `\"`"));
        assert!(told("a ‘b’;").ends_with("(U+2018): write the straight one, `'`"));
    }

    #[test]
    fn what_is_meant_is_not_confusable() {
        for text in ["", "a; # don’t\u{a0}", "a \"it’s “so”\";", "# “a”\nb é;"] {
            assert_eq!(help(text, 1, 9), None, "{text}");
        }
        assert_eq!(help("a\u{a0};\nb;", 2, 2), None);
    }
}
