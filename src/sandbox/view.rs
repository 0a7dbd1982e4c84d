//! The files that a job can see.

use std::path::{Path, PathBuf};

/// Folders of shared libraries, on one system or another.
pub(crate) const LIBRARY_FOLDERS: [&str; 9] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/nix/store",
];
/// The dynamic loader, on one system or another.
pub(crate) const LOADERS: [&str; 4] = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];
/// The C library's shared objects.
const LIBRARIES: [&str; 6] = [
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "librt.so.1",
    "libpthread.so.0",
    "libdl.so.2",
];
const LOADER_CACHE: &str = "/etc/ld.so.cache";

/// Folders of programs and their helpers.
const PROGRAM_FOLDERS: [&str; 9] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/lib",
    "/usr/lib",
    "/usr/libexec",
];
/// System files that programs look up: users, hosts, time zones, random numbers, terminfo, TLS.
const LOOKED_UP: [&str; 15] = [
    "/dev/urandom",
    "/etc/alternatives",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
    "/usr/share/terminfo",
    "/usr/share/zoneinfo",
];

/// What may be done below a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To list folders.
    List,
    /// To read files and list folders.
    Read,
    /// To execute and read files and list folders.
    Execute,
    /// To read, make, change and remove files and folders, but no devices.
    Write,
    /// To connect to a Unix socket. Landlock has no right for that: only the socket's owner and mode, or a
    /// root folder without it, can deny it.
    Connect,
}

impl Access {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::List, "list"),
        (Self::Read, "read"),
        (Self::Execute, "execute"),
        (Self::Write, "write"),
        (Self::Connect, "connect"),
    ];

    pub(super) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(access, _)| *access == self);
        known.map_or("", |(_, word)| word)
    }
}

/// The files that a job can see, and what it may do to them. Paths may be relative to the job's folder;
/// missing ones are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    pub(super) granted: Vec<(Access, PathBuf)>,
    /// Files whose text Gradus provides, in a job with its own root folder.
    pub(super) made: Vec<(PathBuf, String)>,
}

impl View {
    pub(crate) fn new() -> Self {
        Self::default().with(Access::Read, "/dev/null")
    }

    /// Returns a view of a program, its loader, and the C library.
    pub fn of_program(program: impl Into<PathBuf>) -> Self {
        Self::new()
            .with(Access::Execute, program)
            .with_all(Access::Execute, LOADERS)
            .with(Access::Read, LOADER_CACHE)
            .with_libraries(&LIBRARIES)
    }

    /// Adds the shared libraries `names` in whichever of [`LIBRARY_FOLDERS`] has them.
    #[must_use]
    pub(crate) fn with_libraries(self, names: &[&str]) -> Self {
        let paths = LIBRARY_FOLDERS
            .iter()
            .flat_map(|folder| names.iter().map(|name| Path::new(folder).join(name)))
            .filter(|library| library.is_file());
        self.with_all(Access::Read, paths)
    }

    /// Adds a readable file at `path` with the text `text`. In a job without its own root folder the
    /// machine's file shows instead.
    #[must_use]
    pub fn with_made(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.made.push((path.into(), text.into()));
        self
    }

    /// Returns a view of the loader and all shared libraries, for an installed tool such as a compiler.
    pub(crate) fn of_tools() -> Self {
        Self::new()
            .with_all(Access::Execute, LOADERS)
            .with(Access::Read, LOADER_CACHE)
            .with_all(Access::Read, LIBRARY_FOLDERS)
    }

    /// Returns a view for a lab's server or shell: programs, libraries, and the files that lookups of users
    /// and hosts read.
    pub fn of_lab() -> Self {
        Self::of_tools()
            .with_all(Access::Execute, PROGRAM_FOLDERS)
            .with_all(Access::Read, LOOKED_UP)
            .with(Access::Write, "/dev/null")
    }

    /// Grants `access` to `path` and everything below it.
    #[must_use]
    pub fn with(mut self, access: Access, path: impl Into<PathBuf>) -> Self {
        self.granted.push((access, path.into()));
        self
    }

    #[must_use]
    pub(crate) fn with_all<P: Into<PathBuf>>(
        mut self,
        access: Access,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        let paths = paths.into_iter().map(|path| (access, path.into()));
        self.granted.extend(paths);
        self
    }

    pub(super) fn paths(&self, access: Access) -> impl Iterator<Item = &Path> {
        let granted = self
            .granted
            .iter()
            .filter(move |(granted, _)| *granted == access);
        let files = self.made.iter().filter(move |_| access == Access::Read);
        let made = files.map(|(path, _)| path.as_path());
        granted.map(|(_, path)| path.as_path()).chain(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(view: &View, access: Access, path: &str) -> bool {
        view.paths(access).any(|granted| granted == Path::new(path))
    }

    #[test]
    fn each_access_has_a_word_of_its_own() {
        let words = Access::ALL.map(|(access, _)| access.word());
        assert_eq!(words, ["list", "read", "execute", "write", "connect"]);
    }

    #[test]
    fn what_is_granted_is_granted_as_it_was_said() {
        let view = View::new()
            .with(Access::Write, "/w")
            .with_all(Access::List, ["/l", "/m"])
            .with_made("/etc/hosts", "127.0.0.1 localhost");
        let paths = |access| view.paths(access).collect::<Vec<_>>();
        assert_eq!(paths(Access::Write), [Path::new("/w")]);
        assert_eq!(paths(Access::List), [Path::new("/l"), Path::new("/m")]);
        let read = ["/dev/null", "/etc/hosts"].map(Path::new);
        assert_eq!(paths(Access::Read), read, "what is made can be read");
        assert!(paths(Access::Execute).is_empty());
        assert!(paths(Access::Connect).is_empty());
    }

    #[test]
    fn a_program_sees_itself_its_loader_and_the_c_library() {
        let view = View::of_program("/opt/program");
        assert!(has(&view, Access::Execute, "/opt/program"));
        assert!(
            LOADERS
                .iter()
                .all(|loader| has(&view, Access::Execute, loader))
        );
        assert!(has(&view, Access::Read, LOADER_CACHE));
        assert_eq!(view.paths(Access::Write).count(), 0);
        assert!(!has(&view, Access::Read, "/lib"), "not every library");
    }

    #[test]
    fn only_existing_libraries_are_granted() {
        let missing = View::default().with_libraries(&["libmissing.so.0"]);
        assert_eq!(missing, View::default());
        let folders = LIBRARY_FOLDERS.iter();
        let is_there = |folder: &&&str| Path::new(folder).join("libc.so.6").is_file();
        let there = folders.filter(is_there).count();
        let found = View::default().with_libraries(&["libc.so.6"]);
        assert_eq!(found.paths(Access::Read).count(), there);
    }

    #[test]
    fn tools_see_all_libraries_and_labs_programs_and_names_too() {
        let (tools, lab) = (View::of_tools(), View::of_lab());
        for view in [&tools, &lab] {
            assert!(has(view, Access::Read, "/usr/lib"));
            assert!(
                LOADERS
                    .iter()
                    .all(|loader| has(view, Access::Execute, loader))
            );
        }
        for (access, path) in [
            (Access::Execute, "/usr/bin"),
            (Access::Read, "/etc/passwd"),
            (Access::Write, "/dev/null"),
        ] {
            assert!(has(&lab, access, path), "{path}");
            assert!(!has(&tools, access, path), "{path}");
        }
    }
}
