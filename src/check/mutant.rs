//! A reference solution that is broken in one small way, and what became of it.

use super::{Collected, Verdict};

/// A reference solution with one small change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The changed file, in the exercise's folder, such as `solution/src/lib.rs`.
    pub file: String,
    /// The first changed line, from 1.
    pub line: usize,
    /// The changed lines as the solution has them, without the last line break.
    pub before: String,
    /// What they become; empty if they are left out.
    pub after: String,
    /// The change in a few words, such as "`<=` becomes `<`".
    pub change: String,
    /// All files of the changed solution, as a learner would hand them in.
    pub files: Vec<Collected>,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is no program, or none that would be run: it says nothing of the tests.
    NotCompiling,
    /// A hidden test or probe tells it from the solution.
    Killed,
    /// Every hidden test or probe takes it for right.
    Survived,
}

impl Fate {
    /// Returns the fate of a mutant that was judged so.
    pub fn of(verdict: Verdict) -> Self {
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
    /// Returns the first changed line without the blanks around it: what a mark in `exercise.toml`
    /// finds it by, since its number moves.
    pub fn text(&self) -> &str {
        self.before.lines().next().unwrap_or_default().trim()
    }
}

/// Returns those of `mutants` that differ from `solution` and from all before them, in the same order.
/// Where a line is changed in the same words at several places, these say which one it is.
pub fn distinct(mutants: Vec<Mutant>, solution: &[Collected]) -> Vec<Mutant> {
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

/// Adds to changes that are alike which of them each is.
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
        let fates = Verdict::ALL.map(Fate::of);
        let count = |fate| fates.iter().filter(|it| **it == fate).count();
        assert_eq!(Fate::of(Verdict::Passed), Fate::Survived);
        assert_eq!(count(Fate::Survived), 1);
        assert_eq!(Fate::of(Verdict::CompileError), Fate::NotCompiling);
        assert_eq!(Fate::of(Verdict::Forbidden), Fate::NotCompiling);
        assert_eq!(count(Fate::NotCompiling), 2);
    }
}
