//! Mutations of an `nginx.conf`.

use std::ops::Range;

use super::{Asked, Change, around};
use crate::kinds::gateway::lab::config::{Config, Directive, Word};

/// Directives that no customer notices. The last two matter to labs that look at the access log.
const UNNOTICED: [&str; 7] = [
    "worker_processes",
    "worker_connections",
    "events",
    "error_log",
    "pid",
    "access_log",
    "log_format",
];
/// Headers that a gateway sets as its task says and no customer sends, in lower case.
const SET: [&str; 8] = [
    "host",
    "connection",
    "upgrade",
    "x-real-ip",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
];
/// Directives that make a gateway change requests, for a block that proxies.
const UNFAITHFUL: [(&str, &str); 6] = [
    (" proxy_method GET;", "every request becomes a `GET`"),
    (" proxy_pass_request_body off;", "bodies are left out"),
    (
        " proxy_pass_request_headers off;",
        "header lines are left out",
    ),
    (" set $args '';", "queries are lost"),
    (
        " limit_except GET { deny all; }",
        "only `GET` is let through",
    ),
    (
        " rewrite ^(.*)$ /zz$1 break;",
        "paths get another beginning",
    ),
];
/// Customers' headers that may be dropped.
const LOST: [&str; 3] = ["Cookie", "Authorization", "Content-Type"];
/// The paths that tasks name.
const PAGES: [&str; 3] = ["/", "/books", "/orders"];
/// Blocks that make pages unavailable, for a `server`.
const GONE: [(&str, &str); 3] = [
    (
        " location = /books { return 404; }",
        "the page `/books` is gone",
    ),
    (
        " location = /orders { return 405; }",
        "`/orders` takes no orders",
    ),
    (
        " location = / { return 200 'welcome'; }",
        "nginx makes the front page",
    ),
];

/// The changes of `config` that a customer would notice, or that the lab has `asked` for.
pub(super) fn changes(config: &Config, asked: &Asked) -> Vec<Change> {
    let mut changes = Changes {
        config,
        asked,
        found: Vec::new(),
    };
    changes.block(&config.directives, None);
    changes.found
}

struct Changes<'a> {
    config: &'a Config,
    asked: &'a Asked,
    found: Vec<Change>,
}

impl Changes<'_> {
    fn replace(&mut self, range: Range<usize>, with: &str, words: impl Into<String>) {
        self.found
            .push(Change::new(&self.config.text, range, with, words));
    }

    fn insert(&mut self, place: usize, what: &str, words: impl Into<String>) {
        self.replace(place..place, what, words);
    }

    /// Mutates the directives of `block`, which is in `parent`.
    fn block(&mut self, block: &[Directive], parent: Option<&Directive>) {
        for directive in block {
            if self.is_unnoticed(directive) {
                continue;
            }
            self.without(directive);
            self.doubled(directive);
            self.words(directive);
            if let Some(parent) = parent
                && block.iter().filter(|other| other.block.is_some()).count() < 2
            {
                self.moved(directive, parent);
            }
            match directive.name.text.as_str() {
                "location" => self.location(directive),
                "server" if has(directive, "listen") => {
                    for (what, change) in GONE {
                        self.insert(directive.end, what, change);
                    }
                }
                _ => {}
            }
            self.block(directive.children(), Some(directive));
        }
    }

    fn is_unnoticed(&self, directive: &Directive) -> bool {
        let name = directive.name.text.as_str();
        let is_log = ["access_log", "log_format"].contains(&name) && self.asked.access;
        if name == "proxy_set_header" {
            let first = directive.arguments.first();
            let header = first.map(|word| word.text.to_ascii_lowercase());
            return header.is_some_and(|header| {
                SET.contains(&header.as_str()) && !self.asked.headers.contains(&header)
            });
        }
        UNNOTICED.contains(&name) && !is_log
    }

    fn without(&mut self, directive: &Directive) {
        let change = format!("`{}` is left out", directive.name.text);
        self.replace(whole(directive), "", change);
    }

    fn doubled(&mut self, directive: &Directive) {
        if directive.block.is_none() {
            let text = &self.config.text[whole(directive)];
            let change = format!("`{}` is repeated", directive.name.text);
            self.insert(directive.close, &format!(" {text}"), change);
        }
    }

    /// Moves a directive out of its block, if it then affects other blocks.
    fn moved(&mut self, directive: &Directive, parent: &Directive) {
        let is_alone = self.siblings(parent) < 2;
        if directive.block.is_some() || is_alone {
            return;
        }
        let (text, place) = (&self.config.text, parent.name.range.start);
        let Range { start, end } = whole(directive);
        let moved = &text[start..end];
        let words = format!("`{}` is moved up a level", directive.name.text);
        let with = [moved, " ", &text[place..start]].concat();
        self.replace(place..end, &with, words);
    }

    /// How many blocks of the same name there are at the level of `block`.
    fn siblings(&self, block: &Directive) -> usize {
        let mut all = self.config.all();
        all.push(block);
        let holds = |outer: &&&Directive| outer.children().contains(block);
        let outer = all.iter().find(holds).map(|outer| outer.children());
        let around = outer.unwrap_or(&self.config.directives);
        around
            .iter()
            .filter(|other| other.is(&block.name.text))
            .count()
    }

    fn words(&mut self, directive: &Directive) {
        let name = directive.name.text.as_str();
        for word in &directive.arguments {
            let all = match name {
                "server_name" | "map" | "log_format" | "if" | "return" => Vec::new(),
                "proxy_pass" => [addresses(word), urls(word)].concat(),
                "location" if Some(word) == directive.arguments.last() => paths(word),
                _ => [addresses(word), amounts(word)].concat(),
            };
            for with in all {
                let change = format!("`{}` becomes `{with}`", word.text);
                self.replace(word.range.clone(), &with, change);
            }
        }
    }

    /// Proxies only the paths that tasks name.
    fn named_pages(&mut self, location: &Directive) {
        let block = &self.config.text[location.end..location.close];
        let each = PAGES.map(|page| format!("location = {page} {{{block}"));
        let words = format!(
            "only {} are passed on",
            PAGES.map(|page| format!("`{page}`")).join(", ")
        );
        self.replace(whole(location), &each.join(" "), words);
    }

    fn location(&mut self, location: &Directive) {
        if !has(location, "proxy_pass") {
            return;
        }
        for (what, change) in UNFAITHFUL {
            self.insert(location.end, what, change);
        }
        if location.arguments.iter().any(|word| word.text == "/") {
            self.named_pages(location);
        }
        // `proxy_set_header` in a block disables inheritance, so it goes beside the existing ones.
        let all = self.config.all();
        let own = location.children().iter();
        let lines: Vec<_> = own
            .chain(all)
            .filter(|it| it.is("proxy_set_header"))
            .collect();
        let place = lines.first().map_or(location.end, |line| line.close);
        for name in LOST {
            let what = format!(" proxy_set_header {name} \"\";");
            self.insert(place, &what, format!("`{name}` is lost"));
        }
    }
}

fn has(block: &Directive, name: &str) -> bool {
    block.children().iter().any(|directive| directive.is(name))
}

fn whole(directive: &Directive) -> Range<usize> {
    directive.name.range.start..directive.close
}

/// Similar addresses: the next port, and another loopback address.
fn addresses(word: &Word) -> Vec<String> {
    let mut found = Vec::new();
    let text = &word.text;
    for (place, _) in text.match_indices(':') {
        let rest = &text[place + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let Ok(port) = rest[..digits].parse::<u32>() {
            found.push(format!(
                "{}:{}{}",
                &text[..place],
                port + 1,
                &rest[digits..]
            ));
        }
    }
    if text.contains("127.0.0.1") {
        found.push(text.replace("127.0.0.1", "127.0.0.2"));
    }
    found
}

fn urls(word: &Word) -> Vec<String> {
    let text = &word.text;
    let Some((scheme, rest)) = text.split_once("://") else {
        return Vec::new();
    };
    let other = if scheme == "http" { "https" } else { "http" };
    let end = if rest.starts_with("unix:") && !rest.ends_with(':') {
        ":"
    } else {
        ""
    };
    vec![format!("{other}://{rest}"), format!("{text}{end}/zz")]
}

fn paths(word: &Word) -> Vec<String> {
    if word.text.starts_with('/') {
        vec![format!("= {}", word.text), format!("{}zz", word.text)]
    } else {
        Vec::new()
    }
}

/// The number in `word` minus and plus 30 %; it may have a unit, and a name with `=` before it.
fn amounts(word: &Word) -> Vec<String> {
    let (name, amount) = word
        .text
        .rsplit_once('=')
        .map_or(("", &*word.text), |it| it);
    let digits = amount.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = amount.split_at(digits);
    let Ok(number) = number.parse::<u64>() else {
        return Vec::new();
    };
    if !["", "ms", "s", "m", "k"].contains(&unit) {
        return Vec::new();
    }
    let equals = if name.is_empty() { "" } else { "=" };
    around(number)
        .map(|number| format!("{name}{equals}{number}{unit}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Description and result of each change of `text`.
    fn changes(text: &str) -> Vec<String> {
        let asked = Asked {
            headers: vec!["host".into()],
            access: false,
        };
        let config = Config::parse(text).unwrap();
        let told = super::changes(&config, &asked).into_iter();
        told.map(|change| format!("{}: {}", change.words, change.text))
            .collect()
    }

    #[test]
    fn directives_are_left_out_doubled_and_changed() {
        assert_eq!(
            changes("keepalive_timeout 10s;"),
            [
                "`keepalive_timeout` is left out: ",
                "`keepalive_timeout` is repeated: keepalive_timeout 10s; keepalive_timeout 10s;",
                "`10s` becomes `7s`: keepalive_timeout 7s;",
                "`10s` becomes `13s`: keepalive_timeout 13s;",
            ]
        );
        assert_eq!(
            changes("access_log off; error_log x; events { a b; }").len(),
            0
        );
        assert_eq!(changes("proxy_set_header X-Real-IP a;").len(), 0);
        assert_eq!(changes("proxy_set_header Host a;").len(), 2);
    }

    #[test]
    fn addresses_paths_and_numbers_become_their_neighbours() {
        let of = |words: &str| {
            let made = changes(&format!("{words};"));
            let made = made.into_iter().skip(2);
            let last = |change: String| change.rsplit_once(": ").unwrap().1.to_owned();
            made.map(last).collect::<Vec<_>>()
        };
        assert_eq!(
            of("proxy_pass http://127.0.0.1:3000"),
            [
                "proxy_pass http://127.0.0.1:3001;",
                "proxy_pass http://127.0.0.2:3000;",
                "proxy_pass https://127.0.0.1:3000;",
                "proxy_pass http://127.0.0.1:3000/zz;",
            ]
        );
        assert_eq!(of("server a max_fails=0"), ["server a max_fails=1;"]);
        assert_eq!(of("proxy_buffers 8 4k").len(), 4);
    }

    #[test]
    fn a_block_that_passes_requests_on_is_made_unfaithful() {
        let made = changes("location /a { proxy_pass http://b; }");
        for what in [
            "`/a` becomes `= /a`",
            "every request becomes a `GET`",
            "`Cookie` is lost",
            "`http://b` becomes `http://b/zz`",
        ] {
            assert!(made.iter().any(|change| change.starts_with(what)), "{what}");
        }
    }

    #[test]
    fn pages_that_no_task_names_may_be_gone() {
        let made = changes("location / { proxy_pass http://b; }");
        let only = "only `/`, `/books`, `/orders` are passed on: location = / { proxy_pass http://b; } \
                    location = /books { proxy_pass http://b; } location = /orders { proxy_pass http://b; }";
        assert!(made.iter().any(|change| change == only), "{made:#?}");
    }

    #[test]
    fn what_is_moved_up_is_met_by_others() {
        let two = "a { location /x { y z; } location /w { v; } }";
        let made = changes(two);
        let moved = "`y` is moved up a level: a { y z; location /x {  } location /w { v; } }";
        assert!(made.iter().any(|change| change == moved), "{made:#?}");
        let one = changes("a { location /x { y z; } }");
        assert!(one.iter().all(|change| !change.contains("moved")));
    }
}
