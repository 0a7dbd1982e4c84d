//! The files that an nginx sees: itself, its libraries, and generated `/etc` files.
//!
//! Whatever a configuration makes it open, by a rewritten path or one in a variable, is looked up in this
//! view.

use super::Nginx;
use crate::kinds::gateway::lab::ports;
use crate::sandbox::{Access, View};

/// The NSS library with which some C libraries read users and hosts.
const NAMES: [&str; 1] = ["libnss_files.so.2"];
/// The UID and GID of nobody.
const NOBODY: u32 = 65_534;
/// `/etc/nsswitch.conf`: look names up in files only.
const ORDER: &str = "passwd: files\ngroup: files\nhosts: files\n";

/// The view of `nginx` with the configuration `config`, without its own folder. Run by root, it looks up its
/// workers' user. The only host is `localhost`.
pub(crate) fn of(nginx: &Nginx, config: &str) -> View {
    let view = View::of_program(nginx.program())
        .with_all(Access::Read, &nginx.libraries)
        .with_libraries(&NAMES);
    let becomes_another = rustix::process::geteuid().is_root();
    let names_host = config.to_ascii_lowercase().contains("localhost");
    let mut files = Vec::new();
    if becomes_another {
        files.extend([
            ("/etc/passwd", users(nginx.arguments())),
            ("/etc/group", groups(nginx.arguments())),
        ]);
    }
    if names_host {
        files.push(("/etc/hosts", hosts()));
    }
    if !files.is_empty() {
        files.push(("/etc/nsswitch.conf", ORDER.to_owned()));
    }
    let files = files.into_iter();
    files.fold(view, |view, (path, text)| view.with_made(path, text))
}

/// `/etc/passwd` with the user of the workers that nginx was built with.
fn users(arguments: &str) -> String {
    let user = option(arguments, "--user=").unwrap_or("nobody");
    format!("{user}:x:{NOBODY}:{NOBODY}::/:/bin/false\n")
}

/// `/etc/group` with the group of the workers, under any name that it may have.
fn groups(arguments: &str) -> String {
    let built_in = ["--group=", "--user="].map(|name| option(arguments, name));
    let names = built_in.into_iter().flatten().chain(["nobody", "nogroup"]);
    let lines = names.map(|name| format!("{name}:x:{NOBODY}:\n"));
    lines.collect::<Vec<_>>().concat()
}

fn option<'a>(arguments: &'a str, name: &str) -> Option<&'a str> {
    let mut words = arguments.split_ascii_whitespace();
    words.find_map(|word| word.strip_prefix(name))
}

/// `/etc/hosts`, the same on all machines apart from IPv6.
fn hosts() -> String {
    let mut hosts = "127.0.0.1 localhost\n".to_owned();
    if ports::has_v6() {
        hosts.push_str("::1 localhost\n");
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_have_the_names_that_nginx_was_built_with() {
        let debian = "--prefix=/usr/share/nginx --user=www-data --with-threads";
        assert_eq!(users(debian), "www-data:x:65534:65534::/:/bin/false\n");
        assert!(groups(debian).starts_with("www-data:x:65534:\nnobody:"));
        assert!(users("").starts_with("nobody:"));
    }

    #[test]
    fn of_hosts_a_lab_knows_localhost_alone() {
        assert!(hosts().starts_with("127.0.0.1 localhost\n"));
        assert_eq!(hosts().contains("::1"), ports::has_v6());
    }
}
