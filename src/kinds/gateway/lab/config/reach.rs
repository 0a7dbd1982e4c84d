//! Where directives lead: to pools of the file and to this machine, and nowhere else.

use std::collections::BTreeSet;

use super::address::Address;
use super::variables::Variables;
use super::words::{PASSES, is_in};
use super::{Config, Directive, Fault, Word};
use crate::kinds::gateway::lab::ports::is_reserved;

/// The arguments of `resolver` that are no name servers.
const RESOLVER_SETTINGS: [&str; 4] = ["valid=", "ipv4=", "ipv6=", "status_zone="];
/// How to write an address that a lab accepts.
const LOOPBACK: &str = "a lab stays on this machine: write `127.0.0.1` and the port, \
                        or the name of an `upstream` block of this file";

/// The names of the `upstream` blocks of a configuration, in lower case: for nginx `Shop` and `shop` are
/// one.
#[derive(Debug)]
pub(super) struct Pools(BTreeSet<String>);

impl Pools {
    pub(super) fn of(config: &Config) -> Self {
        let all = config.all().into_iter();
        let blocks = all.filter(|directive| directive.is("upstream"));
        let names = blocks.filter_map(|block| block.arguments.first());
        Self(names.map(|name| name.text.to_ascii_lowercase()).collect())
    }

    /// Returns whether one is called `host`. What it is called besides does not matter: nginx looks for a
    /// pool before it looks a name up.
    pub(super) fn has(&self, host: &str) -> bool {
        self.0.contains(&host.to_ascii_lowercase())
    }
}

/// What the addresses in a configuration can lead to.
pub(super) struct Reach<'a> {
    pools: Pools,
    variables: Variables<'a>,
}

impl<'a> Reach<'a> {
    pub(super) fn of(config: &'a Config) -> Self {
        Self {
            pools: Pools::of(config),
            variables: Variables::of(config),
        }
    }

    /// Returns what is wrong with the address `word` of `directive`: a `server` of a pool, one that
    /// passes requests on, or `resolver`.
    pub(super) fn address(&self, directive: &Directive, word: &Word) -> Option<Fault> {
        let name = directive.name.text.as_str();
        let address = Address::of(&word.text);
        if !matches!(name, "server" | "resolver") && self.pools.has(address.host) {
            return with_port(name, word, &address);
        }
        let takes_socket = name != "resolver";
        let names_variable = address.port.contains('$');
        let is_here = address.is_loopback() || takes_socket && address.is_any();
        if is_here && !names_variable || takes_socket && address.is_socket() {
            return None;
        }
        if word.text.contains('$') {
            // With a variable, also one in the path, nginx looks up the host when a request comes.
            let is_nowhere = is_reserved(address.host) && address.port.matches(':').count() < 2;
            if is_nowhere && is_in(PASSES, name) && !names_variable {
                return None;
            }
        } else if let Some(fault) = not_found(directive, &address) {
            return Some(fault);
        }
        let is_variable = address.host.contains('$') || address.port.contains('$');
        if is_variable && is_in(PASSES, name) && self.holds_local(&address) {
            return None;
        }
        let message = if is_variable {
            format!("`{name}` takes the address `{}` from a variable", word.text)
        } else {
            format!(
                "`{name}` names `{}`, which is not on the loopback interface",
                word.text
            )
        };
        Some(Fault::harmful(word.line, message, LOOPBACK))
    }

    /// Any argument of `resolver` that is no setting is a name server.
    pub(super) fn resolver(&self, directive: &Directive) -> Option<Fault> {
        let is_setting = |text: &str| RESOLVER_SETTINGS.iter().any(|key| text.starts_with(key));
        let words = directive.arguments.iter();
        let mut servers = words.filter(|word| !is_setting(&word.text));
        servers.find_map(|word| self.address(directive, word))
    }

    /// Returns whether the variable that `address` begins with can hold nothing but addresses of
    /// this machine.
    fn holds_local(&self, address: &Address<'_>) -> bool {
        let Some(values) = self.variables.values(address.host) else {
            return false;
        };
        let is_port = |port: &str| port.is_empty() || address.port().is_some();
        let is_local = |value: &&str| {
            let value = Address::of(value);
            let has_port = value.port.is_empty() || value.port().is_some();
            // A scheme or a path within the value would shift what follows it.
            let is_name = address.scheme.is_empty() || value.scheme.is_empty();
            // With a port, nginx does not look for a pool.
            let has_no_port = address.port.is_empty() && value.port.is_empty();
            let is_pool = has_no_port && self.pools.has(value.host);
            // The default port cannot be given to the lab.
            let names_port = !address.port.is_empty() || !value.port.is_empty();
            is_name && has_port && (is_pool || names_port && value.is_local())
        };
        is_port(address.port) && values.iter().all(is_local)
    }
}

/// A pool has the ports of its servers.
fn with_port(name: &str, word: &Word, address: &Address<'_>) -> Option<Fault> {
    if address.port.is_empty() {
        return None;
    }
    let Address { host, port, .. } = address;
    let message = format!("`{name}` names the pool `{host}` with the port `{port}`");
    let help = "leave the port out: the servers of the pool have theirs";
    Some(Fault::harmful(word.line, message, help))
}

/// Returns what nginx says of an `address` that it cannot make out, or of a name that exists nowhere; `None`
/// where it would look further.
fn not_found(directive: &Directive, address: &Address<'_>) -> Option<Fault> {
    let name = directive.name.text.as_str();
    let Address {
        scheme,
        host,
        port,
        rest,
    } = address;
    let has_port_twice = port.matches(':').count() > 1;
    if !has_port_twice && !is_reserved(host) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let (schemes, place): (&[&str], &str) = match name {
        "proxy_pass" => (&["http://"], "upstream"),
        "grpc_pass" => (&["", "grpc://"], "upstream"),
        "resolver" => (&[""], "resolver"),
        _ => (&[""], "upstream"),
    };
    let fault = |message: String| Some(Fault::of_nginx(directive.line, message));
    if name == "proxy_pass" && !["http://", "https://"].contains(&&*scheme) {
        return fault("invalid URL prefix".to_owned());
    }
    let is_looked_up_later = directive
        .arguments
        .iter()
        .any(|word| word.text == "resolve");
    if !schemes.contains(&&*scheme) || is_looked_up_later {
        return None;
    }
    if has_port_twice {
        let help = "an address of IPv6 stands in brackets, as in `http://[::1]:3000`";
        let told = fault(format!("invalid port in {place} \"{host}{port}{rest}\""));
        return told.map(|fault| fault.with_help(help));
    }
    // nginx would ask the name servers of this machine, and they know no such name.
    if matches!(name, "server" | "resolver") {
        return fault(format!("host not found in {place} \"{host}{port}\""));
    }
    let told = fault(format!("host not found in {place} \"{host}\""));
    told.map(Fault::at_last)
}

#[cfg(test)]
mod tests {
    use super::super::fault::RefusedBy;
    use super::super::rules;
    use super::*;

    /// Returns who refuses `text`, and with which words.
    fn refused(text: &str) -> Option<(RefusedBy, String)> {
        let faults = rules::check(&Config::parse(text).unwrap());
        assert!(faults.len() <= 1, "{faults:?}");
        let fault = faults.into_iter().next()?;
        Some((fault.refused_by, fault.message))
    }

    fn by(refused_by: RefusedBy, message: &str) -> (RefusedBy, String) {
        (refused_by, message.to_owned())
    }

    #[test]
    fn a_name_of_the_lab_may_be_looked_up_for_each_request() {
        assert_eq!(
            refused("proxy_pass http://shop.test:3000$request_uri;"),
            None
        );
        assert_eq!(refused("proxy_pass http://shop.test$request_uri;"), None);
        for text in [
            "proxy_pass http://shop.test:3000:1$request_uri;",
            "proxy_pass http://shop.test:$arg_port;",
            "proxy_pass http://shop.example$request_uri;",
        ] {
            assert_eq!(refused(text).unwrap().0, RefusedBy::Harm, "{text}");
        }
    }

    #[test]
    fn a_name_that_exists_nowhere_is_told_in_the_words_of_its_directive() {
        use RefusedBy::{Nginx, NginxAtLast};
        let upstream = "host not found in upstream \"shop.test\"";
        assert_eq!(
            refused("proxy_pass http://shop.test:1;"),
            Some(by(NginxAtLast, upstream))
        );
        assert_eq!(
            refused("grpc_pass grpc://shop.test:1;"),
            Some(by(NginxAtLast, upstream))
        );
        assert_eq!(
            refused("grpc_pass shop.test:1;"),
            Some(by(NginxAtLast, upstream))
        );
        let server = "host not found in upstream \"shop.test:1\"";
        assert_eq!(
            refused("upstream a { server shop.test:1; }"),
            Some(by(Nginx, server))
        );
        let resolver = "host not found in resolver \"ns.test\"";
        assert_eq!(refused("resolver ns.test;"), Some(by(Nginx, resolver)));
        let prefix = "invalid URL prefix";
        assert_eq!(refused("proxy_pass shop.test:1;"), Some(by(Nginx, prefix)));
    }

    #[test]
    fn a_name_that_is_looked_up_elsewhere_is_refused_by_the_lab() {
        for text in [
            "proxy_pass https://shop.test:1;",
            "upstream a { server shop.test:1 resolve; }",
        ] {
            assert_eq!(refused(text).unwrap().0, RefusedBy::Harm, "{text}");
        }
    }

    #[test]
    fn an_address_has_one_port() {
        let port = "invalid port in upstream \"::1:3000\"";
        let told = refused("proxy_pass http://::1:3000;");
        assert_eq!(told, Some(by(RefusedBy::Nginx, port)));
    }
}
