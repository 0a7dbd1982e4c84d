//! Which faults a drill has: they follow from its seed alone, so that it can be repeated.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Deserialize, Serialize};

use super::{DrillSpec, Fault};
use crate::sys::fingerprint::Fingerprint;

/// Seeds are short, to be typed.
const MOST: u32 = 1_000_000;
/// How many seeds are tried to find one that leads to something new.
const TRIES: usize = 1000;

/// What a drill's faults follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u32);

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Seed {
    /// Returns one that nobody can know beforehand.
    pub(crate) fn fresh() -> Self {
        let number = RandomState::new().build_hasher().finish() % u64::from(MOST);
        Self(u32::try_from(number).unwrap_or_default())
    }

    fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// How much more often a drill has a weak cause than any other.
const WEIGHT: u32 = 3;

/// What new drills are to have, by what the learner did.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The faults that were met since all were.
    pub met: BTreeSet<String>,
    /// The causes that the learner did not name at once. Their faults may come again before all came.
    pub weak: BTreeSet<String>,
}

impl Wanted {
    /// Returns how often a drill of `faults` is to come, in relation to others.
    fn weight(&self, faults: &[&Fault]) -> u32 {
        let is_weak = |fault: &&Fault| self.weak.contains(&fault.cause);
        let is_old = |fault: &&Fault| self.met.contains(&fault.id) && !is_weak(fault);
        match faults {
            faults if faults.iter().any(is_old) => 0,
            faults if faults.iter().any(is_weak) => WEIGHT,
            _ => 1,
        }
    }
}

/// The faults to pick from: those of the course that this machine can show.
#[derive(Debug, Clone)]
pub struct FaultPool<'a> {
    faults: Vec<&'a Fault>,
}

impl<'a> FaultPool<'a> {
    /// Returns the faults of `spec` for which `is_possible`.
    pub fn new(spec: &'a DrillSpec, is_possible: impl Fn(&Fault) -> bool) -> Self {
        let faults = spec.faults.iter().filter(|fault| is_possible(fault));
        Self {
            faults: faults.collect(),
        }
    }

    /// Returns the `count` faults that follow from `seed`, fewer where so many do not go together.
    pub fn draw(&self, seed: Seed, count: usize) -> Vec<&'a Fault> {
        let rank = |fault: &&Fault| {
            let mut rank = Fingerprint::new();
            rank.add(seed.0.to_le_bytes());
            rank.add(&fault.id);
            rank.finish()
        };
        let mut ranked = self.faults.clone();
        ranked.sort_by_cached_key(rank);
        let mut drawn: Vec<&Fault> = Vec::new();
        for fault in ranked {
            if drawn.len() < count && drawn.iter().all(|other| fault.goes_with(other)) {
                drawn.push(fault);
            }
        }
        // One that stays alone may have come first.
        if drawn.len() < count && self.most() >= count {
            return self.draw(seed.next(), count);
        }
        drawn
    }

    /// Returns how many faults can be there together.
    pub(crate) fn most(&self) -> usize {
        let goes = |fault: &&&Fault| self.faults.iter().any(|other| fault.goes_with(other));
        let parts: BTreeSet<_> = self.faults.iter().filter(goes).map(|it| &it.part).collect();
        parts.len().max(usize::from(!self.faults.is_empty()))
    }

    /// Returns the seeds of `drills` drills in a row, each of `count` faults: from `first` on if
    /// there is one, whatever is `wanted`, else new ones. Weak causes aside, no fault comes twice before all
    /// came.
    pub fn row(
        &self,
        first: Option<Seed>,
        drills: usize,
        count: usize,
        wanted: Wanted,
    ) -> Vec<Seed> {
        let mut wanted = if first.is_some() {
            Wanted::default()
        } else {
            wanted
        };
        let mut next = first;
        let mut seeds = Vec::new();
        for _ in 0..drills {
            let candidates = (0..TRIES).map(|_| match &mut next {
                Some(next) => std::mem::replace(next, next.next()),
                None => Seed::fresh(),
            });
            let Some(seed) = self.choose(candidates, count, &wanted) else {
                break;
            };
            next = next.map(|_| seed.next());
            for fault in self.draw(seed, count) {
                wanted.weak.remove(&fault.cause);
                meet(&mut wanted.met, &self.faults, &fault.id);
            }
            seeds.push(seed);
        }
        seeds
    }

    /// Returns the first seed that is taken, each with a probability of its weight, else the one with the
    /// fewest faults that were met. The choice follows from the seeds alone.
    fn choose(
        &self,
        candidates: impl Iterator<Item = Seed>,
        count: usize,
        wanted: &Wanted,
    ) -> Option<Seed> {
        let top = if wanted.weak.is_empty() { 1 } else { WEIGHT };
        let mut best = None;
        for seed in candidates {
            let drawn = self.draw(seed, count);
            if seed.0 % top < wanted.weight(&drawn) {
                return Some(seed);
            }
            let is_old = |fault: &&&Fault| wanted.met.contains(&fault.id);
            let old = drawn.iter().filter(is_old).count();
            if best.is_none_or(|(_, fewest)| old < fewest) {
                best = Some((seed, old));
            }
        }
        best.map(|(seed, _)| seed)
    }

    /// Returns which faults were met since the last time that all were; `past` are all that were
    /// ever met, in order.
    pub(crate) fn met<'b>(&self, past: impl Iterator<Item = &'b str>) -> BTreeSet<String> {
        let mut met = BTreeSet::new();
        for id in past {
            meet(&mut met, &self.faults, id);
        }
        met
    }
}

/// Adds `id` to `met`, and begins anew when that makes all of `faults`.
fn meet(met: &mut BTreeSet<String>, faults: &[&Fault], id: &str) {
    met.insert(id.to_owned());
    if faults.iter().all(|fault| met.contains(&fault.id)) {
        met.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::gateway::drill::fault::tests::fault;

    fn faults() -> Vec<Fault> {
        let parts = [("a", "p"), ("b", "p"), ("c", "q"), ("d", "q"), ("e", "r")];
        parts
            .iter()
            .map(|(id, part)| fault(id, part, "1", "2"))
            .collect()
    }

    fn ids(drawn: &[&Fault]) -> Vec<String> {
        drawn.iter().map(|fault| fault.id.clone()).collect()
    }

    #[test]
    fn a_seed_leads_to_the_same_faults_whatever_else_there_is() {
        let faults = faults();
        let pool = FaultPool {
            faults: faults.iter().collect(),
        };
        for seed in (0..50).map(Seed) {
            assert_eq!(ids(&pool.draw(seed, 2)), ids(&pool.draw(seed, 2)));
            let drawn = pool.draw(seed, 2);
            assert!(drawn.len() == 2 && drawn[0].goes_with(drawn[1]));
        }
        let all: BTreeSet<_> = (0..50)
            .flat_map(|it| ids(&pool.draw(Seed(it), 1)))
            .collect();
        assert_eq!(all.len(), 5);
        assert_eq!((pool.most(), pool.draw(Seed(1), 9).len()), (3, 3));
    }

    #[test]
    fn no_fault_comes_twice_before_all_came() {
        let faults = faults();
        let pool = FaultPool {
            faults: faults.iter().collect(),
        };
        let met = pool.met(["a", "b", "c", "d", "e", "a", "c"].into_iter());
        assert_eq!(met, BTreeSet::from(["a".to_owned(), "c".to_owned()]));
        let drawn = |seeds: Vec<Seed>| -> Vec<String> {
            let drawn = seeds.into_iter().map(|seed| pool.draw(seed, 1));
            drawn.flat_map(|drawn| ids(&drawn)).collect()
        };
        let wanted = Wanted {
            met,
            ..Wanted::default()
        };
        let mut rest = drawn(pool.row(None, 3, 1, wanted.clone()));
        rest.sort();
        assert_eq!(rest, ["b", "d", "e"]);
        let row = pool.row(Some(Seed(7)), 5, 1, wanted);
        assert_eq!(row, pool.row(Some(Seed(7)), 5, 1, Wanted::default()));
        let five: BTreeSet<_> = drawn(row).into_iter().collect();
        assert_eq!(five.len(), 5);
    }

    #[test]
    fn a_weak_cause_comes_three_times_as_often_and_its_fault_before_all_came() {
        let faults = faults();
        let pool = FaultPool {
            faults: faults.iter().collect(),
        };
        let wanted = Wanted {
            met: BTreeSet::from(["a", "b"].map(str::to_owned)),
            weak: BTreeSet::from(["cause-of-b".to_owned()]),
        };
        let mut counts = [0; 5];
        for start in 0..3000 {
            let chosen = || {
                let seeds = start * 1000..start * 1000 + 1000;
                let scattered = seeds.map(|it: u32| Seed(it.wrapping_mul(2_654_435_761) >> 8));
                pool.choose(scattered, 1, &wanted)
            };
            let seed = chosen().unwrap();
            assert_eq!(chosen(), Some(seed));
            let drawn = pool.draw(seed, 1)[0];
            let place = faults.iter().position(|fault| fault.id == drawn.id);
            counts[place.unwrap()] += 1;
        }
        // a: met; b: met and weak; c, d, e: new.
        let [a, b, rest @ ..] = counts;
        assert_eq!(a, 0);
        assert!((1350..1650).contains(&b), "{counts:?}");
        assert!(
            rest.iter().all(|count| (400..600).contains(count)),
            "{counts:?}"
        );
    }
}
