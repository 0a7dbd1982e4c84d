//! The words of a query as people type them: without fillers, with their stems and synonyms.

use memchr::memmem;

/// Words that say nothing of what is looked for.
const FILLERS: [&str; 47] = [
    "a", "after", "am", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does",
    "for", "from", "get", "gets", "getting", "how", "i", "if", "in", "is", "it", "my", "of", "on",
    "only", "or", "our", "so", "that", "the", "then", "this", "to", "too", "vs", "we", "what",
    "when", "where", "which", "why", "with", "you",
];
/// A stem of fewer characters is none.
const SHORTEST_STEM: usize = 4;
/// The endings of a word's forms; the first that fits is taken away.
const ENDINGS: [&str; 8] = ["ies", "ied", "ing", "ed", "es", "s", "y", "e"];
/// Forms of at most so many characters stand at the beginning of a word: `log` is not in `catalog`.
const SHORT: usize = 3;

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// The word in lower case.
    pub(super) typed: String,
    /// What a text that has the word contains, in lower case: its stem, and those of its synonyms.
    forms: Vec<String>,
}

/// Returns the terms of `text`, each once; `synonyms` are groups of words for one thing.
pub(super) fn terms(text: &str, synonyms: &[Vec<String>]) -> Vec<Term> {
    let all: Vec<String> = words(text).collect();
    let is_filler = |word: &String| FILLERS.contains(&word.as_str());
    let only_fillers = all.iter().all(is_filler);
    let kept = all
        .into_iter()
        .filter(|word| only_fillers || !is_filler(word));
    let mut terms = Vec::new();
    for word in kept {
        let term = Term::new(&word, synonyms);
        let is_new = |other: &Term| other.forms != term.forms;
        if terms.iter().all(is_new) {
            terms.push(term);
        }
    }
    terms
}

/// Returns the words of `text` in lower case; `php-fpm`, `error.log` and `127.0.0.1` are one each.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|char: char| !char.is_alphanumeric() && !"_-.".contains(char));
    let words = words.map(|word| word.trim_matches(['-', '.']));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

impl Term {
    fn new(word: &str, synonyms: &[Vec<String>]) -> Self {
        let stem_of_word = stem(word);
        let mut forms = vec![stem_of_word.to_owned()];
        let is_meant = |other: &String| stem(other) == stem_of_word;
        let groups = synonyms.iter().filter(|group| group.iter().any(is_meant));
        forms.extend(groups.flatten().map(|other| stem(other).to_owned()));
        if word.contains('-') {
            forms.extend([word.replace('-', " "), word.replace('-', "")]);
        }
        forms.sort();
        forms.dedup();
        Self {
            typed: word.to_owned(),
            forms,
        }
    }

    /// Returns how often `text`, in lower case, has the word.
    pub(super) fn count(&self, text: &str) -> usize {
        self.places(text).count()
    }

    /// Returns the places in `text`, in lower case, where the word begins, form by form.
    pub(super) fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.forms.iter().flat_map(move |form| {
            let places = memmem::find_iter(text.as_bytes(), form.as_str());
            places.filter(move |place| {
                let before = text[..*place].chars().next_back();
                let begins = form.len() > SHORT || !before.is_some_and(char::is_alphanumeric);
                begins && has_ending(&text[place + form.len()..])
            })
        })
    }
}

/// Returns whether `rest`, the text behind a stem, begins with an ending or ends the word.
fn has_ending(rest: &str) -> bool {
    let end = rest.find(|char: char| !char.is_alphabetic());
    let ending = &rest[..end.unwrap_or(rest.len())];
    ending.is_empty() || ENDINGS.contains(&ending)
}

/// Returns the part of `word` that its forms in a text begin with.
fn stem(word: &str) -> &str {
    let without = |ending: &str| {
        let stem = word.strip_suffix(ending)?;
        (stem.chars().count() >= SHORTEST_STEM).then_some(stem)
    };
    if !word.bytes().all(|byte| byte.is_ascii_alphabetic()) || word.ends_with("ss") {
        return word;
    }
    ENDINGS.into_iter().find_map(without).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(query: &str, text: &str) -> Vec<usize> {
        let synonyms = [["docker", "containers"].map(str::to_owned).to_vec()];
        let terms = terms(query, &synonyms);
        terms.iter().map(|term| term.count(text)).collect()
    }

    #[test]
    fn fillers_count_only_where_there_is_nothing_else() {
        assert_eq!(count("how to read the log", "to read a log"), [1, 1]);
        assert_eq!(count("what is this", "this is what it is"), [1, 2, 1]);
        assert_eq!(count(" ?! ", "a"), [0; 0]);
        assert_eq!(count("Port port ports", "a port"), [1]);
    }

    #[test]
    fn forms_of_a_word_are_the_same_word() {
        assert_eq!(count("errors", "an error"), [1]);
        assert_eq!(count("retries", "a retry, retried"), [2]);
        assert_eq!(count("caching", "the cache"), [1]);
        assert_eq!(count("restarted", "restart it"), [1]);
        assert_eq!(count("addresses", "the address"), [1]);
        assert_eq!(count("address", "addresses"), [1]);
        assert_eq!(count("timeout", "keepalive_timeout"), [1]);
        assert_eq!(count("red", "r"), [0]);
        assert_eq!(count("express", "expression"), [0]);
    }

    #[test]
    fn a_short_word_begins_a_word() {
        assert_eq!(count("log", "catalog logs"), [1]);
        assert_eq!(count("502", "1502, 502"), [1]);
    }

    #[test]
    fn a_synonym_is_found_for_a_word() {
        assert_eq!(count("docker", "a container"), [1]);
        assert_eq!(count("container", "docker"), [1]);
        assert_eq!(count("container", "a container"), [1]);
        assert_eq!(count("docker container", "docker, a container"), [2]);
        assert_eq!(count("nginx", "docker"), [0]);
    }

    #[test]
    fn marks_within_a_word_belong_to_it() {
        let all: Vec<_> = words("[error] PHP-FPM: error.log 127.0.0.1. a_b - x").collect();
        let expected = ["error", "php-fpm", "error.log", "127.0.0.1", "a_b", "x"];
        assert_eq!(all, expected);
        assert_eq!(
            count("keep-alive", "keepalive, keep alive, keep-alive"),
            [3]
        );
    }
}
