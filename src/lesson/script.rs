//! Superscript and subscript in characters of their own, for terminals that have neither.

/// A line of text raised or lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Raised.
    Super,
    /// Lowered.
    Sub,
}

const PLAIN: &str = "0123456789+-=()n";
const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ";
const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ";

/// Returns `text` in the characters of `script`, or `^(text)` and `_(text)` when some character
/// has no such form.
pub(super) fn scripted(script: Script, text: &str) -> String {
    let (forms, mark) = match script {
        Script::Super => (RAISED, '^'),
        Script::Sub => (LOWERED, '_'),
    };
    let form = |char| {
        PLAIN
            .chars()
            .zip(forms.chars())
            .find(|(plain, _)| *plain == char)
    };
    let scripted: Option<String> = text
        .chars()
        .map(|char| form(char).map(|(_, form)| form))
        .collect();
    scripted.unwrap_or_else(|| format!("{mark}({text})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_characters_of_their_own() {
        assert_eq!(scripted(Script::Super, "-12"), "⁻¹²");
        assert_eq!(scripted(Script::Sub, "2"), "₂");
    }

    #[test]
    fn words_are_marked() {
        assert_eq!(scripted(Script::Super, "th"), "^(th)");
        assert_eq!(scripted(Script::Sub, "max"), "_(max)");
    }
}
