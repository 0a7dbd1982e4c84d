//! How the user starts Gradus, so that the commands we print can be pasted.

use std::ffi::OsStr;
use std::path::Path;

use super::arguments::Global;
use crate::sys::environment::Environment;

/// The program, and the options to repeat in each command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    program: String,
    options: String,
}

impl Invocation {
    pub(super) fn detect(
        environment: &Environment,
        first: Option<&OsStr>,
        executable: Option<&Path>,
        global: &Global,
    ) -> Self {
        let program = through_cargo(environment, executable)
            .or_else(|| by_path(environment, first))
            .unwrap_or_else(|| "gradus".to_owned());
        let mut options = String::new();
        let paths = [
            (" --course ", &global.course),
            (" --workspace ", &global.workspace),
        ];
        for (name, path) in paths {
            if let Some(path) = path {
                options.push_str(name);
                options.push_str(&quoted(&path.to_string_lossy()));
            }
        }
        Self { program, options }
    }

    /// The command line of `command`, such as `check safe-divide`; empty means the session.
    pub(crate) fn command(&self, command: &str) -> String {
        let Self { program, options } = self;
        if command.is_empty() {
            return format!("{program}{options}");
        }
        format!("{program}{options} {command}")
    }
}

/// `cargo run` sets variables for the program, which is in the target folder.
fn through_cargo(environment: &Environment, executable: Option<&Path>) -> Option<String> {
    environment.get("CARGO")?;
    if environment.get("CARGO_PKG_NAME")? != env!("CARGO_PKG_NAME") {
        return None;
    }
    let mut parts = executable?
        .components()
        .map(std::path::Component::as_os_str);
    let is_release = parts.any(|part| part == "release");
    Some(if is_release {
        "cargo run --release --".to_owned()
    } else {
        "cargo run --".to_owned()
    })
}

/// A program started by its path is shown with it, unless its name is enough.
fn by_path(environment: &Environment, first: Option<&OsStr>) -> Option<String> {
    let first = first?.to_str().filter(|first| first.contains('/'))?;
    let name = Path::new(first).file_name()?.to_str()?;
    let found = environment.find_program(name, &[]);
    if found.is_some_and(|found| found == Path::new(first)) {
        return Some(name.to_owned());
    }
    Some(quoted(first))
}

/// Quotes `word` for a POSIX shell, if necessary.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=@%+,".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn detect(variables: &[(&str, &str)], first: &str, executable: &str) -> Invocation {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        let environment = Environment::new(variables, PathBuf::from("/"));
        let first = Some(OsStr::new(first));
        Invocation::detect(
            &environment,
            first,
            Some(Path::new(executable)),
            &Global::default(),
        )
    }

    #[test]
    fn the_program_is_named_as_it_was_started() {
        let cargo = [("CARGO", "/bin/cargo"), ("CARGO_PKG_NAME", "gradus")];
        let cases = [
            (detect(&[], "gradus", "/bin/gradus"), "gradus next"),
            (
                detect(&[], "./bin/gradus", "/x/bin/gradus"),
                "./bin/gradus next",
            ),
            (
                detect(&cargo, "target/debug/gradus", "/x/target/debug/gradus"),
                "cargo run -- next",
            ),
            (
                detect(&cargo, "target/release/gradus", "/x/target/release/gradus"),
                "cargo run --release -- next",
            ),
        ];
        for (invocation, line) in cases {
            assert_eq!(invocation.command("next"), line);
        }
    }

    #[test]
    fn options_are_repeated_and_quoted() {
        let global = Global {
            course: Some("my course".into()),
            ..Global::default()
        };
        let invocation = Invocation::detect(&Environment::default(), None, None, &global);
        assert_eq!(invocation.command(""), "gradus --course 'my course'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
