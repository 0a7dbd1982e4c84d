//! Workflow files: parsed as their services parse them, and their commands run.

use serde_json::Value;

use super::packed;
use crate::harness::{Desk, Run};

/// Stands in for the command that installs Gradus.
const INSTALL: &str = "echo installed";
const RIGHT: &str = "pub fn double(n: i64) -> Option<i64> { n.checked_mul(2) }";

fn yaml(desk: &Desk, path: &str) -> Value {
    let text = desk.read(path);
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the commands of a job: GitHub's steps that run something, GitLab's script.
fn commands(job: &Value) -> Vec<String> {
    let github = job["steps"].as_array().into_iter().flatten();
    let github = github.filter_map(|step| step["run"].as_str());
    let gitlab = job["script"].as_array().into_iter().flatten();
    let gitlab = gitlab.filter_map(Value::as_str);
    github.chain(gitlab).map(str::to_owned).collect()
}

/// Runs a job in the current folder after `before`: each command in a shell of its own that ends at
/// the first that fails, as GitHub does. GitLab's shell is one for all, which asks no more.
fn play(desk: &Desk, before: &str, job: &Value) -> Vec<Run> {
    let runs = commands(job);
    assert!(runs.len() > 1, "{job}");
    let runs = runs
        .iter()
        .map(|command| desk.shell(&format!("{before}\nset -e\n{command}")));
    runs.collect()
}

#[test]
fn a_class_runs_public_examples_and_has_no_secret() {
    let desk = packed();
    desk.write(
        "here/class/gradus-workspace/exercises/double/src/lib.rs",
        RIGHT,
    );
    let github = yaml(&desk, "here/class/.github/workflows/gradus.yml");
    assert_eq!(github["permissions"]["contents"], "read");
    let gitlab = yaml(&desk, "here/class/.gitlab-ci.yml");
    for (file, job) in [
        ("gradus.yml", &github["jobs"]["check"]),
        (".gitlab-ci.yml", &gitlab["public-examples"]),
    ] {
        assert!(!job.to_string().contains("secrets."), "{file}");
        let script = commands(job);
        let check = script.last().expect("a command");
        let run = desk.shell(&format!("cd class\n{check}"));
        assert_eq!(run.code, Some(0), "{file}: {run:?}");
        assert!(run.stdout.contains("never a pass"), "{file}: {run:?}");
    }
    desk.write(
        "here/class/gradus-workspace/exercises/double/src/lib.rs",
        "",
    );
    let script = commands(&github["jobs"]["check"]);
    let run = desk.shell(&format!("cd class\n{}", script.last().expect("a command")));
    assert_eq!(run.code, Some(1), "{run:?}");
}

/// Returns a desk with an instructor's repository in `here`: the course, and a list of three
/// learners with repositories of their own.
fn repository(service: &str) -> Desk {
    let desk = Desk::new();
    let run = desk.gradus(&["pack", service, "--install", INSTALL, "--out", "ci"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    crate::harness::copy(&desk.path("course"), &desk.path("here/course"));
    let mut list = String::new();
    for (learner, source) in [("ada", RIGHT), ("bob", "pub fn double("), ("zoe", RIGHT)] {
        desk.write(
            &format!("repositories/{learner}/exercises/double/src/lib.rs"),
            source,
        );
        let made = desk.shell(&format!(
            "cd ../repositories/{learner} && git init -q && git add . && \
             git -c user.name=x -c user.email=x@x.example commit -qm work"
        ));
        assert_eq!(made.code, Some(0), "{made:?}");
        let path = desk.path(&format!("repositories/{learner}"));
        let line = format!("{learner}\tfile://{}\n", path.display());
        list += &line;
    }
    desk.write("here/class.tsv", &list);
    desk
}

fn assert_whole(desk: &Desk) {
    let results = desk.read("here/results/results.jsonl");
    let verdicts: Vec<String> = results
        .lines()
        .skip(1)
        .map(|line| {
            let record: Value = serde_json::from_str(line).expect("JSON");
            record["verdict"].as_str().expect("text").to_owned()
        })
        .collect();
    assert_eq!(verdicts, ["passed", "compile-error", "passed"]);
}

#[test]
fn github_grades_a_class_in_parts_and_puts_them_together() {
    let desk = repository("--github");
    let workflow = yaml(&desk, "here/ci/.github/workflows/grade.yml");
    let job = &workflow["jobs"]["part"];
    assert_eq!(
        job["strategy"]["fail-fast"], false,
        "a part that fails must not end the others"
    );
    let partition = job["env"]["GRADUS_PARTITION"].as_str().expect("text");
    let parts = job["strategy"]["matrix"]["part"]
        .as_array()
        .expect("a list");
    for part in parts {
        let partition = partition
            .replace("${{ matrix.part }}", &part.to_string())
            .replace("${{ strategy.job-total }}", &parts.len().to_string());
        // Each job has a machine of its own.
        desk.shell("rm -rf class part");
        let before = format!("export GRADUS_PARTITION={partition} CLASS_TOKEN=token");
        for run in play(&desk, &before, job) {
            assert_eq!(run.code, Some(0), "{run:?}");
        }
        let config = desk.read("here/class/ada/.git/config");
        assert!(!config.contains("token"), "{config}");
        // What upload-artifact and download-artifact do.
        desk.shell(&format!(
            "mkdir -p parts/part-{part} && cp part/results.jsonl parts/part-{part}/"
        ));
    }
    let merge = &workflow["jobs"]["merge"];
    // A lab that could not be graded there makes a part red, and takes no result from anybody.
    let uploads = job["steps"].as_array().into_iter().flatten();
    let upload = uploads
        .filter(|step| {
            step["uses"]
                .as_str()
                .is_some_and(|uses| uses.contains("upload"))
        })
        .map(|step| &step["if"]);
    let upload: Vec<_> = upload.collect();
    assert_eq!(upload, ["${{ !cancelled() }}"]);
    assert_eq!(merge["if"], "${{ !cancelled() }}");
    assert_eq!(merge["needs"], "part");
    assert!(play(&desk, "", merge).iter().all(|run| run.code == Some(0)));
    assert_whole(&desk);
}

#[test]
fn gitlab_grades_a_class_in_parts_and_puts_them_together() {
    let desk = repository("--gitlab");
    let workflow = yaml(&desk, "here/ci/.gitlab-ci.yml");
    let job = &workflow["grade"];
    let total = job["parallel"].as_u64().expect("a number");
    for node in 1..=total {
        desk.shell("rm -rf class");
        let before = format!("export CI_NODE_INDEX={node} CI_NODE_TOTAL={total} CLASS_TOKEN=token");
        for run in play(&desk, &before, job) {
            assert_eq!(run.code, Some(0), "{run:?}");
        }
    }
    assert_eq!(job["artifacts"]["when"], "always");
    assert_eq!(workflow["merge"]["when"], "always");
    for run in play(&desk, "", &workflow["merge"]) {
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    assert_whole(&desk);
}
