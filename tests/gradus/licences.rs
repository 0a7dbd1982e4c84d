//! Every licence of what Gradus is built from is an allowed one.

use std::process::Command;

use serde_json::Value;

use crate::repository::{read, root};

#[test]
fn licences_of_all_dependencies_are_allowed() {
    let allowed = allowed();
    let packages = packages();
    assert!(packages.len() > 50, "{} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or("none");
            let fine = is_allowed(licence, &|name| allowed.iter().any(|known| known == name));
            (!fine).then(|| format!("{} {}: {licence}", package["name"], package["version"]))
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn expressions_are_read_with_or_and_and_parentheses() {
    let allowed = |name: &str| ["A", "B", "A WITH X"].contains(&name);
    for licence in [
        "A",
        "A OR C",
        "C OR A",
        "A/C",
        "A AND B",
        "(A OR C) AND B",
        "A WITH X OR C",
    ] {
        assert!(is_allowed(licence, &allowed), "{licence}");
    }
    for licence in [
        "C",
        "A AND C",
        "(A OR B) AND C",
        "C WITH X",
        "A WITH Y",
        "",
        "none",
    ] {
        assert!(!is_allowed(licence, &allowed), "{licence}");
    }
}

/// Returns the list in `deny.toml`.
fn allowed() -> Vec<String> {
    let deny: toml::Table = read("deny.toml").parse().expect("TOML");
    let list = deny["licenses"]["allow"].as_array().expect("a list");
    let names = list.iter().filter_map(toml::Value::as_str);
    names.map(str::to_owned).collect()
}

/// Returns the packages that are built on this machine, from the lock file; nothing is fetched.
fn packages() -> Vec<Value> {
    let rustc = output("rustc", &["-vV"]);
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.expect("rustc names its host");
    let arguments = ["metadata", "--format-version", "1", "--offline"];
    let filter = ["--filter-platform", host];
    let metadata = output(env!("CARGO"), &[arguments.as_slice(), &filter].concat());
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

#[expect(clippy::disallowed_methods, reason = "cargo knows the licences")]
fn output(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Returns whether the SPDX expression `licence` can be met by licences that are `allowed`. `/` is
/// how older packages write `OR`.
fn is_allowed(licence: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = licence
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let fine = any(&mut words, allowed);
    fine && words.next().is_none()
}

type Words<'a, 'b> = &'a mut std::iter::Peekable<std::str::SplitWhitespace<'b>>;

fn any(words: Words<'_, '_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut fine = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        fine |= all(words, allowed);
    }
    fine
}

fn all(words: Words<'_, '_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut fine = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        fine &= one(words, allowed);
    }
    fine
}

fn one(words: Words<'_, '_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let Some(name) = words.next() else {
        return false;
    };
    if name == "(" {
        let fine = any(words, allowed);
        return fine && words.next() == Some(")");
    }
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next().unwrap_or_default();
        return allowed(&format!("{name} WITH {exception}"));
    }
    allowed(name)
}
