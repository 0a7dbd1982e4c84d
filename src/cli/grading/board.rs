//! What is shown while a batch is graded, and what it came to.

use crate::check::{CheckError, Standing};
use crate::cli::app::App;
use crate::grade::{BatchEvent, Summary};
use crate::term::Gauge;
use crate::text::{Line, Role, counted};

/// What is shown while a batch is graded.
pub(super) struct Board {
    gauge: Gauge,
    summary: Summary,
    /// Why exercises are not graded, and which.
    unready: Vec<(String, Vec<String>)>,
}

impl Board {
    pub(super) fn new(app: &App, total: usize) -> Self {
        Self {
            gauge: app.output.gauge(total as u64),
            summary: Summary::default(),
            unready: Vec::new(),
        }
    }

    pub(super) fn note(&mut self, progress: BatchEvent<'_>) {
        let verdict = match progress {
            BatchEvent::Preparing(exercise) => {
                return self.gauge.say(&format!("preparing {exercise}"));
            }
            BatchEvent::Unavailable(exercise, error) => {
                return self.note_unready(exercise.to_string(), error);
            }
            BatchEvent::Known(verdict) => verdict,
            BatchEvent::Graded(record) => record.verdict,
        };
        *self.summary.verdicts.entry(verdict).or_default() += 1;
        self.gauge.step(&in_words(&self.summary));
    }

    fn note_unready(&mut self, exercise: String, error: &CheckError) {
        let mut words = error.to_string();
        if let CheckError::Missing { help, .. } = error
            && !help.is_empty()
        {
            words.extend(["; ", help]);
        }
        match self.unready.iter_mut().find(|(known, _)| *known == words) {
            Some((_, exercises)) => exercises.push(exercise),
            None => self.unready.push((words, vec![exercise])),
        }
    }

    /// Returns how many submissions have a record.
    pub(super) fn done(&self) -> usize {
        self.summary.done()
    }

    /// Takes the bar off the screen, and tells which exercises could not be graded.
    pub(super) fn clear(&self, app: &App) {
        self.gauge.clear();
        for (why, exercises) in &self.unready {
            app.warn(&format!("not graded: {}: {why}", exercises.join(", ")));
        }
    }
}

fn in_words(summary: &Summary) -> String {
    let verdicts = summary.verdicts.iter();
    let parts: Vec<_> = verdicts
        .map(|(verdict, count)| format!("{count} {}", verdict.words()))
        .collect();
    parts.join(", ")
}

/// Returns what a batch came to, in lines.
pub(super) fn summary_lines(summary: &Summary) -> Vec<Line> {
    let head = format!("{} graded", counted(summary.done(), "submission"));
    let mut lines = vec![Line::plain(head)];
    for (verdict, count) in &summary.verdicts {
        let role = match verdict.standing() {
            Standing::Passed => Role::Good,
            Standing::NotPassed => Role::Text,
            Standing::Unjudged => Role::Bad,
        };
        let text = format!("{count:>8}  {}", verdict.words());
        lines.push(Line::new().with(role, text));
    }
    if summary.remaining > 0 {
        let text = format!("{:>8}  not graded", summary.remaining);
        lines.push(Line::new().with(Role::Bad, text));
    }
    lines
}
