//! Builds the nginx of labs from the source in the crate `nginx-src`, with the PCRE2 of `pcre2-sys` and the
//! zlib of `libz-sys`.
//!
//! `auto/configure` writes a Makefile. The crate `cc` compiles the files listed there, since `make` may be
//! missing where a C compiler is installed. That takes half a minute, so the result is cached in the target
//! directory, for all profiles, under a hash of its inputs.

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

/// The crates with the sources.
const CRATES: [&str; 3] = ["nginx-src", "pcre2-sys", "libz-sys"];
/// Modules with directives that labs accept, which nginx does not build by default.
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
/// A module that is left out: it needs `crypt`, whose static library is LGPL and missing on some machines,
/// and nginx must be the same wherever Gradus is built.
const WITHOUT: &[&str] = &["http_auth_basic_module"];
/// Compiler flags for a small binary.
const FLAGS: [&str; 3] = ["-fno-pie", "-ffunction-sections", "-fdata-sections"];
/// Part of the hash: increase it when this file builds nginx in another way.
const RECIPE: u32 = 2;

/// The source folders, in the order of [`CRATES`].
struct Sources([PathBuf; 3]);

/// Writes the compressed nginx to `packed`, from the cache if possible.
pub(crate) fn build(root: &Path, out: &Path, packed: &Path) -> io::Result<()> {
    let sources = Sources::find(root)?;
    let kept = kept(out, &sources)?;
    if !kept.is_file() {
        let folder = out.join("nginx-build");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let binary = compile(&sources, &folder)?;
        // Another build may do the same concurrently: the rename is atomic.
        let whole = folder.join("nginx.gz");
        pack(&binary, &whole)?;
        fs::create_dir_all(kept.parent().expect("it has a folder"))?;
        fs::rename(&whole, &kept)?;
        fs::remove_dir_all(&folder)?;
    }
    fs::copy(kept, packed)?;
    Ok(())
}

/// The path of the cached result for these sources.
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

/// The source folder of the crate `name`: from `cargo metadata`, else from cargo's registry cache.
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

/// Looks for the crate in the JSON of `cargo metadata`, without a parser: only manifest paths matter.
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

/// Compiles everything in `folder`; returns the binary.
fn compile(sources: &Sources, folder: &Path) -> io::Result<PathBuf> {
    let source = folder.join("nginx");
    copy(&sources.nginx(), &source)?;
    // Libraries and headers are copied into nginx's folder, so that no path of this machine ends up in
    // the binary.
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

/// Compiles the C files that `makefile` lists; returns the object files.
fn compile_nginx(source: &Path, makefile: &str) -> io::Result<Vec<PathBuf>> {
    // Each file is listed twice: as a dependency of its object file, and in the command.
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

/// The flag that keeps the path `source` out of the binary.
fn remapped(source: &Path) -> String {
    format!("-ffile-prefix-map={}=.", source.display())
}

/// Links `objects` with the libraries that `makefile` lists.
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
    // Stripping halves the size; if there is no `strip`, the binary works all the same.
    Command::new("strip").arg(&binary).status().ok();
    Ok(binary)
}

/// A `cc` build that optimises for size.
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
    // Other files include these.
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

/// The C files in `folder`, except `parts`.
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

/// Copies a folder; the copies are writable, whatever the mode of the originals.
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
    let [stderr, stdout] = [&output.stderr, &output.stdout].map(|it| String::from_utf8_lossy(it));
    let printed = stderr.into_owned() + &stdout;
    let last: Vec<_> = printed.lines().rev().take(5).collect();
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
