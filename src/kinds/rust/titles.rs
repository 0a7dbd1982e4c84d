//! The hidden tests of an exercise: names and titles, parsed from their source.

use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Item, ItemFn, ItemMacro, Lit, Meta};

use crate::check::TestTitle;

#[derive(Debug, Clone)]
pub(crate) struct DeclaredTest {
    pub test: TestTitle,
    /// Whether it has a doc comment. Without one the title is derived from the name.
    pub titled: bool,
    /// Starts at 1.
    pub line: usize,
}

pub(crate) fn read(source: &str) -> Result<Vec<DeclaredTest>, syn::Error> {
    let file = syn::parse_file(source)?;
    let mut found = Vec::new();
    collect(&file.items, "", &mut found);
    Ok(found)
}

/// The line, from 1, of the macro call that generates the test `name`: the first in its module that contains
/// the name, or else the first of all.
pub(crate) fn line_of_macro(source: &str, name: &str) -> usize {
    let Ok(file) = syn::parse_file(source) else {
        return 1;
    };
    let mut parts: Vec<_> = name.split("::").collect();
    let own = parts.pop().unwrap_or_default();
    let mut items = &file.items;
    for part in parts {
        let inner = items.iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == part => module.content.as_ref(),
            _ => None,
        });
        let Some((_, inner)) = inner else { break };
        items = inner;
    }
    let calls = || {
        items.iter().filter_map(|item| match item {
            Item::Macro(call) if call.ident.is_none() => Some(call),
            _ => None,
        })
    };
    let names_it = |call: &&ItemMacro| {
        let tokens = call.mac.tokens.to_string();
        tokens
            .split(|char: char| !char.is_alphanumeric() && char != '_')
            .any(|word| word == own)
    };
    let maker = calls().find(names_it).or_else(|| calls().next());
    maker.map_or(1, |call| call.span().start().line)
}

pub(super) fn is_test(function: &ItemFn) -> bool {
    let mut attributes = function.attrs.iter();
    attributes.any(|attribute| attribute.path().is_ident("test"))
}

fn collect(items: &[Item], prefix: &str, found: &mut Vec<DeclaredTest>) {
    for item in items {
        match item {
            Item::Fn(function) if is_test(function) => {
                let name = format!("{prefix}{}", function.sig.ident);
                let title = title(&function.attrs);
                found.push(DeclaredTest {
                    titled: title.is_some(),
                    test: TestTitle {
                        title: title.unwrap_or_else(|| name.replace('_', " ")),
                        name,
                    },
                    line: function.sig.span().start().line,
                });
            }
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect(items, &format!("{prefix}{}::", module.ident), found);
                }
            }
            _ => {}
        }
    }
}

/// The first paragraph of the doc comment.
fn title(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => {
                literal(&pair.value).map(|text| text.trim().to_owned())
            }
            _ => None,
        });
    let paragraph: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let text = paragraph.join(" ");
    let title = text.trim().trim_end_matches('.');
    (!title.is_empty()).then(|| title.to_owned())
}

pub(super) fn literal(expression: &Expr) -> Option<String> {
    let Expr::Lit(literal) = expression else {
        return None;
    };
    match &literal.lit {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_file_order_with_titles() {
        let source = "/// Zero\n/// is refused.\n///\n/// More.\n#[test]\nfn zero() {}\nfn helper() {}\nmod deep { #[test] fn a_b() {} }";
        let found = read(source).unwrap();
        assert_eq!(
            found[0].test,
            TestTitle {
                name: "zero".into(),
                title: "Zero is refused".into()
            }
        );
        assert_eq!(
            found[1].test,
            TestTitle {
                name: "deep::a_b".into(),
                title: "deep::a b".into()
            }
        );
        assert!(found[0].titled && !found[1].titled);
    }
}
