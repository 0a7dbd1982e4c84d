//! The nginx that Gradus carries, for machines that have none.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::read::GzDecoder;

use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// The packed binary; empty in a Gradus that was built without.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/nginx.gz"));
/// The terms under which both may be handed on; they go where the binary goes.
const LICENCES: [(&str, &str); 2] = [
    (
        "LICENSE.nginx",
        include_str!("../../../build/licences/nginx.txt"),
    ),
    (
        "LICENSE.pcre2",
        include_str!("../../../build/licences/pcre2.txt"),
    ),
];
/// The files that this process has looked at already.
static GOOD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Returns whether this Gradus carries an nginx.
pub fn is_there() -> bool {
    !PACKED.is_empty()
}

/// Returns where the carried nginx is in `cache`, unpacked if it was not there whole.
///
/// # Errors
/// Fails when it cannot be written, or when nothing is carried.
pub fn unpack(cache: &Path) -> io::Result<PathBuf> {
    if !is_there() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut name = Fingerprint::new();
    name.add(PACKED);
    let path = cache.join("nginx").join(name.finish()).join("nginx");
    let mut good = GOOD.lock().unwrap_or_else(PoisonError::into_inner);
    if good.contains(&path) && path.exists() {
        return Ok(path);
    }
    let mut binary = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut binary)?;
    // What is there may have been cut short or exchanged since.
    let there = fs::read(&path).is_ok_and(|found| found == binary);
    if !there || !files::is_executable(&path) {
        for (name, text) in LICENCES {
            files::write_whole(&path.with_file_name(name), text.as_bytes())?;
        }
        files::write_program(&path, &binary)?;
    }
    good.insert(path.clone());
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_damaged_is_written_again() {
        if !is_there() {
            return;
        }
        let cache = tempfile::tempdir().unwrap();
        let path = unpack(cache.path()).unwrap();
        let whole = fs::read(&path).unwrap();
        assert!(files::is_executable(&path));
        fs::write(&path, &whole[..1000]).unwrap();
        GOOD.lock().unwrap().remove(&path);
        assert_eq!(unpack(cache.path()).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}
