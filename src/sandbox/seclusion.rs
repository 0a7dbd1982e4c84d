//! What a job has to itself, where it is to share nothing with the rest of the machine.

/// What a job has to itself. Its files, users and limits are another matter: those of [`Stage`] and
/// [`View`] hold in any case.
///
/// [`Stage`]: super::Stage
/// [`View`]: super::View
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seclusion {
    /// Nothing.
    #[default]
    None,
    /// A network, in which there is nothing but a loopback interface, and its processes: it sees no
    /// others, and all of them end with it, whatever they are.
    Network,
    /// Of the files the view alone: no path leads to anything else. All else it shares with whoever
    /// starts it.
    View,
    /// Its processes, and of the files the view alone: no path leads to anything else, not even to a
    /// socket. The network is that of whoever starts it.
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

    /// Returns whether it has its processes to itself.
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
