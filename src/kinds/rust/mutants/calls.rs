//! Replaces calls, enum values and types by similar ones.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Path};

use super::finder::Finder;

/// What each method, or associated function, is replaced by.
const METHODS: [(&str, &[&str]); 65] = [
    ("starts_with", &["ends_with", "contains"]),
    ("ends_with", &["starts_with", "contains"]),
    ("contains", &["starts_with", "ends_with"]),
    ("strip_prefix", &["strip_suffix"]),
    ("strip_suffix", &["strip_prefix"]),
    ("trim", &["trim_start", "trim_end"]),
    ("trim_start", &["trim_end", "trim"]),
    ("trim_end", &["trim_start", "trim"]),
    ("trim_start_matches", &["trim_end_matches", "trim_matches"]),
    ("trim_end_matches", &["trim_start_matches", "trim_matches"]),
    ("find", &["rfind"]),
    ("rfind", &["find"]),
    ("position", &["rposition"]),
    ("split_once", &["rsplit_once"]),
    ("rsplit_once", &["split_once"]),
    ("split_inclusive", &["split"]),
    ("split_whitespace", &["lines"]),
    ("first", &["last"]),
    ("last", &["first", "next"]),
    ("next", &["last"]),
    ("min", &["max"]),
    ("max", &["min"]),
    ("min_by_key", &["max_by_key"]),
    ("max_by_key", &["min_by_key"]),
    ("any", &["all"]),
    ("all", &["any"]),
    ("take", &["skip"]),
    ("skip", &["take"]),
    ("take_while", &["filter"]),
    ("skip_while", &["filter"]),
    ("is_some", &["is_none"]),
    ("is_none", &["is_some"]),
    ("is_ok", &["is_err"]),
    ("is_err", &["is_ok"]),
    ("is_some_and", &["is_none_or"]),
    ("is_none_or", &["is_some_and"]),
    ("or_else", &["and_then"]),
    ("unwrap_or", &["max"]),
    (
        "is_ascii_digit",
        &["is_ascii_hexdigit", "is_ascii_alphanumeric"],
    ),
    ("is_alphabetic", &["is_alphanumeric"]),
    ("is_numeric", &["is_alphanumeric"]),
    ("to_lowercase", &["to_uppercase"]),
    ("to_uppercase", &["to_lowercase"]),
    ("eq_ignore_ascii_case", &["eq"]),
    ("floor", &["ceil", "round"]),
    ("ceil", &["floor", "round"]),
    ("round", &["floor", "ceil"]),
    ("checked_add", &["checked_sub", "checked_mul"]),
    ("checked_sub", &["checked_add"]),
    ("checked_mul", &["checked_add", "checked_div"]),
    (
        "checked_div",
        &["checked_rem", "checked_div_euclid", "checked_mul"],
    ),
    ("checked_rem", &["checked_rem_euclid", "checked_div"]),
    ("saturating_add", &["wrapping_add", "saturating_sub"]),
    (
        "saturating_sub",
        &["wrapping_sub", "saturating_add", "abs_diff"],
    ),
    ("saturating_mul", &["wrapping_mul", "saturating_add"]),
    ("wrapping_add", &["saturating_add", "wrapping_sub"]),
    ("wrapping_sub", &["saturating_sub", "wrapping_add"]),
    ("wrapping_mul", &["saturating_mul"]),
    ("overflowing_add", &["overflowing_sub"]),
    ("overflowing_sub", &["overflowing_add"]),
    ("div_euclid", &["rem_euclid"]),
    ("rem_euclid", &["div_euclid"]),
    ("abs_diff", &["saturating_sub"]),
    ("insert", &["push"]),
    ("push_back", &["push_front"]),
];

/// Methods that may be dropped from a chain.
const LEFT_OUT: [&str; 24] = [
    "filter",
    "rev",
    "skip",
    "take",
    "skip_while",
    "take_while",
    "trim",
    "trim_start",
    "trim_end",
    "trim_matches",
    "trim_start_matches",
    "trim_end_matches",
    "to_lowercase",
    "to_uppercase",
    "to_ascii_lowercase",
    "to_ascii_uppercase",
    "min",
    "max",
    "abs",
    "or",
    "or_else",
    "step_by",
    "fuse",
    "peekable",
];

/// Methods on numbers and their naive replacement; the flag says whether it must be wrapped in `Some`.
const CALCULATIONS: [(&str, &str, bool); 15] = [
    ("checked_add", "wrapping_add", true),
    ("checked_add", "saturating_add", true),
    ("checked_sub", "wrapping_sub", true),
    ("checked_sub", "saturating_sub", true),
    ("checked_mul", "wrapping_mul", true),
    ("checked_mul", "saturating_mul", true),
    ("checked_div", "wrapping_div", true),
    ("checked_rem", "wrapping_rem", true),
    ("saturating_add", "add", false),
    ("saturating_sub", "sub", false),
    ("saturating_mul", "mul", false),
    ("wrapping_add", "add", false),
    ("wrapping_sub", "sub", false),
    ("wrapping_mul", "mul", false),
    ("abs_diff", "sub", false),
];

/// Types and narrower ones.
const NARROWER: [(&str, &[&str]); 12] = [
    ("u128", &["u64", "u32"]),
    ("u64", &["u32", "u16", "u8"]),
    ("u32", &["u16", "u8"]),
    ("u16", &["u8"]),
    ("usize", &["u32", "u16", "u8"]),
    ("i128", &["i64", "i32"]),
    ("i64", &["i32", "i16", "i8"]),
    ("i32", &["i16", "i8"]),
    ("i16", &["i8"]),
    ("isize", &["i32", "i16", "i8"]),
    ("f64", &["f32"]),
    ("char", &["u8"]),
];

/// Swaps neighbouring arguments, and replaces `Some(x)` by `None`.
pub(super) fn mutate_call(finder: &mut Finder<'_>, call: &ExprCall) {
    let arguments: Vec<_> = call.args.iter().collect();
    for pair in arguments.windows(2) {
        let (first, second) = (Finder::range(pair[0]), Finder::range(pair[1]));
        let between = &finder.text[first.end..second.start];
        let [left, right] = [pair[0], pair[1]].map(|argument| finder.code(argument));
        let becomes = format!("{right}{between}{left}");
        finder.replace(first.start..second.end, becomes);
    }
    if finder.code(&call.func) == "Some" && arguments.len() == 1 {
        finder.replace(Finder::range(call), "None");
    }
}

/// Replaces a method, drops it, or approximates it.
pub(super) fn mutate_method(finder: &mut Finder<'_>, call: &ExprMethodCall) {
    let name = call.method.to_string();
    exchange(finder, &call.method);
    let receiver = finder.code(&call.receiver).to_owned();
    let whole = Finder::range(call);
    if LEFT_OUT.contains(&name.as_str()) {
        let dot = Finder::range(&call.dot_token);
        finder.leave_out(dot.start..whole.end, dot.start..whole.end);
    }
    let becomes = match (name.as_str(), call.args.first()) {
        ("strip_prefix", Some(text)) => {
            let text = finder.code(text);
            format!("{receiver}.split_once({text}).map(|it| it.1)")
        }
        ("strip_suffix", Some(text)) => {
            let text = finder.code(text);
            format!("{receiver}.rsplit_once({text}).map(|it| it.0)")
        }
        ("len" | "count", None) if !matches!(*call.receiver, Expr::Lit(_)) => {
            format!("({} as u8 as usize)", finder.code(call))
        }
        ("lines", None) => format!("{receiver}.split('\\n')"),
        _ => return calculate_roughly(finder, call, &name, &receiver),
    };
    finder.replace(whole.clone(), becomes);
    if name == "len" {
        finder.replace(whole, format!("{receiver}.chars().count()"));
    }
}

/// Changes what a calculation does on overflow.
fn calculate_roughly(finder: &mut Finder<'_>, call: &ExprMethodCall, name: &str, receiver: &str) {
    let Some(argument) = call.args.first() else {
        return;
    };
    let argument = finder.code(argument).to_owned();
    for (known, other, is_option) in CALCULATIONS {
        if known != name {
            continue;
        }
        let becomes = match (other, is_option) {
            (other, true) => format!("Some({receiver}.{other}({argument}))"),
            ("add", false) => format!("({receiver} + {argument})"),
            ("mul", false) => format!("({receiver} * {argument})"),
            (_, false) => format!("({receiver} - {argument})"),
        };
        finder.replace(Finder::range(call), becomes);
    }
}

/// Replaces the method or function called `name`.
fn exchange(finder: &mut Finder<'_>, name: &syn::Ident) {
    let known = METHODS.iter().find(|(known, _)| name == known);
    for other in known.map_or(&[][..], |(_, others)| others) {
        finder.replace(Finder::range(name), *other);
    }
}

/// Replaces an associated function, such as `str::trim`, and narrows its type.
pub(super) fn mutate_path(finder: &mut Finder<'_>, path: &Path) {
    if let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) {
        if path.segments.len() > 1 {
            exchange(finder, &last.ident);
        }
        let known = NARROWER.iter().find(|(known, _)| first.ident == known);
        for other in known.map_or(&[][..], |(_, others)| others) {
            finder.replace(Finder::range(&first.ident), *other);
        }
    }
}

/// The enum and the variant, if `path` looks like one.
fn variant(path: &Path) -> Option<(String, String)> {
    let mut names = path
        .segments
        .iter()
        .rev()
        .map(|part| part.ident.to_string());
    let (variant, of) = (names.next()?, names.next()?);
    let is_camel =
        |name: &str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    (is_camel(&variant) && is_camel(&of)).then_some((of, variant))
}

/// The variants that `file` names as values, by enum, in source order.
pub(super) fn variants(file: &syn::File) -> BTreeMap<String, Vec<String>> {
    let mut named = Variants::default();
    named.visit_file(file);
    named.0
}

#[derive(Debug, Default)]
struct Variants(BTreeMap<String, Vec<String>>);

impl<'ast> Visit<'ast> for Variants {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let Some((of, variant)) = variant(&path.path) {
            let known = self.0.entry(of).or_default();
            if !known.contains(&variant) {
                known.push(variant);
            }
        }
        visit::visit_expr_path(self, path);
    }
}

/// Replaces a variant by the next one that the file names.
pub(super) fn mutate_value(finder: &mut Finder<'_>, path: &ExprPath) {
    let Some((of, name)) = variant(&path.path) else {
        return;
    };
    let Some(known) = finder.variants.get(&of) else {
        return;
    };
    let place = known.iter().position(|it| *it == name).unwrap_or_default();
    let other = known[(place + 1) % known.len()].clone();
    let last = path
        .path
        .segments
        .last()
        .map(|part| Finder::range(&part.ident));
    if let Some(range) = last.filter(|_| other != name) {
        finder.replace(range, other);
    }
}
