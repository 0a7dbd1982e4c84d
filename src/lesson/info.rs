//! The info string of a fenced block.

/// An info string such as `nginx,location,fails` or `console skip="needs systemd"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info<'a> {
    source: &'a str,
}

impl<'a> Info<'a> {
    /// Takes `source`, everything that stands after the fence.
    pub fn new(source: &'a str) -> Self {
        Self {
            source: source.trim(),
        }
    }

    /// Returns the language: everything up to the first comma, blank or brace.
    pub fn language(self) -> &'a str {
        self.words().next().unwrap_or_default()
    }

    /// Returns the comma-separated words, the language first. They end at the first blank.
    pub fn words(self) -> impl Iterator<Item = &'a str> {
        let end = self
            .source
            .find([' ', '\t', '{'])
            .unwrap_or(self.source.len());
        self.source[..end]
            .split(',')
            .filter(|word| !word.is_empty())
    }

    /// Returns the value of `name="value"`, or `None` when the info string does not set it.
    ///
    /// A value ends at the next double quote; there is no way to write one inside it.
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
    fn attributes_are_found_by_whole_name() {
        let info = Info::new("diagram alt=\"a = b, c\" skip=\"why\"");
        assert_eq!(info.attribute("alt"), Some("a = b, c"));
        assert_eq!(info.attribute("skip"), Some("why"));
        assert_eq!(info.attribute("ip"), None);
        assert_eq!(Info::new("diagram alt=\"open").attribute("alt"), None);
    }
}
