//! The instructor's guide has every key that a course's files may have.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, Fields, Item, Lit, Meta};

use crate::repository::{files_below, read};

/// The files that say what keys there are.
const SOURCES: [&str; 10] = [
    "src/course/manifest.rs",
    "src/course/quiz.rs",
    "src/kinds/gateway/drill.rs",
    "src/kinds/gateway/drill/fault.rs",
    "src/kinds/gateway/drill/load.rs",
    "src/kinds/gateway/manifest.rs",
    "src/kinds/rust/task.rs",
    "src/kinds/gateway/lab/probe.rs",
    "src/kinds/gateway/lab/services.rs",
    "src/kinds/gateway/lab/upstream/plan.rs",
];

#[test]
fn every_manifest_key_is_in_the_instructors_guide() {
    let mut pages = files_below("book/src/instructor");
    pages.push("book/src/learner/exercises.md".to_owned());
    let guide: String = pages.iter().map(|page| read(page)).collect();
    let mut count = 0;
    for source in SOURCES {
        for key in keys(source) {
            let forms = [
                format!("`{key}`"),
                format!("`[{key}]`"),
                format!("`[[{key}]]`"),
                format!(".{key}]]`"),
                format!(".{key}]`"),
            ];
            let is_there = forms.iter().any(|form| guide.contains(form.as_str()));
            assert!(is_there, "{source}: `{key}` is in no table of the guide");
            count += 1;
        }
    }
    assert!(count > 40, "{count} keys");
}

/// Returns the keys of everything in the file `source` that is read from TOML.
fn keys(source: &str) -> BTreeSet<String> {
    let file = syn::parse_file(&read(source)).expect("Rust");
    let mut keys = BTreeSet::new();
    for item in &file.items {
        match item {
            Item::Struct(item) if is_read(&item.attrs) => add(&item.fields, &mut keys),
            Item::Enum(item) if is_read(&item.attrs) => {
                for variant in &item.variants {
                    add(&variant.fields, &mut keys);
                }
            }
            _ => {}
        }
    }
    keys
}

fn is_read(attributes: &[Attribute]) -> bool {
    let mut derives = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"));
    derives.any(|derive| {
        let Meta::List(list) = &derive.meta else {
            return false;
        };
        list.tokens.to_string().contains("Deserialize")
    })
}

fn add(fields: &Fields, keys: &mut BTreeSet<String>) {
    for field in fields {
        let name = field.ident.as_ref().map(ToString::to_string);
        let renamed = field.attrs.iter().find_map(renamed);
        keys.extend(renamed.or(name));
    }
}

fn renamed(attribute: &Attribute) -> Option<String> {
    if !attribute.path().is_ident("serde") {
        return None;
    }
    let mut name = None;
    attribute
        .parse_nested_meta(|meta| {
            let value = meta
                .value()
                .and_then(syn::parse::ParseBuffer::parse::<Expr>);
            if let Ok(Expr::Lit(literal)) = value
                && let Lit::Str(text) = literal.lit
                && meta.path.is_ident("rename")
            {
                name = Some(text.value());
            }
            Ok(())
        })
        .ok();
    name
}

#[test]
fn a_renamed_key_is_known_by_its_new_name() {
    let keys = keys("src/course/manifest.rs");
    for key in ["format", "symptom", "choice", "caught_by", "otherwise"] {
        assert!(keys.contains(key), "{key}: {keys:?}");
    }
    assert!(!keys.contains("symptoms"), "{keys:?}");
}
