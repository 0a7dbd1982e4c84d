//! Generated odd hand-ins to a lab: each gets a verdict in time, and none is an internal error.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use gradus::check::{Outcome, Verdict};
use gradus::sys::clock::Stopwatch;
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

use crate::harness::Extent;
use crate::lab::{check, check_folder, context, solution};
use crate::sandbox::again_as_ordinary;

/// How many configurations are made, by how much is wanted.
const MANY: [usize; 3] = [96, 240, 1_000];
/// How long one may take that listens nowhere.
const BOUND: Duration = Duration::from_mins(1);
/// Directives that name a place, each with where it belongs: outside `http`, or in it.
const PLACED: [(&str, bool); 11] = [
    ("pid", false),
    ("error_log", false),
    ("error_log", true),
    ("access_log", true),
    ("client_body_temp_path", true),
    ("proxy_temp_path", true),
    ("fastcgi_temp_path", true),
    ("uwsgi_temp_path", true),
    ("scgi_temp_path", true),
    ("root", true),
    ("proxy_cache_path", true),
];
/// Places: files and folders of the lab, what is near it, what cannot be, and what is none.
const PLACES: [&str; 24] = [
    "nginx.conf",
    "nginx.conf/x",
    "logs",
    "logs/access.log",
    "logs/error.log",
    "logs/gradus.log",
    "logs/nginx.pid",
    "logs/.",
    "logs//x",
    "tmp",
    "tmp/proxy",
    ".",
    "..",
    ".lock",
    "control/socket",
    "../control/socket",
    "run/x.sock",
    "a/b/c",
    "\"\"",
    "off",
    "stderr",
    "/dev/null",
    "\"a\u{1}b\u{e9}\"",
    "$pid",
];
/// What may follow a place.
const MORE: [&str; 5] = [
    "",
    " info",
    " 1 2",
    " combined buffer=32k",
    " levels=1:2 keys_zone=a:1m",
];

/// Numbers that look random and are the same in every run (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(self.0 >> 33).expect("31 bits");
        from[place % from.len()]
    }

    /// Returns the solution with a few directives that name odd places.
    fn configuration(&mut self) -> String {
        let (mut main, mut http) = (
            String::new(),
            self.pick(&["", "access_log off;\n"]).to_owned(),
        );
        for _ in 0..self.pick(&[1, 2, 3]) {
            let (name, within) = self.pick(&PLACED);
            let line = format!("{name} {}{};\n", self.pick(&PLACES), self.pick(&MORE));
            if within { &mut http } else { &mut main }.push_str(&line);
        }
        let own = [
            "error_log logs/error.log info;",
            "access_log logs/access.log upstream;",
        ];
        let solution = own
            .iter()
            .fold(solution(), |text, own| text.replace(own, ""));
        main + &solution.replacen("http {", &format!("http {{\n{http}"), 1)
    }
}

#[test]
fn a_configuration_with_odd_places_gets_a_verdict() {
    let context = context();
    let mut numbers = Numbers(11);
    let mut verdicts = Vec::new();
    for _ in 0..MANY[Extent::wanted() as usize] {
        let text = numbers.configuration();
        let watch = Stopwatch::start();
        let outcome = check(&text, &context).unwrap_or_else(|error| panic!("{error:?}: {text}"));
        assert!(watch.elapsed() < BOUND, "{text}");
        verdicts.push(outcome.verdict());
    }
    for verdict in [Verdict::Passed, Verdict::CompileError, Verdict::Forbidden] {
        assert!(verdicts.contains(&verdict), "none is {verdict:?}");
    }
}

#[test]
fn a_configuration_of_odd_size_or_text_gets_a_verdict() {
    let context = context();
    let server = "server { listen 127.0.0.1:8080; server_name s; }";
    let inside = |text: &str| solution().replacen("http {", &format!("http {{ {text}"), 1);
    let texts = [
        inside(&server.repeat(1_000)),
        inside(&"upstream u { server 127.0.0.1:3000; }".repeat(1_000)),
        inside(&"access_log logs/x.log;".repeat(1_000)),
        inside("access_log off; client_body_temp_path logs/access.log;")
            .replace("access_log logs/access.log upstream;", ""),
        solution() + "include nginx.conf;",
        inside("include nginx.conf;"),
        solution() + &"# more\n".repeat((10 << 20) / 7),
        "\0".repeat(1_000),
        solution().replace("127.0.0.1", "127.0.\0.1"),
        solution().replace("logs/", "logs/\0"),
        solution().replace("events {", "events { worker_connections 1;"),
        solution().replace(":8080", ":0"),
        solution().replace(":8080", ":70000"),
        solution().replace("127.0.0.1:8080;", "127.5.5.5:8080;"),
        solution().replace("127.0.0.1:8080;", "localhost:8080;"),
        format!("\u{feff}{}", solution()),
    ];
    for text in texts {
        let shown: String = text.chars().take(200).collect();
        check(&text, &context).unwrap_or_else(|error| panic!("{error:?}: {shown}"));
    }
}

/// Makes something at a path, where a file is expected.
type Maker = fn(&Path);

const ODD: [(&str, Maker); 8] = [
    ("a file that nobody may read", |path| {
        fs::write(path, solution()).expect("a file");
        fs::set_permissions(path, Permissions::from_mode(0o0)).expect("it is ours");
    }),
    ("a pipe", |path| make(path, FileType::Fifo, 0)),
    ("a socket", |path| {
        drop(UnixListener::bind(path).expect("a socket"));
    }),
    ("a folder", |path| fs::create_dir(path).expect("a folder")),
    ("a folder that nobody may enter", |path| {
        fs::create_dir(path).expect("a folder");
        fs::set_permissions(path, Permissions::from_mode(0o0)).expect("it is ours");
    }),
    ("a device", |path| {
        if rustix::process::geteuid().is_root() {
            make(path, FileType::CharacterDevice, makedev(1, 5));
        }
    }),
    ("a link to itself", |path| {
        symlink(path, path).expect("a link");
    }),
    ("a link to a device", |path| {
        symlink("/dev/zero", path).expect("a link");
    }),
];

fn make(path: &Path, kind: FileType, device: u64) {
    mknodat(CWD, path, kind, Mode::from_raw_mode(0o644), device).expect("it is made");
}

#[test]
fn what_is_no_file_gets_a_verdict() {
    let context = context();
    let is_root = rustix::process::geteuid().is_root();
    for (what, maker) in ODD {
        let folder = tempfile::tempdir().expect("a folder");
        maker(&folder.path().join("nginx.conf"));
        let checked = check_folder(folder.path(), &context);
        let outcome: Outcome = checked.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        // The superuser reads what nobody may.
        let is_read = is_root && what == "a file that nobody may read";
        let expected = if is_read {
            Verdict::Passed
        } else {
            Verdict::CompileError
        };
        assert_eq!(outcome.verdict(), expected, "{what}: {outcome:?}");
    }
}

#[test]
fn an_ordinary_user_meets_no_failure_of_ours_either() {
    let tests = [
        "a_configuration_with_odd_places_gets_a_verdict",
        "what_is_no_file_gets_a_verdict",
    ];
    for test in tests {
        again_as_ordinary(&format!("lab_odd::{test}"));
    }
}
