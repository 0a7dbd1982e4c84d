//! Odd hand-ins: grading treats them as failures of learners, whatever is handed in.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::attacks::scene::{Grader, Scene};
use crate::harness::Extent;

/// A right answer, for hand-ins that are odd in another way.
const RIGHT: &str = "pub fn half(n: i64) -> Option<i64> { (n % 2 == 0).then(|| n / 2) }\n\
    pub fn shout(text: &str) -> String { assert!(!text.is_empty(), \"nothing to shout\"); text.to_uppercase() }\n";
/// One of two functions, for sources that bring the other or lack it.
const SHOUT: &str = "pub fn shout(text: &str) -> String { text.to_uppercase() }\n";

/// Lines that are put in front of a right answer.
const BEFORE: [&str; 44] = [
    "",
    "\u{feff}",
    "#!/usr/bin/env run\n",
    "#![no_std]\n",
    "#![no_main]\n",
    "#![feature(no_core)]\n#![no_core]\n",
    "#![feature(rustc_attrs, lang_items)]\n",
    "#![crate_type = \"bin\"]\n",
    "#![crate_type = \"proc-macro\"]\n",
    "#![crate_type = \"cdylib\"]\n",
    "#![crate_name = \"other\"]\n",
    "#![recursion_limit = \"4294967296\"]\n",
    "#![type_length_limit = \"0\"]\n",
    "#![deny(warnings)]\nfn unused() {}\n",
    "#![forbid(unsafe_code, missing_docs)]\n",
    "#![cfg(no)]\n",
    "#![allow(unsafe_code)]\nfn f() { unsafe {} }\n",
    "#![windows_subsystem = \"x\"]\n#![doc = include_str!(\"lib.rs\")]\n",
    "compile_error!(\"\\u{fffe}\\u{0}\\u{1b}[31m\");\n",
    "include!(\"lib.rs\");\n",
    "include!(\"nothing.rs\");\n",
    "include!(\".\");\n",
    "include!(\"/dev/zero\");\n",
    "include!(concat!(\"/etc/\", \"passwd\"));\n",
    "const _: &str = include_str!(\"/dev/stdin\");\n",
    "#[path = \"/etc/passwd\"]\nmod x;\n",
    "#[path = \"lib.rs\"]\nmod x;\n",
    "mod nothing;\n",
    "extern crate nothing;\n",
    "extern crate self as gradus_rt;\npub mod gradus_rt {}\n",
    "#[link(name = \"nothing\")]\nunsafe extern \"C\" {}\n",
    "#[unsafe(no_mangle)]\npub extern \"C\" fn main() {}\n",
    "#[macro_export]\nmacro_rules! panic { ($($x:tt)*) => { loop {} } }\n",
    "#[macro_export]\nmacro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)* x); } }\nm!(x x);\n",
    "mod std {}\nmod core {}\n",
    "pub struct Option<T>(T);\n",
    "type Option<T> = Result<T, ()>;\n",
    "pub static HUGE: [u8; 1 << 40] = [0; 1 << 40];\n",
    "pub const HUGE: [u128; 1 << 58] = [1; 1 << 58];\n",
    "const _: u64 = { let mut n = 0u64; while n < u64::MAX { n += 1 } n };\n",
    "const _: () = panic!(\"early\");\n",
    "fn async() {}\nfn f(u8) {}\n",
    "pub fn main() -> ! { loop {} }\n",
    "impl Drop for u8 { fn drop(&mut self) {} }\n",
];

/// Functions `half` that are odd themselves.
const HALVES: [&str; 17] = [
    "",
    "pub fn half(n: i64) -> Option<i64> { fn g<T>() -> i64 { const { panic!(\"late\") } } Some(n + g::<u8>()) }\n",
    "#[inline]\npub fn half(n: i64) -> Option<i64> { fn g<T>() -> i64 { const { panic!(\"late\") } } Some(n + g::<u8>()) }\n",
    "#[inline]\npub fn half(n: i64) -> Option<i64> { fn g<T>(n: i64) -> i64 { if n > 0 { g::<(T, T)>(n - 1) } else { 0 } } Some(g::<u8>(n)) }\n",
    "pub fn half<const N: usize>(n: i64) -> Option<i64> { Some(n) }\n",
    "pub fn half<T: From<i64>>(n: T) -> Option<T> { Some(n) }\n",
    "pub async fn half(n: i64) -> Option<i64> { Some(n) }\n",
    "pub const fn half(n: i64) -> Option<i64> { Some(n / (n - n)) }\n",
    "pub unsafe fn half(n: i64) -> Option<i64> { Some(n) }\n",
    "pub struct half(i64);\n",
    "pub mod half {}\n",
    "pub use std::process::exit as half;\n",
    "pub static half: fn(i64) -> Option<i64> = |n| Some(n);\n",
    "pub fn half(_: i64) -> Option<i64> { let x = [0u8; 1 << 40]; Some(x[7].into()) }\n",
    "pub fn half(n: i64) -> Option<i64> { half(n + 1).map(|n| n + 1) }\n",
    "pub fn half(_: i64) -> Option<i64> { std::process::abort() }\n",
    "#[deprecated]\n#[must_use]\n#[cold]\n#[track_caller]\npub fn half(n: i64) -> Option<i64> { (n % 2 == 0).then(|| n / 2) }\n",
];

/// Returns every odd source.
fn sources() -> Vec<Vec<u8>> {
    let mut sources: Vec<Vec<u8>> = BEFORE
        .iter()
        .map(|line| format!("{line}{RIGHT}").into_bytes())
        .collect();
    for half in HALVES {
        // Beside a function that is missing, and one that is there.
        sources.extend(["", SHOUT].map(|shout| format!("{half}{shout}").into_bytes()));
    }
    let nested = |left: &str, right: &str, depth: usize| {
        format!(
            "fn f() {{ {}0{} }}",
            left.repeat(depth),
            right.repeat(depth)
        )
        .into_bytes()
    };
    sources.extend([
        Vec::new(),
        vec![0; 70],
        vec![0xff; 70],
        b"pub fn half".to_vec(),
        RIGHT.replace('\n', "\r\n").into_bytes(),
        RIGHT.replace('\n', "\r").into_bytes(),
        nested("(", ")", 20_000),
        nested("{", "}", 2_000),
        nested("&", "", 5_000),
        format!("{RIGHT}/*{}*/", "x".repeat(500_000)).into_bytes(),
        format!("{RIGHT}/*{}*/", "x".repeat(600_000)).into_bytes(),
        format!("{RIGHT}{}", "fn f() { x }\n".repeat(3_000)).into_bytes(),
        format!(
            "type T = {}u8{};\n{RIGHT}",
            "(".repeat(200),
            ",)".repeat(200)
        )
        .into_bytes(),
    ]);
    sources
}

/// What may be odd about the folder of a hand-in with a source in it.
const FOLDERS: [fn(&Path); 22] = [
    |_| (),
    |folder| set_mode(&folder.join("src/lib.rs"), 0o000),
    |folder| set_mode(&folder.join("src"), 0o000),
    |folder| set_mode(&folder.join("src"), 0o400),
    |folder| set_mode(&folder.join("src"), 0o100),
    |folder| set_mode(folder, 0o000),
    |folder| {
        for name in [
            &b"\xff.rs"[..],
            b"\n\x1b[31m.rs",
            b"Lib.rs",
            b"LIB.RS",
            b" ",
            b"...",
            b"-h",
        ] {
            add(&folder.join("src").join(OsStr::from_bytes(name)));
        }
    },
    |folder| {
        for name in [
            "-o",
            "@args",
            "--cfg=x.rs",
            &"n".repeat(255),
            "dispatcher.rs",
            "out",
        ] {
            add(&folder.join("src").join(name));
        }
    },
    |folder| {
        for name in [
            "Cargo.toml",
            "build.rs",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "out/x",
        ] {
            add(&folder.join(name));
        }
    },
    |folder| add(&folder.join("src").join("d/".repeat(60)).join("x.rs")),
    |folder| {
        add(&folder
            .join("src")
            .join(format!("{}/", "d".repeat(150)).repeat(8))
            .join("x.rs"));
    },
    |folder| (0..300).for_each(|number| add(&folder.join(format!("src/{number}.rs")))),
    |folder| (0..300).for_each(|number| add(&folder.join(format!("src/{number}/x.rs")))),
    |folder| {
        let file = File::create(folder.join("src/huge.rs")).expect("a file");
        file.set_len(1 << 40).expect("a length");
    },
    |folder| {
        for number in 0..40 {
            let file = File::create(folder.join(format!("src/large-{number}.rs"))).expect("a file");
            file.set_len(500 << 10).expect("a length");
        }
    },
    |folder| {
        special(&folder.join("src/pipe.rs"), FileType::Fifo);
        UnixListener::bind(folder.join("src/socket.rs")).expect("a socket");
        symlink("/etc/passwd", folder.join("src/link.rs")).expect("a link");
        symlink(".", folder.join("src/turn")).expect("a link");
        symlink("nothing", folder.join("src/nothing")).expect("a link");
    },
    |folder| {
        fs::remove_file(folder.join("src/lib.rs")).expect("it is there");
        special(&folder.join("src/lib.rs"), FileType::Fifo);
    },
    |folder| {
        fs::remove_file(folder.join("src/lib.rs")).expect("it is there");
        symlink("lib.rs", folder.join("src/lib.rs")).expect("a link");
    },
    |folder| {
        fs::remove_file(folder.join("src/lib.rs")).expect("it is there");
        fs::create_dir(folder.join("src/lib.rs")).expect("a folder");
    },
    |folder| {
        fs::remove_dir_all(folder.join("src")).expect("it is there");
        add(&folder.join("src"));
    },
    |folder| {
        fs::remove_dir_all(folder.join("src")).expect("it is there");
        special(&folder.join("src"), FileType::Fifo);
    },
    |folder| {
        fs::remove_dir_all(folder.join("src")).expect("it is there");
        symlink("src", folder.join("src")).expect("a link");
    },
];

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

fn add(path: &Path) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, "fn more() {}\n").expect("a file");
}

fn special(path: &Path, kind: FileType) {
    mknodat(CWD, path, kind, Mode::RUSR | Mode::WUSR, 0).expect("it can be made");
}

/// A small generator of numbers: the same seed, the same hand-ins.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

/// Hands in odd sources, each in an odd folder that is drawn, and returns the folders.
fn hand_in(scene: &Scene, sources: &[Vec<u8>], draw: &mut Draw) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let oddity = draw.below(FOLDERS.len() * 2);
        let exercise = ["pair", "pair", "keep"][draw.below(3)];
        let name = format!("learner-{number:03}-{oddity}");
        let folder = scene.place.hand_in(&name, exercise);
        fs::write(folder.join("src/lib.rs"), source).expect("a file");
        // Half of them are odd in their source alone.
        if let Some(make) = FOLDERS.get(oddity) {
            make(&folder);
        }
        folders.push(folder);
    }
    folders
}

/// Grades odd hand-ins as `who`, and expects that none is an error of ours.
fn odd_hand_ins_fail_as_others_do(who: Grader, sources: &[Vec<u8>], seed: u64) {
    let mut scene = Scene::new(who);
    let mut draw = Draw(seed);
    let folders = hand_in(&scene, sources, &mut draw);
    let graded = scene.grade(&[]);
    let said = String::from_utf8_lossy(&graded.output.stderr);
    let internal: Vec<_> = graded
        .records
        .values()
        .filter(|record| record["verdict"] == "internal-error")
        .collect();
    assert!(internal.is_empty(), "seed {seed}: {internal:#?}\n{said}");
    assert_eq!(graded.output.status.code(), Some(0), "seed {seed}: {said}");
    assert_eq!(graded.records.len(), sources.len(), "seed {seed}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    for folder in folders {
        for path in [folder.clone(), folder.join("src")] {
            // Else whoever is no superuser could not take it away.
            fs::set_permissions(path, Permissions::from_mode(0o700)).ok();
        }
    }
}

#[test]
fn odd_hand_ins_are_failures_of_learners() {
    let mut sources = sources();
    if Extent::wanted() == Extent::Ordinary {
        sources = sources.into_iter().rev().step_by(11).collect();
    }
    odd_hand_ins_fail_as_others_do(Grader::Myself, &sources, 1);
}

#[test]
fn odd_folders_are_failures_of_learners_for_an_ordinary_grader_too() {
    if !Grader::Ordinary.can_be() {
        return;
    }
    let mut scene = Scene::new(Grader::Ordinary);
    for (number, make) in FOLDERS.iter().enumerate() {
        let folder = scene.place.hand_in(&format!("learner-{number:03}"), "pair");
        fs::write(folder.join("src/lib.rs"), RIGHT).expect("a file");
        make(&folder);
    }
    let graded = scene.grade(&[]);
    let said = String::from_utf8_lossy(&graded.output.stderr);
    let verdicts: Vec<_> = graded
        .records
        .values()
        .map(|record| record["verdict"].as_str().expect("a verdict"))
        .collect();
    assert_eq!(graded.output.status.code(), Some(0), "{said}");
    // What is odd beside the crate costs nothing.
    let passed = [0, 6, 7, 8, 15];
    let expected: Vec<_> = (0..FOLDERS.len())
        .map(|number| {
            if passed.contains(&number) {
                "passed"
            } else {
                "compile-error"
            }
        })
        .collect();
    assert_eq!(verdicts, expected);
}
