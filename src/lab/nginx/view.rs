//! What an nginx sees of this machine: itself, its libraries, and names in files of ours.
//!
//! Whatever a configuration makes it open, by a rewritten path or one that a variable holds, is looked
//! for in this view.

use std::fs;
use std::net::IpAddr;

use super::Nginx;
use crate::sandbox::{Access, View};

/// What the C library of some systems reads names of users and hosts with.
const NAMES: [&str; 1] = ["libnss_files.so.2"];
/// The user and group that nobody is.
const NOBODY: u32 = 65_534;
/// Where the C library looks names up.
const ORDER: &str = "passwd: files\ngroup: files\nhosts: files\n";

/// Returns the view of `nginx` that reads `config`, without the folder that it works in. The superuser's
/// nginx looks up whom its workers are to be. Of hosts a lab knows `localhost` alone.
pub fn of(nginx: &Nginx, config: &str) -> View {
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
        let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
        files.push(("/etc/hosts", local(&hosts)));
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

/// Returns the addresses of `localhost` in the list `hosts` of this machine.
fn local(hosts: &str) -> String {
    let is_local = |line: &&str| {
        let mut words = line.split('#').next().unwrap_or("").split_whitespace();
        let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
        address.is_some_and(|address| address.is_loopback())
            && words.any(|word| word == "localhost")
    };
    let addresses = hosts.lines().filter(is_local);
    let addresses = addresses.filter_map(|line| line.split_whitespace().next());
    let lines: Vec<_> = addresses.map(|it| format!("{it} localhost\n")).collect();
    if lines.is_empty() {
        "127.0.0.1 localhost\n".to_owned()
    } else {
        lines.concat()
    }
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
    fn of_the_hosts_of_a_machine_localhost_alone_is_told() {
        let hosts = "# x\n127.0.0.1\tlocalhost box\n::1 ip6-localhost localhost\n10.0.0.1 grader\n";
        assert_eq!(local(hosts), "127.0.0.1 localhost\n::1 localhost\n");
        assert_eq!(local("10.0.0.1 localhost\n"), "127.0.0.1 localhost\n");
    }
}
