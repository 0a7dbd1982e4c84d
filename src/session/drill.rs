//! A learner's drills: the open one begun, taken up, answered, judged and ended, each step kept at
//! once, from whichever terminal it comes.

use std::path::PathBuf;
use std::sync::Arc;

mod drilling;
pub(crate) mod journal;
pub(crate) mod round;
mod store;
pub(crate) mod words;

use crate::check::Context;
use crate::kind::Task;
use crate::kinds::gateway::Files;
use crate::kinds::gateway::drill::draw::{FaultPool, Wanted};
use crate::kinds::gateway::drill::fault::with_faults;
use crate::kinds::gateway::drill::{DrillSpec, Fault, Seed};
use crate::sys::environment::Environment;
use crate::sys::fingerprint::Fingerprint;
use crate::workspace::Workspace;

pub(crate) use drilling::{Drilling, judged};
pub(crate) use journal::{Journal, PastDrill};
pub(crate) use round::{Answered, Exam, Round};
pub(crate) use store::{DrillError, Store};

#[derive(Debug)]
pub(crate) struct Drills<'a> {
    workspace: &'a Workspace,
    spec: &'a DrillSpec,
    pool: FaultPool<'a>,
    environment: Arc<Environment>,
}

/// What a learner wants of a new drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DrillOptions {
    /// What its faults follow from, if that is given.
    pub seed: Option<Seed>,
    pub faults: usize,
    /// How many drills the exam has, if it is one.
    pub exam: Option<usize>,
}

/// The drill that is not over, and what it is about.
#[derive(Debug, Clone)]
pub(crate) struct OpenDrill<'a> {
    pub round: Round,
    pub faults: Vec<&'a Fault>,
    pub folder: PathBuf,
    pub task: Arc<dyn Task>,
}

/// The result of a step.
#[derive(Debug, Clone)]
pub(crate) struct Step<'a, T> {
    /// What the step itself returned.
    pub what: T,
    /// The drill after it.
    pub open: OpenDrill<'a>,
    /// What the journal keeps, if that was its end.
    pub ended: Option<PastDrill>,
}

impl<'a> Drills<'a> {
    /// Returns the drills of `workspace` on `spec`, with the faults that `context` can show.
    pub(crate) fn new(workspace: &'a Workspace, spec: &'a DrillSpec, context: &Context) -> Self {
        let pool = FaultPool::new(spec, |fault| fault.is_possible(context));
        Self {
            workspace,
            spec,
            pool,
            environment: Arc::clone(&context.environment),
        }
    }

    pub(crate) fn spec(&self) -> &'a DrillSpec {
        self.spec
    }

    /// Returns the drill that is not over, if there is one.
    pub(crate) fn open(&self) -> Result<Option<OpenDrill<'a>>, DrillError> {
        let store = self.store()?;
        let round = store.round()?;
        round.map(|round| self.opened(&store, round)).transpose()
    }

    /// Begins a drill, and hands its files out.
    pub(crate) fn begin(&self, options: DrillOptions) -> Result<OpenDrill<'a>, DrillError> {
        let most = self.pool.most();
        if most == 0 {
            return Err(DrillError::Nothing);
        }
        if options.faults > most {
            return Err(DrillError::TooMany { most });
        }
        let store = self.store()?;
        let journal = store.journal()?;
        let wanted = Wanted {
            met: self.pool.met(journal.met()),
            weak: journal.weak(),
        };
        let drills = options.exam.unwrap_or(1);
        let seeds = self.pool.row(options.seed, drills, options.faults, wanted);
        let seed = *seeds.first().ok_or(DrillError::Nothing)?;
        let number = store.next_number()?;
        let exam = options.exam.map(|_| Exam {
            drill: 1,
            seeds,
            first: number,
        });
        let round = self.round(number, seed, options.faults, exam)?;
        store.keep(Some(&round))?;
        self.handed_out(&store, round)
    }

    /// Takes up the drill that is not over, and hands out what is missing of its files.
    pub(crate) fn sit_down(&self) -> Result<Option<OpenDrill<'a>>, DrillError> {
        let store = self.store()?;
        let Some(mut round) = store.round()? else {
            return Ok(None);
        };
        // A sitting without an end was killed, and the time of that is not known.
        round.sitting = Some(self.now());
        store.keep(Some(&round))?;
        self.handed_out(&store, round).map(Some)
    }

    /// Notes that the learner leaves the drill `number`, if it is the one that is not over.
    pub(crate) fn get_up(&self, number: u32) -> Result<(), DrillError> {
        self.change(number, |round| round.pause(self.now(), false))
    }

    /// Drops the time since the learner sat down to the drill `number`: they were killed, and when is
    /// not known.
    pub(crate) fn forget_sitting(&self, number: u32) -> Result<(), DrillError> {
        self.change(number, |round| round.sitting = None)
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut Round)) -> Result<(), DrillError> {
        let store = self.store()?;
        let round = store.round()?.filter(|round| round.number == number);
        let Some(mut round) = round else {
            return Ok(());
        };
        change(&mut round);
        store.keep(Some(&round))
    }

    /// Takes an answer to the drill that is not over; nothing if there is none.
    pub(crate) fn answer(
        &self,
        hop: &str,
        cause: &str,
    ) -> Result<Option<Step<'a, Answered>>, DrillError> {
        self.step(|open, now| open.round.answer(&open.faults, hop, cause, now))
    }

    /// Notes what the judge found.
    pub(crate) fn checked(&self, passed: bool) -> Result<Option<Step<'a, ()>>, DrillError> {
        self.step(|open, now| open.round.checked(passed, now))
    }

    /// Ends the drill that is not over without its solution.
    pub(crate) fn give_up(&self) -> Result<Option<Step<'a, ()>>, DrillError> {
        let store = self.store()?;
        let Some(round) = store.round()? else {
            return Ok(None);
        };
        let open = self.opened(&store, round)?;
        let ended = Some(self.end(&store, &open)?);
        let what = ();
        Ok(Some(Step { what, open, ended }))
    }

    /// Puts the open drill aside without a word in the journal: its faults are others by now. The
    /// learner's files stay.
    pub(crate) fn put_aside(&self) -> Result<(), DrillError> {
        self.store()?.keep(None)
    }

    /// Returns what came of the drills that are over.
    pub(crate) fn journal(&self) -> Result<Journal, DrillError> {
        self.store()?.journal()
    }

    fn step<T>(
        &self,
        change: impl FnOnce(&mut OpenDrill<'a>, u64) -> T,
    ) -> Result<Option<Step<'a, T>>, DrillError> {
        let store = self.store()?;
        let Some(round) = store.round()? else {
            return Ok(None);
        };
        let mut open = self.opened(&store, round)?;
        let now = self.now();
        let what = change(&mut open, now);
        open.round.pause(now, true);
        let ended = if open.round.is_over() {
            Some(self.end(&store, &open)?)
        } else {
            store.keep(Some(&open.round))?;
            None
        };
        Ok(Some(Step { what, open, ended }))
    }

    /// Writes the drill into the journal; the exam that it belongs to goes on with its next.
    fn end(&self, store: &Store, open: &OpenDrill<'_>) -> Result<PastDrill, DrillError> {
        let round = &open.round;
        let entry = round.entry(&open.faults, self.now());
        let mut journal = store.journal()?;
        // Told twice when Gradus was killed between the two files.
        journal.drills.retain(|known| known.number != entry.number);
        journal.drills.push(entry.clone());
        store.keep_journal(&journal)?;
        store.note_causes(&entry)?;
        let exam = round.exam.as_ref();
        let next = exam.and_then(|exam| Some((exam, *exam.seeds.get(exam.drill)?)));
        let Some((exam, seed)) = next else {
            store.keep(None)?;
            return Ok(entry);
        };
        let exam = Exam {
            drill: exam.drill + 1,
            ..exam.clone()
        };
        let next = self.round(store.next_number()?, seed, round.count, Some(exam))?;
        store.keep(Some(&next))?;
        self.handed_out(store, next)?;
        Ok(entry)
    }

    fn round(
        &self,
        number: u32,
        seed: Seed,
        count: usize,
        exam: Option<Exam>,
    ) -> Result<Round, DrillError> {
        let faults = self.pool.draw(seed, count);
        let files = self.files(number, &faults)?;
        Ok(Round {
            number,
            seed,
            count,
            fingerprint: fingerprint(&files),
            spent: 0,
            sitting: None,
            named: Vec::new(),
            wrong: 0,
            failed_checks: 0,
            diagnosed: None,
            repaired: None,
            exam,
        })
    }

    fn handed_out(&self, store: &Store, round: Round) -> Result<OpenDrill<'a>, DrillError> {
        let open = self.opened(store, round)?;
        for file in open.task.workspace() {
            Store::hand_out(&open.folder, &file.path, &file.text)?;
        }
        Ok(open)
    }

    fn opened(&self, store: &Store, round: Round) -> Result<OpenDrill<'a>, DrillError> {
        let number = round.number;
        let faults = self.pool.draw(round.seed, round.count);
        let files = self.files(number, &faults)?;
        if fingerprint(&files) != round.fingerprint {
            return Err(DrillError::Changed { number });
        }
        Ok(OpenDrill {
            folder: store.folder(number),
            task: self.spec.system.task(files),
            faults,
            round,
        })
    }

    fn files(&self, number: u32, faults: &[&Fault]) -> Result<Files, DrillError> {
        let files = with_faults(self.spec.system.files(), faults);
        files.map_err(|_| DrillError::Changed { number })
    }

    fn now(&self) -> u64 {
        self.environment.unix_time()
    }

    fn store(&self) -> Result<Store, DrillError> {
        Store::open(self.workspace)
    }
}

fn fingerprint(files: &Files) -> String {
    let mut fingerprint = Fingerprint::new();
    for (path, text) in files {
        fingerprint.add(path);
        fingerprint.add(text);
    }
    fingerprint.finish()
}
