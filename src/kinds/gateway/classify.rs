//! Labs with `judge = "rules"`: a learner's rules classify failed requests by their log lines.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use serde::Deserialize;
use toml::Spanned;

use super::lab::config::Config;
use super::lab::learner_toml::{self, diagnostic};
use super::lab::nonce::Nonce;
use super::lab::prober::Traces;
use super::lab::{Lab, Nginx, Probe, Started, prober};
use super::probing::{self, NotStarted, not_started};
use super::task::{FILE as CONFIG, Files, GatewayTask, title};
use crate::check::{
    CheckError, Context, Diagnostic, Event, Outcome, Phase, TestOutcome, TestResult, TestVerdict,
    Values,
};
use crate::source::line_of;
use crate::sys::clock::Stopwatch;
use crate::text::visible;

pub(super) const FILE: &str = "rules.toml";
/// The value of `error` that means no line.
const NO_LINE: &str = "none";
/// The length of the random query of a request, in hexadecimal digits.
const FRESH: usize = 8;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<ClassifyRule>>,
}

/// A rule: assigns a cause to the requests whose log lines contain these parts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassifyRule {
    cause: String,
    /// A part of a line of the error log; `none` if there must be no line.
    error: Option<String>,
    /// A part of the line of the access log.
    access: Option<String>,
}

impl ClassifyRule {
    fn matches(&self, traces: &Traces) -> bool {
        let in_error = self.error.as_ref().is_none_or(|part| match part.as_str() {
            NO_LINE => traces.errors.is_empty(),
            part => traces.errors.iter().any(|line| line.contains(part)),
        });
        let in_access = self
            .access
            .as_ref()
            .is_none_or(|part| traces.accesses.iter().any(|line| line.contains(part)));
        in_error && in_access
    }
}

pub(super) fn judge(
    task: &GatewayTask,
    files: &Files,
    context: &Context,
) -> Result<Outcome, CheckError> {
    let own = files.get(FILE).map_or("", String::as_str);
    let rules = match parse(own, &causes(&task.probes)) {
        Ok(rules) => rules,
        Err(diagnostics) => {
            let outcome = Outcome {
                diagnostics,
                ..Outcome::default()
            };
            return Ok(not_started(task, NotStarted::Other, outcome, context));
        }
    };
    let watch = Stopwatch::start();
    let mut lab = start(task, files, context)?;
    let started = Phase {
        name: "start",
        duration: watch.elapsed(),
    };
    let watch = Stopwatch::start();
    context.tell(Event::Step("sending requests, and applying the rules"));
    let mut found: Vec<TestResult> = task.probes.iter().map(|_| TestResult::passed()).collect();
    for (place, probe) in shuffled_requests(&task.probes) {
        let traces = prober::traces(&mut lab, &probe, context)?;
        if context.cancel.is_cancelled() {
            return Err(CheckError::Cancelled);
        }
        let result = found
            .get_mut(place)
            .filter(|it| it.verdict == TestVerdict::Passed);
        if let (Some(result), Some(values)) = (result, wrong_cause(&probe, &rules, &traces)) {
            *result = probing::hide_values(context.feedback, TestVerdict::Failed.with(values));
        }
    }
    let tests = task.probes.iter().zip(found).map(|(probe, result)| {
        let outcome = TestOutcome {
            test: title(probe),
            result,
        };
        context.tell(Event::Test(outcome.clone()));
        outcome
    });
    let phases = std::iter::once(started).chain(probing::probing(&lab, watch.elapsed()));
    Ok(Outcome {
        phases: phases.collect(),
        tests: tests.collect(),
        ..Outcome::default()
    })
}

/// Starts the exercise's hidden gateway, whose paths and ports differ from those the learner knows.
fn start(task: &GatewayTask, files: &Files, context: &Context) -> Result<Lab, CheckError> {
    let given = || files.get(CONFIG).map_or("", String::as_str);
    let text = task.unseen.as_deref().unwrap_or_else(given);
    let broken = |what: &str| {
        CheckError::exercise(format!("{}: its nginx does not start: {what}", task.folder))
    };
    let config = Config::parse(text).map_err(|fault| broken(&fault.message))?;
    let started = Lab::start(task.plan()?, &config, &Nginx::required(context)?, context)?;
    match started {
        Started::Up(lab) => Ok(*lab),
        Started::Refused(said) => Err(broken(
            said.first().map_or("", |said| said.message.as_str()),
        )),
    }
}

/// The causes that rules may name.
fn causes(probes: &[Probe]) -> BTreeSet<&str> {
    let causes = probes
        .iter()
        .filter_map(|probe| probe.expect.cause.as_deref());
    causes.filter(|cause| !cause.is_empty()).collect()
}

/// Every request of `probes` as a probe of its own, with the index of its probe, in random order and with a
/// random query.
fn shuffled_requests(probes: &[Probe]) -> Vec<(usize, Probe)> {
    let mut requests = Vec::new();
    for (place, probe) in probes.iter().enumerate() {
        for path in probe.send.all_paths() {
            for _ in 0..probe.send.times {
                let mut request = probe.clone();
                let fresh = Nonce::fresh();
                request.send.path = format!("{path}?{}", &fresh.as_str()[..FRESH]);
                request.send.paths.clear();
                request.send.times = 1;
                requests.push((place, request));
            }
        }
    }
    let order = RandomState::new();
    requests.sort_by_cached_key(|(_, probe)| order.hash_one(&probe.send.path));
    requests
}

/// What `rules` got wrong about the request of `probe`.
fn wrong_cause(probe: &Probe, rules: &[ClassifyRule], traces: &Traces) -> Option<Values> {
    let expected = probe.expect.cause.as_deref().unwrap_or_default();
    let found = rules.iter().position(|rule| rule.matches(traces));
    let cause = found.map_or("", |place| rules[place].cause.as_str());
    if cause == expected {
        return None;
    }
    let got = match found {
        Some(place) => format!("`{cause}`, by rule {}", place + 1),
        None => "no rule matches".to_owned(),
    };
    let expected = match expected {
        "" => "no rule that matches".to_owned(),
        cause => format!("`{cause}`"),
    };
    let access = traces.accesses.first().map(String::as_str);
    let error = traces.errors.first().map(String::as_str);
    Some(Values {
        input: Some(visible(access.unwrap_or("no line in access.log"))),
        expected: Some(expected),
        got: Some(got),
        note: Some(visible(error.unwrap_or("no line in error.log"))),
    })
}

fn parse(text: &str, causes: &BTreeSet<&str>) -> Result<Vec<ClassifyRule>, Vec<Diagnostic>> {
    let file: RulesFile = learner_toml::parse(FILE, text)?;
    let known: Vec<_> = causes.iter().copied().collect();
    let known = format!("the causes are {}", known.join(", "));
    let mut faults = Vec::new();
    for spanned in &file.rules {
        let line = line_of(text, spanned);
        let ClassifyRule {
            cause,
            error,
            access,
        } = spanned.get_ref();
        if !causes.contains(cause.as_str()) {
            faults.push(diagnostic(
                FILE,
                line,
                &format!("there is no cause `{cause}`"),
                Some(&known),
            ));
        }
        let parts = [error, access];
        if parts.iter().all(|part| part.is_none()) {
            let help = "write `error`, `access` or both";
            faults.push(diagnostic(
                FILE,
                line,
                "this rule matches every request",
                Some(help),
            ));
        }
        if parts.into_iter().flatten().any(String::is_empty) {
            let help = "write a part of the line; for no line in error.log, `error = \"none\"`";
            faults.push(diagnostic(
                FILE,
                line,
                "an empty part is in every line",
                Some(help),
            ));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(file.rules.into_iter().map(Spanned::into_inner).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Result<Vec<ClassifyRule>, Vec<String>> {
        let causes = BTreeSet::from(["app-down", "too-late"]);
        let told = |faults: Vec<Diagnostic>| faults.into_iter().map(|it| it.text).collect();
        parse(text, &causes).map_err(told)
    }

    fn traces(errors: &[&str], access: &str) -> Traces {
        Traces {
            errors: errors.iter().map(ToString::to_string).collect(),
            accesses: vec![access.to_owned()],
        }
    }

    fn rule(text: &str) -> ClassifyRule {
        let text = format!("[[rule]]\ncause = 'app-down'\n{text}");
        rules(&text).unwrap().remove(0)
    }

    #[test]
    fn a_rule_matches_when_each_of_its_parts_does() {
        let refused = traces(&["[error] 111: Connection refused"], "status=502 ua=[x]");
        let silent = traces(&[], "status=502 ua=[x]");
        assert!(rule("error = 'refused'").matches(&refused));
        assert!(rule("access = 'status=502'").matches(&refused));
        assert!(!rule("error = 'refused'\naccess = 'status=200'").matches(&refused));
        assert!(!rule("error = 'refused'").matches(&silent));
        assert!(rule("error = 'none'\naccess = '=502'").matches(&silent));
        assert!(!rule("error = 'none'").matches(&refused));
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_line() {
        let told = |text: &str| rules(text).unwrap_err();
        let unknown = told("[[rule]]\ncause = 'nginx-bug'\nerror = 'none'\n");
        assert!(unknown[0].starts_with("rules.toml:1: there is no cause `nginx-bug`\nhelp: the"));
        let empty =
            told("\n[[rule]]\ncause = 'too-late'\n[[rule]]\ncause = 'too-late'\nerror = ''");
        assert!(empty[0].starts_with("rules.toml:2: this rule matches every request"));
        assert!(empty[1].starts_with("rules.toml:4: an empty part is in every line"));
        assert_eq!(told("[[rule]\n").len(), 1);
        assert_eq!(rules("# nothing yet\n").unwrap(), []);
    }

    #[test]
    fn the_first_rule_decides_and_what_went_well_needs_none() {
        let probe = |cause: &str| {
            Probe::fixture(&format!("expect = {{ status = 502, cause = '{cause}' }}"))
        };
        let all = rules(
            "[[rule]]\ncause = 'too-late'\nerror = 'timed out'\n\
             [[rule]]\ncause = 'app-down'\naccess = 'status=502'\n",
        );
        let all = all.unwrap();
        let late = traces(&["upstream timed out"], "status=502");
        assert_eq!(wrong_cause(&probe("too-late"), &all, &late), None);
        let values = wrong_cause(&probe("app-down"), &all, &late).unwrap();
        assert_eq!(values.got.as_deref(), Some("`too-late`, by rule 1"));
        let fine = traces(&[], "status=200");
        assert_eq!(wrong_cause(&probe(""), &all, &fine), None);
        let values = wrong_cause(&probe("app-down"), &all, &fine).unwrap();
        assert_eq!(values.got.as_deref(), Some("no rule matches"));
    }

    #[test]
    fn every_request_is_sent_once_under_a_fresh_path() {
        let probe = Probe::fixture(
            "send = { paths = ['/x', '/y'], times = 3 }\nexpect = { status = 502, cause = 'app-down' }",
        );
        let requests = shuffled_requests(&[probe]);
        let paths: BTreeSet<_> = requests
            .iter()
            .map(|(_, it)| it.send.path.clone())
            .collect();
        assert_eq!((requests.len(), paths.len()), (6, 6));
        assert!(
            requests
                .iter()
                .all(|(_, request)| request.send.requests() == 1)
        );
    }
}
