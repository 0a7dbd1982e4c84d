//! Compiles into the library what is not Rust: the built-in course, and an nginx for the labs.

#![expect(
    clippy::print_stdout,
    reason = "a build script tells cargo by printing"
)]

mod course;
#[cfg(all(unix, feature = "vendored-nginx"))]
mod nginx;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folders by the environment"
)]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    course::embed(&root, &out)?;
    let packed = out.join("nginx.gz");
    if !carry_nginx(&root, &out, &packed) {
        // An empty file stands for none.
        fs::write(packed, "")?;
    }
    Ok(())
}

#[cfg(all(unix, feature = "vendored-nginx"))]
#[expect(
    clippy::disallowed_methods,
    reason = "a build is told by the environment that it may not go without"
)]
fn carry_nginx(root: &Path, out: &Path, packed: &Path) -> bool {
    println!("cargo::rerun-if-env-changed=GRADUS_REQUIRE_NGINX");
    println!("cargo::rerun-if-env-changed=CC");
    match nginx::build(root, out, packed) {
        Ok(()) => true,
        Err(error) => {
            assert!(
                env::var_os("GRADUS_REQUIRE_NGINX").is_none(),
                "nginx was not built: {error}"
            );
            println!(
                "cargo::warning=nginx was not built, labs will need one of the machine: {error}"
            );
            false
        }
    }
}

#[cfg(not(all(unix, feature = "vendored-nginx")))]
fn carry_nginx(_root: &Path, _out: &Path, _packed: &Path) -> bool {
    false
}
