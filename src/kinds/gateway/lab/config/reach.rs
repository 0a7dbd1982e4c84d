//! The destinations of directives: pools of the file and this machine, and nothing else.

use std::collections::BTreeSet;

use super::address::Address;
use super::directives::{PASSES, is_in};
use super::variables::Variables;
use super::{Config, ConfigError, Directive, Word};
use crate::kinds::gateway::lab::ports::is_reserved;

/// The arguments of `resolver` that are not name servers.
const RESOLVER_SETTINGS: [&str; 4] = ["valid=", "ipv4=", "ipv6=", "status_zone="];

/// Whether `word`, an argument of `resolver`, is a name server.
pub(super) fn is_name_server(word: &Word) -> bool {
    let mut settings = RESOLVER_SETTINGS.iter();
    !settings.any(|setting| word.text.starts_with(setting))
}

const LOOPBACK: &str = "a lab stays on this machine: write `127.0.0.1` and the port, \
                        or the name of an `upstream` block of this file";

/// The names of the `upstream` blocks, in lower case, as nginx compares them.
#[derive(Debug)]
pub(super) struct Pools(BTreeSet<String>);

impl Pools {
    pub(super) fn of(config: &Config) -> Self {
        let all = config.all().into_iter();
        let blocks = all.filter(|directive| directive.is("upstream"));
        let names = blocks.filter_map(|block| block.arguments.first());
        Self(names.map(|name| name.text.to_ascii_lowercase()).collect())
    }

    /// Whether a pool is called `host`. That it may also be a host name does not matter: nginx tries pools
    /// first.
    pub(super) fn has(&self, host: &str) -> bool {
        self.0.contains(&host.to_ascii_lowercase())
    }
}

/// What the addresses in a configuration can resolve to.
pub(super) struct Reach<'a> {
    pools: Pools,
    variables: Variables<'a>,
    /// Host names that the lab resolves.
    hosts: &'a BTreeSet<String>,
}

impl<'a> Reach<'a> {
    pub(super) fn of(config: &'a Config, hosts: &'a BTreeSet<String>) -> Self {
        Self {
            pools: Pools::of(config),
            variables: Variables::of(config),
            hosts,
        }
    }

    /// The error in the address `word` of `directive`: a pool's `server`, a `*_pass`, or `resolver`.
    pub(super) fn address(&self, directive: &Directive, word: &Word) -> Option<ConfigError> {
        let name = directive.name.text.as_str();
        let address = Address::of(&word.text);
        if !matches!(name, "server" | "resolver") && self.pools.has(address.host) {
            return with_port(name, word, &address);
        }
        let takes_socket = name != "resolver";
        let names_variable = address.port.contains('$');
        let is_here = address.is_loopback() || takes_socket && address.is_any();
        let is_host = takes_socket && self.is_host(&address);
        if (is_here || is_host) && !names_variable || takes_socket && address.is_socket() {
            return None;
        }
        if word.text.contains('$') {
            // With a variable, even in the path, nginx resolves the host for each request.
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
        Some(ConfigError::harmful(word.line, message, LOOPBACK))
    }

    /// Whether the lab resolves the host of `address`, to upstreams of its own.
    fn is_host(&self, address: &Address<'_>) -> bool {
        let has_one_port = address.port.matches(':').count() < 2;
        has_one_port && self.hosts.contains(&address.host.to_ascii_lowercase())
    }

    pub(super) fn resolver(&self, directive: &Directive) -> Option<ConfigError> {
        let words = directive.arguments.iter();
        let mut servers = words.filter(|word| is_name_server(word));
        servers.find_map(|word| self.address(directive, word))
    }

    /// Whether the variable that `address` begins with holds only addresses of this machine.
    fn holds_local(&self, address: &Address<'_>) -> bool {
        let Some(values) = self.variables.values(address.host) else {
            return false;
        };
        let is_port = |port: &str| port.is_empty() || address.port().is_some();
        let is_local = |value: &&str| {
            let value = Address::of(value);
            let has_port = value.port.is_empty() || value.port().is_some();
            // Two schemes would make the second one part of the host.
            let is_name = address.scheme.is_empty() || value.scheme.is_empty();
            // nginx does not try pools for an address with a port.
            let has_no_port = address.port.is_empty() && value.port.is_empty();
            let is_pool = has_no_port && self.pools.has(value.host);
            // The lab cannot bind the default port, which nobody wrote and nothing rewrites.
            let names_port = !address.port.is_empty() || !value.port.is_empty();
            is_name && has_port && (is_pool || names_port && value.is_local())
        };
        is_port(address.port) && values.iter().all(is_local)
    }
}

fn with_port(name: &str, word: &Word, address: &Address<'_>) -> Option<ConfigError> {
    if address.port.is_empty() {
        return None;
    }
    let Address { host, port, .. } = address;
    let message = format!("`{name}` names the pool `{host}` with the port `{port}`");
    let help = "leave the port out: the servers of the pool have theirs";
    Some(ConfigError::harmful(word.line, message, help))
}

/// The error that nginx reports for an address it cannot parse, or for a reserved name, which does not
/// resolve; `None` if nginx would go on to resolve it.
fn not_found(directive: &Directive, address: &Address<'_>) -> Option<ConfigError> {
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
    let fault = |message: String| Some(ConfigError::of_nginx(directive.line, message));
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
        let help = "an IPv6 address is written in brackets, as in `http://[::1]:3000`";
        let told = fault(format!("invalid port in {place} \"{host}{port}{rest}\""));
        return told.map(|fault| fault.with_help(help));
    }
    // nginx would ask the machine's name servers, which know no reserved names.
    if matches!(name, "server" | "resolver") {
        return fault(format!("host not found in {place} \"{host}{port}\""));
    }
    let told = fault(format!("host not found in {place} \"{host}\""));
    told.map(ConfigError::after_parsing)
}

#[cfg(test)]
mod tests {
    use super::super::fault::RejectedBy;
    use super::super::rules;
    use super::*;

    fn refused(text: &str) -> Option<(RejectedBy, String)> {
        let faults = rules::check(&Config::parse(text).unwrap(), &BTreeSet::new());
        assert!(faults.len() <= 1, "{faults:?}");
        let fault = faults.into_iter().next()?;
        Some((fault.rejected_by, fault.message))
    }

    fn by(rejected_by: RejectedBy, message: &str) -> (RejectedBy, String) {
        (rejected_by, message.to_owned())
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
            assert_eq!(refused(text).unwrap().0, RejectedBy::Harm, "{text}");
        }
    }

    #[test]
    fn a_host_of_the_lab_leads_to_its_upstreams_and_no_further() {
        let hosts = BTreeSet::from(["shop.test".to_owned()]);
        let faults = |text: &str| rules::check(&Config::parse(text).unwrap(), &hosts);
        for text in [
            "proxy_pass http://shop.test:3000;",
            "proxy_pass http://Shop.Test;",
            "upstream a { server shop.test:3000 max_fails=0; }",
            "upstream a { zone a 64k; server shop.test:3000 resolve; }",
            "set $b http://shop.test:3000; proxy_pass $b; resolver 127.0.0.11 valid=1s;",
        ] {
            assert_eq!(faults(text), [], "{text}");
        }
        for text in [
            "proxy_pass http://cart.test:3000;",
            "proxy_pass http://shop.test:$arg_port;",
            "proxy_pass http://shop.test:1:2;",
            "proxy_pass http://shop.test.example.com:3000;",
            "upstream a { server cart.test:3000 resolve; }",
            "resolver shop.test;",
            "resolver 127.0.0.11 10.0.0.1;",
            "set $b http://shop.test:3000; set $b $arg_b; proxy_pass $b;",
        ] {
            assert_eq!(faults(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_name_that_exists_nowhere_is_told_in_the_words_of_its_directive() {
        use RejectedBy::{Nginx, NginxAfterParsing};
        let upstream = "host not found in upstream \"shop.test\"";
        assert_eq!(
            refused("proxy_pass http://shop.test:1;"),
            Some(by(NginxAfterParsing, upstream))
        );
        assert_eq!(
            refused("grpc_pass grpc://shop.test:1;"),
            Some(by(NginxAfterParsing, upstream))
        );
        assert_eq!(
            refused("grpc_pass shop.test:1;"),
            Some(by(NginxAfterParsing, upstream))
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
            assert_eq!(refused(text).unwrap().0, RejectedBy::Harm, "{text}");
        }
    }

    #[test]
    fn an_address_has_one_port() {
        let port = "invalid port in upstream \"::1:3000\"";
        let told = refused("proxy_pass http://::1:3000;");
        assert_eq!(told, Some(by(RejectedBy::Nginx, port)));
    }
}
