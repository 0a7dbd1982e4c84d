//! Hidden tests of safe division.

use safe_divide::safe_divide;

const MIN: i64 = i64::MIN;
const MAX: i64 = i64::MAX;

/// An exact quotient
#[test]
fn exact_quotient() {
    assert_eq!(safe_divide(6, 3), Some(2));
    assert_eq!(safe_divide(5, 1), Some(5));
}

/// A zero divisor gives None
#[test]
fn zero_divisor_gives_none() {
    assert_eq!(safe_divide(7, 0), None);
    assert_eq!(safe_divide(0, 0), None);
    assert_eq!(safe_divide(MIN, 0), None);
}

/// i64::MIN / -1 gives None: no i64 holds the quotient
#[test]
fn min_by_minus_one_gives_none() {
    assert_eq!(safe_divide(MIN, -1), None);
}

/// The fraction of a positive quotient is cut off, not rounded
#[test]
fn fraction_is_cut_off() {
    assert_eq!(safe_divide(7, 2), Some(3));
    assert_eq!(safe_divide(7, 4), Some(1));
}

/// A negative dividend truncates toward zero
#[test]
fn negative_dividend_truncates_toward_zero() {
    assert_eq!(safe_divide(-7, 2), Some(-3));
}

/// A negative divisor truncates toward zero
#[test]
fn negative_divisor_truncates_toward_zero() {
    assert_eq!(safe_divide(7, -2), Some(-3));
}

/// Two negative numbers give a positive quotient, truncated
#[test]
fn two_negatives_truncate_toward_zero() {
    assert_eq!(safe_divide(-7, -2), Some(3));
}

/// A quotient between 0 and 1 is Some(0)
#[test]
fn small_quotient_is_zero() {
    assert_eq!(safe_divide(1, 2), Some(0));
}

/// Zero divided by anything but zero is Some(0)
#[test]
fn zero_dividend_is_zero() {
    assert_eq!(safe_divide(0, 5), Some(0));
    assert_eq!(safe_divide(0, -5), Some(0));
}

/// Dividing by -1 changes the sign
#[test]
fn minus_one_changes_the_sign() {
    assert_eq!(safe_divide(5, -1), Some(-5));
    assert_eq!(safe_divide(MAX, -1), Some(-MAX));
}

/// i64::MIN is an ordinary dividend for every other divisor
#[test]
fn min_is_an_ordinary_dividend() {
    assert_eq!(safe_divide(MIN, 1), Some(MIN));
    assert_eq!(safe_divide(MIN, 2), Some(-4_611_686_018_427_387_904));
}

/// Large numbers keep every digit, beyond 32 bits and beyond an f64
#[test]
fn large_numbers_keep_every_digit() {
    assert_eq!(safe_divide(5_000_000_000, 2), Some(2_500_000_000));
    let odd = 9_007_199_254_740_993;
    assert_eq!(safe_divide(odd, 1), Some(odd));
    assert_eq!(safe_divide(MAX, MIN), Some(0));
}

/// A number divided by itself is 1
#[test]
fn divided_by_itself() {
    assert_eq!(safe_divide(7, 7), Some(1));
    assert_eq!(safe_divide(-7, -7), Some(1));
    assert_eq!(safe_divide(MAX, MAX), Some(1));
    assert_eq!(safe_divide(MIN, MIN), Some(1));
}

/// A grid of boundary values against 128-bit arithmetic
#[test]
fn grid_agrees_with_wide_arithmetic() {
    for a in boundary_values() {
        for b in boundary_values() {
            let expected = if b == 0 {
                None
            } else {
                i64::try_from(i128::from(a) / i128::from(b)).ok()
            };
            assert_eq!(safe_divide(a, b), expected, "{a} / {b}");
        }
    }
}

/// Quotient times divisor plus remainder is the dividend
#[test]
fn remainder_is_small_and_has_the_sign_of_the_dividend() {
    let coarse: Vec<i64> = boundary_values().into_iter().step_by(2).collect();
    for &a in &coarse {
        for &b in &coarse {
            if b == 0 || (a == MIN && b == -1) {
                continue;
            }
            let Some(q) = safe_divide(a, b) else {
                panic!("{a} / {b} gave None");
            };
            let rest = i128::from(a) - i128::from(q) * i128::from(b);
            assert!(
                rest.abs() < i128::from(b).abs(),
                "{a} / {b}: {q} leaves {rest}"
            );
            assert!(
                rest == 0 || (rest < 0) == (a < 0),
                "{a} / {b}: {q} leaves {rest}"
            );
        }
    }
}

/// 54 values: around zero, small primes, powers of two and both ends.
fn boundary_values() -> Vec<i64> {
    let magnitudes = [
        1,
        2,
        3,
        4,
        5,
        7,
        10,
        59,
        60,
        100,
        999,
        1_000,
        3_600,
        65_536,
        i64::from(i32::MAX),
        1 << 31,
        1 << 32,
        5_000_000_000,
        1 << 53,
        (1 << 53) + 1,
        3_037_000_499,
        MAX / 3,
        MAX / 2,
        1 << 62,
        MAX - 1,
        MAX,
    ];
    let mut values: Vec<i64> = magnitudes.iter().map(|m| -m).collect();
    values.extend([MIN, 0]);
    values.extend(magnitudes);
    values
}
