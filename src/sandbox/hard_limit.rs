//! Hard limits (`ulimit -H`) of the shell, queue or container that are below what a job asks for.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use super::job::Limits;
use super::process::End;

/// A hard limit that this process cannot raise to what a job asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "`ulimit -H{}` allows {} {} here, and {} are needed",
    kind.flag(),
    here / kind.unit(),
    kind.noun(),
    wanted.div_ceil(kind.unit())
)]
pub struct HardLimit {
    kind: Kind,
    /// In seconds or bytes.
    here: u64,
    wanted: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cpu,
    Memory,
    File,
}

impl Kind {
    fn flag(self) -> &'static str {
        match self {
            Self::Cpu => "t",
            Self::Memory => "v",
            Self::File => "f",
        }
    }

    /// What it is told in, as bash's `ulimit` does.
    fn unit(self) -> u64 {
        match self {
            Self::Cpu => 1,
            Self::Memory | Self::File => 1024,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Cpu => "seconds of CPU time",
            Self::Memory => "KiB of address space",
            Self::File => "KiB a file",
        }
    }

    /// Whether a job that ended so, with these words, may have met this limit.
    fn explains(self, end: End, stderr: &str) -> bool {
        let is_signal = |signals: &[Signal]| matches!(end, End::Signal(number) if signals.iter().any(|signal| signal.as_raw() == number));
        let failed = !end.is_success();
        let says = |words: &[&str]| failed && words.iter().any(|words| stderr.contains(words));
        match self {
            Self::Cpu => {
                end == End::TimeLimit
                    || is_signal(&[Signal::XCPU, Signal::KILL])
                    || says(&["SIGXCPU"])
            }
            Self::Memory => {
                is_signal(&[Signal::ABORT, Signal::SEGV, Signal::BUS, Signal::KILL])
                    || says(&[
                        "memory allocation of",
                        "out of memory",
                        "Cannot allocate memory",
                        // The dynamic loader's.
                        "failed to map segment",
                    ])
            }
            Self::File => is_signal(&[Signal::XFSZ]) || says(&["SIGXFSZ", "File too large"]),
        }
    }
}

impl HardLimit {
    /// What to do about one.
    pub(crate) const HELP: &str = "raise it where it is set: in the shell, in /etc/security/limits.conf, or in what \
                                   the job asks the queue for";

    /// Returns the first of `lowered` that explains how a job ended.
    pub(super) fn of_end(lowered: &[Self], end: End, stderr: &[u8]) -> Option<Self> {
        let stderr = String::from_utf8_lossy(stderr);
        let mut lowered = lowered.iter().copied();
        lowered.find(|limit| limit.kind.explains(end, &stderr))
    }
}

/// Returns `limits`, where none exceeds a hard limit of this process, and those hard limits.
pub(crate) fn lowered(limits: Limits) -> (Limits, Vec<HardLimit>) {
    let mut found = Vec::new();
    let mut lower = |kind, resource, wanted| {
        let here = hard_below(resource, wanted)?;
        found.push(HardLimit { kind, here, wanted });
        Some(here)
    };
    let mut limits = limits;
    // At the hard limit the kernel kills; the soft limit, a second earlier, says why.
    let cpu = limits.cpu.as_secs().max(1) + 1;
    if let Some(here) = lower(Kind::Cpu, Resource::Cpu, cpu) {
        limits.cpu = Duration::from_secs(here.saturating_sub(1));
    }
    if let Some(here) = lower(Kind::Memory, Resource::As, limits.memory) {
        limits.memory = here;
    }
    if let Some(here) = lower(Kind::File, Resource::Fsize, limits.file) {
        limits.file = here;
    }
    (limits, found)
}

/// Returns the hard limit of `resource`, if it is below `wanted` and stays there: root may raise it.
fn hard_below(resource: Resource, wanted: u64) -> Option<u64> {
    let limit = getrlimit(resource);
    let here = limit.maximum.filter(|here| *here < wanted)?;
    let raised = Rlimit {
        maximum: Some(wanted),
        ..limit
    };
    setrlimit(resource, raised).is_err().then_some(here)
}

/// Returns `most` threads of a user, or what the hard limit leaves of them.
#[cfg(target_os = "linux")]
pub(super) fn threads(most: u64) -> u64 {
    let hard = getrlimit(Resource::Nproc).maximum;
    hard.map_or(most, |hard| hard.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hard_limit_is_told_with_its_unit() {
        let limit = HardLimit {
            kind: Kind::Memory,
            here: 8_000_000 << 10,
            wanted: 8 << 30,
        };
        assert_eq!(
            limit.to_string(),
            "`ulimit -Hv` allows 8000000 KiB of address space here, and 8388608 are needed"
        );
    }

    #[test]
    fn a_lowered_limit_explains_only_the_ends_that_it_causes() {
        let of = |kind, end, words: &str| {
            let limit = HardLimit {
                kind,
                here: 1,
                wanted: 2,
            };
            HardLimit::of_end(&[limit], end, words.as_bytes()).is_some()
        };
        let killed = |signal: Signal| End::Signal(signal.as_raw());
        assert!(of(Kind::Cpu, End::TimeLimit, ""));
        assert!(of(Kind::Memory, killed(Signal::ABORT), ""));
        assert!(of(
            Kind::Memory,
            End::Code(1),
            "memory allocation of 9 bytes failed"
        ));
        assert!(of(Kind::File, killed(Signal::XFSZ), ""));
        assert!(of(
            Kind::File,
            End::Code(1),
            "`cc` failed: signal: 25 (SIGXFSZ)"
        ));
        for kind in [Kind::Cpu, Kind::Memory, Kind::File] {
            assert!(!of(
                kind,
                End::Code(0),
                "out of memory File too large SIGXCPU"
            ));
            assert!(!of(kind, End::Code(1), "error[E0308]: mismatched types"));
            assert!(!of(kind, End::OutputLimit, ""));
        }
        assert!(!of(Kind::File, End::TimeLimit, ""));
    }
}
