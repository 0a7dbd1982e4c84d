//! Parses nginx configurations by nginx's own rules.
//!
//! What is checked here must be what nginx sees. So the tokenizer follows nginx's rules for words, quotes,
//! escapes and comments, and a file that it cannot parse never reaches nginx.

pub(crate) mod address;
mod directives;
mod fault;
mod localhost;
mod reach;
pub(crate) mod rewrite;
pub mod rules;
mod tokenizer;
mod variables;

use std::ops::Range;

use super::confusables;
use tokenizer::{Token, Tokenizer};

pub use fault::ConfigError;

/// The deepest nesting of blocks.
const MAX_DEPTH: usize = 12;
/// Directives whose blocks hold rows of values instead of directives.
const TABLES: [&str; 5] = ["charset_map", "geo", "map", "split_clients", "types"];

/// A parsed configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its source text.
    pub text: String,
    /// The directives of the outermost level, in order.
    pub directives: Vec<Directive>,
}

/// A directive with its arguments and, if it has one, its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its first word.
    pub name: Word,
    /// Its other words.
    pub arguments: Vec<Word>,
    /// The byte offset after its `;` or `{`.
    pub end: usize,
    /// The byte offset after the whole of it, its block included.
    pub close: usize,
    /// The line, from 1, of its `;` or `{`, which is the line that nginx reports.
    pub line: usize,
    /// The directives of its block.
    pub block: Option<Vec<Self>>,
}

/// A word of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text as nginx sees it: unquoted and unescaped.
    pub text: String,
    /// Its bytes in the source text, without quotes.
    pub range: Range<usize>,
    /// Its line, from 1.
    pub line: usize,
}

impl Config {
    /// Parses `text`.
    ///
    /// # Errors
    /// Fails at the first place that nginx would not accept either.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut tokenizer = Tokenizer::new(text);
        let directives = parse_block(&mut tokenizer, 0)?;
        Ok(Self {
            text: text.to_owned(),
            directives,
        })
    }

    /// All directives, depth first in source order, but not the rows of tables such as `map`.
    pub(crate) fn all(&self) -> Vec<&Directive> {
        let mut all = Vec::new();
        collect(&self.directives, &mut all);
        all
    }

    /// Help on confusable characters in the directive that ends in `line`.
    pub(crate) fn confusable_help(&self, line: usize) -> Option<String> {
        let mut all = self.all().into_iter();
        let directive = all.find(|directive| directive.line == line);
        let first = directive.map_or(line, |directive| directive.name.line);
        confusables::help(&self.text, first, line)
    }

    /// The addresses of all `listen` directives.
    pub(crate) fn listens(&self) -> Vec<&Word> {
        let listens = self
            .all()
            .into_iter()
            .filter(|directive| directive.is("listen"));
        listens
            .filter_map(|directive| directive.arguments.first())
            .collect()
    }
}

/// Decodes a configuration. In comments, which nginx skips, bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// Fails with the line, from 1, of the first such byte elsewhere.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, usize> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut tokenizer = Tokenizer::new(&text);
    while matches!(tokenizer.next_token(), Ok(token) if token != Token::End) {}
    let is_comment = |place: &usize| tokenizer.comments().iter().any(|it| it.contains(place));
    let mut undecodable = text.match_indices(char::REPLACEMENT_CHARACTER);
    match undecodable.find(|(place, _)| !is_comment(place)) {
        None => Ok(text),
        Some((place, _)) => Err(text[..place].matches('\n').count() + 1),
    }
}

impl Directive {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.text == name
    }

    /// The directives of its block; none for a table, whose block holds rows.
    pub(crate) fn children(&self) -> &[Self] {
        match &self.block {
            Some(block) if !self.is_table() => block,
            Some(_) | None => &[],
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        TABLES.contains(&self.name.text.as_str())
    }
}

fn collect<'a>(directives: &'a [Directive], all: &mut Vec<&'a Directive>) {
    for directive in directives {
        all.push(directive);
        collect(directive.children(), all);
    }
}

fn parse_block(tokenizer: &mut Tokenizer<'_>, depth: usize) -> Result<Vec<Directive>, ConfigError> {
    let mut directives = Vec::new();
    while let Some(name) = first_word(tokenizer, depth)? {
        directives.push(parse_directive(name, tokenizer, depth)?);
    }
    Ok(directives)
}

/// The first word of the next directive; `None` at the end of the block or of the text.
fn first_word(tokenizer: &mut Tokenizer<'_>, depth: usize) -> Result<Option<Word>, ConfigError> {
    let token = tokenizer.next_token()?;
    let line = tokenizer.line();
    match token {
        Token::Word(word) => Ok(Some(word)),
        Token::End if depth == 0 => Ok(None),
        Token::Close if depth > 0 => Ok(None),
        Token::End => Err(
            ConfigError::of_nginx(line, "unexpected end of file, expecting \"}\"")
                .with_help("a block is not closed: look for the `{` without its `}`"),
        ),
        Token::Close => Err(ConfigError::of_nginx(line, "unexpected \"}\"")
            .with_help("there is one `}` too many, here or further up")),
        Token::Semicolon => Err(ConfigError::of_nginx(line, "unexpected \";\"")),
        Token::Open => Err(ConfigError::of_nginx(line, "unexpected \"{\"")),
    }
}

fn parse_directive(
    name: Word,
    tokenizer: &mut Tokenizer<'_>,
    depth: usize,
) -> Result<Directive, ConfigError> {
    let mut arguments = Vec::new();
    loop {
        let token = tokenizer.next_token()?;
        match token {
            Token::Word(word) => arguments.push(word),
            Token::Semicolon | Token::Open => {
                let (end, line) = (tokenizer.position(), tokenizer.line());
                let block = match token {
                    Token::Open => Some(parse_nested(tokenizer, &name, depth)?),
                    _ => None,
                };
                return Ok(Directive {
                    name,
                    arguments,
                    end,
                    close: tokenizer.position(),
                    line,
                    block,
                });
            }
            Token::Close => {
                let help = format!(
                    "the directive `{}` of line {} may lack its `;`",
                    name.text, name.line
                );
                return Err(
                    ConfigError::of_nginx(tokenizer.line(), "unexpected \"}\"").with_help(help)
                );
            }
            Token::End => return Err(unfinished(tokenizer.line())),
        }
    }
}

fn parse_nested(
    tokenizer: &mut Tokenizer<'_>,
    name: &Word,
    depth: usize,
) -> Result<Vec<Directive>, ConfigError> {
    if depth == MAX_DEPTH {
        let message = format!("blocks are nested more than {MAX_DEPTH} deep");
        let help = "a lab reads no deeper ones: take some out";
        return Err(ConfigError::room(name.line, message, help));
    }
    parse_block(tokenizer, depth + 1)
}

fn unfinished(line: usize) -> ConfigError {
    ConfigError::of_nginx(line, "unexpected end of file, expecting \";\" or \"}\"")
        .with_help("the last directive has no end, or a quote is not closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let config = Config::parse(text).unwrap();
        let words = |directive: &Directive| {
            let words = std::iter::once(&directive.name).chain(&directive.arguments);
            words.map(|word| word.text.clone()).collect()
        };
        config.all().into_iter().map(words).collect()
    }

    #[test]
    fn in_comments_any_bytes_are_taken() {
        let text = decode(b"a b; # caf\xe9 \xff\nc d;".to_vec()).unwrap();
        assert_eq!(words(&text), [["a", "b"], ["c", "d"]]);
        assert_eq!(decode(b"# \xe9\na\n\"\xe9\";".to_vec()), Err(3));
        assert_eq!(decode(b"a 'b'c; # \xe9".to_vec()), Err(1));
    }

    fn fault(text: &str) -> (usize, String) {
        let fault = Config::parse(text).unwrap_err();
        (fault.line, fault.message)
    }

    #[test]
    fn words_quotes_escapes_and_comments_are_read_as_nginx_reads_them() {
        let text = "# a; b {\na 'x y' \"it's\" c\\ d e#f;b{c ${d}e;}\nlog \"a\\tb\\\"\" '';";
        let expected = [
            vec!["a", "x y", "it's", "c\\ d", "e#f"],
            vec!["b"],
            vec!["c", "${d}e"],
            vec!["log", "a\tb\"", ""],
        ];
        assert_eq!(words(text), expected);
    }

    #[test]
    fn a_word_knows_its_line_and_its_place() {
        let text = "events {}\nhttp {\n  listen \"80\";\n}\n";
        let config = Config::parse(text).unwrap();
        let listen = config.listens()[0];
        assert_eq!((listen.line, &text[listen.range.clone()]), (3, "80"));
    }

    #[test]
    fn the_values_of_a_table_are_not_directives() {
        assert_eq!(words("map $a $b { listen 80; }"), [["map", "$a", "$b"]],);
    }

    #[test]
    fn faults_are_worded_as_nginx_words_them() {
        let ending = "unexpected end of file, expecting \";\" or \"}\"".to_owned();
        assert_eq!(fault("a b"), (1, ending.clone()));
        assert_eq!(fault("a\n'b"), (2, ending.clone()));
        assert_eq!(fault("a 'b' "), (1, ending));
        assert_eq!(
            fault("a {\n"),
            (2, "unexpected end of file, expecting \"}\"".into())
        );
        assert_eq!(fault("a { b\n}"), (2, "unexpected \"}\"".into()));
        assert_eq!(fault("}"), (1, "unexpected \"}\"".into()));
        assert_eq!(fault("a 'b'c;"), (1, "unexpected \"c\"".into()));
        assert_eq!(fault(";"), (1, "unexpected \";\"".into()));
    }

    /// This limit is the lab's; nginx has none.
    #[test]
    fn blocks_that_are_too_deep_are_told_in_our_own_words() {
        let fault = Config::parse(&"a{".repeat(40)).unwrap_err();
        assert!(fault.is_ours() && !fault.is_harmful());
        assert_eq!(fault.message, "blocks are nested more than 12 deep");
    }

    #[test]
    fn what_is_too_long_for_nginx_is_told_as_nginx_tells_it() {
        let long = "x".repeat(5000);
        let missing = "too long parameter, probably missing terminating \"\"\" character";
        assert_eq!(fault(&format!("a\nb \"{long};")), (2, missing.into()));
        let started = |start: &str| format!("too long parameter \"{start}...\" started");
        assert_eq!(fault(&format!("a {long};")).1, started("xxxxxxxxxx"));
        assert_eq!(fault(&format!("# {long}\n")).1, started("# xxxxxxxx"));
        let longest = "x".repeat(4095);
        assert!(Config::parse(&format!("a {longest};")).is_ok());
        assert!(Config::parse(&format!("a {longest}x;")).is_err());
    }

    #[test]
    fn the_last_comment_may_fill_the_buffer_of_nginx() {
        let comment = format!("a;\n#{}", "x".repeat(4095));
        assert!(Config::parse(&comment).is_ok());
        assert!(Config::parse(&format!("{comment}\n")).is_err());
        assert!(Config::parse(&format!("{comment}x")).is_err());
    }

    #[test]
    fn escapes_stand_for_what_nginx_takes_them_for() {
        assert_eq!(words("a \"b\\rc\\nd\\te\";"), [["a", "b\rc\nd\te"]]);
        assert_eq!(
            words("a 'b\\'c' d\\\\e f\\g;"),
            [["a", "b'c", "d\\e", "f\\g"]]
        );
    }
}
