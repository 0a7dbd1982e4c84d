//! The rules for configurations in a lab: nothing may reach beyond this machine or the lab's folder.

use std::collections::BTreeSet;

use super::address::Address;
use super::directives::{FILE_LISTS, PASSES, PATHS, PLAIN, REFUSED, SPECIAL, is_in};
use super::reach::Reach;
use super::{Config, ConfigError, Directive, Word, fault};
use crate::kinds::gateway::lab::modules::NginxVersion;
use crate::kinds::gateway::lab::{confusables, modules};

const MOST_WORKERS: u32 = 16;
const MOST_LISTENS: usize = 32;
/// The largest edit distance at which an unknown name is taken for a typo.
const MOST_SLIPS: usize = 2;

/// Parses `text` and returns all errors. A configuration that is returned has no others. In a grading,
/// `graded` is the version of its nginx. `hosts` are the host names that the lab resolves.
pub fn read(
    text: &str,
    graded: Option<NginxVersion>,
    hosts: &BTreeSet<String>,
) -> (Option<Config>, Vec<ConfigError>) {
    let (config, mut faults) = match Config::parse(text) {
        Ok(config) => {
            let mut faults = check(&config, hosts);
            if let Some(version) = graded {
                faults.extend(modules::rejected(&config, version));
            }
            (Some(config), faults)
        }
        Err(fault) => (None, vec![fault]),
    };
    for fault in &mut faults {
        // A confusable character explains the error better than its own help does.
        let help = match &config {
            Some(config) => config.confusable_help(fault.line),
            None => confusables::help(text, 1, fault.line),
        };
        fault.help = help.or_else(|| fault.help.take());
    }
    (config, faults)
}

/// All errors in `config`, in source order; of those that nginx would report, only the first. `hosts` are the
/// host names that the lab resolves.
pub fn check(config: &Config, hosts: &BTreeSet<String>) -> Vec<ConfigError> {
    let all = config.all();
    let rules = Rules {
        reach: Reach::of(config, hosts),
    };
    let mut faults: Vec<_> = all
        .iter()
        .flat_map(|directive| rules.check(directive))
        .collect();
    faults.extend(too_many_ports(config));
    fault::reportable(faults)
}

/// A lab binds all its ports, and those of its services.
fn too_many_ports(config: &Config) -> Option<ConfigError> {
    let listens = config.listens();
    let first = listens.get(MOST_LISTENS)?;
    let message = format!("{} `listen` are too many for a lab", listens.len());
    let help = format!("{MOST_LISTENS} are enough");
    Some(ConfigError::room(first.line, message, help))
}

struct Rules<'a> {
    reach: Reach<'a>,
}

impl Rules<'_> {
    fn check(&self, directive: &Directive) -> Vec<ConfigError> {
        let name = directive.name.text.as_str();
        if let Some((_, help)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return vec![refuse(&directive.name, "is not for labs", help)];
        }
        if directive.is_table() {
            return table(directive);
        }
        let first = directive.arguments.first();
        let fault = match name {
            "server" if directive.block.is_some() => server(directive),
            "server" => first.and_then(|word| self.reach.address(directive, word)),
            "resolver" => self.reach.resolver(directive),
            "listen" => first.and_then(listen),
            // The first argument is a regular expression, where dots are harmless.
            "rewrite" => directive.arguments.get(1).and_then(climbs),
            "worker_processes" => first.and_then(|word| few(name, word, &word.text)),
            "thread_pool" => directive.arguments.iter().find_map(threads),
            _ if is_in(PASSES, name) => first.and_then(|word| self.reach.address(directive, word)),
            _ if is_in(PATHS, name) => first.and_then(|word| path(name, word)),
            _ if is_in(FILE_LISTS, name) => directive.arguments.iter().find_map(climbs),
            _ if is_in(PLAIN, name) => None,
            _ => Some(unknown(directive)),
        };
        fault.into_iter().collect()
    }
}

fn refuse(word: &Word, why: &str, help: &str) -> ConfigError {
    ConfigError::harmful(word.line, format!("`{}` {why}", word.text), help)
}

/// Tables such as `map` may `include` files too.
fn table(directive: &Directive) -> Vec<ConfigError> {
    let rows = directive.block.iter().flatten();
    rows.filter(|row| row.is("include"))
        .map(|row| {
            refuse(
                &row.name,
                "is not for labs",
                "write the lines of the file here",
            )
        })
        .collect()
}

fn server(directive: &Directive) -> Option<ConfigError> {
    if directive.children().iter().any(|child| child.is("listen")) {
        return None;
    }
    let message = "a `server` without `listen` listens on every address of the machine";
    let help = "add `listen 127.0.0.1:8080;`, with the port of this lab";
    Some(ConfigError::harmful(directive.name.line, message, help))
}

fn listen(word: &Word) -> Option<ConfigError> {
    let address = Address::of(&word.text);
    if address.is_loopback() {
        let is_range = address.port.contains('-');
        return is_range.then(|| refuse(word, "is a range of ports", "name the one port"));
    }
    let message = format!("`listen {}` listens beyond this machine", word.text);
    let help = "name the loopback address, as in `listen 127.0.0.1:8080;`";
    Some(ConfigError::harmful(word.line, message, help))
}

fn threads(word: &Word) -> Option<ConfigError> {
    few("thread_pool", word, word.text.strip_prefix("threads=")?)
}

/// Limits the number of processes or threads, `number`, in `word` of the directive `name`.
fn few(name: &str, word: &Word, number: &str) -> Option<ConfigError> {
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let is_few = number
        .parse::<u32>()
        .is_ok_and(|count| count <= MOST_WORKERS);
    // A number that overflows here may be one that nginx accepts.
    if is_number && !is_few {
        let message = format!("`{name} {}` is too many for a lab", word.text);
        let help = "one worker is enough: leave it out";
        return Some(ConfigError::harmful(word.line, message, help));
    }
    None
}

fn path(name: &str, word: &Word) -> Option<ConfigError> {
    // Values that are not paths, such as `off` and `stderr`, pass.
    let text = word.text.as_str();
    let leads_out = text.starts_with('/') || text.contains([':', '$']) || has_parent(text);
    if !leads_out {
        return None;
    }
    let message = format!("`{name}` names `{text}`, which may be outside the lab's folder");
    let help = "write a relative path without `..` and variables, as in `logs/access.log`";
    Some(ConfigError::harmful(word.line, message, help))
}

fn climbs(word: &Word) -> Option<ConfigError> {
    has_parent(&word.text)
        .then(|| refuse(word, "leads out of the folder", "write a path without `..`"))
}

fn has_parent(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

pub(crate) fn is_known(name: &str) -> bool {
    all_known().any(|known| known == name)
}

pub(crate) fn all_known() -> impl Iterator<Item = &'static str> {
    let lists = [PLAIN, PASSES, PATHS, FILE_LISTS, SPECIAL].into_iter();
    lists.flat_map(str::split_ascii_whitespace)
}

/// A typo is reported in nginx's words. Any other name could be a directive of a module that we know nothing
/// about.
fn unknown(directive: &Directive) -> ConfigError {
    let name = directive.name.text.as_str();
    // nginx prints the name as a C string, up to its first NUL.
    let shown = name.split('\0').next().unwrap_or_default();
    let of_nginx = ConfigError::of_nginx(directive.line, format!("unknown directive \"{shown}\""));
    // No module's directive has other characters.
    if !name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return of_nginx;
    }
    // The length is a lower bound of the distance. It keeps files of thousands of unknown names, or one
    // name of thousands of letters, from taking quadratic time.
    let length = name.chars().count();
    let near = all_known()
        .filter(|known| known.len().abs_diff(length) <= MOST_SLIPS)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= MOST_SLIPS);
    match near {
        Some((_, known)) => of_nginx.with_help(format!("did you mean `{known}`?")),
        None => refuse(
            &directive.name,
            "is not a directive that labs know",
            "leave it out: labs need only nginx's own HTTP directives",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<ConfigError> {
        check(&Config::parse(text).unwrap(), &BTreeSet::new())
    }

    fn is_refused(text: &str) -> bool {
        let faults = faults(text);
        !faults.is_empty()
            && faults
                .iter()
                .all(|fault| fault.is_harmful() && fault.line == 1)
    }

    #[test]
    fn what_could_harm_the_machine_is_refused() {
        let texts = [
            "include /etc/passwd;",
            "\"include\" x;",
            "http { map $a $b { include x; } }",
            "http { types { include mime.types; } }",
            "load_module modules/x.so;",
            "daemon on;",
            "user root;",
            "master_process off;",
            "worker_processes 1000;",
            "thread_pool default threads=1000000;",
            "pid /run/nginx.pid;",
            "pid ../nginx.pid;",
            "error_log /var/log/nginx/error.log;",
            "error_log syslog:server=10.0.0.1;",
            "http { access_log /var/log/nginx/access.log; }",
            "http { access_log logs/$uri; }",
            "http { server { listen 127.0.0.1:1; root /etc; } }",
            "http { server { listen 127.0.0.1:1; alias a/../../b; } }",
            "http { server { listen 127.0.0.1:1; try_files ../../x =404; } }",
            "rewrite ^ /../../etc/passwd break;",
            "error_page 502 /../x;",
            "http { server { listen 127.0.0.1:1; add_after_body /../x; } }",
            "http { client_body_temp_path /home; proxy_temp_path /home; }",
            "http { proxy_cache_path /tmp/x keys_zone=a:1m; }",
            "http { server { } }",
            "http { server { listen 8080; } }",
            "http { server { listen *:8080; } }",
            "http { server { listen 0.0.0.0:8080; } }",
            "http { server { listen [::]:8080; } }",
            "http { server { listen unix:/tmp/x; } }",
            "http { server { listen example.com:80; } }",
            "proxy_pass http://10.0.0.1:80;",
            "proxy_pass http://example.com;",
            "proxy_pass http://127.0.0.1.example.com;",
            "proxy_pass http://127.0.0.1@10.0.0.1/;",
            "proxy_pass http://$host;",
            "resolver unix:run/x.sock;",
            "resolver 127.0.0.1:5353 8.8.8.8 valid=1s;",
            "resolver 127.0.0.1:5353 a=b.example.com;",
            "worker_processes 4294967296;",
            "http { server { listen 127.0.0.1:8080-65535; } }",
            "proxy_pass http://unix:run/$arg_a/x.sock:/;",
            "proxy_pass http://unix:run/../../x.sock:/;",
            "proxy_pass http://127.0.0.1:$arg_port;",
            "proxy_pass $where;",
            "proxy_pass http://unix:/var/run/docker.sock;",
            "fastcgi_pass unix:/run/php.sock;",
            "upstream shop { server 10.0.0.1:80; }",
            "upstream shop { server 127.0.0.1:80; } upstream b { server shop; }",
            "resolver 8.8.8.8;",
            "perl_set $x 'sub { }';",
            "content_by_lua_file x;",
            "stream { }",
        ];
        for text in texts {
            assert!(is_refused(text), "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn an_address_that_a_request_could_choose_is_refused() {
        let texts = [
            "set $b 127.0.0.1; set $B 10.0.0.1; proxy_pass http://$b:80;",
            "set $b 127.0.0.1; geo $b { default 10.0.0.1; } proxy_pass http://$b:80;",
            "set $b 127.0.0.1; location ~ /(?<b>.*) { proxy_pass http://$b:80; }",
            "set $1 127.0.0.1; location ~ /(.*) { proxy_pass http://$1:80; }",
            "set $arg_b 127.0.0.1; proxy_pass http://$arg_b:80;",
            "set $b 10.0.0.1; upstream 10.0.0.1 { } proxy_pass http://$b:80;",
            "map $a $b { x 127.0.0.1; default $arg_x; } proxy_pass http://$b;",
            "set $b 127.0.0.1; set $b 10.0.0.1; proxy_pass http://$b:80;",
            "set $b 127.0.0.1; proxy_pass http://$b;",
            "set $b 127.0.0.1; proxy_pass http://$b.example.com;",
            "set $b 127.0.0.1; proxy_pass http://$b:$arg_port;",
        ];
        for text in texts {
            assert!(is_refused(text), "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn what_a_lab_needs_is_accepted() {
        let texts = [
            "events { worker_connections 64; } worker_processes auto; pid logs/nginx.pid;",
            "error_log logs/error.log info; error_log stderr;",
            "http { access_log off; server { listen 127.0.0.1:8080 default_server; } }",
            "http { server { listen [::1]:8080; listen localhost:8081; root html; } }",
            "upstream shop { server 127.0.0.1:3000 max_fails=0; } proxy_pass http://shop/a;",
            "proxy_pass http://localhost:3000$request_uri; proxy_pass 127.0.0.1:3000;",
            "proxy_pass http://unix:run/shop.sock:/; upstream a { server unix:run/shop.sock; }",
            "set $b shop.test; proxy_pass http://$b:3000; resolver 127.0.0.1:5353;",
            "resolver 127.0.0.1:5353 [::1]:5353 valid=1s ipv6=off;",
            "set $b shop; upstream shop { server 127.0.0.1:3000; } proxy_pass http://$b;",
            "map $a $b { default http://127.0.0.1:3000; } proxy_pass $b;",
            "rewrite ^/../(.*)$ /$1; error_page 502 = @down;",
            "map $http_upgrade $connection { default upgrade; '' close; }",
            "http { if ($request_method = \"POST\") { return 200 \"a;b\"; } }",
        ];
        for text in texts {
            assert_eq!(faults(text), [], "{text}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_told_as_nginx_tells_it() {
        let found = faults("events {}\nproxy_pas http://127.0.0.1;");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].is_harmful(), found[0].line), (false, 2));
        assert_eq!(found[0].message, "unknown directive \"proxy_pas\"");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `proxy_pass`?"));
    }

    #[test]
    fn a_character_that_cannot_be_seen_is_named() {
        let fault = |text: &str| read(text, None, &BTreeSet::new()).1.remove(0);
        let mark = fault("\u{feff}# The gateway.\n\nworker_processes 1;\n");
        assert_eq!(mark.message, "unknown directive \"\u{feff}#\"");
        assert_eq!(mark.line, 3);
        let help = mark.help.unwrap();
        assert!(help.starts_with("the file begins with a byte-order"));
        let glued = fault("events {}\nproxy_pass\u{a0}http://127.0.0.1:3000;");
        assert!(!glued.is_harmful());
        let help = glued.help.unwrap();
        assert!(help.starts_with("line 2 has a no-break space"), "{help}");
    }

    #[test]
    fn a_name_that_cannot_exist_is_told_as_nginx_tells_it() {
        let found = faults("proxy_pass http://shop.invalid:3000;");
        assert_eq!(found.len(), 1);
        assert!(!found[0].is_harmful());
        assert_eq!(
            found[0].message,
            "host not found in upstream \"shop.invalid\""
        );
    }

    #[test]
    fn a_pool_may_be_called_what_it_likes() {
        for name in [
            "shop.test",
            "shop.invalid",
            "localhost",
            "Shop",
            "example.com",
        ] {
            let text = format!("upstream {name} {{ server 127.0.0.1:3000; }}");
            let lower = name.to_ascii_lowercase();
            assert_eq!(faults(&format!("{text} proxy_pass http://{lower};")), []);
            assert!(is_refused(&format!("{text} proxy_pass http://{name}:80;")));
        }
        assert!(is_refused("upstream example.com { server example.com; }"));
    }

    #[test]
    fn every_address_of_this_machine_is_one_to_connect_to_but_none_to_listen_on() {
        for host in ["0.0.0.0", "[::]", "[::0]", "[0:0:0:0:0:0:0:1]", "127.1.2.3"] {
            assert_eq!(faults(&format!("proxy_pass http://{host}:3000/x;")), []);
            assert_eq!(faults(&format!("upstream a {{ server {host}:3000; }}")), []);
        }
        for text in [
            "http { server { listen 0.0.0.0:8080; } }",
            "http { server { listen [::]:8080; } }",
            "resolver 0.0.0.0:53;",
            "map $a $b { default http://0.0.0.0:3000; } proxy_pass $b;",
            "proxy_pass http://[::ffff:10.0.0.1]:80;",
        ] {
            assert!(is_refused(text), "{text}");
        }
    }

    #[test]
    fn every_fault_is_told() {
        let found = faults("user root;\ninclude x;\nproxy_pass http://10.0.0.1;");
        let lines: Vec<_> = found.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn a_lab_has_room_for_thirty_two_ports() {
        let listens = |count: usize| {
            let listens = "listen 127.0.0.1:8080;\n".repeat(count);
            faults(&format!("http {{ server {{\n{listens}}} }}"))
        };
        assert_eq!(listens(32), []);
        let found = listens(33);
        assert_eq!(found.len(), 1);
        assert!(found[0].is_ours() && !found[0].is_harmful());
        assert_eq!(found[0].message, "33 `listen` are too many for a lab");
        assert_eq!(found[0].line, 34, "it is the first too many");
    }

    #[test]
    fn labs_know_the_directives_of_their_lists_and_no_others() {
        for name in [
            "proxy_pass",
            "access_log",
            "error_page",
            "worker_connections",
        ] {
            assert!(is_known(name), "{name}");
        }
        for name in ["proxy_pas", "include", ""] {
            assert!(!is_known(name), "{name}");
        }
    }
}
