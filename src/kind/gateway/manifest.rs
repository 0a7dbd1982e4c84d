//! Reads what an exercise of this kind has of its own: the table `gateway` of `exercise.toml`,
//! `hidden/probes.toml` and the configurations.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::{CONFIG_TEST, GatewayTask, REFUSAL};
use crate::course::{Problem, WrongSolution, line_of, toml_problem};
use crate::kind::Folder;
use crate::lab::{Plan, Probe, UpstreamPlan};

/// What a learner sees before anything is mended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symptom {
    /// The status that the first probe gets.
    pub(super) status: u16,
    /// A part of the line that the error log then has.
    pub(super) log: String,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    gateway: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    listen: u16,
    #[serde(default, rename = "upstream")]
    upstreams: Vec<Spanned<UpstreamPlan>>,
    symptom: Option<Symptom>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probes {
    #[serde(default, rename = "probe")]
    probes: Vec<Spanned<Probe>>,
}

/// Reads the exercise in `folder`; what is wrong goes to `problems`.
pub(super) fn load(folder: &Folder<'_>, problems: &mut Vec<Problem>) -> GatewayTask {
    let (plan, symptom) = table(folder, problems).unzip();
    let probes = probes(folder, plan.as_ref(), problems);
    let mut text = |path: &str| text(folder, path, problems);
    let (starter, solution) = (text("starter/nginx.conf"), text("solution/nginx.conf"));
    let wrong = wrong(folder, &probes, problems);
    GatewayTask {
        folder: folder.prefix(),
        plan,
        symptom: symptom.flatten(),
        probes,
        starter,
        solution,
        wrong,
    }
}

fn text(folder: &Folder<'_>, path: &str, problems: &mut Vec<Problem>) -> String {
    let text = folder.file(path);
    if text.is_none() {
        problems.push(Problem::new(folder.prefix() + path, "missing"));
    }
    text.unwrap_or_default().to_owned()
}

fn table(folder: &Folder<'_>, problems: &mut Vec<Problem>) -> Option<(Plan, Option<Symptom>)> {
    let file = folder.prefix() + "exercise.toml";
    let table = match toml::from_str::<Manifest>(folder.manifest) {
        Ok(manifest) => manifest.gateway,
        Err(error) => {
            let help = "a lab needs a table `[gateway]` with `listen`, and `[[gateway.upstream]]`";
            problems.push(toml_problem(&file, folder.manifest, 1, &error).help(help));
            return None;
        }
    };
    let mut names = BTreeSet::new();
    let mut ports = BTreeSet::from([table.listen]);
    for upstream in &table.upstreams {
        let line = line_of(folder.manifest, upstream);
        let UpstreamPlan { name, port, .. } = upstream.get_ref();
        if !names.insert(name) {
            let message = format!("upstream `{name}` is there twice");
            problems.push(Problem::new(&file, message).at(line));
        }
        if !ports.insert(*port) {
            let message = format!("port {port} is taken by something else of this lab");
            problems.push(Problem::new(&file, message).at(line));
        }
    }
    let upstreams = table.upstreams.into_iter().map(Spanned::into_inner);
    let plan = Plan {
        listen: table.listen,
        upstreams: upstreams.collect(),
    };
    Some((plan, table.symptom))
}

fn probes(folder: &Folder<'_>, plan: Option<&Plan>, problems: &mut Vec<Problem>) -> Vec<Probe> {
    let file = folder.prefix() + "hidden/probes.toml";
    let Some(text) = folder.file("hidden/probes.toml") else {
        let help = "a probe is a table `[[probe]]` with `name`, `title` and `expect`";
        problems.push(Problem::new(file, "missing").help(help));
        return Vec::new();
    };
    match toml::from_str::<Probes>(text) {
        Ok(Probes { probes }) => {
            report(&file, text, &probes, plan, problems);
            probes.into_iter().map(Spanned::into_inner).collect()
        }
        Err(error) => {
            problems.push(toml_problem(&file, text, 1, &error));
            Vec::new()
        }
    }
}

fn report(
    file: &str,
    text: &str,
    probes: &[Spanned<Probe>],
    plan: Option<&Plan>,
    problems: &mut Vec<Problem>,
) {
    if probes.is_empty() {
        problems.push(Problem::new(file, "there is no probe"));
    }
    let mut names = BTreeSet::new();
    for spanned in probes {
        let probe = spanned.get_ref();
        let name = &probe.name;
        let mut problem = |message: String| {
            problems.push(Problem::new(file, message).at(line_of(text, spanned)));
        };
        if !names.insert(name) || name == REFUSAL || name == CONFIG_TEST {
            problem(format!("the probe's name `{name}` is taken"));
        }
        if probe.title.trim().is_empty() {
            problem(format!("probe `{name}` has no title"));
        }
        if !is_path(&probe.send.path) {
            problem(format!(
                "probe `{name}`: a path starts with `/` and has no blanks"
            ));
        }
        if probe.send.times == 0 {
            problem(format!("probe `{name}` sends nothing"));
        }
        for upstream in probe.upstreams() {
            if plan.is_some_and(|plan| plan.upstreams.iter().all(|known| known.name != upstream)) {
                problem(format!(
                    "probe `{name}` names the upstream `{upstream}`, which is not there"
                ));
            }
        }
    }
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns the wrong solutions whose files are there, with their texts; that a file is missing or
/// not named is told for every kind alike.
fn wrong(
    folder: &Folder<'_>,
    probes: &[Probe],
    problems: &mut Vec<Problem>,
) -> Vec<(WrongSolution, String)> {
    for WrongSolution {
        caught_by, line, ..
    } in folder.wrong
    {
        let known = probes.iter().any(|probe| probe.name == *caught_by);
        if !known && caught_by != CONFIG_TEST && caught_by != REFUSAL {
            let file = folder.prefix() + "exercise.toml";
            let message = format!("`caught_by` names `{caught_by}`, which is not a probe");
            let help = format!("name a probe, `{CONFIG_TEST}` or `{REFUSAL}`");
            problems.push(Problem::new(file, message).at(*line).help(help));
        }
    }
    let wrong = folder.wrong.iter();
    wrong
        .filter_map(|wrong| Some((wrong.clone(), folder.file(&wrong.path)?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::course::Tree;

    const MANIFEST: &str = "kind = 'gateway'\n[gateway]\nlisten = 8080\n\
                            [[gateway.upstream]]\nname = 'shop'\nport = 3000\nbehaviour = 'healthy'\n";

    fn problems(manifest: &str, probes: &str) -> Vec<String> {
        let file =
            |path: &str, text: &str| (format!("exercises/x/{path}"), Cow::Owned(text.to_owned()));
        let tree = Tree::new([
            file("starter/nginx.conf", ""),
            file("solution/nginx.conf", ""),
            file("hidden/probes.toml", probes),
        ]);
        let folder = Folder {
            id: &"x".parse().unwrap(),
            tree: &tree,
            manifest,
            wrong: &[],
        };
        let mut problems = Vec::new();
        load(&folder, &mut problems);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_probe_that_is_complete_has_no_problem() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect = { status = 200, from = 'shop' }\n\
                      [[probe]]\nname = 'b'\ntitle = 'B'\nafter_stop = 'shop'\n\
                      send = { method = 'POST', path = '/x', times = 2 }\nexpect.status = 502\n";
        assert_eq!(problems(MANIFEST, probes), Vec::<String>::new());
    }

    #[test]
    fn every_fault_of_the_probes_is_told_with_its_line() {
        let probes = "[[probe]]\nname = 'a'\ntitle = ''\nexpect = { status = 200, from = 'ship' }\n\
                      [[probe]]\nname = 'a'\ntitle = 'B'\nsend = { path = 'x', times = 0 }\nexpect.status = 502\n";
        let file = "exercises/x/hidden/probes.toml";
        assert_eq!(
            problems(MANIFEST, probes),
            [
                format!("{file}:1: probe `a` has no title"),
                format!("{file}:1: probe `a` names the upstream `ship`, which is not there"),
                format!("{file}:5: the probe's name `a` is taken"),
                format!("{file}:5: probe `a`: a path starts with `/` and has no blanks"),
                format!("{file}:5: probe `a` sends nothing"),
            ],
        );
    }

    #[test]
    fn a_lab_without_its_table_or_with_a_port_twice_is_told() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let without = problems("kind = 'gateway'\n", probes);
        assert!(
            without[0].contains("missing field `gateway`"),
            "{without:?}"
        );
        let twice = problems(&MANIFEST.replace("3000", "8080"), probes);
        assert!(twice[0].contains("port 8080 is taken"), "{twice:?}");
    }
}
