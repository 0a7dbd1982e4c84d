//! The nginx that labs run, the carried one or an installed one: its path, version and modules.

pub(crate) mod carried;
pub(crate) mod view;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::modules::{MODULES, Module, NginxVersion};
use crate::check::{CheckError, Context, Diagnostic};
use crate::sandbox::view::{LIBRARY_FOLDERS, LOADERS};
use crate::sandbox::{Job, SandboxError, Stage};

/// Where nginx is if not on `PATH`, as on Debian for ordinary users and with Homebrew.
const FOLDERS: &[&str] = &[
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// The environment variable that chooses another nginx than the carried one: a path, or a name that is
/// searched on `PATH` and in the usual folders.
pub const CHOICE: &str = "GRADUS_NGINX";

/// The value of [`CHOICE`] that means the carried nginx.
pub(crate) const CARRIED: &str = "carried";

/// The results of [`Nginx::ask`] by path.
static KNOWN: Mutex<BTreeMap<PathBuf, Nginx>> = Mutex::new(BTreeMap::new());

pub(crate) const INSTALL: &str = "install nginx, `sudo apt-get install nginx-light` on Debian and Ubuntu, \
                           `brew install nginx` on macOS, and set `GRADUS_NGINX=nginx`; it need \
                           not be running";

/// An nginx that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nginx {
    program: PathBuf,
    version: NginxVersion,
    arguments: String,
    /// The shared libraries it is linked with, apart from those of every program.
    libraries: Vec<PathBuf>,
}

impl Nginx {
    /// The path of the nginx that [`CHOICE`] names, else of the carried one, so that results hold on every
    /// machine. A build of Gradus that carries none takes the installed one.
    pub(crate) fn locate(context: &Context) -> Option<PathBuf> {
        let installed = |name: &str| context.environment.find_program(name, FOLDERS);
        match context.environment.get(CHOICE) {
            Some(choice) if choice != CARRIED => match choice.to_str() {
                Some(name) if !name.contains('/') => installed(name),
                Some(_) | None => Some(choice.into()),
            },
            None if !carried::is_there() => installed("nginx"),
            Some(_) | None => carried::unpack(&context.cache, || context.trim_cache()).ok(),
        }
    }

    /// The version that decides what a grading rejects; `None` outside of gradings.
    pub(crate) fn version_for_grading(
        context: &Context,
    ) -> Result<Option<NginxVersion>, CheckError> {
        let nginx = context
            .graded
            .then(|| Self::required(context))
            .transpose()?;
        Ok(nginx.map(|nginx| nginx.version))
    }

    pub(crate) fn is_carried(&self, context: &Context) -> bool {
        self.program.starts_with(&context.cache)
    }

    /// The nginx to use, with its build options; `None` if there is none that runs.
    pub fn find(context: &Context) -> Option<Self> {
        let nginx = Self::ask(Self::locate(context)?, context).ok()?;
        // A program that is not nginx prints no version.
        (nginx.version != (0, 0, 0)).then_some(nginx)
    }

    /// Like [`Nginx::find`]; the error says how to get one.
    pub(crate) fn required(context: &Context) -> Result<Self, CheckError> {
        Self::find(context).ok_or_else(|| CheckError::Missing {
            what: match Self::locate(context) {
                Some(program) => format!("{} is not a working nginx", program.display()),
                None => match context.environment.text(CHOICE) {
                    Some(choice) => format!("{CHOICE} names `{choice}`, which does not exist"),
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

    /// Asks the nginx at `program` for its version and `configure` arguments.
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
        // The carried one is linked with the C library only.
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
        // A cancelled run has no version; it must not be cached.
        if nginx.version != (0, 0, 0) {
            known().insert(program, nginx.clone());
        }
        Ok(nginx)
    }

    /// Returns an nginx for tests that start none.
    #[cfg(test)]
    pub(crate) fn fixture() -> Self {
        Self {
            program: PathBuf::from("no-nginx"),
            version: NginxVersion::default(),
            arguments: String::new(),
            libraries: Vec::new(),
        }
    }

    /// The path of the executable.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The version; zeros if unknown.
    pub(crate) fn version(&self) -> NginxVersion {
        self.version
    }

    pub(crate) fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Whether it has the option `-e`, which names the first error log.
    pub(crate) fn knows_error_log_option(&self) -> bool {
        self.version >= (1, 19, 5)
    }

    /// Whether it was built with `module`.
    pub fn has(&self, module: &Module) -> bool {
        module.is_in(&self.arguments)
    }

    /// Whether it knows the directive `name`, as far as that depends on modules.
    pub(crate) fn has_directive(&self, name: &str) -> bool {
        Module::of_directive(name).is_none_or(|module| self.has(module))
    }

    /// The modules that it lacks, of those whose directives labs accept.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &'static Module> {
        MODULES.iter().filter(|module| !self.has(module))
    }

    pub(crate) fn describe(&self, context: &Context) -> String {
        let (major, minor, patch) = self.version;
        let origin = if self.is_carried(context) {
            "the one that Gradus carries".to_owned()
        } else {
            self.program.display().to_string()
        };
        format!("nginx {major}.{minor}.{patch}, {origin}")
    }

    /// Adds help to messages whose cause is this build of nginx and not the file: a directive that labs know
    /// and nginx does not is no typo.
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
        let quoted = message.strip_prefix("unknown directive \"")?;
        let name = quoted.strip_suffix('"')?;
        if !super::config::rules::is_known(name) {
            return None;
        }
        let module = Module::of_directive(name).filter(|module| !self.has(module));
        Some(module.map_or_else(|| "is older than this directive".to_owned(), lacks))
    }
}

/// The shared libraries of `program`, listed by the dynamic loader; if that fails, the folders of all
/// libraries.
fn libraries(program: &Path, context: &Context) -> Result<Vec<PathBuf>, SandboxError> {
    for loader in LOADERS.iter().filter(|loader| Path::new(loader).exists()) {
        let job = Job::new(Stage::Trusted, loader, "/").argument("--list");
        let exit = context
            .sandbox
            .run(job.argument(program), &context.cancel)?;
        let said = String::from_utf8_lossy(&exit.stdout);
        let words = said.split_whitespace();
        let paths = words.filter(|word| word.starts_with('/'));
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
        let about = crate::kind::Kind::about(&crate::kinds::gateway::Gateway);
        assert!(about.variables.contains(&CHOICE));
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
