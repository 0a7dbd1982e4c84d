//! Machines that lack something, and are told what: a linker, room, rights, limits.

use crate::harness::{Desk, Run, skip};

/// The exercise that the small course has.
const CHECK: &str = "gradus check double";

/// Returns a workspace whose only exercise is solved.
fn solved() -> Desk {
    let desk = Desk::with_workspace();
    desk.gradus(&["check", "double"]);
    let solution = desk.read("course/exercises/double/solution/src/lib.rs");
    desk.write(
        "here/gradus-workspace/exercises/double/src/lib.rs",
        &solution,
    );
    desk
}

/// Runs `line` where it may mount file systems that nobody else sees; `None` where that is impossible.
fn with_mounts(desk: &Desk, line: &str) -> Option<Run> {
    let options = ["-m", "-rm"];
    let may = |options: &&str| desk.shell(&format!("unshare {options} true")).code == Some(0);
    let Some(options) = options.into_iter().find(may) else {
        skip("a mount namespace");
        return None;
    };
    desk.write("line.sh", line);
    Some(desk.shell(&format!("unshare {options} sh -e ../line.sh")))
}

#[test]
fn a_hard_limit_that_suffices_is_used_and_one_that_does_not_is_named() {
    let desk = solved();
    for enough in ["-v 8000000", "-t 20", "-u 1000", "-f 200000"] {
        let run = desk.shell(&format!("ulimit {enough}; {CHECK}"));
        assert_eq!(run.code, Some(0), "{enough}: {run:?}");
    }
    for (limit, named, what) in [
        (
            "-v 300000",
            "`ulimit -Hv` allows 300000 KiB of address space here",
            " are needed",
        ),
        ("-f 2", "`ulimit -Hf` allows ", " KiB a file here, and "),
    ] {
        // Who may raise it does so.
        let flag = &limit[..2];
        let raises = desk.shell(&format!("ulimit {limit}; ulimit -H {flag} unlimited"));
        if raises.code == Some(0) {
            skip("a user who cannot raise a hard limit");
            return;
        }
        let run = desk.shell(&format!("ulimit {limit}; {CHECK}"));
        assert_eq!(run.code, Some(3), "{limit}: {run:?}");
        for words in [named, what, "hint: raise it where it is set"] {
            assert!(run.stderr.contains(words), "{limit}: {run:?}");
        }
        let run = desk.shell(&format!("ulimit {limit}; gradus doctor"));
        assert!(run.stdout.contains(named), "{limit}: {run:?}");
    }
}

#[test]
fn a_linker_that_fails_is_quoted_and_nobody_is_blamed() {
    let desk = solved();
    let linker = "#!/bin/sh\necho '/usr/bin/ld: cannot find crt1.o: No such file or directory' >&2\nexit 1\n";
    desk.write("bin/cc", linker);
    let path = "chmod +x ../bin/cc; PATH=$PWD/../bin:$PATH";
    for command in [CHECK, "GRADUS_CACHE_DIR=$PWD/../fresh gradus check double"] {
        let run = desk.shell(&format!("{path} {command}"));
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(
            run.stderr
                .contains("cannot be linked here: /usr/bin/ld: cannot find crt1.o"),
            "{run:?}"
        );
        assert!(
            run.stderr
                .contains("hint: install the files that programs are linked with"),
            "{run:?}"
        );
    }
    let run = desk.shell(&format!("{path} gradus doctor"));
    assert!(run.stdout.contains("– Rust"), "{run:?}");
    assert!(run.stdout.contains("cannot find crt1.o"), "{run:?}");
    let run = desk.shell(&format!("{path} gradus validate ../course"));
    assert!(!run.stdout.contains("does not"), "{run:?}");
    assert!(run.whole().contains("cannot find crt1.o"), "{run:?}");
}

#[test]
fn a_cache_without_room_is_named() {
    let desk = solved();
    let line = format!(
        "mkdir full; mount -t tmpfs -o size=64k none full; GRADUS_CACHE_DIR=$PWD/full {CHECK}"
    );
    if let Some(run) = with_mounts(&desk, &line) {
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stderr.contains("hint: make room in"), "{run:?}");
        assert!(run.stderr.contains("[SCRATCH]/here/full"), "{run:?}");
    }
}

#[test]
fn programs_run_where_temporary_files_may_not() {
    let desk = solved();
    let line = format!(
        "mkdir tmp; mount -t tmpfs -o noexec none tmp; export TMPDIR=$PWD/tmp; {CHECK}; gradus doctor || true"
    );
    if let Some(run) = with_mounts(&desk, &line) {
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains("Passed"), "{run:?}");
        assert!(run.stdout.contains("✓ Rust"), "{run:?}");
    }
    // Where no folder runs programs, that is what is said.
    let line = format!(
        "mkdir tmp2; mount -t tmpfs -o noexec none tmp2; export TMPDIR=$PWD/tmp2 GRADUS_CACHE_DIR=$PWD/tmp2/cache; {CHECK}"
    );
    if let Some(run) = with_mounts(&desk, &line) {
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(
            run.stderr.contains("is mounted `noexec`: set TMPDIR"),
            "{run:?}"
        );
    }
}

#[test]
fn a_cache_and_a_workspace_that_cannot_be_written_are_no_obstacle() {
    let desk = solved();
    let line = format!(
        "mkdir -p ro; mount -t tmpfs -o ro none ro; GRADUS_CACHE_DIR=$PWD/ro/cache {CHECK}"
    );
    if let Some(run) = with_mounts(&desk, &line) {
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(
            run.stderr
                .contains("cannot be written (Read-only file system"),
            "{run:?}"
        );
        assert!(
            run.stderr
                .contains("`GRADUS_CACHE_DIR` names another folder"),
            "{run:?}"
        );
    }
    let line = format!(
        "mount --bind gradus-workspace gradus-workspace; mount -o remount,ro,bind gradus-workspace; {CHECK}; gradus hint double"
    );
    if let Some(run) = with_mounts(&desk, &line) {
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains("Passed"), "{run:?}");
        let times = run.stderr.matches("progress is not kept").count();
        assert_eq!(times, 2, "once a command: {run:?}");
    }
}

#[test]
fn the_umask_decides_who_may_read_results() {
    let desk = solved();
    for (mask, mode) in [("077", "600"), ("002", "664"), ("022", "644")] {
        let out = format!("out{mask}");
        let run = desk.shell(&format!(
            "umask {mask}; mkdir -p class/ada; cp -r gradus-workspace/exercises/double class/ada; gradus grade class --course ../course --out {out} --report csv --report html; stat -c %a {out}/*; {CHECK}"
        ));
        assert_eq!(run.code, Some(0), "{run:?}");
        let modes = run.stdout.lines().filter(|line| line.len() == 3);
        let modes: Vec<_> = modes.collect();
        assert!(
            modes.len() >= 4 && modes.iter().all(|found| *found == mode),
            "{run:?}"
        );
        assert!(run.stdout.contains("Passed"), "{run:?}");
    }
}

#[test]
fn rustup_keeps_its_settings_and_downloads_nothing() {
    let desk = solved();
    let real = desk.shell("command -v rustc").stdout;
    let real = real.trim();
    desk.write("bin/rustc", &format!("#!/bin/sh\nenv | grep -E '^(RUSTUP|https_proxy)' >> \"$(dirname \"$0\")/../seen\"\nexec {real} \"$@\"\n"));
    let run = desk.shell(&format!(
        "chmod +x ../bin/rustc; PATH=$PWD/../bin:$PATH GRADUS_CACHE_DIR=$PWD/../fresh RUSTUP_DIST_SERVER=https://mirror.invalid https_proxy=http://127.0.0.1:9 {CHECK}"
    ));
    assert_eq!(run.code, Some(0), "{run:?}");
    let seen = desk.read("seen");
    for set in [
        "RUSTUP_AUTO_INSTALL=0",
        "RUSTUP_DIST_SERVER=https://mirror.invalid",
        "https_proxy=http://127.0.0.1:9",
    ] {
        assert!(seen.contains(set), "{seen}");
    }
    // A toolchain that is not there.
    desk.write(
        "bin/rustc",
        "#!/bin/sh\necho \"error: toolchain '1.72.0-x86_64' is not installed\" >&2\nexit 1\n",
    );
    let run = desk.shell(&format!(
        "PATH=$PWD/../bin:$PATH GRADUS_CACHE_DIR=$PWD/../other RUSTUP_TOOLCHAIN=1.72.0 {CHECK}"
    ));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(
        run.stderr
            .contains("does not start: toolchain '1.72.0-x86_64' is not installed"),
        "{run:?}"
    );
    assert!(
        run.stderr.contains("RUSTUP_TOOLCHAIN asks for `1.72.0`"),
        "{run:?}"
    );
}

#[test]
fn lessons_of_windows_are_read_as_others() {
    let desk = Desk::new();
    let page = desk.read("course/lessons/01-start.md");
    let expected = desk.gradus(&["read", "start", "--course", "../course"]);
    for changed in [
        page.replace('\n', "\r\n"),
        format!("\u{feff}{page}"),
        format!("\u{feff}{}", page.replace('\n', "\r\n")),
    ] {
        desk.write("course/lessons/01-start.md", &changed);
        let run = desk.gradus(&["read", "start", "--course", "../course"]);
        assert_eq!(run.whole(), expected.whole());
    }
}
