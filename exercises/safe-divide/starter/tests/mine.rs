//! Your own tests. Gradus runs this file against a correct solution, which it
//! must accept, and against many wrong ones. A wrong solution counts as caught
//! when at least one test here fails on it.
//!
//! Go through the contract in the README rule by rule. For each rule, write
//! the pair of numbers that comes out different when somebody breaks it.

use safe_divide::safe_divide;

#[test]
fn exact_quotient() {
    assert_eq!(safe_divide(6, 3), Some(2));
}
