//! An nginx for machines that have none, built from the source that the crate `nginx-src` carries,
//! with the regular expressions of the source in `pcre2-sys`.
//!
//! It takes half a minute, so it is built once for all profiles of a target directory and kept
//! there under a name that holds what it depends on.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script starts compilers and reads what cargo sets"
)]

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The crates that carry the sources.
const NGINX: &str = "nginx-src";
const PCRE2: &str = "pcre2-sys";
/// What labs have no use for: other protocols, compression, and what writes pages by itself.
/// `FastCGI` stays: much advice names its directives, and what a learner tries must do here what it
/// does elsewhere.
const WITHOUT: &[&str] = &[
    "http_gzip_module",
    "http_ssi_module",
    "http_userid_module",
    "http_charset_module",
    "http_autoindex_module",
    "http_auth_basic_module",
    "http_browser_module",
    "http_uwsgi_module",
    "http_scgi_module",
    "http_grpc_module",
    "http_memcached_module",
    "http-cache",
];
/// How the compiler makes it small.
const SMALL: &str = "-Os -fno-pie -Wno-error -ffunction-sections -fdata-sections";
/// Counts the ways in which this file has built it.
const RECIPE: u32 = 1;

/// Puts a packed nginx at `packed`, from what an earlier build kept if there is one.
pub(crate) fn build(root: &Path, out: &Path, packed: &Path) -> io::Result<()> {
    let nginx = source(NGINX, root)?;
    let pcre2 = source(PCRE2, root)?;
    let kept = kept(out, &nginx, &pcre2)?;
    if !kept.is_file() {
        let folder = out.join("nginx-build");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let binary = compile(&nginx.join("nginx"), &pcre2.join("upstream"), &folder)?;
        // Another build may do the same at the same time: whole, or not at all.
        let whole = folder.join("nginx.gz");
        pack(&binary, &whole)?;
        fs::create_dir_all(kept.parent().expect("it has a folder"))?;
        fs::rename(&whole, &kept)?;
        fs::remove_dir_all(&folder)?;
    }
    fs::copy(kept, packed)?;
    Ok(())
}

/// Returns where a build with these sources is kept: in the target directory, for all profiles.
fn kept(out: &Path, nginx: &Path, pcre2: &Path) -> io::Result<PathBuf> {
    // OUT_DIR is TARGET/PROFILE/build/PACKAGE/out.
    let target = out.ancestors().nth(4).ok_or(io::ErrorKind::NotFound)?;
    let mut hasher = DefaultHasher::new();
    (RECIPE, WITHOUT, SMALL, nginx.file_name(), pcre2.file_name()).hash(&mut hasher);
    (env::var_os("TARGET"), env::var_os("CC")).hash(&mut hasher);
    let name = format!("{:016x}.gz", hasher.finish());
    Ok(target.join("carried-nginx").join(name))
}

/// Returns the folder of the crate `name`: as cargo tells it, else where registries unpack crates.
fn source(name: &str, root: &Path) -> io::Result<PathBuf> {
    let version = locked_version(name, root)?;
    let folder = format!("{name}-{version}");
    from_metadata(&folder, root)
        .or_else(|| from_registry(&folder))
        .ok_or_else(|| io::Error::other(format!("the source of {folder} is not on this machine")))
}

fn locked_version(name: &str, root: &Path) -> io::Result<String> {
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    let entry = format!("name = \"{name}\"\nversion = \"");
    let (_, rest) = lock
        .split_once(&entry)
        .ok_or_else(|| io::Error::other(format!("Cargo.lock does not name {name}")))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// The answer is JSON, of which only the paths of manifests matter here.
fn from_metadata(folder: &str, root: &Path) -> Option<PathBuf> {
    let output = Command::new(env::var_os("CARGO")?)
        .args(["metadata", "--offline", "--format-version", "1"])
        .arg("--filter-platform")
        .arg(env::var_os("HOST")?)
        .current_dir(root)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut paths = text.split("\"manifest_path\":\"").skip(1);
    let manifest = paths.find_map(|rest| {
        let path = Path::new(rest.split('"').next()?);
        let parent = path.parent()?;
        (parent.file_name() == Some(OsStr::new(folder))).then(|| parent.to_owned())
    });
    manifest.filter(|path| path.is_dir())
}

fn from_registry(folder: &str) -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let sources = home?.join("registry/src");
    let registries = fs::read_dir(sources).ok()?;
    let mut folders = registries.filter_map(|entry| Some(entry.ok()?.path().join(folder)));
    folders.find(|path| path.is_dir())
}

/// Compiles both in `folder` and returns the binary.
fn compile(nginx: &Path, pcre2: &Path, folder: &Path) -> io::Result<PathBuf> {
    let library = folder.join("pcre2");
    fs::create_dir_all(&library)?;
    compile_pcre2(pcre2, &library)?;
    let source = folder.join("nginx");
    copy(nginx, &source)?;
    let mut configure = Command::new("sh");
    configure.arg("auto/configure").arg("--prefix=.");
    configure.args(WITHOUT.iter().map(|module| format!("--without-{module}")));
    let include = pcre2.join("include");
    configure.arg(format!(
        "--with-cc-opt={SMALL} -DPCRE2_STATIC -I{}",
        include.display()
    ));
    let collect = if cfg!(target_os = "macos") {
        "-Wl,-dead_strip"
    } else {
        "-no-pie -Wl,--gc-sections"
    };
    configure.arg(format!("--with-ld-opt={collect} -L{}", library.display()));
    if let Some(compiler) = env::var_os("CC") {
        let mut option = std::ffi::OsString::from("--with-cc=");
        option.push(compiler);
        configure.arg(option);
    }
    run(configure.current_dir(&source))?;
    let jobs = env::var("NUM_JOBS").unwrap_or_else(|_| "2".to_owned());
    run(Command::new("make")
        .arg(format!("-j{jobs}"))
        .arg("-f")
        .arg("objs/Makefile")
        .arg("binary")
        // What cargo's own make server says is not for this one.
        .env_remove("MAKEFLAGS")
        .env_remove("CARGO_MAKEFLAGS")
        .current_dir(&source))?;
    let binary = source.join("objs/nginx");
    // Without symbols it is half as large; where there is no `strip`, it works all the same.
    Command::new("strip").arg(&binary).status().ok();
    Ok(binary)
}

fn compile_pcre2(pcre2: &Path, library: &Path) -> io::Result<()> {
    let mut build = cc::Build::new();
    for define in ["HAVE_CONFIG_H", "HAVE_STDLIB_H", "HAVE_MEMMOVE"] {
        build.define(define, "1");
    }
    for define in ["STDC_HEADERS", "PCRE2_STATIC", "SUPPORT_PCRE2_8"] {
        build.define(define, "1");
    }
    build.define("PCRE2_CODE_UNIT_WIDTH", "8");
    for entry in fs::read_dir(pcre2.join("src"))? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        // These are parts of other files.
        let is_part = ["pcre2_jit_match.c", "pcre2_jit_misc.c", "pcre2_ucptables.c"];
        if path.extension() == Some(OsStr::new("c")) && !is_part.contains(&name) {
            build.file(path);
        }
    }
    build
        .includes(["src", "include", "deps"].map(|part| pcre2.join(part)))
        .opt_level_str("s")
        .debug(false)
        .warnings(false)
        .cargo_metadata(false)
        .flag_if_supported("-ffunction-sections")
        .flag_if_supported("-fdata-sections")
        .pic(false)
        .out_dir(library);
    build
        .try_compile("pcre2-8")
        .map_err(|error| io::Error::other(error.to_string()))
}

/// Copies a folder; what it holds becomes writable.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = said + &String::from_utf8_lossy(&output.stdout);
    let last: Vec<_> = said.lines().rev().take(5).collect();
    let program = command.get_program().display();
    Err(io::Error::other(format!(
        "{program} failed: {}",
        last.join(" / ")
    )))
}

fn pack(binary: &Path, packed: &Path) -> io::Result<()> {
    let mut encoder = GzEncoder::new(File::create(packed)?, Compression::best());
    io::copy(&mut File::open(binary)?, &mut encoder)?;
    encoder.finish()?.sync_all()
}
