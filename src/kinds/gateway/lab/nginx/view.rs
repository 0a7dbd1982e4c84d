//! What an nginx sees of this machine: itself, its libraries, and names in files of ours.
//!
//! Whatever a configuration makes it open, by a rewritten path or one that a variable holds, is looked
//! for in this view.

use super::Nginx;
use crate::kinds::gateway::lab::ports;
use crate::sandbox::{Access, View};

/// What the C library of some systems reads names of users and hosts with.
const NAMES: [&str; 1] = ["libnss_files.so.2"];
/// The user and group that nobody is.
const NOBODY: u32 = 65_534;
/// Where the C library looks names up.
const ORDER: &str = "passwd: files\ngroup: files\nhosts: files\n";

/// Returns the view of `nginx` that reads `config`, without the folder that it works in. The superuser's
/// nginx looks up whom its workers are to be. Of hosts a lab knows `localhost` alone.
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

/// Returns a list of users with the one of workers, by what nginx was built with: nobody.
fn users(arguments: &str) -> String {
    let user = option(arguments, "--user=").unwrap_or("nobody");
    format!("{user}:x:{NOBODY}:{NOBODY}::/:/bin/false\n")
}

/// Returns a list of groups with that of workers, whatever it is called.
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

/// Returns the list of hosts of a lab, the same on every machine but for IPv6, which some have not.
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
