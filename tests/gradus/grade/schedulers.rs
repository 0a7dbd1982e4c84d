//! The book's examples for schedulers: parsed as the scheduler parses them, and run.

use serde_json::Value;

use super::class::{class, grade, results};
use crate::repository::{Fence, fences};

const PAGE: &str = "book/src/grading/clusters.md";

fn fence(is_meant: impl Fn(&Fence) -> bool) -> Fence {
    let mut found = fences(PAGE).into_iter().filter(is_meant);
    found.next().expect("the page has it")
}

fn yaml(fence: &Fence) -> Value {
    serde_saphyr::from_str(&fence.text).unwrap_or_else(|error| panic!("{}: {error}", fence.place()))
}

#[test]
fn an_indexed_job_grades_each_part_once() {
    let job = yaml(&fence(|fence| fence.info.contains("grade.yaml")));
    assert_eq!(
        (&job["apiVersion"], &job["kind"]),
        (&"batch/v1".into(), &"Job".into())
    );
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert!(spec["backoffLimitPerIndex"].is_u64(), "{spec}");
    let pod = &spec["template"]["spec"];
    // `backoffLimitPerIndex` is refused with any other policy.
    assert_eq!(pod["restartPolicy"], "Never");
    let container = &pod["containers"][0];
    let mounted = &container["volumeMounts"][0];
    assert_eq!(mounted["name"], pod["volumes"][0]["name"]);
    assert_eq!(mounted["mountPath"], container["workingDir"]);
    let completions = spec["completions"].as_u64().expect("a number");
    let variable = &container["env"][0];
    assert_eq!(variable["name"], "JOB_COMPLETIONS");
    assert_eq!(
        variable["value"],
        completions.to_string(),
        "what the header says of the parts"
    );

    let command = container["command"].as_array().expect("a list");
    let [shell, option, script] = &command[..] else {
        panic!("{command:?}");
    };
    assert_eq!((shell, option), (&"sh".into(), &"-c".into()));
    let script = script.as_str().expect("text");
    let desk = class(10);
    grade(&desk, "whole", &[]);
    desk.shell("ln -s ../class class && ln -s ../course course");
    for index in 0..completions {
        let run = desk.shell(&format!(
            "export JOB_COMPLETION_INDEX={index} JOB_COMPLETIONS={completions}; {script}"
        ));
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let run = desk.shell("gradus merge parts/*/ --out merged");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(results(&desk, "merged"), results(&desk, "whole"));
}

#[test]
fn the_matrix_of_the_page_is_that_of_the_workflow() {
    let shown = yaml(&fence(|fence| fence.info == "yaml"));
    let desk = class(0);
    let run = desk.gradus(&["pack", "--github", "--out", "ci"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let text = desk.read("here/ci/.github/workflows/grade.yml");
    let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
    let job = &workflow["jobs"]["part"];
    for key in ["strategy", "env"] {
        assert_eq!(shown[key], job[key], "{key}");
    }
}
