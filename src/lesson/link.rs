//! Links: the addresses that a lesson may link to, and bare addresses in running text.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

const SCHEMES: [&str; 4] = ["http", "https", "mailto", "file"];

/// Returns the address to link to; `None` if its scheme is not allowed.
///
/// Everything that a terminal could interpret is percent-encoded: control characters, blanks, quotation
/// marks and non-ASCII characters.
pub(super) fn address(target: &str) -> Option<Arc<str>> {
    let allowed = match scheme(target) {
        Some(scheme) => SCHEMES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme)),
        None => !target.is_empty(),
    };
    allowed.then(|| encoded(target))
}

/// Returns whether `target` leads to another part of the course, not out of it.
pub(super) fn is_local(target: &str) -> bool {
    scheme(target).is_none()
}

/// Returns the scheme of `target` (RFC 3986), `?` for a malformed one; `None` for a relative address.
fn scheme(target: &str) -> Option<&str> {
    let (scheme, _) = target.split_once(':')?;
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let relative = scheme.contains(['/', '?', '#']);
    let suspicious = !scheme.bytes().all(name) || scheme.is_empty();
    (!relative).then_some(if suspicious { "?" } else { scheme })
}

fn encoded(target: &str) -> Arc<str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if target.bytes().all(plain) {
        return target.into();
    }
    let mut safe = String::with_capacity(target.len() + 16);
    for byte in target.bytes() {
        if plain(byte) {
            safe.push(char::from(byte));
        } else {
            write!(safe, "%{byte:02X}").expect("a string takes everything");
        }
    }
    safe.into()
}

/// Returns the range of the first bare `http://` or `https://` address in `text`.
///
/// The rules for its end are those of GitHub's autolinks: blanks and `<` end it, trailing punctuation is not
/// part of it, nor is a closing parenthesis without an opening one.
pub(super) fn bare(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let colon = from + at;
        from = colon + 3;
        let Some(start) = start_of_scheme(&text[..colon]) else {
            continue;
        };
        let end = from + length(&text[from..]);
        if end > from {
            return Some(start..end);
        }
    }
    None
}

/// Returns the start of the scheme at the end of `before`, unless it is part of a longer word.
fn start_of_scheme(before: &str) -> Option<usize> {
    let scheme = ["https", "http"]
        .into_iter()
        .find(|scheme| before.ends_with(scheme))?;
    let start = before.len() - scheme.len();
    let joined = before[..start]
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric);
    (!joined).then_some(start)
}

fn length(rest: &str) -> usize {
    let end = rest.find(|char: char| char.is_whitespace() || "<>\"`".contains(char));
    let mut address = &rest[..end.unwrap_or(rest.len())];
    loop {
        let shorter = address.trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'']);
        let shorter = match shorter.strip_suffix(')') {
            Some(inside) if shorter.matches(')').count() > shorter.matches('(').count() => inside,
            _ => shorter,
        };
        if shorter.len() == address.len() {
            return address.len();
        }
        address = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        bare(text).map(|range| &text[range])
    }

    #[test]
    fn only_known_schemes_and_relative_addresses_are_links() {
        for good in [
            "https://a.b/c",
            "HTTP://a",
            "mailto:a@b",
            "file:///x",
            "02-next.md",
            "#a:b",
        ] {
            assert_eq!(address(good).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "",
            "java\u{1b}script:x",
            ":x",
        ] {
            assert_eq!(address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn unsafe_characters_of_an_address_are_encoded() {
        assert_eq!(
            address("https://a/\u{1b}]é").as_deref(),
            Some("https://a/%1B]%C3%A9")
        );
    }

    #[test]
    fn bare_address_ends_before_punctuation() {
        assert_eq!(found("see https://a.b/c."), Some("https://a.b/c"));
        assert_eq!(found("(see http://a.b/c_(d))."), Some("http://a.b/c_(d)"));
        assert_eq!(
            found("http://127.0.0.1:8080/: refused"),
            Some("http://127.0.0.1:8080/")
        );
    }

    #[test]
    fn words_that_hold_a_scheme_are_no_address() {
        assert_eq!(found("xhttp://a"), None);
        assert_eq!(found("http:// and https://."), None);
        assert_eq!(found("tcp://a then http://b"), Some("http://b"));
    }
}
