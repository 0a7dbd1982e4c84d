//! Variables whose possible values are all in the configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::{Config, Directive};

/// Prefixes of variables that a request or its response fills. `set` overrides such a variable only where it
/// is executed.
const OF_REQUESTS: [&str; 8] = [
    "arg_",
    "cookie_",
    "http_",
    "sent_http_",
    "sent_trailer_",
    "upstream_cookie_",
    "upstream_http_",
    "upstream_trailer_",
];

/// Variables by name, with all possible values.
#[derive(Debug)]
pub(super) struct Variables<'a>(BTreeMap<String, Vec<&'a str>>);

impl<'a> Variables<'a> {
    /// The variables that only `set` and `map` of `config` assign.
    pub(super) fn of(config: &'a Config) -> Self {
        let all = config.all();
        let mut values = BTreeMap::<String, Vec<&str>>::new();
        for (name, value) in all.iter().flat_map(|directive| given(directive)) {
            // nginx compares variable names case-insensitively.
            values
                .entry(name.to_ascii_lowercase())
                .or_default()
                .extend(value);
        }
        let others: BTreeSet<_> = all
            .iter()
            .filter_map(|directive| filled(directive))
            .map(str::to_ascii_lowercase)
            .collect();
        let text = config.text.to_ascii_lowercase();
        values.retain(|name, _| !others.contains(name) && is_own(name) && !captures(&text, name));
        Self(values)
    }

    /// All possible values of the variable `name`, with its `$`; `None` if unknown.
    pub(super) fn values(&self, name: &str) -> Option<&[&'a str]> {
        self.0.get(&name.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

/// The assignments by `directive`: variable and value. A `map` without rows still declares its variable.
fn given(directive: &Directive) -> Vec<(&str, Option<&str>)> {
    let argument = |place: usize| directive.arguments.get(place).map(|word| &*word.text);
    match (&*directive.name.text, argument(0), argument(1)) {
        ("set", Some(name), Some(value)) => vec![(name, Some(value))],
        ("map", Some(_), Some(name)) => {
            let rows = directive.block.iter().flatten();
            let values = rows.filter_map(|row| row.arguments.first());
            let pairs = values.map(|word| (name, Some(word.text.as_str())));
            std::iter::once((name, None)).chain(pairs).collect()
        }
        _ => Vec::new(),
    }
}

/// The variable that `directive` assigns values not in the file, or not looked at here.
fn filled(directive: &Directive) -> Option<&str> {
    let name = match &*directive.name.text {
        "auth_request_set" => directive.arguments.first(),
        "geo" | "split_clients" => directive.arguments.last(),
        _ => None,
    };
    name.map(|word| &*word.text)
}

/// Whether `name` is none of nginx's own variables, such as `$1` and `$arg_page`.
fn is_own(name: &str) -> bool {
    let bare = name.strip_prefix('$').unwrap_or(name);
    let is_capture = bare.starts_with(|char: char| char.is_ascii_digit());
    !is_capture && !OF_REQUESTS.iter().any(|prefix| bare.starts_with(prefix))
}

/// Whether a named group of a regular expression in `text` assigns `name`, as in `(?<shop>.*)`.
fn captures(text: &str, name: &str) -> bool {
    let bare = name.strip_prefix('$').unwrap_or(name);
    text.contains(&format!("<{bare}>")) || text.contains(&format!("?'{bare}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_set_and_map_say_is_known() {
        let text = "set $Shop a; set $shop b; map $uri $pool { /x c; default d; }";
        let config = Config::parse(text).unwrap();
        let variables = Variables::of(&config);
        assert_eq!(variables.values("$SHOP"), Some(&["a", "b"][..]));
        assert_eq!(variables.values("$pool"), Some(&["c", "d"][..]));
        assert_eq!(variables.values("$host"), None);
    }

    #[test]
    fn what_anything_else_can_fill_is_not() {
        for text in [
            "set $b a; geo $b { default c; }",
            "set $b a; geo $arg_x $B { default c; }",
            "set $b a; split_clients $uri $b { * c; }",
            "set $b a; auth_request_set $b $upstream_http_where;",
            "set $b a; location ~ ^/(?<B>.*)$ { }",
            "set $b a; server_name \"~^(?P<b>.*)$\";",
            "set $b a; rewrite \"^/(?'b'.*)$\" /;",
        ] {
            let config = Config::parse(text).unwrap();
            assert_eq!(Variables::of(&config).values("$b"), None, "{text}");
        }
        let config = Config::parse("set $1 a; set $arg_b a; set $Http_b a;").unwrap();
        for name in ["$1", "$arg_b", "$http_b"] {
            assert_eq!(Variables::of(&config).values(name), None, "{name}");
        }
    }
}
