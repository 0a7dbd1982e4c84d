//! nginx blocks: each is put where its info string says it belongs, and given to `nginx -t`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradus::sys::environment::Environment;

use crate::repository::Fence;

use super::of;

/// What nginx needs to stay in a folder of ours, whoever runs the tests.
const TEMPORARY: &str = "client_body_temp_path t/a; proxy_temp_path t/b; fastcgi_temp_path t/c; \
                         uwsgi_temp_path t/d; scgi_temp_path t/e;";

#[test]
fn nginx_takes_what_it_is_said_to_take() {
    let (blocks, skipped) = of("nginx");
    let Some(nginx) = nginx() else {
        println!(
            "nginx: there is none, {} blocks were not tried",
            blocks.len()
        );
        return;
    };
    let mut refused = 0;
    for fence in &blocks {
        let fails = fence.has("fails");
        let (taken, said) = test(&nginx, &config(fence));
        assert_eq!(taken, !fails, "{}: {said}", fence.place());
        refused += usize::from(fails);
    }
    println!(
        "nginx: {} blocks taken, {refused} refused as they should be, {skipped} say why they are \
         not tried",
        blocks.len() - refused
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "nginx is where it is on this machine"
)]
fn nginx() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let environment = Environment::new([("PATH".into(), path)], "/".into());
    environment.find_program("nginx", &["/usr/sbin", "/usr/local/sbin"])
}

/// Returns a whole configuration around a block.
fn config(fence: &Fence) -> String {
    let text = &fence.text;
    let http = |inner: &str| format!("events {{}}\nhttp {{\n{TEMPORARY}\n{inner}\n}}\n");
    let server = |inner: &str| http(&format!("server {{\nlisten 127.0.0.1:8080;\n{inner}\n}}"));
    let whole = if fence.has("main") {
        text.clone()
    } else if fence.has("http") {
        http(text)
    } else if fence.has("server") {
        server(text)
    } else if fence.has("location") {
        server(&format!("location / {{\n{text}\n}}"))
    } else {
        panic!("{}: say main, http, server or location", fence.place())
    };
    format!("pid nginx.pid;\nerror_log logs/error.log;\n{whole}")
}

/// Returns whether nginx takes `config`, and what it says.
#[expect(clippy::disallowed_methods, reason = "nginx is asked for real")]
fn test(nginx: &Path, config: &str) -> (bool, String) {
    let prefix = tempfile::tempdir().expect("a scratch folder");
    for folder in ["logs", "t"] {
        fs::create_dir(prefix.path().join(folder)).expect("a folder");
    }
    let file = prefix.path().join("nginx.conf");
    fs::write(&file, config).expect("a file");
    let mut command = Command::new(nginx);
    command.arg("-t").arg("-p").arg(prefix.path());
    let output = command.arg("-c").arg(&file).output().expect("nginx runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}
