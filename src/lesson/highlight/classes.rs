//! From the scopes of a grammar to the few classes that have a colour.

use syntect::parsing::{Scope, ScopeStack};

use crate::text::Syntax;

/// Scopes by their first words; the first entry that fits the innermost scope decides.
/// `Other` is for scopes that hide the ones around them.
const TABLE: [(&str, Syntax); 28] = [
    ("comment", Syntax::Comment),
    ("string", Syntax::String),
    ("constant.character", Syntax::String),
    ("constant", Syntax::Number),
    ("keyword.operator", Syntax::Other),
    ("keyword", Syntax::Keyword),
    ("storage.type.numeric", Syntax::Number),
    ("storage", Syntax::Keyword),
    ("entity.name.function", Syntax::Function),
    ("entity.name.macro", Syntax::Function),
    ("entity.other.attribute-name", Syntax::Variable),
    ("entity.name.tag", Syntax::Keyword),
    ("entity.name.section", Syntax::Type),
    ("entity.name", Syntax::Type),
    ("entity.other.inherited-class", Syntax::Type),
    ("support.function", Syntax::Function),
    ("support.macro", Syntax::Function),
    ("support.constant", Syntax::Number),
    ("support", Syntax::Type),
    ("variable.function", Syntax::Function),
    ("variable.language", Syntax::Keyword),
    ("variable", Syntax::Variable),
    ("markup.inserted", Syntax::Inserted),
    ("markup.deleted", Syntax::Deleted),
    ("markup.heading", Syntax::Type),
    ("meta.interpolation", Syntax::Other),
    ("meta.group.expansion", Syntax::Other),
    ("meta.diff.header", Syntax::Comment),
];

/// The table, ready to compare.
pub(super) struct Classes(Vec<(Scope, Syntax)>);

impl Classes {
    pub(super) fn new() -> Self {
        let scope = |name| Scope::new(name).expect("the names in the table are short");
        Self(
            TABLE
                .iter()
                .map(|(name, class)| (scope(name), *class))
                .collect(),
        )
    }

    /// Returns the class of text inside `scopes`.
    pub(super) fn of(&self, scopes: &ScopeStack) -> Syntax {
        let class = scopes
            .as_slice()
            .iter()
            .rev()
            .find_map(|scope| self.of_scope(*scope));
        class.unwrap_or(Syntax::Other)
    }

    fn of_scope(&self, scope: Scope) -> Option<Syntax> {
        self.0
            .iter()
            .find(|(prefix, _)| prefix.is_prefix_of(scope))
            .map(|(_, class)| *class)
    }
}
