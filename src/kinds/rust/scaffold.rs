//! The files of a new Rust exercise.

use super::task::crate_name;
use crate::source::ExerciseId;

pub(super) fn scaffold(id: &ExerciseId) -> Vec<(String, String)> {
    let name = crate_name(id);
    let files = [
        (
            "contract.rs",
            "/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64>;\n",
        ),
        (
            "starter/src/lib.rs",
            "//! Your solution.\n\n/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64> {\n    Some(n + n)\n}\n",
        ),
        (
            "starter/tests/examples.rs",
            "use NAME::NAME;\n\n#[test]\nfn twice_two_is_four() {\n    assert_eq!(NAME(2), Some(4));\n}\n",
        ),
        (
            "solution/src/lib.rs",
            "//! The reference solution.\n\n/// Returns twice `n`, or `None` when it does not fit.\npub fn NAME(n: i64) -> Option<i64> {\n    n.checked_mul(2)\n}\n",
        ),
        (
            "hidden/tests.rs",
            "use NAME::NAME;\n\n/// A small number is doubled\n#[test]\nfn small() {\n    assert_eq!(NAME(-3), Some(-6));\n}\n\n/// What does not fit is None\n#[test]\nfn too_large() {\n    assert_eq!(NAME(i64::MAX), None);\n}\n",
        ),
        (
            "wrong/01-wraps.rs",
            "//! Wraps round.\n\n/// Wraps.\npub fn NAME(n: i64) -> Option<i64> {\n    Some(n.wrapping_mul(2))\n}\n",
        ),
    ];
    let mut files: Vec<_> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.replace("NAME", &name)))
        .collect();
    let wrong = "\n[[wrong]]\nfile = \"wrong/01-wraps.rs\"\ncaught_by = \"too_large\"\nfault = \"a result that does not fit\"\n";
    files.push(("exercise.toml".to_owned(), wrong.to_owned()));
    files
}
