//! Errors in a configuration, found before nginx reads it.

use crate::kinds::gateway::lab::log::FILE;
use crate::text::visible;

/// An error in a configuration, found before nginx reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Who rejects it.
    pub rejected_by: RejectedBy,
    /// The line, from 1.
    pub line: usize,
    /// The message.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Who rejects a configuration, and whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectedBy {
    /// The lab, because it could do harm; our message.
    Harm,
    /// The lab, because it exceeds a limit; our message.
    Room,
    /// nginx, while parsing this place; nginx's message.
    Nginx,
    /// nginx, after parsing all of `http`, when it resolves hosts; nginx's message.
    NginxAfterParsing,
}

impl ConfigError {
    pub(super) fn of_nginx(line: usize, message: impl Into<String>) -> Self {
        Self {
            rejected_by: RejectedBy::Nginx,
            line,
            message: message.into(),
            help: None,
        }
    }

    pub(in crate::kinds::gateway::lab) fn harmful(
        line: usize,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            rejected_by: RejectedBy::Harm,
            line,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    pub(super) fn room(line: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            rejected_by: RejectedBy::Room,
            ..Self::harmful(line, message, help)
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn after_parsing(mut self) -> Self {
        self.rejected_by = RejectedBy::NginxAfterParsing;
        self
    }

    /// Whether it could do harm.
    pub fn is_harmful(&self) -> bool {
        self.rejected_by == RejectedBy::Harm
    }

    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.rejected_by, RejectedBy::Harm | RejectedBy::Room)
    }

    /// The message with control characters escaped.
    pub(crate) fn message(&self) -> String {
        visible(&self.message)
    }

    /// The error as a learner reads it: file, line and help, in nginx's format if nginx would report it.
    pub fn text(&self) -> String {
        let message = self.message();
        let line = self.line;
        let text = match self.rejected_by {
            RejectedBy::Harm | RejectedBy::Room => format!("{FILE}:{line}: {message}"),
            RejectedBy::Nginx | RejectedBy::NginxAfterParsing => {
                format!("nginx: [emerg] {message} in {FILE}:{line}")
            }
        };
        match &self.help {
            Some(help) => format!("{text}\nhelp: {help}"),
            None => text,
        }
    }
}

/// Keeps the errors that can be reported together: all of ours, but only the first of nginx's, since nginx
/// stops at its first error.
pub(super) fn reportable(faults: Vec<ConfigError>) -> Vec<ConfigError> {
    let of_nginx = faults.iter().enumerate().filter(|(_, it)| !it.is_ours());
    let first = of_nginx.min_by_key(|(place, it)| (it.rejected_by, *place));
    let first = first.map(|(place, _)| place);
    let faults = faults.into_iter().enumerate();
    let told = faults.filter(|(place, it)| it.is_ours() || Some(*place) == first);
    told.map(|(_, fault)| fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nginx_is_quoted_and_we_are_not() {
        let own = ConfigError::harmful(3, "too much", "less");
        assert_eq!(own.text(), "nginx.conf:3: too much\nhelp: less");
        let quoted = ConfigError::of_nginx(4, "unexpected \"}\"");
        assert_eq!(
            quoted.text(),
            "nginx: [emerg] unexpected \"}\" in nginx.conf:4"
        );
    }

    #[test]
    fn nginx_says_one_thing_and_ends() {
        let late = ConfigError::of_nginx(1, "late").after_parsing();
        let own = ConfigError::harmful(2, "own", "help");
        let (third, fourth) = (
            ConfigError::of_nginx(3, "third"),
            ConfigError::of_nginx(4, "fourth"),
        );
        let all = vec![late.clone(), own.clone(), third.clone(), fourth];
        assert_eq!(reportable(all), [own.clone(), third]);
        assert_eq!(reportable(vec![late.clone(), own.clone()]), [late, own]);
    }
}
