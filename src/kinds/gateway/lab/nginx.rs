//! The nginx that labs run, the carried one or another: where it is, and what it was built with.

pub(crate) mod carried;
pub(crate) mod view;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::modules::{MODULES, Module, Version};
use crate::check::{CheckError, Context, Diagnostic};
use crate::sandbox::view::{LIBRARY_FOLDERS, LOADERS};
use crate::sandbox::{Job, SandboxError, Stage};

/// Where nginx is when it is not on `PATH`, as on Debian for ordinary users and with Homebrew.
const FOLDERS: &[&str] = &[
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// The variable that names another nginx than the one that Gradus carries: its path, or a name that
/// is looked for on `PATH` and in the usual folders.
pub const CHOICE: &str = "GRADUS_NGINX";

/// The word for the nginx that Gradus carries, where the variable has to say it.
pub(crate) const CARRIED: &str = "carried";

/// What each nginx answered when it was asked.
static KNOWN: Mutex<BTreeMap<PathBuf, Nginx>> = Mutex::new(BTreeMap::new());

/// How to use another nginx than the one that Gradus carries.
pub(crate) const INSTALL: &str = "install nginx, `sudo apt-get install nginx-light` on Debian and Ubuntu, \
                           `brew install nginx` on macOS, and set `GRADUS_NGINX=nginx`; it need \
                           not be running";

/// An nginx that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nginx {
    program: PathBuf,
    version: Version,
    arguments: String,
    /// The shared libraries that it is linked with, but for those of every program.
    libraries: Vec<PathBuf>,
}

impl Nginx {
    /// Returns the path of the nginx that [`CHOICE`] names, else of the one that Gradus carries, so
    /// that what holds on one machine holds on every other. A Gradus that carries none takes the one
    /// on `PATH` or in the usual folders.
    pub(crate) fn locate(context: &Context) -> Option<PathBuf> {
        let installed = |name: &str| context.environment.find_program(name, FOLDERS);
        match context.environment.get(CHOICE) {
            Some(choice) if choice != CARRIED => match choice.to_str() {
                Some(name) if !name.contains('/') => installed(name),
                Some(_) | None => Some(choice.into()),
            },
            None if !carried::is_there() => installed("nginx"),
            Some(_) | None => carried::unpack(&context.cache).ok(),
        }
    }

    /// Returns the version that decides what a grading refuses; `None` where nothing is graded.
    ///
    /// # Errors
    /// Fails where there is no nginx.
    pub(crate) fn version_for_grading(context: &Context) -> Result<Option<Version>, CheckError> {
        let nginx = context
            .graded
            .then(|| Self::required(context))
            .transpose()?;
        Ok(nginx.map(|nginx| nginx.version))
    }

    /// Returns whether it is the one that Gradus carries.
    pub(crate) fn is_carried(&self, context: &Context) -> bool {
        self.program.starts_with(&context.cache)
    }

    /// Returns the nginx of this machine with what it was built with; `None` where there is none, or
    /// none that can be asked.
    pub fn find(context: &Context) -> Option<Self> {
        let nginx = Self::ask(Self::locate(context)?, context).ok()?;
        // A program that is no nginx has no version.
        (nginx.version != (0, 0, 0)).then_some(nginx)
    }

    /// Returns the nginx of this machine, or what to do about there being none.
    ///
    /// # Errors
    /// Fails where there is none.
    pub(crate) fn required(context: &Context) -> Result<Self, CheckError> {
        Self::find(context).ok_or_else(|| CheckError::Missing {
            what: match Self::locate(context) {
                Some(program) => format!("{} is no nginx that runs", program.display()),
                None => match context.environment.text(CHOICE) {
                    Some(choice) => format!("{CHOICE} names `{choice}`, which is not there"),
                    None if carried::is_there() => format!(
                        "the nginx that Gradus carries cannot be unpacked to {}",
                        context.cache.display()
                    ),
                    None => "there is no nginx on this machine".to_owned(),
                },
            },
            help: INSTALL.to_owned(),
        })
    }

    /// Asks the nginx at `program` for its version and how it was configured.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub(crate) fn ask(program: PathBuf, context: &Context) -> Result<Self, SandboxError> {
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(nginx) = known().get(&program) {
            return Ok(nginx.clone());
        }
        let job = Job::new(Stage::Trusted, &program, "/").argument("-V");
        let exit = context.sandbox.run(job, &context.cancel)?;
        // nginx prints both to standard error.
        let text = String::from_utf8_lossy(&exit.stderr);
        let arguments = text
            .lines()
            .find_map(|line| line.strip_prefix("configure arguments:"));
        // The carried one is linked with nothing else.
        let libraries = if program.starts_with(&context.cache) {
            Vec::new()
        } else {
            libraries(&program, context)?
        };
        let nginx = Self {
            program: program.clone(),
            version: version(&text).unwrap_or_default(),
            arguments: arguments.unwrap_or_default().trim().to_owned(),
            libraries,
        };
        // One that was called off in the middle of its answer may give a better one.
        if nginx.version != (0, 0, 0) {
            known().insert(program, nginx.clone());
        }
        Ok(nginx)
    }

    /// Returns where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Returns the version; zeros when it does not tell.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// Returns how it was configured.
    pub(crate) fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Returns whether it knows the option `-e`, which names the first error log.
    pub(crate) fn knows_error_log_option(&self) -> bool {
        self.version >= (1, 19, 5)
    }

    /// Returns whether it has `module`.
    pub fn has(&self, module: &Module) -> bool {
        module.is_in(&self.arguments)
    }

    /// Returns whether it knows the directive `name`, as far as modules decide that.
    pub(crate) fn has_directive(&self, name: &str) -> bool {
        Module::of_directive(name).is_none_or(|module| self.has(module))
    }

    /// Returns the modules that it lacks, of those whose directives labs accept.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &'static Module> {
        MODULES.iter().filter(|module| !self.has(module))
    }

    /// Returns which nginx this is, in words.
    pub(crate) fn describe(&self, context: &Context) -> String {
        let (major, minor, patch) = self.version;
        let origin = if self.is_carried(context) {
            "the one that Gradus carries".to_owned()
        } else {
            self.program.display().to_string()
        };
        format!("nginx {major}.{minor}.{patch}, {origin}")
    }

    /// Adds to what nginx said of a configuration why it said so, where the reason is not the file but
    /// what this nginx was built with. A directive that labs know and nginx does not is no slip.
    pub(crate) fn explain(&self, said: &mut [Diagnostic], context: &Context) {
        for diagnostic in said {
            let Some(reason) = self.reason(&diagnostic.message) else {
                continue;
            };
            let nginx = self.describe(context);
            let help = format!("\nhelp: the word is right, but this nginx ({nginx}) {reason}");
            diagnostic.text.push_str(&help);
        }
    }

    fn reason(&self, message: &str) -> Option<String> {
        if message == "https protocol requires SSL support" {
            let module = Module::named("ssl").filter(|module| !self.has(module))?;
            return Some(lacks(module) + ": it speaks no TLS");
        }
        let name = message.strip_prefix("unknown directive \"")?;
        let name = name.strip_suffix('"')?;
        if !super::config::rules::is_known(name) {
            return None;
        }
        let module = Module::of_directive(name).filter(|module| !self.has(module));
        Some(module.map_or_else(|| "is older than this directive".to_owned(), lacks))
    }
}

/// Returns the shared libraries of `program`, as the loader lists them; where none does, the folders that
/// hold any.
fn libraries(program: &Path, context: &Context) -> Result<Vec<PathBuf>, SandboxError> {
    for loader in LOADERS.iter().filter(|loader| Path::new(loader).exists()) {
        let job = Job::new(Stage::Trusted, loader, "/").argument("--list");
        let exit = context
            .sandbox
            .run(job.argument(program), &context.cancel)?;
        let said = String::from_utf8_lossy(&exit.stdout);
        let paths = said.split_whitespace().filter(|word| word.starts_with('/'));
        let paths: Vec<_> = paths.map(PathBuf::from).collect();
        if !paths.is_empty() {
            return Ok(paths);
        }
    }
    Ok(LIBRARY_FOLDERS.iter().map(PathBuf::from).collect())
}

fn lacks(module: &Module) -> String {
    format!("was built without the module `{}`", module.name)
}

fn version(text: &str) -> Option<(u32, u32, u32)> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("nginx version: "))?;
    let (_, numbers) = line.split_once('/')?;
    let end = numbers.find(|char: char| char != '.' && !char.is_ascii_digit());
    let mut numbers = numbers[..end.unwrap_or(numbers.len())].split('.');
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gradus_that_works_apart_is_told_which_nginx_it_is() {
        assert!(crate::check::apart::HANDED_ON.contains(&CHOICE));
    }

    #[test]
    fn the_version_is_read_from_what_nginx_says() {
        let text = "nginx version: nginx/1.22.1 (Ubuntu)\nconfigure arguments: --with-x\n";
        assert_eq!(version(text), Some((1, 22, 1)));
        assert_eq!(
            version("nginx version: openresty/1.25.3.1"),
            Some((1, 25, 3))
        );
        assert_eq!(version("what?"), None);
    }

    fn nginx(arguments: &str) -> Nginx {
        Nginx {
            program: PathBuf::from("/usr/sbin/nginx"),
            version: (1, 28, 0),
            arguments: arguments.into(),
            libraries: Vec::new(),
        }
    }

    #[test]
    fn a_module_that_was_left_out_is_the_reason_for_an_unknown_directive() {
        let nginx = nginx("--prefix=/x --without-http_gzip_module");
        let reason = |message: &str| nginx.reason(message);
        let without = |name: &str| Some(format!("was built without the module `{name}`"));
        assert_eq!(reason("unknown directive \"gzip_types\""), without("gzip"));
        assert_eq!(reason("unknown directive \"realip\""), None);
        assert_eq!(
            reason("unknown directive \"real_ip_header\""),
            without("realip")
        );
        let old = reason("unknown directive \"max_headers\"");
        assert_eq!(old.as_deref(), Some("is older than this directive"));
        assert!(reason("https protocol requires SSL support").is_some());
        assert_eq!(reason("invalid URL prefix"), None);
    }
}
