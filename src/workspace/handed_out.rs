//! What became of an exercise's files when they were handed out.

use std::path::PathBuf;

/// The files of an exercise, handed out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct HandedOut {
    /// The learner's folder.
    pub(crate) folder: PathBuf,
    /// Whether the folder was made just now.
    pub(crate) is_new: bool,
    /// Files that are not the learner's to change and were renewed, since they were changed.
    pub(crate) renewed: Vec<String>,
    /// Where copies of those are.
    pub(crate) copy: Option<PathBuf>,
    /// Files that were missing and were put back.
    pub(crate) put_back: Vec<String>,
}

impl HandedOut {
    /// Returns a sentence for each thing that a learner should know; `shown` words a path.
    pub(crate) fn sentences(&self, shown: impl Fn(&std::path::Path) -> String) -> Vec<String> {
        let mut sentences = Vec::new();
        if let Some(copy) = &self.copy {
            let (verb, yours) = forms(self.renewed.len());
            sentences.push(format!(
                "{} {verb} not as handed out, and a check does not read what you change there: {yours} kept in {}.",
                self.renewed.join(", "),
                shown(copy)
            ));
        }
        if !self.put_back.is_empty() {
            let (verb, _) = forms(self.put_back.len());
            let files = self.put_back.join(", ");
            sentences.push(format!(
                "{files} {verb} missing, and put back as handed out."
            ));
        }
        sentences
    }

    /// Returns a sentence about the files of a program that were renewed; `shown` words a path.
    pub(crate) fn renewal(&self, shown: impl Fn(&std::path::Path) -> String) -> Option<String> {
        let copy = self.copy.as_ref()?;
        let files = self.renewed.join(", ");
        let was = if self.renewed.len() == 1 {
            "was"
        } else {
            "were"
        };
        let copy = shown(copy);
        Some(format!(
            "{files} {was} renewed; what was there before is kept in {copy}."
        ))
    }
}

fn forms(count: usize) -> (&'static str, &'static str) {
    match count {
        1 => ("was", "it was renewed, and yours is"),
        _ => ("were", "they were renewed, and yours are"),
    }
}

/// Returns `markdown` with nothing but the language after the fence of a block: what else a course writes there
/// is for its own checks.
pub(super) fn without_attributes(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut open = None;
    for line in markdown.split_inclusive('\n') {
        let inner = line.trim_start();
        let length = inner.len() - inner.trim_start_matches('`').len();
        match open {
            None if length >= 3 => {
                open = Some(length);
                let end = line.len() - inner.len() + length;
                let language = inner[length..]
                    .split_whitespace()
                    .next()
                    .unwrap_or_default();
                text.push_str(&line[..end]);
                text.push_str(language);
                text.push('\n');
                continue;
            }
            Some(fence) if length >= fence && inner[length..].trim().is_empty() => open = None,
            _ => {}
        }
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_keeps_its_language_and_nothing_else() {
        let markdown = "a\n\n```rust skip=\"signatures\"\nfn f();\n```\n\n  ````text lab=x\n``` in it\n  ````\n```\nplain\n```\n";
        let expected =
            "a\n\n```rust\nfn f();\n```\n\n  ````text\n``` in it\n  ````\n```\nplain\n```\n";
        assert_eq!(without_attributes(markdown), expected);
    }

    #[test]
    fn a_learner_is_told_what_was_renewed_and_what_was_put_back() {
        let mut handed_out = HandedOut::default();
        let told = |handed_out: &HandedOut| handed_out.sentences(|path| path.display().to_string());
        assert!(told(&handed_out).is_empty());
        handed_out.renewed = vec!["Cargo.toml".into()];
        handed_out.copy = Some("b/x-1".into());
        let renewal = handed_out.renewal(|path| path.display().to_string());
        let expected = "Cargo.toml was renewed; what was there before is kept in b/x-1.";
        assert_eq!(renewal.as_deref(), Some(expected));
        handed_out.put_back = vec!["src/lib.rs".into(), "README.md".into()];
        let told = told(&handed_out);
        assert_eq!(
            told,
            [
                "Cargo.toml was not as handed out, and a check does not read what you change there: it was renewed, and yours is kept in b/x-1.",
                "src/lib.rs, README.md were missing, and put back as handed out."
            ]
        );
    }
}
