//! The private copy of a configuration: other ports, other files, the same line numbers.
//!
//! Inserted text contains no line breaks, so that lines of the copy are lines of the original.

use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;

use super::address::Address;
use super::directives::{PASSES, is_in};
use super::localhost::{self, Localhosts};
use super::reach::{self, Pools};
use super::{Config, Directive, Word};
use crate::kinds::gateway::lab::names::{Lookup, Names};
use crate::kinds::gateway::lab::ports;
use crate::kinds::gateway::lab::ports::Ports;

/// The copy's error log, relative to its folder, beside the learner's own.
pub(crate) const ERROR_LOG: &str = "logs/gradus.log";

/// The default of `access_log`, which the learner may override.
pub(crate) const ACCESS_LOG: &str = "logs/access.log";

/// The port of a name server, unless another is written.
const DNS_PORT: u16 = 53;

/// Prefixes of the `*_temp_path` directives. Their defaults are folders of the installed server.
const TEMPORARY: [&str; 5] = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

struct TextEdit {
    range: Range<usize>,
    text: String,
}

/// The private copy of `config`; `knows` tells whether nginx has a directive. Where nginx would look up one of
/// `names` while it reads the file, the copy has the address.
pub(crate) fn private_copy(
    config: &Config,
    ports: &mut Ports,
    names: &Names,
    knows: impl Fn(&str) -> bool,
) -> io::Result<String> {
    let mut edits = vec![insertion(0, main_directives(config))];
    for http in config.directives.iter().filter(|found| found.is("http")) {
        edits.push(insertion(http.end, http_directives(http, &knows)));
    }
    let mut addresses = Addresses {
        config,
        pools: Pools::of(config),
        localhosts: Localhosts::default(),
        has_v6: ports::has_v6(),
        ports,
        names,
        edits: Vec::new(),
    };
    for directive in &config.directives {
        own_error_logs(directive, &mut edits);
        addresses.rewrite(directive)?;
    }
    let blocks = addresses.localhosts.blocks(addresses.has_v6);
    edits.append(&mut addresses.edits);
    if let Some(http) = config.directives.iter().find(|found| found.is("http")) {
        edits.push(insertion(http.end, blocks));
    }
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    Ok(apply(&config.text, &edits))
}

fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut copy = String::with_capacity(text.len() + 512);
    let mut done = 0;
    for edit in edits {
        copy.push_str(&text[done..edit.range.start]);
        copy.push_str(&edit.text);
        done = edit.range.end;
    }
    copy.push_str(&text[done..]);
    copy
}

fn insertion(place: usize, text: String) -> TextEdit {
    TextEdit {
        range: place..place,
        text,
    }
}

fn main_directives(config: &Config) -> String {
    let pid = if config.directives.iter().any(|found| found.is("pid")) {
        ""
    } else {
        "pid logs/nginx.pid; "
    };
    format!("daemon off; {pid}error_log {ERROR_LOG} info; ")
}

/// `config` with temporary files kept in nginx's own folder, for an nginx that only tests it.
pub(crate) fn within_folder(config: &Config, knows: impl Fn(&str) -> bool) -> String {
    let blocks = config.directives.iter().filter(|found| found.is("http"));
    let edits = blocks.map(|http| insertion(http.end, http_directives(http, &knows)));
    apply(&config.text, &edits.collect::<Vec<_>>())
}

fn http_directives(http: &Directive, knows: impl Fn(&str) -> bool) -> String {
    let lacks = |name: &str| !http.children().iter().any(|child| child.is(name));
    let mut text = String::new();
    if lacks("access_log") {
        text.extend([" access_log ", ACCESS_LOG, ";"]);
    }
    for prefix in TEMPORARY {
        let name = format!("{prefix}_temp_path");
        if lacks(&name) && knows(&name) {
            text.extend([" ", &name, " tmp/", prefix, ";"]);
        }
    }
    text
}

/// An `error_log` in a block replaces that of the outer level, ours included; so ours is repeated there.
fn own_error_logs(block: &Directive, edits: &mut Vec<TextEdit>) {
    if let Some(log) = block.children().iter().find(|child| child.is("error_log")) {
        edits.push(insertion(log.end, format!(" error_log {ERROR_LOG} info;")));
    }
    for child in block.children() {
        own_error_logs(child, edits);
    }
}

/// Rewrites addresses, and loopback ports in any argument.
struct Addresses<'a> {
    config: &'a Config,
    pools: Pools,
    localhosts: Localhosts,
    has_v6: bool,
    ports: &'a mut Ports,
    names: &'a Names,
    edits: Vec<TextEdit>,
}

impl Addresses<'_> {
    fn rewrite(&mut self, directive: &Directive) -> io::Result<()> {
        let (first, rest) = match directive.arguments.split_first() {
            Some((first, rest)) if takes_address(directive) => (Some(first), rest),
            _ => (None, &*directive.arguments),
        };
        if let Some(word) = first {
            self.rewrite_address(directive, word)?;
        }
        if directive.is("resolver") {
            self.rewrite_name_servers(rest)?;
        } else {
            self.rewrite_words(rest)?;
        }
        for child in directive.children() {
            self.rewrite(child)?;
        }
        // `children` leaves out the rows of a table.
        for row in directive.block.iter().flatten() {
            if directive.is_table() {
                self.rewrite_words(&row.arguments)?;
            }
        }
        Ok(())
    }

    fn rewrite_words(&mut self, words: &[Word]) -> io::Result<()> {
        for word in words {
            let config = self.config;
            self.replace(word, &config.text[word.range.clone()])?;
        }
        Ok(())
    }

    /// A name server without a port would be one of the machine's own.
    fn rewrite_name_servers(&mut self, words: &[Word]) -> io::Result<()> {
        for word in words.iter().filter(|word| reach::is_name_server(word)) {
            let address = Address::of(&word.text);
            let whole = if address.port.is_empty() {
                address.with_port_of(DNS_PORT)
            } else {
                word.text.clone()
            };
            self.replace(word, &whole)?;
        }
        Ok(())
    }

    fn rewrite_address(&mut self, directive: &Directive, word: &Word) -> io::Result<()> {
        if passes_to_pool(directive, word, &self.pools) {
            return Ok(());
        }
        if let Some(host) = self.address_of_name(directive, word) {
            let address = Address::of(&word.text);
            let host = host.to_string();
            let whole = Address {
                host: &host,
                ..address
            }
            .with_port();
            return self.replace(word, &whole);
        }
        if !localhost::names_it(directive, word) {
            let whole = whole_address(word, self.ports, directive)?;
            return self.replace(word, &whole);
        }
        let address = Address::of(&word.text);
        let private = self
            .ports
            .private(address.port().unwrap_or(address.default_port()))?;
        let pool = self.localhosts.pool(directive, word, &self.pools, private);
        let text = match pool {
            Some(text) => text,
            None if directive.is("server") => {
                let second = localhost::second_server(directive, private, self.has_v6);
                self.edits
                    .extend(second.map(|text| insertion(directive.end, text)));
                format!("127.0.0.1:{private}")
            }
            None => address.with_port_of(private),
        };
        let range = word.range.clone();
        self.edits.push(TextEdit { range, text });
        Ok(())
    }

    /// The address of the host in `word`, if nginx looks it up while it reads the file. A name that leads nowhere
    /// stays: nginx says so.
    fn address_of_name(&self, directive: &Directive, word: &Word) -> Option<Ipv4Addr> {
        if localhost::is_looked_up_later(directive, word) || directive.is("listen") {
            return None;
        }
        match self.names.lookup(Address::of(&word.text).host) {
            Lookup::Found(address) => Some(address),
            Lookup::NotFound => None,
        }
    }

    /// Replaces `word` by `whole` with private ports.
    fn replace(&mut self, word: &Word, whole: &str) -> io::Result<()> {
        let text = self.ports.map_to_private(whole)?;
        if text != self.config.text[word.range.clone()] {
            let range = word.range.clone();
            self.edits.push(TextEdit { range, text });
        }
        Ok(())
    }
}

fn takes_address(directive: &Directive) -> bool {
    let name = directive.name.text.as_str();
    let is_server = name == "server" && directive.block.is_none();
    is_server || name == "listen" || is_in(PASSES, name)
}

/// A pool has no port of its own, but its name may look like a host.
fn passes_to_pool(directive: &Directive, word: &Word, pools: &Pools) -> bool {
    is_in(PASSES, &directive.name.text) && pools.has(Address::of(&word.text).host)
}

/// The address with an explicit port, so that a default port is replaced too.
fn whole_address(word: &Word, ports: &mut Ports, directive: &Directive) -> io::Result<String> {
    let address = Address::of(&word.text);
    if let Some(port) = address.port().filter(|_| address.host.starts_with('$')) {
        // The rules have checked that the variable holds only names of this machine.
        let port = ports.private(port)?;
        let Address {
            scheme, host, rest, ..
        } = address;
        return Ok(format!("{scheme}{host}:{port}{rest}"));
    }
    if let Some(host) = address.loopback_of_any() {
        // With `proxy_bind`, a connection to the wildcard address would leave the loopback interface.
        return Ok(Address { host, ..address }.with_port());
    }
    if !address.is_local() {
        return Ok(word.text.clone());
    }
    if directive.is("listen") {
        ports.hand_over(address.port().unwrap_or(address.default_port()))?;
    }
    Ok(address.with_port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(text: &str) -> (String, Ports) {
        let mut ports = Ports::default();
        let config = Config::parse(text).unwrap();
        let names = Names::default();
        names.set("shop.test", Some(Ipv4Addr::new(127, 0, 0, 3)));
        names.set("cart.test", None);
        let knows = |name: &str| name != "scgi_temp_path";
        let copy = private_copy(&config, &mut ports, &names, knows).unwrap();
        (copy, ports)
    }

    #[test]
    fn a_name_that_nginx_looks_up_at_its_start_is_the_address_of_that_moment() {
        let text = "proxy_pass http://Shop.test:3000/a; upstream a { server shop.test; }\n\
                    proxy_pass http://shop.test:3000$uri; proxy_pass http://cart.test:3000;\n\
                    upstream b { server shop.test:3000 resolve; } listen shop.test:3000;";
        let (copy, ports) = copy(text);
        let back = ports.to_learner(&copy);
        for part in [
            "proxy_pass http://127.0.0.3:3000/a;",
            "server 127.0.0.3:80;",
            "proxy_pass http://shop.test:3000$uri;",
            "proxy_pass http://cart.test:3000;",
            "server shop.test:3000 resolve;",
            "listen shop.test:3000;",
        ] {
            assert!(back.contains(part), "{part} in {back}");
        }
    }

    #[test]
    fn a_name_server_of_the_machine_is_never_asked() {
        let (copy, ports) = copy("resolver 127.0.0.11 [::1] 127.0.0.1:5353 valid=1s;");
        assert!(!copy.contains(":53 ") && !copy.contains("5353"), "{copy}");
        let back = ports.to_learner(&copy);
        let servers = "resolver 127.0.0.11:53 [::1]:53 127.0.0.1:5353 valid=1s;";
        assert!(back.contains(servers), "{back}");
    }

    #[test]
    fn what_nginx_needs_is_inserted_and_lines_stay() {
        let (copy, _) = copy("events {}\nhttp {\n}\n");
        assert_eq!(
            copy,
            "daemon off; pid logs/nginx.pid; error_log logs/gradus.log info; events {}\n\
             http { access_log logs/access.log; client_body_temp_path tmp/client_body; \
             proxy_temp_path tmp/proxy; fastcgi_temp_path tmp/fastcgi; \
             uwsgi_temp_path tmp/uwsgi;\n}\n"
        );
    }

    #[test]
    fn what_the_learner_states_is_left() {
        let text = "pid a.pid; http { access_log b; proxy_temp_path c; error_log d; }";
        let (copy, _) = copy(text);
        assert!(copy.starts_with("daemon off; error_log logs/gradus.log info; pid a.pid;"));
        assert!(!copy.contains("access_log logs/") && !copy.contains("tmp/proxy"));
        assert!(
            copy.ends_with("error_log d; error_log logs/gradus.log info; }"),
            "{copy}"
        );
    }

    #[test]
    fn a_pool_gets_no_port_whatever_it_is_called() {
        let text = "upstream localhost { server 127.0.0.1:3000; }\n\
                    upstream shop.test { server 0.0.0.0; }\n\
                    proxy_pass http://localhost; proxy_pass http://Shop.test/a;\n\
                    proxy_pass http://[::]:3000/b;";
        let (copy, ports) = copy(text);
        let back = ports.to_learner(&copy);
        for part in [
            "proxy_pass http://localhost; proxy_pass http://Shop.test/a;",
            "server 127.0.0.1:3000;",
            "server 127.0.0.1:80;",
            "proxy_pass http://[::1]:3000/b;",
        ] {
            assert!(back.contains(part), "{part} in {back}");
        }
    }

    #[test]
    fn localhost_is_both_addresses_in_one_order() {
        let text = "http { upstream a { server localhost:3000 weight=2; server \"localhost\"; }\n\
                    map $a $b { server localhost:3000; }\n\
                    proxy_pass http://localhost:3000/a; proxy_pass 'http://LOCALHOST';\n\
                    fastcgi_pass localhost:3000; proxy_pass http://localhost:3000$uri; }";
        let (copy, mut ports) = copy(text);
        let back = ports.to_learner(&copy);
        let second = |text: &str| {
            if ports::has_v6() {
                text.to_owned()
            } else {
                String::new()
            }
        };
        let v6 = [
            second(" server [::1]:3000 weight=2;"),
            second(" server [::1]:3000;"),
        ];
        for part in [
            &format!("server 127.0.0.1:3000 weight=2;{}", v6[0]),
            "server \"127.0.0.1:80\";",
            "map $a $b { server localhost:3000; }",
            "proxy_pass http://localhost_3000/a; proxy_pass 'http://localhost_80';",
            "fastcgi_pass localhost_3000; proxy_pass http://localhost:3000$uri;",
            &format!(
                " upstream localhost_3000 {{ server 127.0.0.1:3000;{} }}",
                v6[1]
            ),
        ] {
            assert!(back.contains(part), "{part} in {back}");
        }
        assert!(copy.contains(&format!("localhost:{}$uri", ports.private(3000).unwrap())));
    }

    #[test]
    fn every_port_becomes_a_private_one_also_where_none_is_written() {
        let text = "listen 127.0.0.1:8080; server 127.0.0.2; proxy_pass http://[::1]/a;\n\
                    map $a $b { x http://127.0.0.1:8080/; } proxy_pass http://127.0.0.1:3001;";
        let (copy, mut ports) = copy(text);
        for port in [8080, 80, 3001] {
            let private = ports.private(port).unwrap();
            assert!(copy.contains(&format!(":{private}")), "{port} in {copy}");
        }
        assert!(!copy.contains("8080") && !copy.contains("3001"));
        let back = ports.to_learner(&copy);
        assert!(back.contains("server 127.0.0.2:80; proxy_pass http://[::1]:80/a;"));
    }

    #[test]
    fn only_addresses_get_a_port() {
        let text = "root localhost; http { server { server_name localhost; return 127.0.0.1; } }";
        let (copy, _) = copy(text);
        for part in [
            "root localhost;",
            "server_name localhost;",
            "return 127.0.0.1;",
        ] {
            assert!(copy.contains(part), "{part} in {copy}");
        }
    }

    #[test]
    fn where_a_pool_has_the_name_that_localhost_would_get_it_stays() {
        let text = "upstream localhost_3000 { server 127.0.0.1:1; }\n\
                    proxy_pass http://localhost:3000/a;";
        let (copy, ports) = copy(text);
        let back = ports.to_learner(&copy);
        assert!(
            back.contains("proxy_pass http://localhost:3000/a;"),
            "{back}"
        );
    }

    #[test]
    fn what_only_reads_a_configuration_stays_in_its_folder() {
        let config = Config::parse("events {}\nhttp { access_log a; }\n").unwrap();
        assert_eq!(
            within_folder(&config, |name| name == "proxy_temp_path"),
            "events {}\nhttp { proxy_temp_path tmp/proxy; access_log a; }\n"
        );
    }
}
