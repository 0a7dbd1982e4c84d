//! Makes conditions constant; drops match arms and statements.

use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Arm, Block, Expr, ExprMatch, Macro, Pat, PatOr, Stmt, Token};

use super::finder::Finder;
use super::operators::is_phrase_literal;

/// Macros whose text only a reader of a panic sees.
const PANICS: [&str; 10] = [
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
];

/// Replaces a condition by each of `values`, unless it binds something.
pub(super) fn fix_condition(finder: &mut Finder<'_>, condition: &Expr, values: &[&str]) {
    let is_literal = matches!(condition, Expr::Lit(_));
    if !is_literal && !binds(condition) {
        for value in values {
            finder.replace(Finder::range(condition), *value);
        }
    }
}

fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        Expr::Paren(paren) => binds(&paren.expr),
        _ => false,
    }
}

/// Drops each statement, unless another mutant has the same effect.
pub(super) fn leave_out_statements(finder: &mut Finder<'_>, block: &Block) {
    for (index, statement) in block.stmts.iter().enumerate() {
        let Stmt::Expr(expr, semicolon) = statement else {
            continue;
        };
        let is_value = semicolon.is_none() && index + 1 == block.stmts.len();
        let is_mutated_otherwise = match expr {
            Expr::If(branch) => branch.else_branch.is_none(),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::While(_) => true,
            _ => false,
        };
        if !is_value && !is_mutated_otherwise {
            let range = Finder::range(statement);
            finder.leave_out(range.clone(), range);
        }
    }
}

/// Drops each alternative of a pattern.
pub(super) fn leave_out_alternatives(finder: &mut Finder<'_>, pattern: &PatOr) {
    for index in 0..pattern.cases.len() {
        let cases = pattern.cases.iter().enumerate();
        let others = cases.filter(|(place, _)| *place != index);
        let kept: Vec<_> = others.map(|(_, case)| finder.code(case)).collect();
        finder.replace(Finder::range(pattern), kept.join(" | "));
    }
}

/// Drops arms before a catch-all, and compares only prefix or suffix of a string.
pub(super) fn mutate_arms(finder: &mut Finder<'_>, branches: &ExprMatch) {
    let last = branches.arms.iter().position(takes_everything);
    for (index, arm) in branches.arms.iter().enumerate() {
        let is_guarded = matches!(arm.pat, Pat::Guard(_));
        if last.is_some_and(|last| index < last) && !is_guarded {
            finder.leave_out(Finder::range(arm), Finder::range(&arm.pat));
        }
        compare_ends(finder, &arm.pat);
    }
}

fn takes_everything(arm: &Arm) -> bool {
    match &arm.pat {
        Pat::Wild(_) => true,
        Pat::Ident(name) => {
            let name = name.ident.to_string();
            name.starts_with(char::is_lowercase)
        }
        _ => false,
    }
}

/// Compares the prefix or the suffix where the pattern compares the whole string.
fn compare_ends(finder: &mut Finder<'_>, pattern: &Pat) {
    let (texts, guard) = match pattern {
        Pat::Guard(guarded) => (texts(&guarded.pat), Some(&guarded.guard)),
        other => (texts(other), None),
    };
    let texts: Vec<_> = texts.iter().map(|text| finder.code(text)).collect();
    if texts.is_empty() {
        return;
    }
    let also = guard.map(|guard| format!(" && ({})", finder.code(guard)));
    let becomes = ["starts_with", "ends_with"].map(|method| {
        let each = texts.iter().map(|text| format!("it.{method}({text})"));
        let test = each.collect::<Vec<_>>().join(" || ");
        match &also {
            Some(also) => format!("it if ({test}){also}"),
            None => format!("it if {test}"),
        }
    });
    for pattern_with_guard in becomes {
        finder.replace(Finder::range(pattern), pattern_with_guard);
    }
}

/// The strings of several words that `pattern` consists of; none if there is anything else.
fn texts(pattern: &Pat) -> Vec<&Pat> {
    match pattern {
        Pat::Lit(literal) if is_phrase_literal(literal) => vec![pattern],
        Pat::Or(or) => {
            let parts: Vec<_> = or.cases.iter().map(texts).collect();
            if parts.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            parts.concat()
        }
        _ => Vec::new(),
    }
}

/// Mutates the arguments of a macro that are expressions, and those of `matches!`.
pub(super) fn mutate_macro(finder: &mut Finder<'_>, call: &Macro) {
    let last = call.path.segments.last();
    let name = last.map_or_else(String::new, |part| part.ident.to_string());
    if PANICS.contains(&name.as_str()) {
        return;
    }
    let tokens = call.tokens.clone();
    if name == "matches" {
        if let Ok((value, pattern, guard)) = matched.parse2(tokens) {
            finder.visit_expr(&value);
            compare_ends(finder, &pattern);
            finder.visit_pat(&pattern);
            if let Some(guard) = guard {
                fix_condition(finder, &guard, &["true", "false"]);
                finder.visit_expr(&guard);
            }
        }
        return;
    }
    let listed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
    let repeated = Punctuated::<Expr, Token![;]>::parse_terminated;
    let parts: Vec<Expr> = match (listed, repeated.parse2(tokens)) {
        (Ok(parts), _) => parts.into_iter().collect(),
        (Err(_), Ok(parts)) => parts.into_iter().collect(),
        (Err(_), Err(_)) => return,
    };
    for part in &parts {
        finder.visit_expr(part);
    }
}

fn matched(input: ParseStream<'_>) -> syn::Result<(Expr, Pat, Option<Expr>)> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    input.parse::<Option<Token![,]>>()?;
    Ok((value, pattern, guard))
}
