//! Replaces literals by similar ones.

use syn::Lit;

use super::finder::Finder;

/// A string that no solution contains.
const OTHER: &str = "xyzzy";

pub(super) fn mutate(finder: &mut Finder<'_>, literal: &Lit) {
    let range = Finder::range(literal);
    match literal {
        Lit::Int(number) => {
            let Ok(value) = number.base10_parse::<u128>() else {
                return;
            };
            let suffix = number.suffix();
            let others = [value.checked_add(1), value.checked_sub(1)];
            for other in others.into_iter().flatten() {
                finder.replace(range.clone(), format!("{other}{suffix}"));
            }
        }
        Lit::Float(_) => {
            let more = format!("({} + 1.0)", finder.code(literal));
            finder.replace(range, more);
        }
        Lit::Bool(truth) => finder.replace(range, (!truth.value).to_string()),
        Lit::Char(letter) => {
            let other = if letter.value() == 'x' { "'y'" } else { "'x'" };
            finder.replace(range, other);
        }
        Lit::Str(text) => {
            for other in shorter(&text.value()) {
                finder.replace(range.clone(), format!("{other:?}"));
            }
        }
        _ => {}
    }
}

/// `text` without its first or last character, and without leading or trailing punctuation.
fn shorter(text: &str) -> Vec<String> {
    let mut first = text.chars();
    if first.next().is_none() {
        return vec![OTHER.to_owned()];
    }
    let mut last = text.chars();
    last.next_back();
    let is_mark = |letter: char| !letter.is_alphanumeric();
    let mut others: Vec<String> = Vec::new();
    for other in [
        first.as_str(),
        last.as_str(),
        text.trim_start_matches(is_mark),
        text.trim_end_matches(is_mark),
    ] {
        let is_new = other != text && others.iter().all(|it| it != other);
        if is_new && (!other.is_empty() || text.chars().count() == 1) {
            others.push(other.to_owned());
        }
    }
    others
}
