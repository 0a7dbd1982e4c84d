//! What is wrong with a configuration, found before nginx sees it.

use crate::kinds::gateway::lab::log::FILE;
use crate::text::visible;

/// What is wrong with a configuration, found before nginx sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Who does not take it.
    pub refused_by: RefusedBy,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Who does not take a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusedBy {
    /// A lab, since it could do harm: the message is our own.
    Harm,
    /// A lab, since it has no room for it: the message is our own.
    Room,
    /// nginx, as soon as it comes to this place: the message is nginx's.
    Nginx,
    /// nginx, when it has read all of `http` and looks up hosts: the message is nginx's.
    NginxAtLast,
}

impl Fault {
    pub(super) fn of_nginx(line: usize, message: impl Into<String>) -> Self {
        Self {
            refused_by: RefusedBy::Nginx,
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
            refused_by: RefusedBy::Harm,
            line,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    pub(super) fn room(line: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            refused_by: RefusedBy::Room,
            ..Self::harmful(line, message, help)
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn at_last(mut self) -> Self {
        self.refused_by = RefusedBy::NginxAtLast;
        self
    }

    /// Returns whether it could do harm.
    pub fn is_harmful(&self) -> bool {
        self.refused_by == RefusedBy::Harm
    }

    /// Returns whether the message is our own, and not nginx's.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.refused_by, RefusedBy::Harm | RefusedBy::Room)
    }

    /// Returns the message, without what a terminal would act on.
    pub(crate) fn message(&self) -> String {
        visible(&self.message)
    }

    /// Returns it as a learner reads it: with file and line, in nginx's form where it is nginx's, and with
    /// what to do.
    pub fn text(&self) -> String {
        let message = self.message();
        let line = self.line;
        let text = match self.refused_by {
            RefusedBy::Harm | RefusedBy::Room => format!("{FILE}:{line}: {message}"),
            RefusedBy::Nginx | RefusedBy::NginxAtLast => {
                format!("nginx: [emerg] {message} in {FILE}:{line}")
            }
        };
        match &self.help {
            Some(help) => format!("{text}\nhelp: {help}"),
            None => text,
        }
    }
}

/// Returns `faults` as they can be told together: nginx tells of the first that it comes to and ends, so
/// no more than that one is told in its name.
pub(super) fn told(faults: Vec<Fault>) -> Vec<Fault> {
    let of_nginx = faults.iter().enumerate().filter(|(_, it)| !it.is_ours());
    let first = of_nginx.min_by_key(|(place, it)| (it.refused_by, *place));
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
        let own = Fault::harmful(3, "too much", "less");
        assert_eq!(own.text(), "nginx.conf:3: too much\nhelp: less");
        let quoted = Fault::of_nginx(4, "unexpected \"}\"");
        assert_eq!(
            quoted.text(),
            "nginx: [emerg] unexpected \"}\" in nginx.conf:4"
        );
    }

    #[test]
    fn nginx_says_one_thing_and_ends() {
        let late = Fault::of_nginx(1, "late").at_last();
        let own = Fault::harmful(2, "own", "help");
        let (third, fourth) = (Fault::of_nginx(3, "third"), Fault::of_nginx(4, "fourth"));
        let all = vec![late.clone(), own.clone(), third.clone(), fourth];
        assert_eq!(told(all), [own.clone(), third]);
        assert_eq!(told(vec![late.clone(), own.clone()]), [late, own]);
    }
}
