//! What no solution may use, found by the compiler's own tokens, not in comments or strings.

use proc_macro2::{TokenStream, TokenTree};

use super::super::outcome::Diagnostic;

/// A name that no solution may use, and why.
const FORBIDDEN: [(&str, &str); 5] = [
    ("naked_asm", "machine code in a solution"),
    (
        "set_hook",
        "a panic must stay visible; the panic hook belongs to the check",
    ),
    (
        "take_hook",
        "a panic must stay visible; the panic hook belongs to the check",
    ),
    (
        "update_hook",
        "a panic must stay visible; the panic hook belongs to the check",
    ),
    (
        "global_allocator",
        "memory is counted by the check; the allocator belongs to it",
    ),
];

/// Returns what `source` uses that no solution may use. A file whose tokens cannot be told apart
/// here may still be one that the compiler reads, so there the words themselves are refused.
pub fn find(file: &str, source: &str) -> Vec<Diagnostic> {
    if !FORBIDDEN.iter().any(|(name, _)| source.contains(name)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    match without_shebang(source).parse::<TokenStream>() {
        Ok(tokens) => search(file, source, tokens, &mut found),
        Err(_) => search_words(file, source, &mut found),
    }
    found
}

/// Returns `source` as rustc reads it: a byte-order mark is dropped, and so is the text of a first line
/// that begins with `#!`, unless that begins an attribute. Lines keep their numbers.
fn without_shebang(source: &str) -> &str {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let Some(rest) = source.strip_prefix("#!") else {
        return source;
    };
    if without_blanks(rest).starts_with('[') {
        return source;
    }
    source.find('\n').map_or("", |end| &source[end..])
}

/// Returns `text` from its first character on that is neither white space nor part of a comment.
fn without_blanks(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("//") && !is_doc(text, "///", "//!", "////") {
            text = text.find('\n').map_or("", |end| &text[end..]);
        } else if text.starts_with("/*") && !is_doc(text, "/**", "/*!", "/***") {
            text = behind_comment(text);
        } else {
            return text;
        }
    }
}

/// Returns whether the comment at the start of `text` is documentation, which is code.
fn is_doc(text: &str, outer: &str, inner: &str, plain: &str) -> bool {
    let is_outer = text.starts_with(outer) && !text.starts_with(plain) && !text.starts_with("/**/");
    is_outer || text.starts_with(inner)
}

/// Returns what follows the block comment at the start of `text`, which may hold others.
fn behind_comment(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        if let Some(inside) = rest.strip_prefix("/*") {
            (depth, rest) = (depth + 1, inside);
        } else if let Some(behind) = rest.strip_prefix("*/") {
            (depth, rest) = (depth - 1, behind);
            if depth == 0 {
                return rest;
            }
        } else {
            let mut chars = rest.chars();
            if chars.next().is_none() {
                return "";
            }
            rest = chars.as_str();
        }
    }
}

/// Goes through `tokens` without calling itself: brackets in brackets may be as deep as a file is
/// long.
fn search(file: &str, source: &str, tokens: TokenStream, found: &mut Vec<Diagnostic>) {
    let mut streams = vec![tokens.into_iter()];
    while let Some(stream) = streams.last_mut() {
        match stream.next() {
            None => drop(streams.pop()),
            Some(TokenTree::Group(group)) => streams.push(group.stream().into_iter()),
            Some(TokenTree::Ident(name)) => {
                let text = name.to_string();
                let text = text.strip_prefix("r#").unwrap_or(&text);
                if let Some((name_, why)) =
                    FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == text)
                {
                    found.push(refuse(file, source, name.span().start().line, name_, why));
                }
            }
            Some(TokenTree::Punct(_) | TokenTree::Literal(_)) => {}
        }
    }
}

fn search_words(file: &str, source: &str, found: &mut Vec<Diagnostic>) {
    for (index, line) in source.lines().enumerate() {
        let mut words = line.split(|char: char| !char.is_alphanumeric() && char != '_');
        let word = words.find_map(|word| FORBIDDEN.iter().find(|(name, _)| *name == word));
        found.extend(word.map(|(name, why)| refuse(file, source, index + 1, name, why)));
    }
}

fn refuse(file: &str, source: &str, line: usize, name: &str, why: &str) -> Diagnostic {
    let code = source.lines().nth(line - 1).unwrap_or_default().trim();
    Diagnostic {
        error: true,
        message: format!("`{name}` may not be used: {why}"),
        file: Some(file.to_owned()),
        line: Some(line),
        text: format!(
            "forbidden: `{name}` may not be used: {why}\n --> {file}:{line}\n  |\n  | {code}\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_code_is_found_and_in_a_comment_not() {
        assert_eq!(
            find("src/lib.rs", "// set_hook\nconst A: &str = \"set_hook\";").len(),
            0
        );
        let found = find("src/lib.rs", "fn f() {\n    std::panic::r#set_hook(x);\n}");
        assert_eq!(found[0].line, Some(2));
        assert_eq!(
            find("src/lib.rs", "use std::panic::{set_hook as s};").len(),
            1
        );
    }

    #[test]
    fn brackets_in_brackets_are_gone_through_however_deep_they_are() {
        let deep = 200_000;
        let (open, close) = ("(".repeat(deep), ")".repeat(deep));
        let found = find("src/lib.rs", &format!("{open}set_hook{close}"));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_first_line_that_the_compiler_drops_hides_nothing() {
        let code = "use std::panic::{set_hook as s};";
        for first in ["#!/x \"", "#!/x /*", "#! /* [ */ x \"", "\u{feff}#!/x r#\""] {
            let close = if first.contains("/*") {
                "// */"
            } else {
                "// \"#"
            };
            let found = find("src/lib.rs", &format!("{first}\n{code}\n{close}\n"));
            assert_eq!(found.len(), 1, "{first}");
        }
        // An attribute is no such line, wherever its bracket stands.
        for first in [
            "#![allow(dead_code)]",
            "#! /* x */ [allow(dead_code)]",
            "#! // x\n[a]",
        ] {
            assert_eq!(without_shebang(first), first);
            let named = format!("{first}\nconst A: &str = \"set_hook\";");
            assert_eq!(find("src/lib.rs", &named).len(), 0, "{first}");
        }
    }

    #[test]
    fn a_file_that_only_the_compiler_can_read_is_searched_by_words() {
        let source = "#!/bin/rust \"\nuse std::panic::{set_hook as s};\n";
        assert_eq!(find("src/lib.rs", source)[0].line, Some(2));
        assert_eq!(find("src/lib.rs", "\"\nlet my_set_hooks;\n").len(), 0);
    }
}
