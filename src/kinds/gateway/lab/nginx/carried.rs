//! The nginx that Gradus carries, so that labs run the same one on every machine.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::read::GzDecoder;

use crate::check::cache::Hold;
use crate::sys::files;
use crate::sys::fingerprint::Fingerprint;

/// The compressed binary; empty if Gradus was built without.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/nginx.gz"));
/// The licences of its parts, which are unpacked beside it.
const LICENCES: [(&str, &str); 3] = [
    (
        "LICENSE.nginx",
        include_str!("../../../../../build/licences/nginx.txt"),
    ),
    (
        "LICENSE.pcre2",
        include_str!("../../../../../build/licences/pcre2.txt"),
    ),
    (
        "LICENSE.zlib",
        include_str!("../../../../../build/licences/zlib.txt"),
    ),
];
/// The binaries that this process has verified, with the locks that keep them in the cache.
static GOOD: Mutex<BTreeMap<PathBuf, Hold>> = Mutex::new(BTreeMap::new());

pub(crate) fn is_there() -> bool {
    !PACKED.is_empty()
}

/// The path of the carried nginx in `cache`, unpacked unless it is there and intact.
pub(crate) fn unpack(cache: &Path, trim: impl FnOnce()) -> io::Result<PathBuf> {
    if !is_there() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut name = Fingerprint::new();
    name.add(PACKED);
    let folder = cache.join("nginx").join(name.finish());
    let path = folder.join("nginx");
    let mut good = GOOD.lock().unwrap_or_else(PoisonError::into_inner);
    if good.get(&path).is_some_and(Hold::is_current) && path.exists() {
        return Ok(path);
    }
    fs::create_dir_all(&folder)?;
    let hold = Hold::take(&folder).ok_or(io::ErrorKind::ResourceBusy)?;
    let mut binary = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut binary)?;
    // The file may have been truncated or replaced since.
    let there = fs::read(&path).is_ok_and(|found| found == binary);
    if !there || !files::is_executable(&path) {
        for (name, text) in LICENCES {
            files::write_whole(&path.with_file_name(name), text.as_bytes())?;
        }
        files::write_program(&path, &binary)?;
        trim();
    }
    good.insert(path.clone(), hold);
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kinds::gateway::lab::config::rules;
    use crate::kinds::gateway::lab::modules;
    use crate::kinds::gateway::lab::modules::Module;

    fn binary() -> Vec<u8> {
        let mut binary = Vec::new();
        GzDecoder::new(PACKED).read_to_end(&mut binary).unwrap();
        binary
    }

    /// No shared library of the machine may be linked, or results would differ between machines.
    #[test]
    fn it_needs_no_library_but_that_of_c() {
        let binary = binary();
        let named = String::from_utf8_lossy(&binary);
        let named = named.split('\0').filter(|text| text.contains(".so"));
        let libraries: Vec<_> = named.filter(|text| text.starts_with("lib")).collect();
        let of_c = ["libc.so", "libm.so", "libdl.so", "libpthread.so"];
        let is_of_c = |library: &&str| of_c.iter().any(|name| library.starts_with(name));
        assert!(libraries.iter().all(is_of_c), "{libraries:?}");
    }

    #[test]
    fn its_version_is_the_one_that_is_written_down() {
        let (major, minor, patch) = modules::CARRIED.0;
        let version = format!("nginx/{major}.{minor}.{patch}\0");
        assert!(
            String::from_utf8_lossy(&binary()).contains(&version),
            "{version}"
        );
    }

    #[test]
    fn it_knows_every_directive_of_labs_but_those_of_two_modules() {
        let binary = binary();
        let text = String::from_utf8_lossy(&binary);
        // Linkers merge a string into the tail of a longer one, so only the end is delimited.
        let unknown: BTreeSet<_> = rules::all_known()
            .filter(|name| !text.contains(&format!("{name}\0")))
            .map(|name| Module::of_directive(name).map_or(name, |module| module.name))
            .collect();
        // `max_headers` was added in a later version.
        let expected = ["auth_basic", "max_headers", "ssl"];
        assert_eq!(unknown, BTreeSet::from(expected));
    }

    #[test]
    fn a_file_that_was_damaged_is_written_again() {
        if !is_there() {
            return;
        }
        let cache = tempfile::tempdir().unwrap();
        let path = unpack(cache.path(), || ()).unwrap();
        let whole = fs::read(&path).unwrap();
        assert!(files::is_executable(&path));
        fs::write(&path, &whole[..1000]).unwrap();
        GOOD.lock().unwrap().remove(&path);
        assert_eq!(unpack(cache.path(), || ()).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}
