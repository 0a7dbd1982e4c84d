//! Finds names that no solution may use, in tokens as rustc sees them, not in comments or strings.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::check::Diagnostic;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ForbiddenName {
    /// Would run code that `-F unsafe_code` does not see.
    NakedAsm,
    SetHook,
    TakeHook,
    UpdateHook,
    GlobalAllocator,
}

impl ForbiddenName {
    const ALL: [(Self, &'static str); 5] = [
        (Self::NakedAsm, "naked_asm"),
        (Self::SetHook, "set_hook"),
        (Self::TakeHook, "take_hook"),
        (Self::UpdateHook, "update_hook"),
        (Self::GlobalAllocator, "global_allocator"),
    ];

    pub(crate) fn text(self) -> &'static str {
        let known = Self::ALL.iter().find(|(name, _)| *name == self);
        known.map_or("", |(_, text)| text)
    }

    pub(super) fn find(text: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == text);
        known.map(|(name, _)| *name)
    }

    fn why(self) -> &'static str {
        match self {
            Self::NakedAsm => "machine code in a solution",
            Self::SetHook | Self::TakeHook | Self::UpdateHook => {
                "a panic must stay visible; the panic hook belongs to the check"
            }
            Self::GlobalAllocator => "memory is counted by the check; the allocator belongs to it",
        }
    }
}

/// Finds the forbidden names that `source` uses. If proc-macro2 cannot tokenise a Rust file, rustc may still
/// accept it, so there the bare words are rejected.
pub(crate) fn find(file: &str, source: &str) -> Vec<Diagnostic> {
    if !ForbiddenName::ALL
        .iter()
        .any(|(_, name)| source.contains(name))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    match without_shebang(source).parse::<TokenStream>() {
        Ok(tokens) => search(file, source, tokens, &mut found),
        Err(_) if Path::new(file).extension().is_some_and(|it| it == "rs") => {
            search_words(file, source, &mut found);
        }
        // A file read by `include_str!` is no code.
        Err(_) => {}
    }
    found
}

/// The diagnostic for a use that the source does not show, only the compiled code.
pub(crate) fn hidden_use(name: ForbiddenName) -> Diagnostic {
    let message = format!("`{}` may not be used: {}", name.text(), name.why());
    Diagnostic {
        error: true,
        text: format!("forbidden: {message}\n --> src/lib.rs\n"),
        message,
        file: Some("src/lib.rs".to_owned()),
        line: None,
    }
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

/// Skips leading white space and comments.
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

/// Whether the comment at the start of `text` is a doc comment, which is code to rustc.
fn is_doc(text: &str, outer: &str, inner: &str, plain: &str) -> bool {
    let is_outer = text.starts_with(outer) && !text.starts_with(plain) && !text.starts_with("/**/");
    is_outer || text.starts_with(inner)
}

/// Skips the (possibly nested) block comment at the start of `text`.
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

/// Searches `tokens` without recursion: brackets may be nested as deep as the file is long.
///
/// A name counts as used in a path, as a macro call, and in an attribute. On its own it may be a local
/// variable; a use that reaches the function that way, as after `use std::panic::*`, is found in the LLVM
/// IR.
fn search(file: &str, source: &str, tokens: TokenStream, found: &mut Vec<Diagnostic>) {
    let mut streams = vec![(tokens.into_iter().peekable(), Preceding::Nothing)];
    while let Some((stream, outside)) = streams.last_mut() {
        let outside = *outside;
        let mut before = outside;
        let mut inner = None;
        while let Some(token) = stream.next() {
            match token {
                TokenTree::Group(group) => {
                    let is_attribute = group.delimiter() == Delimiter::Bracket;
                    let of_group = match before {
                        _ if outside == Preceding::Attribute => Preceding::Attribute,
                        Preceding::Attribute if is_attribute => Preceding::Attribute,
                        Preceding::Path => Preceding::Path,
                        _ => Preceding::Nothing,
                    };
                    inner = Some((group.stream().into_iter().peekable(), of_group));
                    break;
                }
                TokenTree::Ident(name) => {
                    let raw = name.to_string();
                    let text = raw.strip_prefix("r#").unwrap_or(&raw);
                    let is_called = matches!(stream.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '!');
                    let is_used =
                        before == Preceding::Path || outside == Preceding::Attribute || is_called;
                    if let Some(forbidden) = ForbiddenName::find(text).filter(|_| is_used) {
                        found.push(refuse(file, source, name.span().start().line, forbidden));
                    }
                    before = Preceding::Nothing;
                }
                TokenTree::Punct(punct) => {
                    before = match punct.as_char() {
                        ':' if before == Preceding::Colon => Preceding::Path,
                        ':' => Preceding::Colon,
                        '#' => Preceding::Attribute,
                        // The `!` of `#![…]`, and the commas of `panic::{a, b}`.
                        '!' if before == Preceding::Attribute => Preceding::Attribute,
                        ',' => outside,
                        _ => Preceding::Nothing,
                    };
                }
                TokenTree::Literal(_) => before = Preceding::Nothing,
            }
        }
        match inner {
            Some(inner) => streams.push(inner),
            None => drop(streams.pop()),
        }
    }
}

/// The token before the current one, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preceding {
    Nothing,
    /// One colon: the first of `::`, or a single one.
    Colon,
    /// `::`
    Path,
    /// `#`
    Attribute,
}

fn search_words(file: &str, source: &str, found: &mut Vec<Diagnostic>) {
    for (index, line) in source.lines().enumerate() {
        let mut words = line.split(|char: char| !char.is_alphanumeric() && char != '_');
        let word = words.find_map(ForbiddenName::find);
        found.extend(word.map(|name| refuse(file, source, index + 1, name)));
    }
}

fn refuse(file: &str, source: &str, line: usize, name: ForbiddenName) -> Diagnostic {
    let code = source.lines().nth(line - 1).unwrap_or_default().trim();
    let message = format!("`{}` may not be used: {}", name.text(), name.why());
    Diagnostic {
        error: true,
        text: format!("forbidden: {message}\n --> {file}:{line}\n  |\n  | {code}\n"),
        message,
        file: Some(file.to_owned()),
        line: Some(line),
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
    fn a_name_is_used_in_a_path_a_call_of_a_macro_or_an_attribute() {
        for used in [
            "use std::{thread, panic::{self, take_hook}};",
            "fn f() { panic :: set_hook(x) }",
            "fn f() { ::core::arch::naked_asm!(\"ret\") }",
            "fn f() { naked_asm ! (\"ret\") }",
            "#[global_allocator] static A: B = B;",
            "#[cfg_attr(all(), global_allocator)] static A: B = B;",
            "#![cfg_attr(all(), global_allocator)]",
            "m! { #[global_allocator] }",
        ] {
            assert_eq!(find("src/lib.rs", used).len(), 1, "{used}");
        }
        for own in [
            "fn f() -> bool { let set_hook = true; S { hook: set_hook, take_hook }.set_hook }",
            "fn f(set_hook: bool) { g(set_hook, self.take_hook()) }",
            "mod m { pub fn set_hook() {} }",
        ] {
            assert_eq!(find("src/lib.rs", own), [], "{own}");
        }
    }

    #[test]
    fn prose_is_no_code() {
        let prose = "It's not allowed to use `std::panic::set_hook`.\n";
        assert_eq!(find("src/notes.md", prose), []);
        assert_eq!(find("src/notes.rs", prose).len(), 1);
    }

    #[test]
    fn brackets_in_brackets_are_gone_through_however_deep_they_are() {
        let deep = 200_000;
        let (open, close) = ("(".repeat(deep), ")".repeat(deep));
        let found = find("src/lib.rs", &format!("{open}panic::set_hook{close}"));
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
        // `#!` followed by a bracket, after any blanks and comments, is an attribute.
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
