//! Replaces operators, or drops them.

use syn::{BinOp, Expr, ExprBinary, ExprLit, ExprRange, ExprUnary, Lit, RangeLimits, UnOp};

use super::finder::Finder;

const OPERATORS: [(&str, &[&str]); 28] = [
    ("+", &["-", "*"]),
    ("-", &["+", "*"]),
    ("*", &["+", "/"]),
    ("/", &["*", "%"]),
    ("%", &["/", "*"]),
    ("<", &["<=", ">", "=="]),
    ("<=", &["<", ">", "=="]),
    (">", &[">=", "<", "=="]),
    (">=", &[">", "<", "=="]),
    ("==", &["!=", "<=", ">="]),
    ("!=", &["==", "<", ">"]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("&", &["|", "^"]),
    ("|", &["&", "^"]),
    ("^", &["&", "|"]),
    ("<<", &[">>"]),
    (">>", &["<<"]),
    ("+=", &["-=", "*=", "="]),
    ("-=", &["+=", "="]),
    ("*=", &["+=", "="]),
    ("/=", &["*=", "="]),
    ("%=", &["/=", "="]),
    ("&=", &["|="]),
    ("|=", &["&="]),
    ("^=", &["|="]),
    ("<<=", &[">>="]),
    (">>=", &["<<="]),
];

/// Replaces the operator of `binary`, drops one of its sides, or calculates with less precision.
pub(super) fn mutate_binary(finder: &mut Finder<'_>, binary: &ExprBinary) {
    let range = Finder::range(&binary.op);
    let operator = &finder.text[range.clone()];
    let is_of_texts = is_text(&binary.left) || is_text(&binary.right);
    let known = OPERATORS.iter().find(|(known, _)| *known == operator);
    for other in known.map_or(&[][..], |(_, others)| others) {
        // Solutions do not order strings, and an unsigned number is never less than 0.
        let is_same =
            is_zero(&binary.right) && matches!((operator, *other), ("==", "<=") | ("!=", ">"));
        if !is_same && (!is_of_texts || matches!(*other, "==" | "!=")) {
            finder.replace(range.clone(), *other);
        }
    }
    match binary.op {
        BinOp::And(_) | BinOp::Or(_) => leave_out_sides(finder, binary),
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) if !is_of_texts => {
            calculate_roughly(finder, binary);
        }
        BinOp::Eq(_) | BinOp::Ne(_) if is_phrase(&binary.left) || is_phrase(&binary.right) => {
            compare_ends(finder, binary);
        }
        _ => {}
    }
}

fn leave_out_sides(finder: &mut Finder<'_>, binary: &ExprBinary) {
    for side in [&binary.left, &binary.right] {
        let kept = finder.code(side).to_owned();
        finder.replace(Finder::range(binary), kept);
    }
}

/// Calculates with types of less precision.
fn calculate_roughly(finder: &mut Finder<'_>, binary: &ExprBinary) {
    let [left, right] = [&binary.left, &binary.right].map(|side| finder.code(side));
    let (whole, operator) = (finder.code(binary), finder.code(&binary.op));
    // No index into a test's text needs more digits.
    if [".len()", ".count()", "find("]
        .iter()
        .any(|place| whole.contains(place))
    {
        return;
    }
    let rough = [
        format!("(({whole}) as u32 as _)"),
        format!("((({left}) as f64 {operator} ({right}) as f64) as _)"),
    ];
    for becomes in rough {
        finder.replace(Finder::range(binary), becomes);
    }
}

/// Compares the prefix or the suffix where the whole string is compared.
fn compare_ends(finder: &mut Finder<'_>, binary: &ExprBinary) {
    let not = if matches!(binary.op, BinOp::Ne(_)) {
        "!"
    } else {
        ""
    };
    let [left, right] = [&binary.left, &binary.right].map(|side| finder.code(side).to_owned());
    for method in ["starts_with", "ends_with"] {
        finder.replace(
            Finder::range(binary),
            format!("{not}{left}.{method}({right})"),
        );
    }
}

/// Drops a `!` or a `-`.
pub(super) fn mutate_unary(finder: &mut Finder<'_>, unary: &ExprUnary) {
    if matches!(unary.op, UnOp::Not(_) | UnOp::Neg(_)) {
        let kept = finder.code(&unary.expr).to_owned();
        finder.replace(Finder::range(unary), kept);
    }
}

/// Makes a range inclusive or exclusive.
pub(super) fn mutate_range(finder: &mut Finder<'_>, range: &ExprRange) {
    if range.end.is_some() {
        let other = match range.limits {
            RangeLimits::HalfOpen(_) => "..=",
            RangeLimits::Closed(_) => "..",
        };
        finder.replace(Finder::range(&range.limits), other);
    }
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.base10_digits() == "0")
}

/// Whether `expr` is a string of several words: a solution may compare only a part of it.
pub(super) fn is_phrase(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if is_phrase_literal(literal))
}

pub(super) fn is_phrase_literal(literal: &ExprLit) -> bool {
    let Lit::Str(text) = &literal.lit else {
        return false;
    };
    text.value().split_whitespace().count() > 1
}

fn is_text(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Lit(ExprLit {
            lit: Lit::Str(_),
            ..
        })
    )
}
