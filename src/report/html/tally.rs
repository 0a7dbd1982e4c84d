//! The statistics of the report page.

use std::collections::BTreeMap;
use std::io;

use crate::check::{TestVerdict, Verdict};
use crate::course::{Points, Visibility};
use crate::report::{Record, Results, clean, sheet};

/// How many of the slowest submissions are shown.
const SLOWEST: usize = 10;
/// The bars of the distribution: one for each ten per cent, one for all points.
pub(super) const BARS: usize = 11;

#[derive(Debug, Default)]
pub(super) struct Statistics {
    pub(super) submissions: usize,
    /// The number of submissions by verdict.
    pub(super) verdicts: BTreeMap<Verdict, usize>,
    /// In the order of the header.
    pub(super) exercises: Vec<ExerciseCounts>,
    pub(super) learners: usize,
    /// The number of those of whom every submission could be judged.
    pub(super) judged: usize,
    /// The number of judged learners by their percentage of all points, rounded down.
    percentages: BTreeMap<usize, usize>,
    /// The points of all judged learners.
    pub(super) points: Points,
    /// The points that one learner can have.
    pub(super) possible: Points,
    /// The submissions that took longest, longest first.
    pub(super) slowest: Vec<SlowSubmission>,
    /// When the last submission was graded, in seconds since 1970.
    pub(super) at: u64,
    /// The index of each exercise in the header.
    names: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct SlowSubmission {
    pub(super) milliseconds: u64,
    pub(super) learner: String,
    pub(super) exercise: usize,
    pub(super) verdict: Verdict,
}

#[derive(Debug, Default)]
pub(super) struct ExerciseCounts {
    pub(super) submissions: usize,
    /// The number of submissions by verdict.
    pub(super) verdicts: BTreeMap<Verdict, usize>,
    /// The points of all submissions.
    pub(super) points: Points,
    /// In file order.
    pub(super) tests: Vec<TestCounts>,
}

#[derive(Debug)]
pub(super) struct TestCounts {
    name: String,
    pub(super) title: String,
    pub(super) visibility: Visibility,
    /// The number of submissions by verdict on the test, in the order of [`TestVerdict::ALL`].
    pub(super) verdicts: [usize; TestVerdict::ALL.len()],
}

impl Statistics {
    pub(super) fn from_results(results: &dyn Results) -> io::Result<Self> {
        let header = results.header();
        let mut statistics = Self::default();
        for (place, exercise) in header.exercises.iter().enumerate() {
            statistics.names.insert(exercise.id.to_string(), place);
            statistics.exercises.push(ExerciseCounts::default());
        }
        statistics.possible = header.exercises.iter().map(|it| it.max_score).sum();
        results.each(&mut |record| statistics.add(&record))?;
        sheet::each_row(results, &mut |row| {
            statistics.learners += 1;
            let Some(total) = row.total() else {
                return Ok(());
            };
            statistics.judged += 1;
            statistics.points = [statistics.points, total].into_iter().sum();
            let percentage = percentage(total, statistics.possible);
            *statistics.percentages.entry(percentage).or_default() += 1;
            Ok(())
        })?;
        Ok(statistics)
    }

    fn add(&mut self, record: &Record) -> io::Result<()> {
        let place = self.place(record)?;
        self.submissions += 1;
        *self.verdicts.entry(record.verdict).or_default() += 1;
        self.exercises[place].add(record);
        self.at = self.at.max(record.time.at);
        self.slowest.push(SlowSubmission {
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

    /// Returns the index in the header of the exercise of `record`.
    pub(super) fn place(&self, record: &Record) -> io::Result<usize> {
        self.names
            .get(record.exercise.as_str())
            .copied()
            .ok_or_else(|| {
                let what = format!("the results have no exercise {}", record.exercise);
                io::Error::new(io::ErrorKind::InvalidData, what)
            })
    }

    /// Returns the number of learners in each bar of the distribution.
    pub(super) fn shares(&self) -> [usize; BARS] {
        let mut shares = [0; BARS];
        for (percentage, count) in &self.percentages {
            shares[percentage / 10] += count;
        }
        shares
    }

    /// Returns the highest percentage of all points that at least half of the learners reach.
    pub(super) fn half_have(&self) -> Option<usize> {
        let mut have = 0;
        let falling = self.percentages.iter().rev();
        let enough = falling.map(|(percentage, count)| {
            have += count;
            (*percentage, have * 2 >= self.judged)
        });
        enough
            .into_iter()
            .find(|(_, is_half)| *is_half)
            .map(|(percentage, _)| percentage)
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }
}

/// Returns `points` in per cent of `possible`, rounded down, so that only all points are 100.
fn percentage(points: Points, possible: Points) -> usize {
    let percentage = (points.hundredths() * 100).checked_div(possible.hundredths());
    percentage.map_or(100, |it| usize::try_from(it).map_or(100, |it| it.min(100)))
}

impl ExerciseCounts {
    fn add(&mut self, record: &Record) {
        self.submissions += 1;
        *self.verdicts.entry(record.verdict).or_default() += 1;
        self.points = [self.points, record.score].into_iter().sum();
        for test in &record.tests {
            let known = self.tests.iter().position(|it| it.name == test.name);
            let place = known.unwrap_or_else(|| {
                self.tests.push(TestCounts {
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

    pub(super) fn passed(&self) -> usize {
        self.verdicts
            .get(&Verdict::Passed)
            .copied()
            .unwrap_or_default()
    }

    /// Returns a digit for each test of the exercise: the index in [`TestVerdict::ALL`] of its verdict in
    /// `record`, or `-` if the record does not have the test.
    pub(super) fn digits(&self, record: &Record) -> String {
        let digit = |of: &TestCounts| {
            let test = record.tests.iter().find(|test| test.name == of.name);
            test.map_or('-', |test| char::from(b'0' + test.verdict as u8))
        };
        self.tests.iter().map(digit).collect()
    }
}

impl TestCounts {
    pub(super) fn count(&self, verdict: TestVerdict) -> usize {
        self.verdicts[verdict as usize]
    }

    pub(super) fn all(&self) -> usize {
        self.verdicts.iter().sum()
    }

    /// Counts the submissions in which the test ran and did not pass.
    pub(super) fn failed(&self) -> usize {
        self.ran() - self.count(TestVerdict::Passed)
    }

    pub(super) fn ran(&self) -> usize {
        self.all() - self.count(TestVerdict::NotRun)
    }
}
