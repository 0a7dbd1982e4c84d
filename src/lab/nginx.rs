//! The nginx of this machine: where it is, and what it was built with.

pub mod carried;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::check::{CheckError, Context};
use crate::sandbox::{Job, SandboxError, Stage};

/// Where nginx is when it is not on `PATH`, as on Debian for ordinary users and with Homebrew.
const FOLDERS: &[&str] = &[
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// The variable that names the nginx to use, by its path or as [`CARRIED`].
pub const CHOICE: &str = "GRADUS_NGINX";

/// The word for the nginx that Gradus carries.
pub const CARRIED: &str = "carried";

/// What each nginx answered when it was asked.
static KNOWN: Mutex<BTreeMap<PathBuf, Nginx>> = Mutex::new(BTreeMap::new());

/// What to do when there is no nginx.
pub const INSTALL: &str = "install it: `sudo apt-get install nginx-light` on Debian and Ubuntu, \
                           `brew install nginx` on macOS; it need not be running";

/// An nginx that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nginx {
    program: PathBuf,
    version: (u32, u32, u32),
    arguments: String,
}

impl Nginx {
    /// Returns the path of the nginx that [`CHOICE`] names, else of the one on `PATH` or in the usual
    /// folders, else of the one that Gradus carries.
    pub fn locate(context: &Context) -> Option<PathBuf> {
        let carried = || carried::unpack(&context.cache).ok();
        match context.environment.get(CHOICE) {
            Some(choice) if choice == CARRIED => carried(),
            Some(choice) => Some(choice.into()),
            None => context
                .environment
                .find_program("nginx", FOLDERS)
                .or_else(carried),
        }
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
    pub fn required(context: &Context) -> Result<Self, CheckError> {
        Self::find(context).ok_or_else(|| CheckError::Missing {
            what: match Self::locate(context) {
                Some(program) => format!("{} is no nginx that runs", program.display()),
                None => "there is no nginx on this machine".to_owned(),
            },
            help: INSTALL.to_owned(),
        })
    }

    /// Asks the nginx at `program` for its version and how it was configured.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub fn ask(program: PathBuf, context: &Context) -> Result<Self, SandboxError> {
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
        let nginx = Self {
            program: program.clone(),
            version: version(&text).unwrap_or_default(),
            arguments: arguments.unwrap_or_default().trim().to_owned(),
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
    pub fn version(&self) -> (u32, u32, u32) {
        self.version
    }

    /// Returns how it was configured.
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// Returns whether it knows the option `-e`, which names the first error log.
    pub fn knows_error_log_option(&self) -> bool {
        self.version >= (1, 19, 5)
    }

    /// Returns whether it speaks TLS.
    pub fn has_ssl(&self) -> bool {
        let mut arguments = self.arguments.split_ascii_whitespace();
        arguments.any(|argument| argument == "--with-http_ssl_module")
    }

    /// Returns whether it knows regular expressions; without them it has no `return` either.
    pub fn has_pcre(&self) -> bool {
        self.has("rewrite")
    }

    /// Returns whether the HTTP module `module`, such as `fastcgi`, was not left out of the build.
    pub fn has(&self, module: &str) -> bool {
        let without = format!("--without-http_{module}_module");
        !self
            .arguments
            .split_ascii_whitespace()
            .any(|argument| argument == without)
    }
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
    fn the_version_is_read_from_what_nginx_says() {
        let text = "nginx version: nginx/1.22.1 (Ubuntu)\nconfigure arguments: --with-x\n";
        assert_eq!(version(text), Some((1, 22, 1)));
        assert_eq!(
            version("nginx version: openresty/1.25.3.1"),
            Some((1, 25, 3))
        );
        assert_eq!(version("what?"), None);
    }

    #[test]
    fn a_module_that_was_left_out_is_missing() {
        let nginx = Nginx {
            program: PathBuf::from("/usr/sbin/nginx"),
            version: (1, 28, 0),
            arguments: "--prefix=/x --without-http_fastcgi_module".into(),
        };
        assert!(!nginx.has("fastcgi"));
        assert!(nginx.has("proxy"));
    }
}
