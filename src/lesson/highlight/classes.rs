//! Maps the scopes of `TextMate` grammars to the token classes that have a colour.

use syntect::parsing::{Scope, ScopeStack};

use crate::text::Syntax;

/// Scope prefixes; the first entry that matches the innermost scope wins. `Other` is for scopes that hide
/// the enclosing ones.
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

/// [`TABLE`] with parsed scopes.
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

    pub(super) fn class_of(&self, scopes: &ScopeStack) -> Syntax {
        let class = scopes
            .as_slice()
            .iter()
            .rev()
            .find_map(|scope| self.class_of_scope(*scope));
        class.unwrap_or(Syntax::Other)
    }

    fn class_of_scope(&self, scope: Scope) -> Option<Syntax> {
        self.0
            .iter()
            .find(|(prefix, _)| prefix.is_prefix_of(scope))
            .map(|(_, class)| *class)
    }
}
