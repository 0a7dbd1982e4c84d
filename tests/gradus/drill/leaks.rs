//! Nothing that a learner can see discloses the fault of an open drill.

use std::fs;

use gradus::kinds::gateway::drill::{DrillSpec, Fault};

use super::{course, seed_of, sit, spec, wait_gone};
use crate::harness::Extent;
use crate::machine::Machine;
use crate::processes;

/// Returns what would give `fault` away.
fn telling(spec: &DrillSpec, fault: &Fault) -> Vec<String> {
    let cause = spec.causes.iter().find(|cause| cause.id == fault.cause);
    let title = cause.map_or_else(String::new, |cause| cause.title.clone());
    vec![
        fault.id.clone(),
        fault.cause.clone(),
        title,
        fault.explain.clone(),
    ]
}

#[test]
fn nothing_on_the_screen_and_in_no_file_gives_the_fault_away() {
    let machine = Machine::new(&[]);
    let course = course();
    let spec = spec(&course);
    let exercises: Vec<_> = course
        .exercises
        .iter()
        .map(|it| it.id.to_string())
        .collect();
    for (fault, number) in spec.faults.iter().zip(1..) {
        let is_left_out = Extent::wanted() == Extent::Ordinary && number % 5 != 0;
        // A machine may lack what it needs, and then a seed leads elsewhere.
        if is_left_out || !fault.needs.is_empty() {
            continue;
        }
        let progress = fs::read_to_string(machine.path("work/.gradus/progress.json")).ok();
        let drill = sit(&machine, &["--seed", &seed_of(&spec, &fault.id)]);
        let mut seen = drill.heard();
        for said in [&["lab", "ps"][..], &["lab", "ps", "--json"]] {
            seen += &machine.says(said);
        }
        seen += &processes::of_folder(&machine.path("")).join("\n");
        let whole: String = spec.system.files().values().cloned().collect();
        let mut folders = vec![
            machine.path("work/drills"),
            machine.path("work/.gradus"),
            machine.path(".local/state/gradus"),
        ];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                seen.extend(["\n", &entry.path().to_string_lossy(), "\n"]);
                match fs::read_to_string(entry.path()) {
                    // What is over is no secret.
                    Ok(_) if entry.file_name() == "drills.json" => {}
                    // It has cards of causes that were missed before, and gets none by this drill yet.
                    Ok(text) if Some(&text) == progress.as_ref() => {}
                    Ok(text) => seen += &text,
                    Err(_) if entry.path().is_dir() => folders.push(entry.path()),
                    Err(_) => {}
                }
            }
        }
        let telling = telling(&spec, fault);
        let telling = telling.iter().filter(|word| !whole.contains(*word));
        for word in telling.chain(exercises.iter()) {
            assert!(!seen.contains(word.as_str()), "{word:?} is in\n{seen}");
        }
        assert!(seen.contains("drill-"), "{seen}");
        machine.gradus(&["drill", "give-up"]);
        drop(drill);
        wait_gone(&machine);
        assert!(number <= spec.faults.len());
    }
}
