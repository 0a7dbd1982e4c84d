//! What a lab needs of a machine.

use std::net::{Ipv6Addr, TcpListener};

use serde::{Deserialize, Deserializer, de::Error};

use super::nginx::{INSTALL, Nginx};
use crate::check::Context;

/// Something that not every machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Any nginx.
    Nginx,
    /// An nginx of at least this version.
    Version((u32, u32, u32)),
    /// An nginx that speaks TLS.
    Ssl,
    /// An nginx that knows regular expressions, and with them `return`, `set` and `if`.
    Pcre,
    /// The address `::1`.
    Ipv6,
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not known: needs are `ssl`, `pcre`, `ipv6` and `nginx >= 1.22.0`"
            ))
        })
    }
}

fn parse(text: &str) -> Option<Need> {
    Some(match text {
        "ssl" => Need::Ssl,
        "pcre" => Need::Pcre,
        "ipv6" => Need::Ipv6,
        _ => {
            let mut numbers = text.strip_prefix("nginx >= ")?.split('.');
            let mut next = || numbers.next()?.parse().ok();
            let version = (next()?, next()?, next()?);
            numbers.next().is_none().then_some(Need::Version(version))?
        }
    })
}

impl Need {
    /// Returns `needs` and what every lab needs.
    pub fn with_nginx(needs: Vec<Self>) -> Vec<Self> {
        let mut all = vec![Self::Nginx];
        all.extend(needs);
        all
    }

    /// Returns what is missing, in words that say what to do; `None` if it is there, or if another
    /// need says it already.
    pub fn missing(self, context: &Context) -> Option<String> {
        let nginx = Nginx::find(context);
        let lacks = |has: fn(&Nginx) -> bool| nginx.as_ref().is_some_and(|nginx| !has(nginx));
        match self {
            Self::Nginx => nginx.is_none().then(|| format!("nginx; {INSTALL}")),
            Self::Version(least) => {
                let (major, minor, patch) = least;
                let is_old = nginx.is_some_and(|nginx| nginx.version() < least);
                is_old.then(|| format!("nginx {major}.{minor}.{patch} or newer"))
            }
            Self::Ssl => lacks(Nginx::has_ssl)
                .then(|| format!("an nginx that speaks TLS (its ssl module); {INSTALL}")),
            Self::Pcre => lacks(Nginx::has_pcre).then(|| {
                format!("an nginx with regular expressions (its rewrite module); {INSTALL}")
            }),
            Self::Ipv6 => (!has_ipv6()).then(|| {
                "IPv6 on the loopback interface, the address ::1, which is switched off here"
                    .to_owned()
            }),
        }
    }
}

/// Returns whether the address `::1` is there.
pub fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_a_word_or_a_version() {
        assert_eq!(parse("ssl"), Some(Need::Ssl));
        assert_eq!(parse("nginx >= 1.27.3"), Some(Need::Version((1, 27, 3))));
        for wrong in [
            "tls",
            "nginx",
            "nginx >= 1.27",
            "nginx >= 1.2.3.4",
            "nginx > 1.2.3",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
