//! `localhost` in the private copy: 127.0.0.1 and `::1`, whatever the machine's C library resolves it to.
//!
//! Which of the two a name server or `/etc/hosts` yields depends on the machine, and the C library omits
//! `::1` if no other interface has IPv6. So the copy names both addresses.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::address::Address;
use super::directives::{PASSES, is_in};
use super::reach::Pools;
use super::{Directive, Word};

/// Generated pools for `localhost`: name and private port.
#[derive(Debug, Default)]
pub(super) struct Localhosts(BTreeMap<String, u16>);

/// Whether the address `word` of `directive` is `localhost`, resolved when the configuration is read.
pub(super) fn names_it(directive: &Directive, word: &Word) -> bool {
    let is_fixed = !is_looked_up_later(directive, word);
    let address = Address::of(&word.text);
    let has_port = address.port.is_empty() || address.port().is_some_and(|port| port > 0);
    let is_localhost = address.host.eq_ignore_ascii_case("localhost");
    is_fixed && has_port && is_localhost && !directive.is("listen")
}

/// Whether nginx looks the host in `word` up while it runs, not when it reads its configuration.
pub(super) fn is_looked_up_later(directive: &Directive, word: &Word) -> bool {
    word.text.contains('$') || directive.arguments.iter().any(|it| it.text == "resolve")
}

fn hosts(has_v6: bool) -> &'static [&'static str] {
    if has_v6 {
        &["127.0.0.1", "[::1]"]
    } else {
        &["127.0.0.1"]
    }
}

/// The `server` for `::1` beside `directive`, a pool's server at `localhost`; `None` without IPv6, and if
/// its parameters are not plain words.
pub(super) fn second_server(directive: &Directive, port: u16, has_v6: bool) -> Option<String> {
    let host = hosts(has_v6).get(1)?;
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "=_.-".contains(char);
    let mut text = format!(" server {host}:{port}");
    for word in directive.arguments.iter().skip(1) {
        if word.text.is_empty() || !word.text.chars().all(is_plain) {
            return None;
        }
        text.extend([" ", &word.text]);
    }
    text.push(';');
    Some(text)
}

impl Localhosts {
    /// The replacement of `word`, an address to which `directive` passes requests, by a generated pool;
    /// `None` if the learner has a pool of that name.
    pub(super) fn pool(
        &mut self,
        directive: &Directive,
        word: &Word,
        pools: &Pools,
        private: u16,
    ) -> Option<String> {
        let address = Address::of(&word.text);
        let port = address.port().unwrap_or(address.default_port());
        let name = format!("localhost_{port}");
        if !is_in(PASSES, &directive.name.text) || pools.has(&name) {
            return None;
        }
        let Address { scheme, rest, .. } = address;
        let text = format!("{scheme}{name}{rest}");
        self.0.insert(name, private);
        Some(text)
    }

    /// The generated `upstream` blocks.
    pub(super) fn blocks(&self, has_v6: bool) -> String {
        let mut text = String::new();
        for (name, port) in &self.0 {
            text.extend([" upstream ", name, " {"]);
            for host in hosts(has_v6) {
                // Writing to memory does not fail.
                write!(text, " server {host}:{port};").ok();
            }
            text.push_str(" }");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn directive(text: &str) -> Directive {
        Config::parse(text).unwrap().directives.remove(0)
    }

    #[test]
    fn localhost_is_a_fixed_name_with_a_port_that_can_be() {
        let names = |text: &str| {
            let directive = directive(text);
            names_it(&directive, &directive.arguments[0])
        };
        for text in [
            "proxy_pass http://localhost:3000/a;",
            "proxy_pass http://LocalHost;",
            "server localhost:65535;",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "proxy_pass http://localhost:0;",
            "proxy_pass http://localhost:65536;",
            "proxy_pass http://localhost:3000$uri;",
            "proxy_pass http://127.0.0.1:3000;",
            "server localhost:3000 resolve;",
            "listen localhost:8080;",
        ] {
            assert!(!names(text), "{text}");
        }
    }

    #[test]
    fn a_second_server_has_the_parameters_of_the_first() {
        let second = |text: &str, has_v6| second_server(&directive(text), 7, has_v6);
        let first = "server localhost:1 weight=2 max_fails=0;";
        let text = " server [::1]:7 weight=2 max_fails=0;";
        assert_eq!(second(first, true).as_deref(), Some(text));
        assert_eq!(second(first, false), None);
        assert_eq!(second("server localhost:1 'a b';", true), None);
        assert_eq!(second("server localhost:1 '';", true), None);
    }
}
