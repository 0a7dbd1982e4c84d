//! Superscript and subscript in Unicode characters.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Super,
    Sub,
}

const PLAIN: &str = "0123456789+-=()n";
const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ";
const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ";

/// Returns `text` as superscript or subscript, or as `^(text)` or `_(text)` if a character has no such form.
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
