//! Opens the kits of exercises in the cache, and makes those that are not there.

mod make;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::glue;
use super::kit::{CALLS, Kit, TESTS, removed};
use super::replies::Call;
use super::subject::Subject;
use super::toolchain::Toolchain;
use crate::check::cache::Hold;
use crate::check::{CheckError, Context, TestTitle};
use crate::kind::Tier;
use crate::sys::fingerprint::Fingerprint;
pub(super) use make::keep;
use make::make;

/// How often a kit is made again because someone removed it meanwhile.
const TRIES: usize = 3;

/// Runs `work` with the kit of `subject`, which is made if this toolchain has none yet. If the kit is
/// removed meanwhile, as by `rm`, the result of `work` is meaningless: it is dropped, and `work` runs
/// again with a new kit.
pub(super) fn with_kit<T>(
    subject: &Subject,
    context: &Context,
    mut work: impl FnMut(&Kit) -> Result<T, CheckError>,
) -> Result<T, CheckError> {
    for _ in 1..TRIES {
        match context.outside(|context| open_or_make(subject, context)) {
            Err(error) if was_removed(&error) => {}
            Err(error) => return Err(error),
            Ok(kit) => {
                let done = work(&kit);
                if kit.is_whole(subject) {
                    return done;
                }
            }
        }
    }
    work(&context.outside(|context| open_or_make(subject, context))?)
}

/// Opens the kit of `subject`, or makes it. [`was_removed`] recognises the error for one that was
/// removed before it could be locked.
fn open_or_make(subject: &Subject, context: &Context) -> Result<Kit, CheckError> {
    let toolchain = Toolchain::find(context)?;
    let name = format!("{}-{}", subject.id, cache_key(subject, &toolchain));
    let folder = context.cache.join("kits").join(name);
    if !folder.join(CALLS).exists() {
        make(subject, &toolchain, &folder, context)?;
    }
    let Some(hold) = Hold::take(&folder) else {
        return Err(removed(folder));
    };
    let kept = read_calls(&folder.join(CALLS)).zip(read_tests(&folder.join(TESTS)));
    let Some(((calls, starts), tests)) = kept else {
        // A damaged kit counts as incomplete, and is made again.
        fs::remove_file(folder.join(CALLS)).ok();
        return Err(removed(folder));
    };
    Ok(Kit {
        folder,
        toolchain,
        calls,
        starts,
        tests,
        hold: Some(hold),
    })
}

fn cache_key(subject: &Subject, toolchain: &Toolchain) -> String {
    let mut key = Fingerprint::new();
    let bridged = subject.bridge.is_some();
    key.add(toolchain.fingerprint());
    key.add(&subject.crate_name);
    key.add(glue::contract_crate(&subject.contract));
    key.add([u8::from(subject.tier == Tier::Linked)]);
    key.add(glue::stub_crate(
        &subject.functions,
        subject.has_types(),
        bridged,
    ));
    key.add(glue::answers_crate(&subject.functions, subject.has_types()));
    key.add(subject.bridge.as_deref().unwrap_or_default());
    key.add(&subject.hidden);
    for file in &subject.solution {
        key.add(&file.path);
        key.add(&file.bytes);
    }
    key.finish()
}

/// Whether a file of ours vanished.
fn was_removed(error: &CheckError) -> bool {
    matches!(error, CheckError::File { source, .. } if source.kind() == ErrorKind::NotFound)
}

fn read_tests(path: &Path) -> Option<Vec<TestTitle>> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn read_calls(path: &Path) -> Option<(Vec<Call>, Vec<usize>)> {
    let bytes = fs::read(path).ok()?;
    let mut rest: &[u8] = &bytes;
    let (mut calls, mut starts) = (Vec::new(), Vec::new());
    while let Some((is_first, after)) = rest.split_first() {
        if *is_first != 0 {
            starts.push(calls.len());
        }
        let (length, after) = after.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (call, after) = after.split_at_checked(length)?;
        calls.push(call.to_vec());
        rest = after;
    }
    Some((calls, starts))
}
