//! Ratios of Gradus to its peers, side by side in one run: `cargo bench`.
//!
//! Every pair is run in turn, so that whatever else the machine does meets both alike; processor
//! time is that of the children, and the figures are medians. Nothing here passes or fails: the
//! program prints each ratio with the goal it is held against.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench starts processes, reads the clock and prints"
)]

mod class;
mod labs;
mod pairs;
mod sample;
mod screen;

use labs::Labs;
use pairs::Bench;

/// What is measured, by the names that pick it: `cargo bench -- class`.
type Section = (&'static str, fn(&Bench));

const SECTIONS: &[Section] = &[
    ("check", |bench| {
        bench.check_against_rustc();
        bench.check_against_cargo();
        bench.check_against_rustlings();
        bench.first_error();
    }),
    ("screens", |bench| {
        bench.screens();
        screen::keys(&bench.gradus);
    }),
    ("class", Bench::class),
    ("labs", |bench| {
        let labs = Labs::new(&bench.gradus);
        labs.checks();
        labs.against_a_script();
        labs.first_answer();
    }),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` asks only whether it starts.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !SECTIONS.iter().any(|(name, _)| named(name));
    let bench = Bench::new();
    println!(
        "{:<58} {:>9} {:>9} {:>7}  goal",
        "", "ours", "peer", "ratio"
    );
    for (name, measure) in SECTIONS {
        if all || named(name) {
            measure(&bench);
        }
    }
}
