//! A Gradescope autograder: a zip file with the whole course, a Gradus, and the two scripts that
//! Gradescope runs.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::PackError;
use crate::course::{Course, Exercise};

/// Where the name of the exercise stands.
const EXERCISE: &str = "@EXERCISE@";
/// Where what the kind of the exercise needs is installed.
const OF_KIND: &str = "@SETUP@";
const SETUP: &str = include_str!("autograder/setup.sh");
const RUN: &str = include_str!("autograder/run_autograder");

/// What every program for Linux begins with, whatever the processor.
const ELF: &[u8] = b"\x7fELF";

/// Writes the autograder for `exercise` of `course` to the new file `path`; `gradus` is the program
/// that it carries.
pub(crate) fn write(
    path: &Path,
    course: &Course,
    exercise: &Exercise,
    gradus: &Path,
) -> Result<(), PackError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PackError::File { path, source }
    };
    if path.exists() {
        return Err(PackError::Exists(path.to_owned()));
    }
    let program = std::fs::read(gradus).map_err(failed(gradus))?;
    if !program.starts_with(ELF) {
        return Err(PackError::NotLinux(gradus.to_owned()));
    }
    let file = File::create_new(path).map_err(failed(path))?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let mut add = |name: &str, bytes: &[u8], mode: u32| -> ZipResult<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(mode);
        zip.start_file(name, options)?;
        zip.write_all(bytes)?;
        Ok(())
    };
    let mut all = || -> ZipResult<()> {
        for (name, script) in [("setup.sh", SETUP), ("run_autograder", RUN)] {
            let script = script.replace(EXERCISE, exercise.id.as_str());
            let script = script.replace(OF_KIND, exercise.kind.about().setup);
            add(name, script.as_bytes(), 0o755)?;
        }
        add("gradus", &program, 0o755)?;
        for (name, text) in course.tree.below("") {
            add(&format!("course/{name}"), text.as_bytes(), 0o600)?;
        }
        Ok(())
    };
    let done = all().and_then(|()| zip.finish());
    let done = done.and_then(|mut file| Ok(file.flush()?));
    done.map_err(|source| PackError::Zip {
        path: path.to_owned(),
        source,
    })
}
