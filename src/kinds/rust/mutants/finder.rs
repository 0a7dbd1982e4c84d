//! Collects the mutations of a file.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;

use super::edit::Mutation;

pub(super) struct Finder<'a> {
    pub(super) text: &'a str,
    /// The variants that the file names as values, by enum, in source order.
    pub(super) variants: BTreeMap<String, Vec<String>>,
    pub(super) mutations: Vec<Mutation>,
}

impl Finder<'_> {
    pub(super) fn range(node: &impl Spanned) -> Range<usize> {
        node.span().byte_range()
    }

    pub(super) fn code(&self, node: &impl Spanned) -> &str {
        &self.text[Self::range(node)]
    }

    pub(super) fn replace(&mut self, range: Range<usize>, becomes: impl Into<String>) {
        self.mutations
            .push(Mutation::replace(self.text, range, becomes.into()));
    }

    /// Notes that the bytes `range` can be dropped; the description quotes `named`.
    pub(super) fn leave_out(&mut self, range: Range<usize>, named: Range<usize>) {
        self.mutations
            .push(Mutation::leave_out(self.text, range, named));
    }

    pub(super) fn note(&mut self, mutation: Mutation) {
        self.mutations.push(mutation);
    }
}
