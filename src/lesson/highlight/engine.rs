//! The syntax highlighter: grammars, loaded once, and the parser of a block.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::classes::Classes;
use crate::text::{Line, Role, Syntax, visible};

pub(super) struct Engine {
    grammars: SyntaxSet,
    classes: Classes,
}

impl Engine {
    /// Returns the engine; the first call loads it, which takes about 2 ms.
    pub(super) fn get() -> &'static Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(|| Self {
            grammars: two_face::syntax::extra_newlines(),
            classes: Classes::new(),
        })
    }

    /// Returns a parser for `language`, a name or file extension.
    pub(super) fn parser(&'static self, language: &str) -> Option<Parser> {
        let grammar = self.grammars.find_syntax_by_token(language)?;
        let state = Some(ParseState::new(grammar));
        Some(Parser {
            engine: self,
            state,
            scopes: ScopeStack::new(),
        })
    }
}

/// Highlights a block row by row.
pub(super) struct Parser {
    engine: &'static Engine,
    /// `None` after an error of the grammar: the rest is not highlighted.
    state: Option<ParseState>,
    scopes: ScopeStack,
}

impl Parser {
    /// Highlights the next row, without trailing blanks.
    pub(super) fn row(&mut self, row: &str) -> Line {
        let text = format!("{row}\n");
        let grammars = &self.engine.grammars;
        let changes = self
            .state
            .as_mut()
            .map(|state| state.parse_line(&text, grammars));
        let mut line = Line::new();
        let mut start = 0;
        match changes {
            Some(Ok(changes)) => {
                for (at, change) in changes {
                    self.push(&mut line, &text[start..at]);
                    start = at;
                    if self.scopes.apply(&change).is_err() {
                        self.state = None;
                    }
                }
            }
            Some(Err(_)) | None => self.state = None,
        }
        self.push(&mut line, &text[start..]);
        line.trim_end();
        line
    }

    fn push(&self, line: &mut Line, text: &str) {
        let class = self
            .state
            .as_ref()
            .map(|_| self.engine.classes.class_of(&self.scopes));
        let role = Role::Syntax(class.unwrap_or(Syntax::Other));
        let text = visible(text.trim_end_matches('\n'));
        match line.spans.last_mut() {
            Some(last) if last.style.role == role => last.text.push_str(&text),
            _ => line.push(role, text),
        }
    }
}
