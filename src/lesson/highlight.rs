//! Syntax highlighting of code blocks. Grammars are loaded lazily, with the first block that needs one.

mod classes;
mod engine;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::text::{Line, Role, Syntax};
use engine::Engine;

/// The most blocks in the cache, more than one session shows.
const MAX_CACHED: usize = 512;

/// Names for console sessions: commands after a prompt, and their output.
const CONSOLES: [&str; 4] = ["console", "shell-session", "shellsession", "terminal"];
const PROMPT: &str = "$ ";

/// Language names that syntect knows by another name.
const ALIASES: [(&str, &str); 7] = [
    ("conf", "nginx"),
    ("shell", "bash"),
    ("zsh", "bash"),
    ("jsonc", "json"),
    ("apache", "Apache Conf"),
    ("systemd", "ini"),
    ("ssh-config", "ssh_config"),
];

/// Highlighted rows by language and text.
type HighlightCache = HashMap<(String, String), Vec<Line>>;

/// Highlights `text`; `None` for an unknown language.
pub(super) fn rows(language: &str, text: &str) -> Option<Vec<Line>> {
    static CACHE: OnceLock<Mutex<HighlightCache>> = OnceLock::new();
    if matches!(language, "" | "text" | "plain" | "txt") {
        return None;
    }
    let cache = CACHE.get_or_init(Mutex::default);
    let key = (language.to_owned(), text.to_owned());
    let known = cache
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    if known.is_some() {
        return known;
    }
    let rows = coloured(language, text)?;
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(key, rows.clone());
    Some(rows)
}

fn coloured(language: &str, text: &str) -> Option<Vec<Line>> {
    if CONSOLES.contains(&language) {
        return Some(console(text));
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == language);
    let language = alias.map_or(language, |(_, known)| known);
    let mut parser = Engine::get().parser(language)?;
    Some(text.lines().map(|row| parser.row(row)).collect())
}

/// Highlights the commands after a prompt, continuation lines included, and nothing else.
fn console(text: &str) -> Vec<Line> {
    let mut command = None;
    let mut rows = Vec::new();
    for row in text.lines() {
        let (prompt, typed) = match row.strip_prefix(PROMPT) {
            Some(typed) => (PROMPT, typed),
            None => ("", row),
        };
        if !prompt.is_empty() {
            command = Engine::get().parser("bash");
        }
        let mut line = Line::new().with(Role::Syntax(Syntax::Comment), prompt);
        match &mut command {
            Some(parser) => line.spans.append(&mut parser.row(typed).spans),
            None => line.push(Role::Syntax(Syntax::Other), typed.trim_end()),
        }
        line.trim_end();
        rows.push(line);
        command = command.filter(|_| typed.ends_with('\\'));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(language: &str, text: &str) -> Vec<(String, Role)> {
        let rows = rows(language, text).expect("a known language");
        rows.into_iter()
            .flat_map(|row| row.spans)
            .map(|span| (span.text, span.style.role))
            .collect()
    }

    fn class_of(word: &str, language: &str, text: &str) -> Syntax {
        let found = classes(language, text)
            .into_iter()
            .find(|(text, _)| text.trim() == word);
        match found {
            Some((_, Role::Syntax(syntax))) => syntax,
            other => panic!("{word} is {other:?} in {:?}", classes(language, text)),
        }
    }

    #[test]
    fn words_of_the_course_languages_have_classes() {
        assert_eq!(class_of("fn", "rust", "fn main() {}"), Syntax::Keyword);
        assert_eq!(class_of("main", "rust", "fn main() {}"), Syntax::Function);
        assert_eq!(
            class_of("// no", "rust", "let a = 1; // no"),
            Syntax::Comment
        );
        assert_eq!(class_of("\"a\"", "toml", "id = \"a\""), Syntax::String);
        assert_eq!(class_of("-old", "diff", "-old\n+new"), Syntax::Deleted);
        assert_eq!(
            class_of("proxy_pass", "nginx", "location / { proxy_pass http://a; }"),
            Syntax::Keyword
        );
    }

    #[test]
    fn aliases_reach_a_known_language() {
        for (alias, _) in ALIASES {
            assert!(rows(alias, "a").is_some(), "{alias}");
        }
        assert!(rows("http", "GET / HTTP/1.1").is_some());
        assert!(rows("text", "a").is_none());
        assert!(rows("no-such-language", "a").is_none());
    }

    #[test]
    fn only_commands_of_a_console_have_colours() {
        let rows = rows("console", "$ echo \"a\" \\\n  \"b\"\necho \"c\"\n").expect("known");
        let is_other = |line: &Line| {
            line.spans
                .iter()
                .all(|span| span.style.role == Role::Syntax(Syntax::Other))
        };
        assert_eq!(
            rows.iter().map(is_other).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(rows[0].text(), "$ echo \"a\" \\");
    }

    #[test]
    fn colours_change_no_text() {
        let code = "fn a() {\n\tlet x = \"\u{1b}\";\n}\n";
        let rows: Vec<String> = rows("rust", code)
            .expect("known")
            .iter()
            .map(Line::text)
            .collect();
        assert_eq!(rows, ["fn a() {", "    let x = \"␛\";", "}"]);
    }
}
