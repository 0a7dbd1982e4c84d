//! Wrong: counts subtractions, and a negative dividend allows none.

pub fn safe_divide(a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let step = b.checked_abs()?;
    let mut rest = a;
    let mut count = 0i64;
    while rest >= step {
        // Take away as many steps at once as doubling allows.
        let mut part = step;
        let mut parts = 1;
        while rest - part >= part {
            part += part;
            parts += parts;
        }
        rest -= part;
        count += parts;
    }
    Some(if b < 0 { -count } else { count })
}
