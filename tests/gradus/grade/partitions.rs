//! The results of all parts are merged into those of the whole, or refused.

use super::class::{class, grade, hand_in, learner, results};
use crate::harness::{Desk, Extent, Run};

const SIZE: usize = 9;

/// Grades the class in `of` parts, the last one first.
fn in_parts(desk: &Desk, scheme: &str, of: usize) -> Vec<String> {
    let parts: Vec<String> = (1..=of)
        .map(|part| format!("{scheme}-{part}-of-{of}"))
        .collect();
    for (index, out) in parts.iter().enumerate().rev() {
        let partition = format!("{scheme}:{}/{of}", index + 1);
        let run = grade(desk, out, &["--partition", &partition]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    parts
}

fn merge(desk: &Desk, parts: &[&str], out: &str) -> Run {
    let mut arguments = vec!["merge"];
    arguments.extend(parts);
    arguments.extend(["--out", out]);
    desk.gradus(&arguments)
}

fn strs(parts: &[String]) -> Vec<&str> {
    parts.iter().map(String::as_str).collect()
}

#[test]
fn any_number_of_parts_makes_the_same_whole() {
    let desk = class(SIZE);
    grade(&desk, "whole", &["--jobs", "1"]);
    let whole = results(&desk, "whole");
    let schemes = [("hash", 3), ("slice", 4), ("slice", 1), ("slice", 7)];
    let count = if Extent::wanted() == Extent::Ordinary {
        1
    } else {
        4
    };
    for (scheme, of) in schemes.into_iter().take(count) {
        let parts = in_parts(&desk, scheme, of);
        let mut parts = strs(&parts);
        parts.rotate_left(of / 2);
        let out = format!("merged-{scheme}-{of}");
        let run = merge(&desk, &parts, &out);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(results(&desk, &out), whole, "{scheme} {of}");
    }
}

/// Whoever writes `passed` into a record has changed less than what makes a pass.
#[test]
fn a_record_that_contradicts_itself_is_refused() {
    let desk = class(2);
    let run = grade(&desk, "out", &["--partition", "none"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let pass = |line: &str| line.replacen("\"verdict\":\"failed\"", "\"verdict\":\"passed\"", 1);
    let rich = |line: &str| {
        let (before, score) = line.split_once("\"score\":").expect("a score");
        let (_, behind) = score.split_once(',').expect("more keys");
        format!("{before}\"score\":90.5,{behind}")
    };
    for name in ["results.jsonl", "journal.jsonl"] {
        let path = format!("here/out/{name}");
        let whole = desk.read(&path);
        let lines: Vec<&str> = whole.lines().collect();
        let place = lines.iter().position(|line| line.contains("learner-001"));
        let place = place.expect("a record");
        let record = lines[place];
        for (forged, words) in [
            (
                pass(record),
                "its verdict is `passed`, and its tests say otherwise",
            ),
            (rich(record), "its score is above its maximum"),
        ] {
            assert_ne!(forged, record);
            let mut changed = lines.clone();
            changed[place] = &forged;
            desk.write(&path, &(changed.join("\n") + "\n"));
            let run = if name.starts_with("results") {
                merge(&desk, &["out"], "merged")
            } else {
                grade(&desk, "out", &["--partition", "none"])
            };
            assert_eq!(run.code, Some(3), "{name}: {run:?}");
            let told = format!("{name}:{}", place + 1);
            assert!(
                run.stderr.contains(&told) && run.stderr.contains(words),
                "{run:?}"
            );
        }
        desk.write(&path, &whole);
    }
}

#[test]
fn parts_that_do_not_make_a_whole_are_refused_with_every_reason() {
    let desk = class(SIZE);
    let parts = in_parts(&desk, "slice", 3);
    let [one, two, three] = strs(&parts)[..] else {
        unreachable!("there are three");
    };
    let refused = |parts: &[&str], why: &[&str]| {
        let run = merge(&desk, parts, "merged");
        assert_eq!(run.code, Some(3), "{run:?}");
        for why in why {
            assert!(run.stderr.contains(why), "{why}: {run:?}");
        }
        assert!(!desk.path("here/merged/results.jsonl").exists());
    };
    refused(
        &[one, three],
        &["slice:2/3 is missing", "3 of 9 submissions have no record"],
    );
    refused(&[one, two, three, two], &["slice:2/3 appears twice"]);
    let hashed = in_parts(&desk, "hash", 3);
    refused(
        &[one, two, &hashed[2]],
        &["hash-3-of-3/results.jsonl is hash:3/3, but another part is"],
    );

    // A part that lost a record, one that has it twice, and one whose record is another's.
    let path = "here/slice-2-of-3/results.jsonl";
    let whole = desk.read(path);
    let lines: Vec<&str> = whole.lines().collect();
    let with = |lines: &[&str]| desk.write(path, &(lines.join("\n") + "\n"));
    with(&lines[..lines.len() - 1]);
    refused(&[one, two, three], &["1 of 9 submissions have no record"]);
    with(&[&lines[..], &[lines[1]]].concat());
    refused(&[one, two, three], &["learner-001/double appears twice"]);
    let changed = lines[1].replace("\"verdict\":\"failed\"", "\"verdict\":\"crashed\"");
    with(&[&lines[..], &[&changed]].concat());
    refused(
        &[one, two, three],
        &["learner-001/double appears twice, with different results"],
    );
    let foreign = lines[1].replace("learner-001", "learner-999");
    with(&[&[lines[0], &foreign], &lines[2..]].concat());
    refused(
        &[one, two, three],
        &["the 9 submissions are not the 9 that were graded"],
    );
    with(&[&[lines[0], "{"], &lines[2..]].concat());
    refused(
        &[one, two, three],
        &["slice-2-of-3/results.jsonl:2: not a line of results"],
    );
    with(&lines);

    // A part that was graded after the class had changed.
    hand_in(&desk, "zoe", "");
    grade(&desk, "late", &["--partition", "slice:3/3"]);
    refused(
        &[one, two, "late"],
        &["belong to different gradings: other submissions were graded"],
    );
}

#[test]
fn records_in_the_wrong_part_are_found() {
    let desk = class(4);
    let parts = in_parts(&desk, "slice", 2);
    let text = |part: usize| desk.read(&format!("here/{}/results.jsonl", parts[part]));
    let (first, second) = (text(0), text(1));
    let swap = |to: &str, header: &str, from: &str| {
        let header = header.lines().next().expect("a header");
        let records: Vec<&str> = from.lines().skip(1).collect();
        desk.write(to, &format!("{header}\n{}\n", records.join("\n")));
    };
    swap("here/slice-1-of-2/results.jsonl", &first, &second);
    swap("here/slice-2-of-2/results.jsonl", &second, &first);
    let run = merge(&desk, &strs(&parts), "merged");
    assert_eq!(run.code, Some(3), "{run:?}");
    let why = format!("{}/double does not belong in", learner(0));
    assert!(run.stderr.contains(&why), "{run:?}");
}

#[test]
fn a_scheduler_says_which_part_it_is_unless_the_command_line_does() {
    let desk = class(4);
    let slurm = [
        ("SLURM_ARRAY_TASK_ID", "3"),
        ("SLURM_ARRAY_TASK_COUNT", "2"),
        ("SLURM_ARRAY_TASK_MIN", "2"),
        ("SLURM_ARRAY_TASK_STEP", "1"),
    ];
    let run = |out, more: &[&str], variables: &[(&str, &str)]| {
        let run = desk.gradus_with(&super::class::arguments(out, more), "", variables);
        assert_eq!(run.code, Some(0), "{run:?}");
        (run.stderr, results(&desk, out)[0]["partition"].clone())
    };
    let (said, partition) = run("array", &[], &slurm);
    assert!(
        said.contains("Partition slice:2/2, as SLURM_ARRAY_TASK_ID"),
        "{said}"
    );
    assert_eq!(partition, "slice:2/2");
    assert_eq!(
        run("named", &["--partition", "hash:1/2"], &slurm).1,
        "hash:1/2"
    );
    assert!(run("all", &["--partition", "none"], &slurm).1.is_null());
    let matrix = [("GRADUS_PARTITION", "slice:1/2")];
    assert_eq!(run("matrix", &[], &matrix).1, "slice:1/2");
    let wrong = [("GRADUS_PARTITION", "slice:3/2")];
    let run = desk.gradus_with(&super::class::arguments("wrong", &[]), "", &wrong);
    assert_eq!(run.code, Some(2), "{run:?}");
}
