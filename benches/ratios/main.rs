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

mod labs;
mod pairs;
mod sample;
mod screen;

use labs::Labs;
use pairs::Bench;

fn main() {
    // `cargo test --benches` asks only whether it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let bench = Bench::new();
    // `cargo bench -- labs` runs these alone.
    if std::env::args().any(|argument| argument == "labs") {
        return labs(&bench);
    }
    println!(
        "{:<58} {:>9} {:>9} {:>7}  goal",
        "", "ours", "peer", "ratio"
    );
    bench.check_against_rustc();
    bench.check_against_cargo();
    bench.check_against_rustlings();
    bench.first_error();
    bench.screens();
    screen::keys(&bench.gradus);
    labs(&bench);
}

fn labs(bench: &Bench) {
    let labs = Labs::new(&bench.gradus);
    labs.checks();
    labs.against_a_script();
    labs.first_answer();
}
