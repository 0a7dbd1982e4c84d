//! The Rust toolchain: found once, and called without rustup's shim.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::check::{CheckError, Context};
use crate::sandbox::{Job, Stage};
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// The oldest compiler with edition 2024, as major and minor version.
const OLDEST: (u32, u32) = (1, 85);
const INSTALL: &str = "install Rust from https://rustup.rs, then open a new terminal";
const INSTALL_LINKER: &str =
    "install a C compiler: `apt-get install gcc`, `dnf install gcc`, or `xcode-select --install`";

/// A compiler and a linker that can be called directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The compiler itself, not rustup's shim.
    pub rustc: PathBuf,
    /// The output of `rustc --print sysroot`.
    pub sysroot: PathBuf,
    /// The output of `rustc --print target-libdir`.
    pub libraries: PathBuf,
    /// The linker.
    pub linker: PathBuf,
    /// The output of `rustc -vV`.
    pub version: String,
    /// The file name of the shared standard library, if programs can be linked with it.
    pub shared: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CachedToolchain {
    key: String,
    toolchain: Toolchain,
}

impl Toolchain {
    /// Finds the toolchain that `rustc` on the `PATH` stands for; cached until its files or settings change.
    ///
    /// # Errors
    /// Fails when there is no compiler, one older than [`OLDEST`], or no linker.
    pub fn find(context: &Context) -> Result<Self, CheckError> {
        let environment = &context.environment;
        let cargo_bin = cargo_bin(context);
        let more: Vec<&str> = cargo_bin.iter().map(String::as_str).collect();
        let rustc = environment
            .find_program("rustc", &more)
            .ok_or_else(|| missing("there is no Rust compiler on the PATH", INSTALL))?;
        let linker = ["cc", "gcc", "clang"]
            .iter()
            .find_map(|name| environment.find_program(name, &["/usr/bin"]))
            .ok_or_else(|| missing("there is no linker (`cc`) on the PATH", INSTALL_LINKER))?;
        let key = cache_key(context, &rustc, &linker);
        let file = context.cache.join("toolchain.json");
        if let Some(toolchain) = cached(&file, &key) {
            return Ok(toolchain);
        }
        let toolchain = query_rustc(context, &rustc, linker)?;
        toolchain.check_version(chosen(context).as_deref())?;
        let cached = CachedToolchain { key, toolchain };
        if let Ok(bytes) = serde_json::to_vec_pretty(&cached) {
            files::write_whole(&file, &bytes)
                .map_err(|source| CheckError::File { path: file, source })?;
        }
        Ok(cached.toolchain)
    }

    /// Returns the variables that lead to the machine's compiler where the home is another folder.
    pub(crate) fn variables(context: &Context) -> Vec<(&'static str, OsString)> {
        let environment = &context.environment;
        let mut variables = environment.named(&["RUSTUP_TOOLCHAIN"]);
        for (name, own) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
            let there = environment.get(name).map(PathBuf::from);
            let there = there.or_else(|| Some(environment.home()?.join(own)));
            variables.extend(there.map(|there| (name, there.into())));
        }
        variables
    }

    /// Returns the file name of the shared standard library, if programs are linked with one.
    pub(crate) fn shared_library(&self) -> Option<&str> {
        self.shared.as_deref()
    }

    /// A hash of everything that compiled code depends on: the toolchain, this version of Gradus, and the
    /// runtime.
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

    /// `chosen` is the toolchain that the environment asks for.
    fn check_version(&self, chosen: Option<&str>) -> Result<(), CheckError> {
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
        Err(missing(
            &what,
            &help_to_install(chosen, "run `rustup update stable`"),
        ))
    }
}

/// The variables that rustup, which may be what `rustc` in PATH is, takes its settings from.
const INHERITED: [&str; 14] = [
    "PATH",
    "HOME",
    "RUSTUP_HOME",
    "CARGO_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_DIST_SERVER",
    "RUSTUP_UPDATE_ROOT",
    "RUSTUP_VERSION",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
];

fn missing(what: &str, help: &str) -> CheckError {
    CheckError::Missing {
        what: what.to_owned(),
        help: help.to_owned(),
    }
}

fn cargo_bin(context: &Context) -> Option<String> {
    let set = context.environment.text("CARGO_HOME").map(PathBuf::from);
    let home = set.or_else(|| context.environment.home().map(|home| home.join(".cargo")))?;
    Some(home.join("bin").to_string_lossy().into_owned())
}

/// Everything that the cached toolchain depends on.
fn cache_key(context: &Context, rustc: &Path, linker: &Path) -> String {
    let set = context.environment.text("RUSTUP_HOME").map(PathBuf::from);
    let rustup_home = set.or_else(|| context.environment.home().map(|home| home.join(".rustup")));
    let settings = rustup_home
        .map(|folder| folder.join("settings.toml"))
        .unwrap_or_default();
    let chosen = chosen(context).unwrap_or_default();
    format!(
        "{} {} {} {} {chosen}",
        rustc.display(),
        modified_at(rustc),
        linker.display(),
        modified_at(&settings),
    )
}

fn chosen(context: &Context) -> Option<String> {
    context.environment.text("RUSTUP_TOOLCHAIN")
}

/// What to do about a compiler that cannot be used, where `RUSTUP_TOOLCHAIN` may have `chosen` it.
fn help_to_install(chosen: Option<&str>, otherwise: &str) -> String {
    chosen.map_or_else(
        || otherwise.to_owned(),
        |chosen| {
            format!("RUSTUP_TOOLCHAIN asks for `{chosen}`: unset it, or run `rustup toolchain install {chosen}`")
        },
    )
}

fn modified_at(file: &Path) -> u128 {
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
    modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos())
}

fn cached(file: &Path, key: &str) -> Option<Toolchain> {
    let cached: CachedToolchain = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let usable = cached.key == key && files::is_executable(&cached.toolchain.rustc);
    usable.then_some(cached.toolchain)
}

fn query_rustc(context: &Context, rustc: &Path, linker: PathBuf) -> Result<Toolchain, CheckError> {
    let sysroot = PathBuf::from(run_rustc(context, rustc, &["--print", "sysroot"])?.trim());
    let direct = sysroot.join("bin/rustc");
    let rustc = if files::is_executable(&direct) {
        direct
    } else {
        rustc.to_owned()
    };
    let libraries =
        PathBuf::from(run_rustc(context, &rustc, &["--print", "target-libdir"])?.trim());
    let version = run_rustc(context, &rustc, &["-vV"])?;
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

/// The file name of the only shared standard library in `libraries`; none if there are several.
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

fn run_rustc(context: &Context, rustc: &Path, arguments: &[&str]) -> Result<String, CheckError> {
    let folder = &context.cache;
    fs::create_dir_all(folder).map_err(|source| CheckError::File {
        path: folder.clone(),
        source,
    })?;
    let mut job = Job::new(Stage::Trusted, rustc, folder).arguments(arguments);
    for (name, value) in context.environment.named(&INHERITED) {
        job = job.variable(name, value);
    }
    // A toolchain that is not installed is reported, not downloaded without a word.
    job = job.variable("RUSTUP_AUTO_INSTALL", "0");
    let exit = context.sandbox.run(job, &context.cancel)?;
    CheckError::unless_ran(&exit)?;
    if exit.end.is_success() {
        return Ok(String::from_utf8_lossy(&exit.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&exit.stderr);
    let mut said = stderr
        .lines()
        .map(|line| line.trim_start_matches("error: "));
    let reason = said.find(|line| !line.starts_with("info: "));
    Err(missing(
        &format!(
            "the Rust compiler does not start: {}",
            reason.unwrap_or("no output")
        ),
        &help_to_install(chosen(context).as_deref(), INSTALL),
    ))
}
