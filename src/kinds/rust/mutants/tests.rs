//! What each operator makes of a line of Rust.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes snapshots so"
)]

use snapbox::{assert_data_eq, str};

use super::visitor::mutations;

/// What each mutation makes of `code`, the body of a function without a result: one a line.
fn changed(code: &str) -> String {
    let text = format!("fn f() {{ {code} }}");
    let changes = mutations(&text).into_iter().filter_map(|mutation| {
        let changed = mutation.made_in(&text);
        let body = changed.strip_prefix("fn f() { ")?.strip_suffix(" }")?;
        Some(format!("{body}\n"))
    });
    changes.collect()
}

/// What the body of a function of the type `output` is replaced by: one a line.
fn bodies(output: &str) -> String {
    let text = format!("fn f() -> {output} {{ g() }}");
    let changes = mutations(&text)
        .into_iter()
        .map(|mutation| mutation.becomes);
    changes.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn comparisons_are_exchanged() {
    assert_data_eq!(
        changed("g(a < b)"),
        str![[r#"
g(a <= b)
g(a > b)
g(a == b)

"#]]
    );
    assert_data_eq!(
        changed("g(a == b)"),
        str![[r#"
g(a != b)
g(a <= b)
g(a >= b)

"#]]
    );
}

#[test]
fn texts_are_compared_in_part() {
    assert_data_eq!(
        changed(r#"g(a == "b c")"#),
        str![[r#"
g(a.starts_with("b c"))
g(a.ends_with("b c"))
g(a != "b c")
g(a == " c")
g(a == "b ")

"#]]
    );
    assert_data_eq!(
        changed(r#"g(a != ", ")"#),
        str![[r#"
g(a == ", ")
g(a != " ")
g(a != ",")

"#]]
    );
}

#[test]
fn sides_of_conditions_are_left_out() {
    assert_data_eq!(
        changed("g(a && !b)"),
        str![[r#"
g(a)
g(!b)
g(a || !b)
g(a && b)

"#]]
    );
}

#[test]
fn calculations_are_exchanged_and_done_roughly() {
    assert_data_eq!(
        changed("g(a + b)"),
        str![[r#"
g(((a + b) as u32 as _))
g((((a) as f64 + (b) as f64) as _))
g(a - b)
g(a * b)

"#]]
    );
    assert_data_eq!(
        changed("a %= b"),
        str![[r#"
a /= b
a = b

"#]]
    );
    assert_data_eq!(
        changed("g(a.checked_div(b))"),
        str![[r#"
g(Some(a.wrapping_div(b)))
g(a.checked_rem(b))
g(a.checked_div_euclid(b))
g(a.checked_mul(b))

"#]]
    );
    assert_data_eq!(
        changed("g(a.saturating_sub(b))"),
        str![[r#"
g((a - b))
g(a.wrapping_sub(b))
g(a.saturating_add(b))
g(a.abs_diff(b))

"#]]
    );
}

#[test]
fn ranges_and_bounds_move_by_one() {
    assert_data_eq!(
        changed("g(0..n)"),
        str![[r#"
g(1..n)
g(0..=n)

"#]]
    );
    assert_data_eq!(
        changed("g(&a[1..=9u8])"),
        str![[r#"
g(&a[2..=9u8])
g(&a[0..=9u8])
g(&a[1..9u8])
g(&a[1..=10u8])
g(&a[1..=8u8])

"#]]
    );
}

#[test]
fn conditions_are_fixed() {
    assert_data_eq!(
        changed("if g() { h(); }"),
        str![[r#"
if true { h(); }
if false { h(); }
if g() {  }

"#]]
    );
    assert_data_eq!(changed("if let Some(a) = b { }"), str![[""]]);
    assert_data_eq!(
        changed("while g() { break; }"),
        str![[r#"
while false { break; }
while g() { continue; }

"#]]
    );
}

#[test]
fn arms_before_the_last_one_are_left_out() {
    let code = "match a { B::C if d => e, B::F | B::G => h, _ => i }";
    assert_data_eq!(
        changed(code),
        str![[r#"
match a { B::C if true => e, B::F | B::G => h, _ => i }
match a { B::C if false => e, B::F | B::G => h, _ => i }
match a { B::C if d => e,  _ => i }
match a { B::C if d => e, B::G => h, _ => i }
match a { B::C if d => e, B::F => h, _ => i }

"#]]
    );
    assert_data_eq!(
        changed("match a { true => b, false => c }"),
        str![[r#"
match a { false => b, false => c }
match a { true => b, true => c }

"#]]
    );
}

#[test]
fn patterns_of_texts_match_in_part() {
    assert_data_eq!(
        changed(r#"match a { "b c" => d, _ => e }"#),
        str![[r#"
match a {  _ => e }
match a { it if it.starts_with("b c") => d, _ => e }
match a { it if it.ends_with("b c") => d, _ => e }
match a { " c" => d, _ => e }
match a { "b " => d, _ => e }

"#]]
    );
    assert_data_eq!(
        changed(r#"g(matches!(a, "b" | "c d" if e))"#),
        str![[r#"
g(matches!(a, "c d" if e))
g(matches!(a, "b" if e))
g(matches!(a, "" | "c d" if e))
g(matches!(a, "b" | " d" if e))
g(matches!(a, "b" | "c " if e))
g(matches!(a, "b" | "c d" if true))
g(matches!(a, "b" | "c d" if false))

"#]]
    );
}

#[test]
fn statements_are_left_out() {
    assert_data_eq!(
        changed("a(); b = c; return;"),
        str![[r#"
 b = c; return;
a();  return;

"#]]
    );
}

#[test]
fn literals_become_others() {
    assert_data_eq!(
        changed(r#"g("] us=[", "", 'x', ' ', true, 1.5)"#),
        str![[r#"
g("", "] us=[", 'x', ' ', true, 1.5)
g(" us=[", "", 'x', ' ', true, 1.5)
g("] us=", "", 'x', ' ', true, 1.5)
g("us=[", "", 'x', ' ', true, 1.5)
g("] us", "", 'x', ' ', true, 1.5)
g("] us=[", 'x', "", ' ', true, 1.5)
g("] us=[", "xyzzy", 'x', ' ', true, 1.5)
g("] us=[", "", ' ', 'x', true, 1.5)
g("] us=[", "", 'y', ' ', true, 1.5)
g("] us=[", "", 'x', true, ' ', 1.5)
g("] us=[", "", 'x', 'x', true, 1.5)
g("] us=[", "", 'x', ' ', 1.5, true)
g("] us=[", "", 'x', ' ', false, 1.5)
g("] us=[", "", 'x', ' ', true, (1.5 + 1.0))

"#]]
    );
}

#[test]
fn methods_and_functions_are_exchanged_or_left_out() {
    assert_data_eq!(
        changed("g(a.trim().find(b))"),
        str![[r#"
g(a.find(b))
g(a.trim_start().find(b))
g(a.trim_end().find(b))
g(a.trim().rfind(b))

"#]]
    );
    assert_data_eq!(
        changed("g(a.iter().map(str::trim).filter(b).len())"),
        str![[r#"
g((a.iter().map(str::trim).filter(b).len() as u8 as usize))
g(a.iter().map(str::trim).filter(b).chars().count())
g(a.iter().map(str::trim_start).filter(b).len())
g(a.iter().map(str::trim_end).filter(b).len())
g(a.iter().map(str::trim).len())

"#]]
    );
    assert_data_eq!(
        changed("g(a.strip_prefix(b))"),
        str![[r#"
g(a.split_once(b).map(|it| it.1))
g(a.strip_suffix(b))

"#]]
    );
}

#[test]
fn types_in_code_are_narrower() {
    assert_data_eq!(
        changed("g(u128::from(a) as u64)"),
        str![[r#"
g(u64::from(a) as u64)
g(u32::from(a) as u64)
g(u128::from(a) as u32)
g(u128::from(a) as u16)
g(u128::from(a) as u8)

"#]]
    );
}

#[test]
fn values_of_an_enum_are_exchanged_for_others_of_it() {
    assert_data_eq!(
        changed("g(Hop::Nginx); g(Hop::Upstream)"),
        str![[r#"
 g(Hop::Upstream)
g(Hop::Upstream); g(Hop::Upstream)
g(Hop::Nginx); g(Hop::Nginx)

"#]]
    );
}

#[test]
fn a_body_becomes_a_value_of_its_type() {
    assert_data_eq!(
        bodies("bool"),
        str![[r#"
{ true }
{ false }

"#]]
    );
    assert_data_eq!(
        bodies("i64"),
        str![[r#"
{ 0 }
{ 1 }
{ -1 }

"#]]
    );
    assert_data_eq!(
        bodies("Option<Vec<String>>"),
        str![[r#"
{ None }
{ Some(vec![]) }
{ Some(vec![String::new()]) }
{ Some(vec!["xyzzy".into()]) }

"#]]
    );
    assert_data_eq!(
        bodies("Result<(&str, u8), Error>"),
        str![[r#"
{ Ok(("", 0)) }
{ Ok(("xyzzy", 1)) }

"#]]
    );
    assert_data_eq!(
        bodies("impl Iterator<Item = Counts>"),
        str![[r#"
{ std::iter::empty() }
{ std::iter::once(Default::default()) }

"#]]
    );
}

#[test]
fn tests_signatures_types_and_panics_stay() {
    let text = r#"
        use std::fmt;
        struct S([u8; 4]);
        #[cfg(test)]
        mod tests { fn f() { g(1) } }
        #[test]
        fn t() { g(1) }
        impl S { #[cfg(test)] fn h() { g(1) } }
        const fn k(a: [u8; 4]) { assert!(true, "x"); panic!("x"); a.expect("x"); }
    "#;
    let changes: Vec<_> = mutations(text)
        .into_iter()
        .map(|mutation| mutation.change)
        .collect();
    assert_data_eq!(
        changes.join("\n"),
        str![[r#"
the body of `k` becomes `{}`
`a.expect("x");` is left out
"#]]
    );
}

#[test]
fn what_is_no_rust_has_no_mutants() {
    assert!(mutations("fn (").is_empty());
}
