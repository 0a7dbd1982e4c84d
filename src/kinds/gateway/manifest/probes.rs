//! Reads `hidden/probes.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use crate::kinds::gateway::lab::{Plan, Probe};
use crate::kinds::gateway::task::CATCHERS;
use crate::source::{Problem, line_of, toml_problem};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probes {
    #[serde(default, rename = "probe")]
    probes: Vec<Spanned<Probe>>,
}

pub(in crate::kinds::gateway) fn read(
    file: &str,
    text: Option<&str>,
    plan: Option<&Plan>,
    problems: &mut Vec<Problem>,
) -> Vec<Probe> {
    let Some(text) = text else {
        let help = "a probe is a table `[[probe]]` with `name`, `title` and `expect`";
        problems.push(Problem::new(file, "missing").help(help));
        return Vec::new();
    };
    match toml::from_str::<Probes>(text) {
        Ok(Probes { probes }) => {
            report(file, text, &probes, plan, problems);
            probes.into_iter().map(Spanned::into_inner).collect()
        }
        Err(error) => {
            problems.push(toml_problem(file, text, 1, &error));
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
        if !names.insert(name) || CATCHERS.contains(&name.as_str()) {
            problem(format!("the probe's name `{name}` is taken"));
        }
        for fault in probe.faults() {
            problem(format!("probe `{name}` {fault}"));
        }
        for upstream in probe.upstreams() {
            if plan.is_some_and(|plan| plan.upstreams.iter().all(|known| known.name != upstream)) {
                problem(format!(
                    "probe `{name}` names the upstream `{upstream}`, which does not exist"
                ));
            }
        }
    }
}
