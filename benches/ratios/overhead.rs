//! What the sandbox costs: the same check with it and without, stage by stage.

use gradus::kinds::KINDS;
use std::ffi::OsString;
use std::fs;
use std::mem;
use std::process::Command;
use std::sync::{Arc, Mutex};

use gradus::check::{Context, Event, Verdict};
use gradus::course::{self, Exercise};
use gradus::sandbox::guard::none;
use gradus::sandbox::{Cancel, Job, Sandbox, Stage, View};
use gradus::sys::environment::Environment;

use super::pairs::Bench;
use super::sample::{Moment, Pair, Sample, between, in_turn, now, quietly};
use super::table::{CPU, Goal, Table, WALL};

/// How often a check is run, and a process started, with the sandbox and without.
const ROUNDS: usize = 25;
/// The most that a check may take with the sandbox, where it takes 1 without.
const MOST: Goal = Goal::AtMost(1.12);
/// The stage of a learner's own tests: as they are here, they start some thirty processes.
const OWN_TESTS: &str = "own tests";
/// A check whose own tests are those of an earlier one: they are not run again.
const REMEMBERED: &str = "own tests known";
/// All of a check.
const ALL: &str = "in all";
/// A program that does nothing.
const NOTHING: &str = "/bin/true";

/// What a check took: each stage by its name, and all of it.
type Stages = Vec<(&'static str, Sample)>;

impl Bench {
    /// The sandbox of a check, by its stages.
    pub(crate) fn overhead(&self, table: &mut Table) {
        let sandbox = Sandbox::new(&self.gradus);
        if !sandbox.guard().is_strong() {
            println!("this machine has no sandbox to measure");
            return;
        }
        let (course, _) = course::load(&course::builtin::tree(), KINDS);
        let id = "safe-divide".parse().expect("a name");
        let exercise = course.exercise(&id).expect("an exercise");
        let confined = self.context(sandbox.clone());
        let free = self.context(unconfined(&sandbox));
        let stages = (0..=self.rounds(ROUNDS)).map(|round| {
            let ours = || self.stages(exercise, &confined, 2 * round);
            let peer = || self.stages(exercise, &free, 2 * round + 1);
            if round % 2 == 0 {
                let ours = ours();
                (ours, peer())
            } else {
                let peer = peer();
                (ours(), peer)
            }
        });
        // The first round fills caches and is not counted.
        let stages: Vec<(Stages, Stages)> = stages.skip(1).collect();
        let names: Vec<_> = stages[0].0.iter().map(|(name, _)| *name).collect();
        for (place, stage) in names.iter().enumerate() {
            let goal = match *stage {
                ALL | REMEMBERED => MOST,
                _ => Goal::Told,
            };
            let pair = |(ours, peer): &(Stages, Stages)| Pair {
                ours: ours[place].1,
                peer: peer[place].1,
            };
            let pairs: Vec<Pair> = stages.iter().map(pair).collect();
            let name = format!("check, {stage}: in the sandbox : limits alone");
            table.ratio(&name, &pairs, WALL, goal);
            table.ratio(&name, &pairs, CPU, goal);
        }
        self.entering(&sandbox, table);
    }

    /// A process that does nothing: in the sandbox, with limits alone, and started by nobody but us.
    fn entering(&self, sandbox: &Sandbox, table: &mut Table) {
        let run = |sandbox: &Sandbox| {
            let job = Job::new(Stage::Learner, NOTHING, "/").seeing(View::of_program(NOTHING));
            let exit = sandbox.run(job, &Cancel::new()).expect("it starts");
            assert!(exit.end.is_success(), "{exit:?}");
        };
        let free = unconfined(sandbox);
        let times = self.rounds(4 * ROUNDS);
        let pairs = in_turn(times, |_| run(sandbox), |_| run(&free));
        let name = "an empty program: in the sandbox : limits alone";
        table.ratio(name, &pairs, WALL, Goal::Told);
        table.ratio(name, &pairs, CPU, Goal::Told);
        let direct = |_| quietly(&mut Command::new(NOTHING));
        let pairs = in_turn(times, |_| run(&free), direct);
        let name = "an empty program: limits alone : started directly";
        table.ratio(name, &pairs, WALL, Goal::Told);
        table.ratio(name, &pairs, CPU, Goal::Told);
    }

    fn context(&self, sandbox: Sandbox) -> Context {
        let cache: OsString = self.path("cache").into();
        let variables = std::env::vars_os().chain([("GRADUS_CACHE_DIR".into(), cache)]);
        let environment = Environment::new(variables, self.path(""));
        Context::new(sandbox, Arc::new(environment))
    }

    /// Checks the solution, and tests of the learner's own, as nobody has handed them in before.
    fn stages(&self, exercise: &Exercise, context: &Context, round: usize) -> Stages {
        let folder = self.path("ours");
        Self::edit(&folder, round);
        let tests = Self::course("solution/tests/mine.rs");
        fs::write(
            folder.join("tests/mine.rs"),
            format!("{tests}\n// {round}\n"),
        )
        .expect("a file");
        let begun = Arc::new(Mutex::new(Begun::default()));
        let watch = Arc::clone(&begun);
        let mut context = context.clone();
        context.observer = Arc::new(move |event| watch.lock().expect("no panic").note(&event));
        let start = now();
        let outcome = exercise
            .task()
            .check_folder(&folder, &context)
            .expect("it works");
        let end = now();
        assert_eq!(outcome.verdict(), Verdict::Passed, "{outcome:?}");
        let Begun { steps, tested } = mem::take(&mut *begun.lock().expect("no panic"));
        let begun: Vec<Moment> = steps.into_iter().chain(tested).collect();
        assert_eq!(begun.len(), outcome.phases.len(), "{:?}", outcome.phases);
        let ended = begun.iter().skip(1).chain([&end]);
        let names = outcome.phases.iter().map(|phase| phase.name);
        let samples = begun
            .iter()
            .zip(ended)
            .map(|(from, to)| between(*from, *to));
        let mut stages: Stages = names.zip(samples).collect();
        let all = between(start, end);
        let own = stages.iter().find(|(name, _)| *name == OWN_TESTS);
        let own = own.expect("the exercise judges them").1;
        let remembered = Sample {
            wall: all.wall.saturating_sub(own.wall),
            cpu: all.cpu.saturating_sub(own.cpu),
        };
        stages.extend([(REMEMBERED, remembered), (ALL, all)]);
        stages
    }
}

/// When the stages of a check began.
#[derive(Default)]
struct Begun {
    steps: Vec<Moment>,
    /// When the last hidden test had ended: the learner's own tests come next.
    tested: Option<Moment>,
}

impl Begun {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Step(_) => self.steps.push(now()),
            Event::Test(_) => self.tested = Some(now()),
            Event::Diagnostic(_) | Event::OwnTests(..) => {}
        }
    }
}

fn unconfined(sandbox: &Sandbox) -> Sandbox {
    let sandbox = sandbox.clone().with_guard(&none::None);
    sandbox.expect("every machine has limits")
}
