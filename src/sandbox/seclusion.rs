//! The namespaces that a job has to itself.

/// The namespaces that a job has to itself. The rules of its [`Stage`] and [`View`] hold in any case.
///
/// [`Stage`]: super::Stage
/// [`View`]: super::View
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seclusion {
    /// None.
    #[default]
    None,
    /// Network and PID namespaces: it has only a loopback interface, sees no processes but its own, and
    /// all of them end with it.
    Network,
    /// A mount namespace whose root holds only the view.
    View,
    /// A PID namespace, and a mount namespace whose root holds only the view: no path leads elsewhere,
    /// not even to a Unix socket. The network is its parent's.
    Files,
}

impl Seclusion {
    const ALL: [(Self, &'static str); 4] = [
        (Self::None, "none"),
        (Self::Network, "network"),
        (Self::View, "view"),
        (Self::Files, "files"),
    ];

    pub(super) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(seclusion, _)| *seclusion == self);
        known.map_or("", |(_, word)| word)
    }

    /// Returns whether it includes a PID namespace.
    pub(super) fn has_processes(self) -> bool {
        match self {
            Self::None | Self::View => false,
            Self::Network | Self::Files => true,
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == word);
        known.map(|(seclusion, _)| *seclusion)
    }
}
