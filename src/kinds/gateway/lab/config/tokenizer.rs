//! The tokenizer, after nginx's `ngx_conf_read_token`.

use std::ops::Range;

use super::{ConfigError, Word, unfinished};

/// nginx's buffer: the longest word or comment, in bytes.
const BUFFER: usize = 4096;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Semicolon,
    Open,
    Close,
    End,
}

/// Splits a text into tokens.
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    text: &'a str,
    position: usize,
    line: usize,
    /// The comments so far, as byte ranges.
    comments: Vec<Range<usize>>,
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            line: 1,
            comments: Vec::new(),
        }
    }

    /// The current line, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The byte offset after the last token.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn comments(&self) -> &[Range<usize>] {
        &self.comments
    }

    pub(super) fn next_token(&mut self) -> Result<Token, ConfigError> {
        self.skip_blanks()?;
        let Some(byte) = self.peek() else {
            return Ok(Token::End);
        };
        match byte {
            b';' => Ok(self.mark_token(Token::Semicolon)),
            b'{' => Ok(self.mark_token(Token::Open)),
            b'}' => Ok(self.mark_token(Token::Close)),
            b'"' | b'\'' => self.quoted(byte),
            _ => self.plain(),
        }
    }

    fn skip_blanks(&mut self) -> Result<(), ConfigError> {
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => self.skip_comment()?,
                _ if is_blank(byte) => self.step(),
                _ => break,
            }
        }
        Ok(())
    }

    fn skip_comment(&mut self) -> Result<(), ConfigError> {
        let (start, line) = (self.position, self.line);
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.step();
        }
        self.comments.push(start..self.position);
        if self.is_too_long(start) {
            return Err(self.too_long(start, line));
        }
        Ok(())
    }

    /// Whether the token or comment that began at `start` and ends here overflows nginx's buffer.
    fn is_too_long(&self, start: usize) -> bool {
        let length = self.position - start;
        // nginx refills its buffer only if there is more to read.
        length > BUFFER || length == BUFFER && self.peek().is_some()
    }

    fn too_long(&self, start: usize, line: usize) -> ConfigError {
        let bytes = &self.text.as_bytes()[start..];
        let first = String::from_utf8_lossy(&bytes[..bytes.len().min(10)]);
        ConfigError::of_nginx(line, format!("too long parameter \"{first}...\" started"))
    }

    fn unfinished(&self, start: usize, line: usize) -> ConfigError {
        if self.is_too_long(start) {
            self.too_long(start, line)
        } else {
            unfinished(self.line)
        }
    }

    fn mark_token(&mut self, token: Token) -> Token {
        self.step();
        token
    }

    fn quoted(&mut self, quote: u8) -> Result<Token, ConfigError> {
        let line = self.line;
        self.step();
        let start = self.position;
        while let Some(byte) = self.peek().filter(|_| !self.is_too_long(start)) {
            self.step();
            if byte == b'\\' {
                self.step();
            } else if byte == quote {
                let word = self.word_at(start, self.position - 1, line);
                return self.end_of_quoted(word);
            }
        }
        if !self.is_too_long(start) {
            return Err(unfinished(self.line));
        }
        let quote = char::from(quote);
        let message =
            format!("too long parameter, probably missing terminating \"{quote}\" character");
        Err(ConfigError::of_nginx(line, message).with_help("this quote is not closed"))
    }

    /// After a closing quote, nginx accepts only a blank, `;`, `{`, or `)` (for `if (… "x")`).
    fn end_of_quoted(&self, word: Word) -> Result<Token, ConfigError> {
        match self.peek() {
            None => Err(unfinished(self.line)),
            Some(byte) if is_blank(byte) || b";{)".contains(&byte) => Ok(Token::Word(word)),
            Some(_) => {
                // nginx quotes one byte, which may be only a part of a character.
                let byte = &self.text.as_bytes()[self.position..=self.position];
                let shown = String::from_utf8_lossy(byte);
                Err(ConfigError::of_nginx(
                    self.line,
                    format!("unexpected \"{shown}\""),
                ))
            }
        }
    }

    fn plain(&mut self) -> Result<Token, ConfigError> {
        let (start, line) = (self.position, self.line);
        let mut after_dollar = false;
        while let Some(byte) = self.peek() {
            if after_dollar && byte == b'{' {
                self.step();
                continue;
            }
            if is_blank(byte) || byte == b';' || byte == b'{' {
                if self.is_too_long(start) {
                    break;
                }
                return Ok(Token::Word(self.word_at(start, self.position, line)));
            }
            after_dollar = byte == b'$';
            self.step();
            if byte == b'\\' {
                self.step();
            }
        }
        Err(self.unfinished(start, line))
    }

    fn word_at(&self, start: usize, end: usize, line: usize) -> Word {
        Word {
            text: unescape(&self.text[start..end]),
            range: start..end,
            line,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn step(&mut self) {
        if let Some(byte) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.position += 1;
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(char) = chars.next() {
        let escaped = match (char, chars.peek()) {
            ('\\', Some(quote @ ('"' | '\'' | '\\'))) => Some(*quote),
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('n')) => Some('\n'),
            _ => None,
        };
        if escaped.is_some() {
            chars.next();
        }
        text.push(escaped.unwrap_or(char));
    }
    text
}
