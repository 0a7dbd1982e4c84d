//! What the report page counts.

use std::collections::BTreeMap;
use std::io;

use crate::check::Verdict;
use crate::course::{Points, Visibility};
use crate::report::{Record, Results, TestVerdict, clean, sheet};

/// How many of the slowest submissions are shown.
const SLOWEST: usize = 10;
/// The bars of the distribution: one for each ten per cent, one for all points.
pub(super) const BARS: usize = 11;

/// Everything that is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// How many submissions.
    pub(super) submissions: usize,
    /// How many have which verdict.
    pub(super) verdicts: BTreeMap<Verdict, usize>,
    /// The exercises, in the order of the header.
    pub(super) exercises: Vec<OfExercise>,
    /// How many learners.
    pub(super) learners: usize,
    /// How many learners have which percentage of all points, cut off.
    percentages: BTreeMap<usize, usize>,
    /// The points of all learners.
    pub(super) points: Points,
    /// The points that one learner can have.
    pub(super) possible: Points,
    /// The submissions that took longest, longest first.
    pub(super) slowest: Vec<Slow>,
    /// When the last was graded, in seconds since 1970.
    pub(super) at: u64,
    names: BTreeMap<String, usize>,
}

/// A submission and how long it took.
#[derive(Debug)]
pub(super) struct Slow {
    pub(super) milliseconds: u64,
    pub(super) learner: String,
    pub(super) exercise: usize,
    pub(super) verdict: Verdict,
}

/// What is counted of an exercise.
#[derive(Debug, Default)]
pub(super) struct OfExercise {
    /// How many submissions.
    pub(super) submissions: usize,
    /// How many have which verdict.
    pub(super) verdicts: BTreeMap<Verdict, usize>,
    /// Their points.
    pub(super) points: Points,
    /// Its tests, in file order.
    pub(super) tests: Vec<OfTest>,
}

/// What is counted of a test.
#[derive(Debug)]
pub(super) struct OfTest {
    name: String,
    pub(super) title: String,
    pub(super) visibility: Visibility,
    /// How many submissions came out how, in the order of [`TestVerdict::ALL`].
    pub(super) verdicts: [usize; TestVerdict::ALL.len()],
}

impl Tally {
    /// Counts `results`.
    pub(super) fn of(results: &dyn Results) -> io::Result<Self> {
        let header = results.header();
        let mut tally = Self::default();
        for (place, exercise) in header.exercises.iter().enumerate() {
            tally.names.insert(exercise.id.to_string(), place);
            tally.exercises.push(OfExercise::default());
        }
        tally.possible = header.exercises.iter().map(|it| it.max_score).sum();
        results.each(&mut |record| tally.add(&record))?;
        sheet::each_row(results, &mut |row| {
            tally.learners += 1;
            let total = row.total();
            tally.points = [tally.points, total].into_iter().sum();
            let percentage = percentage(total, tally.possible);
            *tally.percentages.entry(percentage).or_default() += 1;
            Ok(())
        })?;
        Ok(tally)
    }

    fn add(&mut self, record: &Record) -> io::Result<()> {
        let place = self.place(record)?;
        self.submissions += 1;
        *self.verdicts.entry(record.verdict).or_default() += 1;
        self.exercises[place].add(record);
        self.at = self.at.max(record.time.at);
        self.slowest.push(Slow {
            milliseconds: record.time.milliseconds,
            learner: record.learner.clone(),
            exercise: place,
            verdict: record.verdict,
        });
        self.slowest
            .sort_by_key(|slow| std::cmp::Reverse(slow.milliseconds));
        self.slowest.truncate(SLOWEST);
        Ok(())
    }

    /// Returns the place of the exercise of `record` in the header.
    pub(super) fn place(&self, record: &Record) -> io::Result<usize> {
        self.names
            .get(record.exercise.as_str())
            .copied()
            .ok_or_else(|| {
                let what = format!("the results have no exercise {}", record.exercise);
                io::Error::new(io::ErrorKind::InvalidData, what)
            })
    }

    /// Returns how many learners have which share of all points, in the bars of the distribution.
    pub(super) fn shares(&self) -> [usize; BARS] {
        let mut shares = [0; BARS];
        for (percentage, count) in &self.percentages {
            shares[percentage / 10] += count;
        }
        shares
    }

    /// Returns the most per cent of all points that at least half of the learners have.
    pub(super) fn half_have(&self) -> Option<usize> {
        let mut have = 0;
        let falling = self.percentages.iter().rev();
        let enough = falling.map(|(percentage, count)| {
            have += count;
            (*percentage, have * 2 >= self.learners)
        });
        enough
            .into_iter()
            .find(|(_, is_half)| *is_half)
            .map(|(percentage, _)| percentage)
    }

    /// Returns how many submissions have the verdict `verdict`.
    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }
}

/// Returns how many per cent of `possible` the `points` are, cut off: all is said only of all.
fn percentage(points: Points, possible: Points) -> usize {
    let percentage = (points.hundredths() * 100).checked_div(possible.hundredths());
    percentage.map_or(100, |it| usize::try_from(it).map_or(100, |it| it.min(100)))
}

impl OfExercise {
    fn add(&mut self, record: &Record) {
        self.submissions += 1;
        *self.verdicts.entry(record.verdict).or_default() += 1;
        self.points = [self.points, record.score].into_iter().sum();
        for test in &record.tests {
            let known = self.tests.iter().position(|it| it.name == test.name);
            let place = known.unwrap_or_else(|| {
                self.tests.push(OfTest {
                    name: test.name.clone(),
                    title: clean::one_line(&test.title),
                    visibility: test.visibility,
                    verdicts: [0; TestVerdict::ALL.len()],
                });
                self.tests.len() - 1
            });
            self.tests[place].verdicts[test.verdict as usize] += 1;
        }
    }

    /// Returns how many passed.
    pub(super) fn passed(&self) -> usize {
        self.verdicts
            .get(&Verdict::Passed)
            .copied()
            .unwrap_or_default()
    }

    /// Returns the tests of `record` as a digit each, by [`TestVerdict::ALL`]; `-` for one that it
    /// does not have.
    pub(super) fn digits(&self, record: &Record) -> String {
        let digit = |of: &OfTest| {
            let test = record.tests.iter().find(|test| test.name == of.name);
            test.map_or('-', |test| char::from(b'0' + test.verdict as u8))
        };
        self.tests.iter().map(digit).collect()
    }
}

impl OfTest {
    /// Returns how many came out as `verdict`.
    pub(super) fn count(&self, verdict: TestVerdict) -> usize {
        self.verdicts[verdict as usize]
    }

    /// Returns of how many submissions something is known.
    pub(super) fn all(&self) -> usize {
        self.verdicts.iter().sum()
    }

    /// Returns how many ran and did not pass.
    pub(super) fn failed(&self) -> usize {
        self.ran() - self.count(TestVerdict::Passed)
    }

    /// Returns how many ran.
    pub(super) fn ran(&self) -> usize {
        self.all() - self.count(TestVerdict::NotRun)
    }
}
