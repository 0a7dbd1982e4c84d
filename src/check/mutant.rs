//! Mutants: reference solutions with one small change, and whether the hidden tests catch them.

use super::{Collected, Verdict};

/// A mutant of a reference solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The changed file, in the exercise's folder, such as `solution/src/lib.rs`.
    pub file: String,
    /// The first changed line, from 1.
    pub line: usize,
    /// The changed lines as the solution has them, without the last line break.
    pub before: String,
    /// Their replacement; empty if they are deleted.
    pub after: String,
    /// The change in a few words, such as "`<=` becomes `<`".
    pub change: String,
    /// All files of the changed solution, as a learner would submit them.
    pub files: Vec<Collected>,
}

/// The result of testing a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It does not compile or is refused, so it says nothing about the tests.
    NotCompiling,
    /// A hidden test or probe failed.
    Killed,
    /// Every hidden test and probe passed.
    Survived,
}

impl Fate {
    pub(crate) fn from_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Survived,
            Verdict::CompileError | Verdict::Forbidden => Self::NotCompiling,
            Verdict::Failed
            | Verdict::Crashed
            | Verdict::OutputLimit
            | Verdict::MemoryLimit
            | Verdict::TimeLimit
            | Verdict::InternalError => Self::Killed,
        }
    }
}

impl Mutant {
    /// Returns the mutant in which the text of `file` becomes `changed`; `files` are all files of the result.
    pub fn of(
        file: String,
        text: &str,
        changed: &str,
        change: String,
        files: Vec<Collected>,
    ) -> Self {
        let (line, before, after) = differing(text, changed);
        Self {
            file,
            line,
            before,
            after,
            change,
            files,
        }
    }

    /// Returns the first changed line, trimmed. A mark in `exercise.toml` identifies the mutant by it, since
    /// line numbers shift.
    pub(crate) fn text(&self) -> &str {
        self.before.lines().next().unwrap_or_default().trim()
    }
}

/// Removes mutants that equal `solution` or an earlier one. Where the description of a change is not unique
/// on its line, it is numbered.
pub(crate) fn distinct(mutants: Vec<Mutant>, solution: &[Collected]) -> Vec<Mutant> {
    let mut kept: Vec<Mutant> = Vec::new();
    for mutant in mutants {
        let is_solution = mutant.files.iter().all(|file| solution.contains(file));
        if !is_solution && kept.iter().all(|other| other.files != mutant.files) {
            kept.push(mutant);
        }
    }
    number(&mut kept);
    kept
}

fn number(mutants: &mut [Mutant]) {
    let place = |mutant: &Mutant| (mutant.file.clone(), mutant.line, mutant.change.clone());
    let places: Vec<_> = mutants.iter().map(place).collect();
    for (index, mutant) in mutants.iter_mut().enumerate() {
        let is_alike = |other: &&_| **other == places[index];
        let all = places.iter().filter(is_alike).count();
        if all > 1 {
            let this = 1 + places[..index].iter().filter(is_alike).count();
            mutant.change = format!("{} ({this} of {all})", mutant.change);
        }
    }
}

/// Returns the number, from 1, of the first line that differs, and the differing lines of each text.
fn differing(text: &str, other: &str) -> (usize, String, String) {
    let (lines, others): (Vec<_>, Vec<_>) = (text.lines().collect(), other.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let first = lines.iter().zip(&others).take_while(same).count();
    let rest = lines[first..]
        .iter()
        .rev()
        .zip(others[first..].iter().rev());
    let last = rest.take_while(same).count();
    let part = |lines: &[&str]| lines[first..lines.len() - last].join("\n");
    (first + 1, part(&lines), part(&others))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(change: &str, text: &str) -> Mutant {
        Mutant {
            file: "solution/src/lib.rs".to_owned(),
            line: 1,
            before: "    a < b && b < c\n    && c < d".to_owned(),
            after: String::new(),
            change: change.to_owned(),
            files: collected(text),
        }
    }

    fn collected(text: &str) -> Vec<Collected> {
        vec![Collected {
            path: "src/lib.rs".to_owned(),
            bytes: text.as_bytes().to_vec(),
        }]
    }

    #[test]
    fn equal_mutants_are_one_and_the_solution_is_none() {
        let mutants = vec![mutant("a", "1"), mutant("b", "0"), mutant("c", "1")];
        let kept = distinct(mutants, &collected("0"));
        assert_eq!(kept, [mutant("a", "1")]);
    }

    #[test]
    fn changes_in_the_same_words_are_numbered() {
        let mutants = vec![mutant("x", "1"), mutant("y", "2"), mutant("x", "3")];
        let kept = distinct(mutants, &collected("0"));
        let changes: Vec<_> = kept.iter().map(|mutant| &*mutant.change).collect();
        assert_eq!(changes, ["x (1 of 2)", "y", "x (2 of 2)"]);
    }

    #[test]
    fn a_mutant_is_found_by_its_first_line() {
        assert_eq!(mutant("x", "1").text(), "a < b && b < c");
    }

    #[test]
    fn only_what_runs_and_passes_survives() {
        let fates = Verdict::ALL.map(Fate::from_verdict);
        let count = |fate| fates.iter().filter(|it| **it == fate).count();
        assert_eq!(Fate::from_verdict(Verdict::Passed), Fate::Survived);
        assert_eq!(count(Fate::Survived), 1);
        assert_eq!(
            Fate::from_verdict(Verdict::CompileError),
            Fate::NotCompiling
        );
        assert_eq!(Fate::from_verdict(Verdict::Forbidden), Fate::NotCompiling);
        assert_eq!(count(Fate::NotCompiling), 2);
    }

    #[test]
    fn a_change_consists_of_the_lines_that_differ() {
        let change_of = |text, other| differing(text, other);
        let of = |line, before: &str, after: &str| (line, before.to_owned(), after.to_owned());
        assert_eq!(change_of("a\nb\nc\n", "a\nx\nc\n"), of(2, "b", "x"));
        assert_eq!(change_of("a\nb\nc\n", "a\nc\n"), of(2, "b", ""));
        assert_eq!(change_of("a\nb\n", "a\nb\nb\n"), of(3, "", "b"));
    }
}
