//! The Rust toolchain: found once, from a folder of ours, and called without rustup's shim.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::check::{CheckError, Context};
use crate::sandbox::{End, Job, Stage};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// The oldest compiler that knows edition 2024, as major and minor version.
const OLDEST: (u32, u32) = (1, 85);
/// What to do without a compiler.
const INSTALL: &str = "install Rust from https://rustup.rs, then open a new terminal";
/// What to do without a linker.
const INSTALL_LINKER: &str =
    "install a C compiler: `apt-get install gcc`, `dnf install gcc`, or `xcode-select --install`";

/// A compiler and a linker that can be called directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The compiler itself.
    pub rustc: PathBuf,
    /// The folder of the toolchain.
    pub sysroot: PathBuf,
    /// The folder of the standard library for this machine.
    pub libraries: PathBuf,
    /// The linker.
    pub linker: PathBuf,
    /// What the compiler says of itself.
    pub version: String,
    /// The file name of the shared standard library, if programs can be linked with one.
    pub shared: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    key: String,
    toolchain: Toolchain,
}

impl Toolchain {
    /// Finds the toolchain that `rustc` on the `PATH` means; remembered while nothing changes.
    ///
    /// # Errors
    /// Fails when there is no compiler, an old one, or no linker, and says what to do.
    pub fn find(context: &Context) -> Result<Self, CheckError> {
        let environment = &context.environment;
        let more = cargo_bin(context);
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let found = environment.find_program("rustc", &more);
        let rustc =
            found.ok_or_else(|| missing("there is no Rust compiler on the PATH", INSTALL))?;
        let linker = ["cc", "gcc", "clang"]
            .iter()
            .find_map(|name| environment.find_program(name, &["/usr/bin"]));
        let linker = linker
            .ok_or_else(|| missing("there is no linker (`cc`) on the PATH", INSTALL_LINKER))?;
        let key = key(context, &rustc, &linker);
        let file = context.cache.join("toolchain.json");
        if let Some(toolchain) = remembered(&file, &key) {
            return Ok(toolchain);
        }
        let toolchain = ask(context, &rustc, linker)?;
        toolchain.check_version()?;
        let remembered = Remembered { key, toolchain };
        if let Ok(bytes) = serde_json::to_vec_pretty(&remembered) {
            files::write_whole(&file, &bytes)
                .map_err(|source| CheckError::File { path: file, source })?;
        }
        Ok(remembered.toolchain)
    }

    /// Returns the file name of the shared standard library, if programs are linked with one.
    pub(crate) fn shared_library(&self) -> Option<&str> {
        self.shared.as_deref()
    }

    /// Returns a short name for the toolchain and everything of ours that goes into compiled code.
    pub(crate) fn fingerprint(&self) -> String {
        let mut fingerprint = Fingerprint::new();
        fingerprint.add(&self.version);
        fingerprint.add(self.sysroot.as_os_str().as_encoded_bytes());
        fingerprint.add(env!("CARGO_PKG_VERSION"));
        for (name, source) in super::runtime::SOURCES {
            fingerprint.add(name);
            fingerprint.add(source);
        }
        fingerprint.finish()
    }

    fn check_version(&self) -> Result<(), CheckError> {
        let release = self
            .version
            .lines()
            .find_map(|line| line.strip_prefix("release: "))
            .unwrap_or_default();
        let mut parts = release
            .split(['.', '-'])
            .map(|part| part.parse::<u32>().unwrap_or(0));
        let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if version >= OLDEST {
            return Ok(());
        }
        let what = format!(
            "the Rust compiler is {release}; the exercises need {}.{} or later",
            OLDEST.0, OLDEST.1
        );
        Err(missing(&what, "run `rustup update stable`"))
    }
}

fn missing(what: &str, help: &str) -> CheckError {
    CheckError::Missing {
        what: what.to_owned(),
        help: help.to_owned(),
    }
}

fn cargo_bin(context: &Context) -> Vec<String> {
    let home = context.environment.text("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| context.environment.home().map(|home| home.join(".cargo")));
    home.map(|home| home.join("bin").to_string_lossy().into_owned())
        .into_iter()
        .collect()
}

/// Everything the answer depends on: when it changes, the toolchain is asked for again.
fn key(context: &Context, rustc: &Path, linker: &Path) -> String {
    let rustup = context.environment.text("RUSTUP_HOME").map(PathBuf::from);
    let rustup = rustup.or_else(|| context.environment.home().map(|home| home.join(".rustup")));
    let settings = rustup
        .map(|folder| folder.join("settings.toml"))
        .unwrap_or_default();
    let chosen = context
        .environment
        .text("RUSTUP_TOOLCHAIN")
        .unwrap_or_default();
    format!(
        "{} {} {} {} {chosen}",
        rustc.display(),
        changed(rustc),
        linker.display(),
        changed(&settings),
    )
}

fn changed(file: &Path) -> u128 {
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
    modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos())
}

fn remembered(file: &Path, key: &str) -> Option<Toolchain> {
    let remembered: Remembered = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let usable = remembered.key == key && files::is_executable(&remembered.toolchain.rustc);
    usable.then_some(remembered.toolchain)
}

fn ask(context: &Context, rustc: &Path, linker: PathBuf) -> Result<Toolchain, CheckError> {
    let sysroot = PathBuf::from(run(context, rustc, &["--print", "sysroot"])?.trim());
    let direct = sysroot.join("bin/rustc");
    let rustc = if files::is_executable(&direct) {
        direct
    } else {
        rustc.to_owned()
    };
    let libraries = PathBuf::from(run(context, &rustc, &["--print", "target-libdir"])?.trim());
    let version = run(context, &rustc, &["-vV"])?;
    let can_share = cfg!(target_os = "linux") && !version.contains("-musl");
    let shared = can_share.then(|| shared_library(&libraries)).flatten();
    Ok(Toolchain {
        rustc,
        sysroot,
        libraries,
        linker,
        version,
        shared,
    })
}

/// Returns the name of the shared standard library in the folder `libraries`, if there is one only.
fn shared_library(libraries: &Path) -> Option<String> {
    let entries = fs::read_dir(libraries).ok()?;
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut shared = names.filter(|name| {
        name.starts_with("libstd-") && Path::new(name).extension().is_some_and(|end| end == "so")
    });
    let name = shared.next();
    name.filter(|_| shared.next().is_none())
}

fn run(context: &Context, rustc: &Path, arguments: &[&str]) -> Result<String, CheckError> {
    let folder = &context.cache;
    fs::create_dir_all(folder).map_err(|source| CheckError::File {
        path: folder.clone(),
        source,
    })?;
    let mut job = Job::new(Stage::Trusted, rustc, folder).arguments(arguments);
    for name in [
        "PATH",
        "HOME",
        "RUSTUP_HOME",
        "CARGO_HOME",
        "RUSTUP_TOOLCHAIN",
    ] {
        if let Some(value) = context.environment.get(name) {
            job = job.variable(name, value);
        }
    }
    let exit = context.sandbox.run(job, &context.cancel)?;
    if exit.end == End::Cancelled {
        return Err(CheckError::Cancelled);
    }
    if exit.end.is_success() {
        return Ok(String::from_utf8_lossy(&exit.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&exit.stderr);
    let words = words.lines().next().unwrap_or("no words").to_owned();
    Err(missing(
        &format!("the Rust compiler does not start: {words}"),
        INSTALL,
    ))
}
