//! A few public examples. The hidden tests try many more pairs.

use safe_divide::safe_divide;

/// 600 requests in 60 seconds
#[test]
fn requests_per_second() {
    assert_eq!(safe_divide(600, 60), Some(10));
}

/// The fraction is cut off
#[test]
fn fraction_is_cut_off() {
    assert_eq!(safe_divide(7, 2), Some(3));
}

/// A counter reset gives a negative rate
#[test]
fn counter_reset() {
    assert_eq!(safe_divide(-600, 60), Some(-10));
}

/// No traffic, no rate
#[test]
fn no_traffic() {
    assert_eq!(safe_divide(600, 0), None);
}
