//! Reads the folder `drill/` of a course.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::fault::{Edit, with_faults};
use super::{DrillSpec, FOLDER, Fault, MANIFEST, Possibility, Shows};
use crate::kinds::gateway::lab::need::Need;
use crate::kinds::gateway::lab::probe::{Expect, Send};
use crate::kinds::gateway::system::{System, SystemTable};
use crate::source::{Problem, Tree, line_of, toml_problem};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DrillManifest {
    system: SystemTable,
    #[serde(default, rename = "hop")]
    hops: Vec<Spanned<Possibility>>,
    #[serde(default, rename = "cause")]
    causes: Vec<Spanned<Possibility>>,
    #[serde(default, rename = "fault")]
    faults: Vec<Spanned<FaultTable>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultTable {
    id: String,
    part: String,
    hop: String,
    cause: String,
    explain: String,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default, rename = "edit")]
    edits: Vec<Edit>,
    #[serde(default)]
    send: Send,
    expect: Option<Expect>,
    refused: Option<String>,
}

/// Reads the drill of the course in `tree`, if it has one; what is wrong goes to `problems`.
pub fn load(tree: &Tree, problems: &mut Vec<Problem>) -> Option<DrillSpec> {
    let Some(text) = tree.get(MANIFEST) else {
        if tree.below(FOLDER).next().is_some() {
            problems.push(Problem::new(MANIFEST, "missing"));
        }
        return None;
    };
    let manifest = match toml::from_str::<DrillManifest>(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            problems.push(toml_problem(MANIFEST, text, 1, &error));
            return None;
        }
    };
    let system = System::load(&manifest.system, (MANIFEST, text), FOLDER, tree, problems);
    let mut reader = Reader { text, problems };
    let hops = reader.possibilities("hop", &manifest.hops);
    let causes = reader.possibilities("cause", &manifest.causes);
    let mut faults: Vec<Fault> = Vec::new();
    for spanned in &manifest.faults {
        let table = spanned.get_ref().clone();
        let line = line_of(text, spanned);
        let mut problem = |message: String| reader.problem(line, message);
        if faults.iter().any(|known| known.id == table.id) {
            problem(format!("fault `{}` appears twice", table.id));
        }
        for (what, named, known) in [("hop", &table.hop, &hops), ("cause", &table.cause, &causes)] {
            if known.iter().all(|known| known.id != *named) {
                problem(format!(
                    "fault `{}`: no {what} is called `{named}`",
                    table.id
                ));
            }
        }
        match table.fault() {
            Ok(fault) => {
                if let Err(misfit) = with_faults(system.files(), &[&fault]) {
                    problem(misfit.to_string());
                }
                faults.push(fault);
            }
            Err(message) => problem(message),
        }
    }
    if faults.is_empty() {
        reader.problem(1, "there is no fault".to_owned());
        return None;
    }
    Some(DrillSpec {
        system,
        hops,
        causes,
        faults,
    })
}

struct Reader<'a> {
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, line: usize, message: String) {
        self.problems.push(Problem::new(MANIFEST, message).at(line));
    }

    fn possibilities(&mut self, what: &str, all: &[Spanned<Possibility>]) -> Vec<Possibility> {
        let mut ids = BTreeSet::new();
        for spanned in all {
            let id = &spanned.get_ref().id;
            if !ids.insert(id) {
                let message = format!("{what} `{id}` appears twice");
                self.problem(line_of(self.text, spanned), message);
            }
        }
        for spanned in all {
            let unknown = spanned
                .get_ref()
                .like
                .iter()
                .find(|like| !ids.contains(like));
            if let Some(like) = unknown {
                let message = format!("no {what} is called `{like}`");
                self.problem(line_of(self.text, spanned), message);
            }
        }
        all.iter().map(|it| it.get_ref().clone()).collect()
    }
}

impl FaultTable {
    /// Returns the fault; `Err` says what keeps it from being one.
    fn fault(self) -> Result<Fault, String> {
        let id = self.id;
        let shows = match (self.expect, self.refused) {
            (Some(expect), None) => Shows::Answer(Box::new(expect)),
            (None, Some(refused)) => Shows::Refusal(refused),
            (Some(_), Some(_)) | (None, None) => {
                return Err(format!("fault `{id}` needs either `expect` or `refused`"));
            }
        };
        if self.edits.is_empty() {
            return Err(format!("fault `{id}` changes nothing: it needs an `edit`"));
        }
        let fault = Fault {
            id,
            part: self.part,
            hop: self.hop,
            cause: self.cause,
            explain: self.explain,
            needs: self.needs,
            edits: self.edits,
            send: self.send,
            shows,
        };
        let faults = match fault.shows {
            Shows::Answer(_) => fault.probe().faults(),
            Shows::Refusal(_) => Vec::new(),
        };
        match faults.first() {
            Some(what) => Err(format!("the symptom of `{}` {what}", fault.id)),
            None => Ok(fault),
        }
    }
}
