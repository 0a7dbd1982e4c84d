//! The table that is printed: what was measured, against its goal.

use std::fmt;
use std::time::Duration;

use super::machine::{Machine, is_busy};
use super::sample::{Pair, Sample, Spread, median};

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// It is to be this or less.
    AtMost(f64),
    /// It is to be this or more.
    AtLeast(f64),
    /// It is only told.
    Told,
}

impl Goal {
    /// Returns whether `figure` meets it; `None` where there is nothing to meet.
    fn is_met_by(self, figure: f64) -> Option<bool> {
        match self {
            Self::AtMost(most) => Some(figure <= most),
            Self::AtLeast(least) => Some(figure >= least),
            Self::Told => None,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(formatter, "<= {most}"),
            Self::AtLeast(least) => write!(formatter, ">= {least}"),
            Self::Told => Ok(()),
        }
    }
}

/// A row: what is measured, both sides of it as they are told, and the figure that counts.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// What is compared.
    pub(crate) name: &'a str,
    /// Our side.
    pub(crate) ours: String,
    /// The other side.
    pub(crate) peer: String,
    /// The figure.
    pub(crate) figure: Spread,
    /// What the figure is of.
    pub(crate) unit: &'a str,
    /// What it is held against.
    pub(crate) goal: Goal,
}

/// Prints rows, and counts what they come to.
pub(crate) struct Table {
    machine: Machine,
    met: usize,
    missed: Vec<String>,
    busy: usize,
}

impl Table {
    /// Prints the head.
    pub(crate) fn new() -> Self {
        let machine = Machine::new();
        println!("{}", machine.words());
        println!(
            "{:<56} {:>9} {:>9} {:>22}  {:<16}",
            "", "ours", "peer", "median (middle half)", "goal"
        );
        Self {
            machine,
            met: 0,
            missed: Vec::new(),
            busy: 0,
        }
    }

    /// Forgets what the machine did so far: what comes next is measured.
    pub(crate) fn ready(&mut self) {
        self.machine = Machine::new();
    }

    /// Prints a row; what others did since the last one belongs to it.
    pub(crate) fn row(&mut self, row: &Row<'_>) {
        let Row {
            name,
            ours,
            peer,
            figure,
            unit,
            goal,
        } = row;
        let others = self.machine.others();
        self.busy += usize::from(is_busy(others));
        let mark = match others {
            Some(share) if is_busy(others) => format!("  busy: others {:.0} %", share * 100.0),
            Some(_) | None => String::new(),
        };
        let said = match goal.is_met_by(figure.median) {
            Some(true) => {
                self.met += 1;
                "met"
            }
            Some(false) => {
                let figure = figure.median;
                self.missed
                    .push(format!("{name}: {figure:.2} {unit}, goal {goal}{mark}"));
                "MISSED"
            }
            None => "",
        };
        println!(
            "{name:<56} {ours:>9} {peer:>9} {:>22} {unit:<4} {:<8} {said:<6}{mark}",
            figure.to_string(),
            goal.to_string()
        );
    }

    /// Prints a row of `pairs`: the medians of both sides, and the ratio within each pair.
    pub(crate) fn ratio(
        &mut self,
        name: &str,
        pairs: &[Pair],
        of: (&str, fn(&Sample) -> Duration),
        goal: Goal,
    ) {
        let (unit, of) = of;
        self.row(&Row {
            name,
            ours: ms(median(pairs.iter().map(|pair| of(&pair.ours)))),
            peer: ms(median(pairs.iter().map(|pair| of(&pair.peer)))),
            figure: Spread::of_ratios(pairs, of),
            unit,
            goal,
        });
    }

    /// Prints what the goals came to, and whether the machine did something else meanwhile.
    pub(crate) fn end(self) {
        println!("\n{} goals met, {} missed", self.met, self.missed.len());
        for missed in &self.missed {
            println!("  {missed}");
        }
        if self.busy > 0 {
            println!(
                "The machine was busy with something else in {} rows: ratios of two sides hold, times \
                 are longer than they would be.",
                self.busy
            );
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, median, high } = *self;
        // A single figure has no spread.
        if low.to_bits() == high.to_bits() {
            return write!(formatter, "{median:.2}");
        }
        write!(formatter, "{median:.2} ({low:.2}-{high:.2})")
    }
}

/// Wall time, for [`Table::ratio`].
pub(crate) const WALL: (&str, fn(&Sample) -> Duration) = ("wall", |sample| sample.wall);
/// Processor time, for [`Table::ratio`].
pub(crate) const CPU: (&str, fn(&Sample) -> Duration) = ("CPU", |sample| sample.cpu);

/// Returns `time` in milliseconds, in words.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.1} ms", milliseconds(time))
}

/// Returns `time` in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
