//! A partition of the submissions: `slice:m/n` or `hash:m/n`, spelled as in nextest.
//!
//! `slice` deals the sorted submissions out round-robin. `hash` assigns a submission by its name alone, so
//! that a part keeps its submissions when others are added: the first eight bytes of the name's SHA-256,
//! big-endian, modulo n.

use std::fmt;
use std::str::FromStr;

use crate::sys::environment::Environment;
use crate::sys::fingerprint::sha256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Slice,
    Hash,
}

/// One part of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partition {
    scheme: Scheme,
    /// The number of this part, from 1.
    part: u64,
    /// The number of parts.
    of: u64,
}

/// A partition could not be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a partition: `slice:M/N` or `hash:M/N`, with M from 1 to N")]
pub(crate) struct NotAPartition(String);

impl Partition {
    pub(crate) fn slice(part: u64, of: u64) -> Option<Self> {
        Self::new(Scheme::Slice, part, of)
    }

    fn new(scheme: Scheme, part: u64, of: u64) -> Option<Self> {
        (1..=of)
            .contains(&part)
            .then_some(Self { scheme, part, of })
    }

    pub(crate) fn scheme(self) -> Scheme {
        self.scheme
    }

    /// Returns the number of this part, from 1.
    pub(crate) fn part(self) -> u64 {
        self.part
    }

    pub(crate) fn parts(self) -> u64 {
        self.of
    }

    #[must_use]
    pub(crate) fn with_part(self, part: u64) -> Self {
        Self { part, ..self }
    }

    /// Returns whether the submission called `name`, at index `place` of all, belongs to this part.
    pub(crate) fn contains(self, place: usize, name: &str) -> bool {
        let number = match self.scheme {
            Scheme::Slice => place as u64,
            Scheme::Hash => hash(name),
        };
        number % self.of == self.part - 1
    }

    /// Returns the partition that the environment of a job scheduler names, with the variables that it
    /// came from.
    pub(crate) fn from_scheduler(environment: &Environment) -> Option<(Self, &'static str)> {
        SCHEDULERS
            .iter()
            .find_map(|scheduler| Some(((scheduler.read)(environment)?, scheduler.variables)))
    }
}

fn hash(name: &str) -> u64 {
    let hash = sha256(name);
    let first = hash.first_chunk::<8>().copied();
    u64::from_be_bytes(first.unwrap_or_default())
}

impl FromStr for Partition {
    type Err = NotAPartition;

    fn from_str(text: &str) -> Result<Self, NotAPartition> {
        let read = || {
            let (scheme, parts) = text.split_once(':')?;
            let scheme = match scheme {
                "slice" => Scheme::Slice,
                "hash" => Scheme::Hash,
                _ => return None,
            };
            let (part, of) = parts.split_once('/')?;
            Self::new(scheme, digits(part)?, digits(of)?)
        };
        read().ok_or_else(|| NotAPartition(text.to_owned()))
    }
}

fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, part, of } = self;
        let scheme = match scheme {
            Scheme::Slice => "slice",
            Scheme::Hash => "hash",
        };
        write!(formatter, "{scheme}:{part}/{of}")
    }
}

/// A job scheduler that numbers the tasks of an array job in environment variables.
struct Scheduler {
    variables: &'static str,
    read: fn(&Environment) -> Option<Partition>,
}

/// The known schedulers, the most specific first.
static SCHEDULERS: [Scheduler; 3] = [
    Scheduler {
        variables: "SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT",
        read: slurm,
    },
    Scheduler {
        variables: "JOB_COMPLETION_INDEX and JOB_COMPLETIONS",
        read: |environment| {
            let index = number(environment, "JOB_COMPLETION_INDEX")?;
            Partition::slice(index + 1, number(environment, "JOB_COMPLETIONS")?)
        },
    },
    Scheduler {
        variables: "CI_NODE_INDEX and CI_NODE_TOTAL",
        read: |environment| {
            let index = number(environment, "CI_NODE_INDEX")?;
            Partition::slice(index, number(environment, "CI_NODE_TOTAL")?)
        },
    },
];

/// Slurm array indexes may start at any number and have a step.
fn slurm(environment: &Environment) -> Option<Partition> {
    let id = number(environment, "SLURM_ARRAY_TASK_ID")?;
    let count = number(environment, "SLURM_ARRAY_TASK_COUNT")?;
    let first = number(environment, "SLURM_ARRAY_TASK_MIN").unwrap_or(1);
    let step = number(environment, "SLURM_ARRAY_TASK_STEP").unwrap_or(1);
    let place = id.checked_sub(first)?.checked_div(step)?;
    Partition::slice(place + 1, count)
}

fn number(environment: &Environment, name: &str) -> Option<u64> {
    digits(&environment.text(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheduled(variables: &[(&str, &str)]) -> Option<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::new(variables, "/".into());
        Partition::from_scheduler(&environment).map(|(partition, _)| partition.to_string())
    }

    #[test]
    fn a_part_is_spelt_as_nextest_spells_it() {
        for good in ["slice:1/1", "slice:3/4", "hash:100000/100000"] {
            assert_eq!(good.parse::<Partition>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "slice",
            "slice:0/2",
            "slice:3/2",
            "slice:1/0",
            "slice:+1/2",
            "count:1/2",
            "hash:1",
            "slice:1/2/3",
            "slice:-1/2",
            "slice: 1/2",
            "slice:99999999999999999999/2",
        ] {
            assert!(bad.parse::<Partition>().is_err(), "{bad}");
        }
    }

    #[test]
    fn each_submission_is_in_exactly_one_part() {
        for scheme in ["slice", "hash"] {
            let parts: Vec<Partition> = (1..=7)
                .map(|part| format!("{scheme}:{part}/7").parse().unwrap())
                .collect();
            for place in 0..500 {
                let name = format!("learner-{place}/safe-divide");
                let holders = parts.iter().filter(|part| part.contains(place, &name));
                assert_eq!(holders.count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn the_hash_is_the_one_that_is_documented() {
        // printf %s ada/safe-divide | sha256sum
        assert_eq!(hash("ada/safe-divide"), 0x2b04_eaf0_1e0c_34a7);
    }

    #[test]
    fn schedulers_number_their_tasks_each_in_their_own_way() {
        let slurm = |id, first, step| {
            scheduled(&[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", "4"),
                ("SLURM_ARRAY_TASK_MIN", first),
                ("SLURM_ARRAY_TASK_STEP", step),
            ])
        };
        assert_eq!(slurm("1", "1", "1").as_deref(), Some("slice:1/4"));
        assert_eq!(slurm("16", "10", "2").as_deref(), Some("slice:4/4"));
        assert_eq!(slurm("16", "10", "0"), None);
        let indexed = [("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "3")];
        assert_eq!(scheduled(&indexed).as_deref(), Some("slice:1/3"));
        let node = [("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")];
        assert_eq!(scheduled(&node).as_deref(), Some("slice:3/3"));
        assert_eq!(scheduled(&[node[0]]), None);
    }

    #[test]
    fn a_part_knows_its_place_among_the_others() {
        let part = Partition::slice(2, 5).unwrap();
        assert_eq!((part.part(), part.parts()), (2, 5));
        assert_eq!(part.with_part(4), Partition::slice(4, 5).unwrap());
        let held = (0..10).filter(|place| part.contains(*place, ""));
        assert!(held.eq([1, 6]));
    }

    #[test]
    fn a_scheduler_is_recognised_by_its_variables() {
        let variables = [("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")];
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::new(variables, "/".into());
        let (part, variables) = Partition::from_scheduler(&environment).unwrap();
        assert_eq!(part, Partition::slice(2, 3).unwrap());
        assert_eq!(variables, "CI_NODE_INDEX and CI_NODE_TOTAL");
    }
}
