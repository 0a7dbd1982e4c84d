//! Why a learner's own tests reject the reference solution: which test, at which line of their file.

use syn::{Item, ItemFn};

use super::FILE;
use crate::check::{Rejection, RejectionReason};
use crate::kinds::rust::titles::is_test;
use crate::kinds::rust::trial::Trial;
use crate::sandbox::End;

/// A function of the learner's file.
struct Written {
    /// Its path, with `::` between modules.
    name: String,
    line: usize,
    is_test: bool,
    must_panic: bool,
    takes_nothing: bool,
}

/// Finds why the tests of `source` rejected the solution in `trial`; `None` if they accepted it.
pub(super) fn find(source: &str, trial: &Trial) -> Option<Rejection> {
    let mut written = Vec::new();
    let items = syn::parse_file(source).map_or_else(|_| Vec::new(), |file| file.items);
    collect(&items, "", &mut written);
    let of = |reason, function: Option<&Written>| {
        Some(Rejection {
            function: function.map(|function| function.name.clone()),
            line: function.map(|function| function.line),
            ..reject(reason)
        })
    };
    let tests = written.iter().filter(|function| function.is_test);
    if let Some(failed) = tests
        .clone()
        .find(|test| trial.passed.get(&test.name) == Some(&false))
    {
        let panicked = trial.notes.contains_key(&failed.name);
        let reason = if failed.must_panic && !panicked {
            RejectionReason::NoPanic
        } else {
            RejectionReason::Failed
        };
        return of(reason, Some(failed));
    }
    if trial.passed.values().any(|passed| !passed) {
        return of(RejectionReason::Failed, None);
    }
    if trial.end.is_success() && trial.passed.is_empty() {
        let is_candidate = |function: &&Written| !function.is_test && function.takes_nothing;
        return if items.is_empty() {
            of(RejectionReason::Empty, None)
        } else {
            of(RejectionReason::NoTest, written.iter().find(is_candidate))
        };
    }
    if trial.end.is_success() {
        return None;
    }
    let reason = if trial.end == End::TimeLimit {
        RejectionReason::TooSlow
    } else {
        RejectionReason::Ended
    };
    // libtest runs the tests one after the other, in the order of their names.
    let pending = tests.filter(|test| !trial.passed.contains_key(&test.name));
    of(reason, pending.min_by(|a, b| a.name.cmp(&b.name)))
}

/// The rejection for `reason`, by no known test.
pub(super) fn reject(reason: RejectionReason) -> Rejection {
    Rejection {
        reason,
        file: FILE.to_owned(),
        function: None,
        line: None,
    }
}

fn collect(items: &[Item], prefix: &str, written: &mut Vec<Written>) {
    for item in items {
        match item {
            Item::Fn(function) => written.push(read(function, prefix)),
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect(items, &format!("{prefix}{}::", module.ident), written);
                }
            }
            _ => {}
        }
    }
}

fn read(function: &ItemFn, prefix: &str) -> Written {
    let mut attributes = function.attrs.iter();
    Written {
        name: format!("{prefix}{}", function.sig.ident),
        line: function.sig.ident.span().start().line,
        is_test: is_test(function),
        must_panic: attributes.any(|attribute| attribute.path().is_ident("should_panic")),
        takes_nothing: function.sig.inputs.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found(source: &str, end: End, passed: &[(&str, bool)]) -> Option<String> {
        let ended = passed
            .iter()
            .map(|(name, passed)| ((*name).to_owned(), *passed));
        let trial = Trial {
            end,
            passed: ended.collect(),
            notes: BTreeMap::new(),
            calls: Vec::new(),
            starts: Vec::new(),
        };
        let rejection = find(source, &trial)?;
        let function = rejection.function.unwrap_or_default();
        let line = rejection.line.unwrap_or_default();
        Some(format!("{:?} {function}:{line}", rejection.reason))
    }

    const TWO: &str = "#[test]\nfn b() {}\nmod m {\n    #[test]\n    fn a() {}\n}\n#[test]\n#[should_panic]\nfn p() {}\n";

    #[test]
    fn each_way_to_reject_has_a_reason_of_its_own() {
        let ok = End::Code(0);
        assert_eq!(found("// none\n", ok, &[]).as_deref(), Some("Empty :0"));
        let forgotten = "fn helper(n: i64) {}\n\nfn quotient() {}\n";
        assert_eq!(
            found(forgotten, ok, &[]).as_deref(),
            Some("NoTest quotient:3")
        );
        let failed = [("b", true), ("m::a", false), ("p", true)];
        assert_eq!(
            found(TWO, End::Code(101), &failed).as_deref(),
            Some("Failed m::a:5")
        );
        let calm = [("b", true), ("m::a", true), ("p", false)];
        assert_eq!(
            found(TWO, End::Code(101), &calm).as_deref(),
            Some("NoPanic p:9")
        );
        let endless = [("b", true)];
        assert_eq!(
            found(TWO, End::TimeLimit, &endless).as_deref(),
            Some("TooSlow m::a:5")
        );
        assert_eq!(
            found(TWO, End::Code(3), &endless).as_deref(),
            Some("Ended m::a:5")
        );
    }

    #[test]
    fn tests_that_accept_are_no_rejection() {
        let all = [("b", true), ("m::a", true), ("p", true)];
        assert_eq!(found(TWO, End::Code(0), &all), None);
    }
}
