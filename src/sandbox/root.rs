//! A root folder that holds only what a view names, each at its own path: bind mounts in a tmpfs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use rustix::fs::CWD;
use rustix::mount::{
    MountFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_remount, move_mount,
    open_tree, unmount,
};

use super::view::View;

/// Where the new root is mounted at first: a folder that exists everywhere. Trees below it are opened
/// before they are covered.
const MOUNT_POINT: &str = "/proc";
/// The most symbolic links on the way to one path, as in Linux.
const MAX_LINKS: usize = 40;

/// What the new root holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct RootPlan {
    /// Symbolic links on the way to the trees, and their targets.
    links: BTreeMap<PathBuf, PathBuf>,
    /// Files and folders to bind-mount, by paths without links.
    trees: BTreeSet<PathBuf>,
}

/// Pivots this process and its children into a root that holds only what `view` and `more` name. The
/// current folder must be part of it.
///
/// # Errors
/// Fails when this process may not mount, or when the current folder is not part of it.
#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(super) fn show_only(view: &View, more: &[PathBuf]) -> io::Result<()> {
    let folder = std::env::current_dir()?;
    let mut plan = RootPlan::default();
    for path in view.granted.iter().map(|(_, path)| path).chain(more) {
        plan.add(&folder.join(path))?;
    }
    plan.leave_out(view.made.iter().map(|(path, _)| path.as_path()))?;
    plan.prune();
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    let paths = plan.trees.iter();
    let opened = paths.map(|path| Ok((path, open_tree(CWD, path, flags)?)));
    let trees: Vec<_> = opened.collect::<io::Result<_>>()?;
    let safe = MountFlags::NOSUID | MountFlags::NODEV;
    mount(
        "tmpfs",
        MOUNT_POINT,
        "tmpfs",
        safe,
        Some(c"mode=755,size=1m"),
    )?;
    std::env::set_current_dir(MOUNT_POINT)?;
    // Written before the mounts, so that no write can go through one into the machine.
    for (path, text) in &view.made {
        make_file(&below(path), text)?;
    }
    for (path, tree) in trees {
        let is_folder = path.is_dir();
        let target = below(path);
        make_mount_point(&target, is_folder)?;
        move_mount(
            tree,
            "",
            CWD,
            &target,
            MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
        )?;
    }
    for (path, to) in &plan.links {
        let link = below(path);
        if let Some(parent) = link.parent() {
            fs::create_dir_all(parent)?;
        }
        symlink(to, link)?;
    }
    // `pivot_root(".", ".")` stacks the old root on the new one, from where it is unmounted.
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    mount_remount("/", safe | MountFlags::BIND | MountFlags::RDONLY, "")?;
    std::env::set_current_dir(folder)
}

/// Returns `path` relative to the new root.
fn below(path: &Path) -> PathBuf {
    let below = path.strip_prefix("/").unwrap_or(path);
    Path::new(".").join(below)
}

fn make_mount_point(target: &Path, is_folder: bool) -> io::Result<()> {
    if is_folder {
        return fs::create_dir_all(target);
    }
    make_file(target, "")
}

fn make_file(target: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    File::create_new(target)?.write_all(text.as_bytes())
}

impl RootPlan {
    /// Adds `path` and the links on the way to it, if it exists.
    fn add(&mut self, path: &Path) -> io::Result<()> {
        let mut at = PathBuf::from("/");
        let mut left = parts(path);
        let mut links = 0;
        while let Some(part) = left.pop_front() {
            if part == ".." {
                at.pop();
                continue;
            }
            let next = at.join(part);
            let Ok(metadata) = fs::symlink_metadata(&next) else {
                return Ok(());
            };
            if !metadata.is_symlink() {
                at = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let to = fs::read_link(&next)?;
            if to.is_absolute() {
                at = PathBuf::from("/");
            }
            let mut rest = parts(&to);
            rest.append(&mut left);
            left = rest;
            self.links.insert(next, to);
        }
        self.trees.insert(at);
        Ok(())
    }

    /// Removes the machine's files that are replaced by `made` ones.
    ///
    /// # Errors
    /// Fails when a made file would lie below a mount, and thus be written to the machine.
    fn leave_out<'a>(&mut self, made: impl Iterator<Item = &'a Path>) -> io::Result<()> {
        for path in made {
            self.trees.remove(path);
            self.links.remove(path);
            if path.ancestors().any(|above| self.trees.contains(above)) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
        }
        Ok(())
    }

    /// Removes everything that lies below another tree.
    fn prune(&mut self) {
        let trees = self.trees.clone();
        let is_covered = |path: &Path| {
            let mut above = path.ancestors().skip(1);
            above.any(|above| trees.contains(above))
        };
        self.trees.retain(|path| !is_covered(path));
        self.links.retain(|path, _| !is_covered(path));
    }
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let path = |name: &str| root.join(name);
        fs::create_dir_all(path("usr/bin")).unwrap();
        fs::write(path("usr/bin/tool"), "").unwrap();
        symlink("usr/bin", path("bin")).unwrap();
        symlink(path("usr"), path("old")).unwrap();
        symlink("../old/bin/tool", path("usr/link")).unwrap();
        let mut plan = RootPlan::default();
        for name in ["bin/tool", "usr/link", "nothing", "bin"] {
            plan.add(&path(name)).unwrap();
        }
        plan.prune();
        assert_eq!(plan.trees, BTreeSet::from([path("usr/bin")]));
        let links = [
            (path("bin"), "usr/bin".into()),
            (path("old"), path("usr")),
            (path("usr/link"), "../old/bin/tool".into()),
        ];
        assert_eq!(plan.links, BTreeMap::from(links));
        symlink("turn", path("turn")).unwrap();
        assert!(plan.add(&path("turn")).is_err());
    }
}
