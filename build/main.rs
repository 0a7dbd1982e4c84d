//! Embeds what is not Rust: the built-in course, and an nginx for the labs.

#![expect(
    clippy::print_stdout,
    reason = "a build script tells cargo by printing"
)]

mod course;
#[cfg(all(unix, feature = "vendored-nginx"))]
mod nginx;

use std::path::{Path, PathBuf};
use std::{env, io};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folders by the environment"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    course::embed(&root, &out)?;
    carry_nginx(&root, &out, &out.join("nginx.gz"))
}

/// Writes the compressed nginx to `packed`.
#[cfg(all(unix, feature = "vendored-nginx"))]
fn carry_nginx(root: &Path, out: &Path, packed: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=CC");
    nginx::build(root, out, packed).map_err(|error| {
        let help = "a C compiler, its headers and `ar` are needed; without an nginx of its own \
                    Gradus is built by `--no-default-features`";
        io::Error::other(format!("nginx was not built: {error}; {help}"))
    })
}

/// An empty file means that no nginx is carried.
#[cfg(not(all(unix, feature = "vendored-nginx")))]
fn carry_nginx(_root: &Path, _out: &Path, packed: &Path) -> io::Result<()> {
    std::fs::write(packed, "")
}
