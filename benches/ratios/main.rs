//! Ratios of Gradus to its peers, side by side in one run: `cargo bench`.
//!
//! Every pair is run in turn, so that whatever else the machine does meets both alike; figures are
//! medians, with the middle half of them. Each is printed with its goal, and whether that is met;
//! where the machine was busy with something else, the row says so. The program does not fail: which
//! figures hold depends on the machine.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench starts processes, reads the clock and prints"
)]

mod bulk;
mod class;
mod counts;
mod hangs;
mod labs;
mod machine;
mod overhead;
mod pairs;
mod sample;
mod screen;
mod table;

use labs::Labs;
use pairs::Bench;
use table::Table;

/// What is measured, by the names that pick it: `cargo bench -- class`.
type Section = (&'static str, fn(&Bench, &mut Table));

const SECTIONS: &[Section] = &[
    ("check", |bench, table| {
        bench.check_against_rustc(table);
        bench.check_against_cargo(table);
        bench.check_against_rustlings(table);
        bench.first_error(table);
    }),
    ("screens", |bench, table| {
        bench.screens(table);
        screen::keys(&bench.gradus, table);
    }),
    ("counts", Bench::counts),
    ("hangs", Bench::hangs),
    ("sandbox", Bench::overhead),
    ("class", Bench::class),
    ("bulk", Bench::bulk),
    ("build", Bench::build),
    ("labs", |bench, table| {
        let labs = Labs::new(bench);
        table.ready();
        labs.checks(table);
        labs.apart(table);
        labs.against_a_script(table);
        labs.first_answer(table);
    }),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    // `cargo test --benches` asks only whether it starts.
    if named("--test") {
        return;
    }
    let all = !SECTIONS.iter().any(|(name, _)| named(name));
    let bench = Bench::new(named("--quick"));
    let mut table = Table::new();
    for (name, measure) in SECTIONS {
        if all || named(name) {
            table.ready();
            measure(&bench, &mut table);
        }
    }
    table.end();
}
