//! Walks the syntax tree of a file, outside of its tests, and collects mutations.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprBinary, ExprBreak, ExprCall, ExprContinue, ExprIf, ExprMatch,
    ExprMethodCall, ExprPath, ExprRange, ExprUnary, ExprWhile, ImplItemFn, Item, ItemFn, Lit,
    Macro, PatGuard, PatOr, TraitItemFn,
};

use super::edit::Mutation;
use super::finder::Finder;
use super::{calls, control, literals, operators};

/// All mutations of the Rust file `text`, in source order; none if it does not parse.
pub(super) fn mutations(text: &str) -> Vec<Mutation> {
    let parsed = text.parse::<TokenStream>().map_err(syn::Error::from);
    let Ok(file) = parsed.and_then(syn::parse2::<syn::File>) else {
        return Vec::new();
    };
    let mut finder = Finder {
        text,
        variants: calls::variants(&file),
        mutations: Vec::new(),
    };
    finder.visit_file(&file);
    let mut mutations = finder.mutations;
    mutations.sort_by_key(|mutation| mutation.range.start);
    mutations
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) if !is_test(&item.attrs) => self.visit_expr(&item.expr),
            Item::Static(item) if !is_test(&item.attrs) => self.visit_expr(&item.expr),
            Item::Fn(item) if !is_test(&item.attrs) => self.visit_item_fn(item),
            Item::Impl(item) if !is_test(&item.attrs) => visit::visit_item_impl(self, item),
            Item::Mod(item) if !is_test(&item.attrs) => visit::visit_item_mod(self, item),
            Item::Trait(item) if !is_test(&item.attrs) => visit::visit_item_trait(self, item),
            // Declarations have no behaviour of their own.
            _ => {}
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.mutate_body(&item.sig, &item.block);
        self.visit_block(&item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_test(&item.attrs) {
            self.mutate_body(&item.sig, &item.block);
            self.visit_block(&item.block);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.mutate_body(&item.sig, block);
            self.visit_block(block);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        control::leave_out_statements(self, block);
        visit::visit_block(self, block);
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        operators::mutate_binary(self, binary);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast ExprUnary) {
        operators::mutate_unary(self, unary);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_range(&mut self, range: &'ast ExprRange) {
        operators::mutate_range(self, range);
        visit::visit_expr_range(self, range);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        control::fix_condition(self, &branch.cond, &["true", "false"]);
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_while(&mut self, repeat: &'ast ExprWhile) {
        control::fix_condition(self, &repeat.cond, &["false"]);
        visit::visit_expr_while(self, repeat);
    }

    fn visit_pat_guard(&mut self, guarded: &'ast PatGuard) {
        control::fix_condition(self, &guarded.guard, &["true", "false"]);
        visit::visit_pat_guard(self, guarded);
    }

    fn visit_pat_or(&mut self, pattern: &'ast PatOr) {
        control::leave_out_alternatives(self, pattern);
        visit::visit_pat_or(self, pattern);
    }

    fn visit_expr_match(&mut self, branches: &'ast ExprMatch) {
        control::mutate_arms(self, branches);
        visit::visit_expr_match(self, branches);
    }

    fn visit_expr_break(&mut self, end: &'ast ExprBreak) {
        if end.expr.is_none() && end.label.is_none() {
            self.replace(Self::range(end), "continue");
        }
        visit::visit_expr_break(self, end);
    }

    fn visit_expr_continue(&mut self, next: &'ast ExprContinue) {
        if next.label.is_none() {
            self.replace(Self::range(next), "break");
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        calls::mutate_call(self, call);
        // Not `visit_expr`: `mutate_value` would replace the function.
        match &*call.func {
            Expr::Path(path) => self.visit_path(&path.path),
            other => self.visit_expr(other),
        }
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        calls::mutate_method(self, call);
        // Only a reader of a panic sees the text of `expect`.
        if call.method == "expect" {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        calls::mutate_value(self, path);
        visit::visit_expr_path(self, path);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        calls::mutate_path(self, path);
        visit::visit_path(self, path);
    }

    fn visit_lit(&mut self, literal: &'ast Lit) {
        literals::mutate(self, literal);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        control::mutate_macro(self, call);
    }
}

/// Whether an item with these attributes is compiled for tests alone.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let condition = attribute.meta.require_list();
        let names_test = condition.is_ok_and(|list| {
            let mut words = list.tokens.clone().into_iter();
            words.any(|word| word.to_string() == "test")
        });
        path.is_ident("test") || (path.is_ident("cfg") && names_test)
    })
}
