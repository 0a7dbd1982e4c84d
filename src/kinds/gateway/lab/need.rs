//! The requirements of a lab on the machine.

use serde::{Deserialize, Deserializer, de::Error};

use super::modules::{MODULES, Module, NginxVersion};
use super::nginx::{INSTALL, Nginx};
use super::ports;
use crate::check::Context;

/// A requirement that not every machine meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Nginx,
    /// nginx of at least this version.
    NginxVersion(NginxVersion),
    /// nginx with this module.
    Module(&'static Module),
    /// The address `::1`.
    Ipv6,
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let modules: Vec<_> = MODULES.iter().map(|module| module.name).collect();
            D::Error::custom(format!(
                "`{text}` is not known: needs are `ipv6`, `nginx >= 1.22.0`, and the modules {}",
                modules.join(", ")
            ))
        })
    }
}

impl Need {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let version = text.strip_prefix("nginx >= ");
        Some(match text {
            "ipv6" => Self::Ipv6,
            // A build has PCRE if and only if it has the module `rewrite`.
            "pcre" => Self::Module(Module::named("rewrite")?),
            _ if version.is_none() => Self::Module(Module::named(text)?),
            _ => {
                let mut numbers = version?.split('.');
                let mut next = || numbers.next()?.parse().ok();
                let version = (next()?, next()?, next()?);
                numbers
                    .next()
                    .is_none()
                    .then_some(Self::NginxVersion(version))?
            }
        })
    }

    /// Adds the need that every lab has.
    pub(crate) fn with_nginx(needs: Vec<Self>) -> Vec<Self> {
        let mut all = vec![Self::Nginx];
        all.extend(needs);
        all
    }

    /// What is missing and how to get it; `None` if it is there, or if another need reports it already.
    pub(crate) fn missing(self, context: &Context) -> Option<String> {
        let nginx = Nginx::find(context);
        match self {
            Self::Nginx => nginx.is_none().then(|| format!("nginx; {INSTALL}")),
            Self::NginxVersion(least) => {
                let (major, minor, patch) = least;
                let is_old = nginx.is_some_and(|nginx| nginx.version() < least);
                is_old.then(|| format!("nginx {major}.{minor}.{patch} or newer"))
            }
            Self::Module(module) => {
                let lacks = nginx.is_some_and(|nginx| !nginx.has(module));
                let name = module.name;
                lacks.then(|| format!("an nginx with the module `{name}`; {INSTALL}"))
            }
            Self::Ipv6 => (!ports::has_v6()).then(|| {
                "IPv6 on the loopback interface, the address ::1, which is switched off here"
                    .to_owned()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_a_word_or_a_version() {
        assert_eq!(Need::parse("ssl"), Module::named("ssl").map(Need::Module));
        assert_eq!(Need::parse("pcre"), Need::parse("rewrite"));
        assert_eq!(
            Need::parse("nginx >= 1.27.3"),
            Some(Need::NginxVersion((1, 27, 3)))
        );
        for wrong in [
            "tls",
            "nginx",
            "nginx >= 1.27",
            "nginx >= 1.2.3.4",
            "nginx > 1.2.3",
        ] {
            assert_eq!(Need::parse(wrong), None, "{wrong}");
        }
    }
}
