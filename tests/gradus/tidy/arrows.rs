//! Modules use each other in one direction only, as `ARCHITECTURE.md` draws it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Item;

use crate::repository::read;

/// Arrows that lead up: from a module to one that stands above it in `ARCHITECTURE.md`.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// The modules of the library by their names, and for each those that it uses, its tests aside.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn a_module_uses_only_what_stands_below_it() {
    let arrows = drawn();
    let order: Vec<_> = arrows.iter().map(|(name, _)| name.as_str()).collect();
    let place = |name: &str| order.iter().position(|it| *it == name);
    let mut upward = Vec::new();
    for (user, used) in &arrows {
        let above = used.iter().filter(|name| place(name) <= place(user));
        upward.extend(above.map(|name| (user.as_str(), name.as_str())));
    }
    assert_eq!(upward, EXCEPTIONS);
}

#[test]
fn architecture_draws_every_arrow() {
    let found = found();
    let drawn: Arrows = drawn().into_iter().collect();
    for (module, used) in &found {
        let line = used.iter().map(|name| format!("`{name}`"));
        let line = line.collect::<Vec<_>>().join(" ");
        assert_eq!(drawn.get(module), Some(used), "`{module}` uses {line}");
    }
    let modules = |arrows: &Arrows| arrows.keys().cloned().collect::<Vec<_>>();
    assert_eq!(modules(&drawn), modules(&found));
}

#[test]
fn a_road_is_short_and_its_files_are_there() {
    let text = read("ARCHITECTURE.md");
    let part = text
        .split("\n### ")
        .find(|part| part.starts_with("Five roads\n"));
    let (part, _) = part.and_then(|it| it.split_once("\n## ")).expect("roads");
    let roads: Vec<_> = part.split("\n**").skip(1).collect();
    assert_eq!(roads.len(), 5);
    for road in roads {
        let names = road.split('`').skip(1).step_by(2);
        let files: BTreeSet<_> = names
            .filter(|it| it.strip_suffix(".rs").is_some())
            .collect();
        assert!(
            (5..=15).contains(&files.len()),
            "{} files: {road}",
            files.len()
        );
        for file in files {
            read(&format!("src/{file}"));
        }
    }
}

/// Returns the rows of the map in `ARCHITECTURE.md`: each module, and those in its last column.
fn drawn() -> Vec<(String, BTreeSet<String>)> {
    let text = read("ARCHITECTURE.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [`"));
    let row = |row: &str| {
        let (module, _) = row.split_once('`').expect("a closed name");
        let last = row.trim_end_matches('|').rsplit('|').next();
        let names = last.unwrap_or_default().split('`').skip(1).step_by(2);
        (module.to_owned(), names.map(str::to_owned).collect())
    };
    rows.map(row).collect()
}

/// Returns the arrows of the code.
fn found() -> Arrows {
    let modules = declared(&items("src/lib.rs"));
    let arrows = modules.into_iter().map(|name| {
        let mut used = BTreeSet::new();
        collect(&format!("src/{name}"), &mut used);
        used.remove(&name);
        (name, used)
    });
    arrows.collect()
}

/// Collects what the module at `path`, without `.rs`, and the modules below it use.
fn collect(path: &str, used: &mut BTreeSet<String>) {
    let items = items(&format!("{path}.rs"));
    for item in &items {
        collect_from(item.to_token_stream(), used);
    }
    for name in declared(&items) {
        collect(&format!("{path}/{name}"), used);
    }
}

/// Returns the items of the file `path`, those of tests aside.
fn items(path: &str) -> Vec<Item> {
    let file = syn::parse_file(&read(path)).expect("Rust");
    let is_of_tests = |item: &Item| {
        let Item::Mod(module) = item else {
            return false;
        };
        let mut attributes = module.attrs.iter().map(ToTokens::to_token_stream);
        attributes.any(|attribute| attribute.to_string().replace(' ', "") == "#[cfg(test)]")
    };
    let mut items = file.items;
    items.retain(|item| !is_of_tests(item));
    items
}

/// Returns the names of the modules among `items` that lie in files called like them.
fn declared(items: &[Item]) -> Vec<String> {
    let names = items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => {
            let is_elsewhere = module.attrs.iter().any(|it| it.path().is_ident("path"));
            (!is_elsewhere).then(|| module.ident.to_string())
        }
        _ => None,
    });
    names.collect()
}

/// Collects the names that follow `crate::`, also those of a list.
fn collect_from(tokens: TokenStream, used: &mut BTreeSet<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let follows = |at: usize, words: &str| {
            let token = tokens.get(index + at);
            token.is_some_and(|token| token.to_string() == words)
        };
        match token {
            TokenTree::Group(group) => collect_from(group.stream(), used),
            TokenTree::Ident(word) if word == "crate" && follows(1, ":") && follows(2, ":") => {
                used.extend(tokens.get(index + 3).into_iter().flat_map(names));
            }
            _ => {}
        }
    }
}

/// Returns the name that `token` is, or the first names of the list that it is.
fn names(token: &TokenTree) -> Vec<String> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            let parts = tokens.split(|token| token.to_string() == ",");
            let first = parts.filter_map(|part| part.first().map(ToString::to_string));
            first.collect()
        }
        token => vec![token.to_string()],
    }
}
