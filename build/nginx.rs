//! An nginx for the labs, built from the source that the crate `nginx-src` carries, with the regular
//! expressions of `pcre2-sys` and the compression of `libz-sys`.
//!
//! `auto/configure` writes a Makefile; the files that it names are compiled by the crate `cc`, since
//! a C compiler does not bring `make`. It takes half a minute, so it is built once for all profiles
//! of a target directory and kept there under a name that holds what it depends on.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script starts compilers and reads what cargo sets"
)]

use std::collections::BTreeSet;
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
const CRATES: [&str; 3] = ["nginx-src", "pcre2-sys", "libz-sys"];
/// The modules whose directives labs accept and that nginx leaves out unless it is asked for them.
const WITH: &[&str] = &[
    "http_addition_module",
    "http_auth_request_module",
    "http_gunzip_module",
    "http_gzip_static_module",
    "http_realip_module",
    "http_secure_link_module",
    "http_slice_module",
    "http_stub_status_module",
    "http_sub_module",
    "http_v2_module",
    "threads",
    "file-aio",
];
/// The module that cannot come along: it needs `crypt`, whose static library is not on every machine
/// and is under the LGPL, and nginx must be the same wherever Gradus is built.
const WITHOUT: &[&str] = &["http_auth_basic_module"];
/// How the compiler makes it small.
const FLAGS: [&str; 3] = ["-fno-pie", "-ffunction-sections", "-fdata-sections"];
/// Counts the ways in which this file has built it.
const RECIPE: u32 = 2;

/// The folders of the sources, in the order of [`CRATES`].
struct Sources([PathBuf; 3]);

/// Puts a packed nginx at `packed`, from what an earlier build kept if there is one.
pub(crate) fn build(root: &Path, out: &Path, packed: &Path) -> io::Result<()> {
    let sources = Sources::find(root)?;
    let kept = kept(out, &sources)?;
    if !kept.is_file() {
        let folder = out.join("nginx-build");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let binary = compile(&sources, &folder)?;
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
fn kept(out: &Path, sources: &Sources) -> io::Result<PathBuf> {
    // OUT_DIR is TARGET/PROFILE/build/PACKAGE/out.
    let target = out.ancestors().nth(4).ok_or(io::ErrorKind::NotFound)?;
    let mut hasher = DefaultHasher::new();
    (RECIPE, WITH, WITHOUT, FLAGS).hash(&mut hasher);
    sources
        .0
        .each_ref()
        .map(|it| it.file_name())
        .hash(&mut hasher);
    (env::var_os("TARGET"), env::var_os("CC")).hash(&mut hasher);
    let name = format!("{:016x}.gz", hasher.finish());
    Ok(target.join("carried-nginx").join(name))
}

impl Sources {
    fn find(root: &Path) -> io::Result<Self> {
        let [nginx, pcre2, zlib] = CRATES.map(|name| source(name, root));
        Ok(Self([nginx?, pcre2?, zlib?]))
    }

    fn nginx(&self) -> PathBuf {
        self.0[0].join("nginx")
    }

    fn pcre2(&self) -> PathBuf {
        self.0[1].join("upstream")
    }

    fn zlib(&self) -> PathBuf {
        self.0[2].join("src/zlib")
    }
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

/// Compiles everything in `folder` and returns the binary.
fn compile(sources: &Sources, folder: &Path) -> io::Result<PathBuf> {
    let source = folder.join("nginx");
    copy(&sources.nginx(), &source)?;
    // In the folder of nginx, so that no path of this machine gets into the binary.
    let library = source.join("lib");
    fs::create_dir_all(&library)?;
    copy(&sources.pcre2().join("include"), &source.join("include"))?;
    for header in ["zlib.h", "zconf.h"] {
        fs::copy(
            sources.zlib().join(header),
            source.join("include").join(header),
        )?;
    }
    compile_pcre2(&sources.pcre2(), &library)?;
    compile_zlib(&sources.zlib(), &library)?;
    configure(&source)?;
    let makefile = fs::read_to_string(source.join("objs/Makefile"))?;
    let objects = compile_nginx(&source, &makefile)?;
    link(&source, &objects, &makefile)
}

fn configure(source: &Path) -> io::Result<()> {
    let mut configure = Command::new("sh");
    configure.arg("auto/configure").arg("--prefix=.");
    configure.args(WITH.iter().map(|module| format!("--with-{module}")));
    configure.args(WITHOUT.iter().map(|module| format!("--without-{module}")));
    configure.arg("--with-cc-opt=-fno-pie -Wno-error -DPCRE2_STATIC -Iinclude");
    let position = if cfg!(target_os = "macos") {
        ""
    } else {
        "-no-pie "
    };
    configure.arg(format!("--with-ld-opt={position}-Llib"));
    if let Some(compiler) = env::var_os("CC") {
        let mut option = std::ffi::OsString::from("--with-cc=");
        option.push(compiler);
        configure.arg(option);
    }
    run(configure.current_dir(source))
}

/// Compiles the C files that `makefile` names, and returns what came of them.
fn compile_nginx(source: &Path, makefile: &str) -> io::Result<Vec<PathBuf>> {
    // Each file is named twice: as what its object depends on, and in the command.
    let files: BTreeSet<_> = makefile
        .split_ascii_whitespace()
        .filter(|word| Path::new(word).extension() == Some(OsStr::new("c")))
        .collect();
    let folders = ["core", "event", "event/modules", "event/quic", "os/unix"];
    let http = ["http", "http/modules", "http/v2"];
    let mut build = small();
    build
        .files(files.into_iter().map(|file| source.join(file)))
        .includes(
            folders
                .iter()
                .chain(&http)
                .map(|it| source.join("src").join(it)),
        )
        .include(source.join("objs"))
        .include(source.join("include"))
        .define("PCRE2_STATIC", None)
        .flag(remapped(source));
    build.out_dir(source.join("objs"));
    build.try_compile_intermediates().map_err(failed)
}

/// Returns the option that keeps the folder `source` out of what is compiled there.
fn remapped(source: &Path) -> String {
    format!("-ffile-prefix-map={}=.", source.display())
}

/// Links `objects` with the libraries that `makefile` names.
fn link(source: &Path, objects: &[PathBuf], makefile: &str) -> io::Result<PathBuf> {
    let binary = source.join("objs/nginx");
    let mut link = small().try_get_compiler().map_err(failed)?.to_command();
    link.arg("-o").arg(&binary).args(objects).arg("-Llib");
    if cfg!(target_os = "macos") {
        link.arg("-Wl,-dead_strip");
    } else {
        link.args(["-no-pie", "-Wl,--gc-sections"]);
    }
    let libraries = makefile
        .split_ascii_whitespace()
        .filter(|word| word.starts_with("-l"));
    run(link.args(libraries).current_dir(source))?;
    // Without symbols it is half as large; where there is no `strip`, it works all the same.
    Command::new("strip").arg(&binary).status().ok();
    Ok(binary)
}

/// Returns a build of C for a small program that is not a shared library.
fn small() -> cc::Build {
    let mut build = cc::Build::new();
    build
        .opt_level_str("s")
        .debug(false)
        .warnings(false)
        .cargo_metadata(false)
        .pic(false);
    for flag in FLAGS {
        build.flag_if_supported(flag);
    }
    build
}

fn failed(error: cc::Error) -> io::Error {
    io::Error::other(error)
}

fn compile_pcre2(pcre2: &Path, library: &Path) -> io::Result<()> {
    let mut build = small();
    for define in ["HAVE_CONFIG_H", "HAVE_STDLIB_H", "HAVE_MEMMOVE"] {
        build.define(define, "1");
    }
    for define in ["STDC_HEADERS", "PCRE2_STATIC", "SUPPORT_PCRE2_8"] {
        build.define(define, "1");
    }
    build.define("PCRE2_CODE_UNIT_WIDTH", "8");
    // These are parts of other files.
    let parts = ["pcre2_jit_match.c", "pcre2_jit_misc.c", "pcre2_ucptables.c"];
    build
        .files(c_files(&pcre2.join("src"), &parts)?)
        .includes(["src", "include", "deps"].map(|part| pcre2.join(part)))
        .flag(remapped(pcre2))
        .out_dir(library);
    build.try_compile("pcre2-8").map_err(failed)
}

fn compile_zlib(zlib: &Path, library: &Path) -> io::Result<()> {
    let mut build = small();
    build
        .files(c_files(zlib, &[])?)
        .include(zlib)
        .define("HAVE_UNISTD_H", None)
        .flag(remapped(zlib))
        .out_dir(library);
    build.try_compile("z").map_err(failed)
}

/// Returns the C files in `folder` but those called as in `parts`.
fn c_files(folder: &Path, parts: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if path.extension() == Some(OsStr::new("c")) && !parts.contains(&name) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
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
