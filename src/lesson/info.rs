//! The info string of a fenced code block.

/// A part of an info string after the comma-separated words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InfoPart<'a> {
    /// `name="value"`.
    Attribute(&'a str, &'a str),
    /// Anything else.
    Stray(&'a str),
}

/// An info string such as `nginx,location,fails` or `console skip="needs systemd"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info<'a> {
    source: &'a str,
}

impl<'a> Info<'a> {
    /// Wraps `source`, everything after the fence.
    pub fn new(source: &'a str) -> Self {
        Self {
            source: source.trim(),
        }
    }

    /// Returns the language, which ends at the first comma, blank or brace.
    pub fn language(self) -> &'a str {
        self.words().next().unwrap_or_default()
    }

    /// Returns the comma-separated words, the language first. They end at the first blank.
    pub(crate) fn words(self) -> impl Iterator<Item = &'a str> {
        self.halves().0.split(',').filter(|word| !word.is_empty())
    }

    /// Returns whether `word` is one of the words after the language.
    pub(crate) fn has(self, word: &str) -> bool {
        self.words().skip(1).any(|known| known == word)
    }

    /// Returns the parts after the words.
    pub(crate) fn parts(self) -> Vec<InfoPart<'a>> {
        let mut parts = Vec::new();
        let mut rest = self.halves().1.trim_start();
        while !rest.is_empty() {
            let part;
            (part, rest) = split_part(rest);
            parts.push(part);
            rest = rest.trim_start();
        }
        parts
    }

    fn halves(self) -> (&'a str, &'a str) {
        let end = self.source.find([' ', '\t', '{']);
        self.source.split_at(end.unwrap_or(self.source.len()))
    }

    /// Returns the value of `name="value"`. A value ends at the next double quote, which cannot be escaped.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        let mut rest = self.source;
        loop {
            let (key, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            if key.rsplit([' ', '\t', ',', '{']).next() == Some(name) {
                return Some(value);
            }
            rest = after;
        }
    }
}

/// Splits the first part off `text`, which does not start with a blank.
fn split_part(text: &str) -> (InfoPart<'_>, &str) {
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    if let Some((name, value)) = text.split_once("=\"")
        && name.len() < end
        && let Some((value, rest)) = value.split_once('"')
    {
        return (InfoPart::Attribute(name, value), rest);
    }
    let (stray, rest) = text.split_at(end);
    (InfoPart::Stray(stray), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_ends_at_comma_blank_or_brace() {
        for source in [
            "rust",
            "rust,no_run",
            "rust skip=\"x\"",
            "rust{.a}",
            " rust ",
        ] {
            assert_eq!(Info::new(source).language(), "rust");
        }
        assert_eq!(Info::new("").language(), "");
    }

    #[test]
    fn words_are_separated_by_commas() {
        let info = Info::new("nginx,location,fails skip=\"a,b\"");
        assert_eq!(
            info.words().collect::<Vec<_>>(),
            ["nginx", "location", "fails"]
        );
    }

    #[test]
    fn what_is_no_attribute_is_stray() {
        let info = Info::new("console lab=\"a\" fails state=x skip=\"b c\" open=\"");
        let parts = [
            InfoPart::Attribute("lab", "a"),
            InfoPart::Stray("fails"),
            InfoPart::Stray("state=x"),
            InfoPart::Attribute("skip", "b c"),
            InfoPart::Stray("open=\""),
        ];
        assert_eq!(info.parts(), parts);
        assert!(Info::new("nginx,http,fails x").has("fails") && !info.has("fails"));
    }

    #[test]
    fn attributes_are_found_by_whole_name() {
        let info = Info::new("diagram alt=\"a = b, c\" skip=\"why\"");
        assert_eq!(info.attribute("alt"), Some("a = b, c"));
        assert_eq!(info.attribute("skip"), Some("why"));
        assert_eq!(info.attribute("ip"), None);
        assert_eq!(Info::new("diagram alt=\"open").attribute("alt"), None);
    }
}
