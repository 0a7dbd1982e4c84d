//! The DNS of a lab: host names that lead to whichever of their upstreams runs.
//!
//! A name in nginx's configuration is looked up twice, in two ways. At a start or reload nginx asks the C library;
//! there [`config::rewrite`](super::config::rewrite) writes the address of that moment into the private copy. While
//! it runs, nginx asks its `resolver`; that is a [`NameServer`] on a loopback address.

mod message;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Deserializer, de::Error};

use super::ports::is_reserved;

pub(crate) use server::NameServer;

/// The name server of a lab, as an exercise declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsPlan {
    /// Its address, as the learner knows it.
    #[serde(deserialize_with = "loopback")]
    pub address: SocketAddrV4,
    /// How long an answer may be kept, in seconds.
    pub ttl: u32,
    /// By host name, the upstreams of which the running one has the name.
    pub hosts: BTreeMap<String, Vec<String>>,
}

fn loopback<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddrV4, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address = text.parse::<SocketAddrV4>().ok();
    let usable = address.filter(|address| address.ip().is_loopback() && address.port() != 0);
    usable.ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is not an address of a name server: write a loopback address and a port, as in \
             `127.0.0.11:1053`"
        ))
    })
}

impl DnsPlan {
    /// The host names that it knows.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.hosts.keys().cloned().collect()
    }

    /// What is wrong with it, in a lab whose upstreams `has_address` knows: whether an upstream has an IPv4
    /// address, or `None` if there is none of that name.
    pub(crate) fn faults(&self, has_address: impl Fn(&str) -> Option<bool>) -> Vec<String> {
        let mut faults = Vec::new();
        for (host, upstreams) in &self.hosts {
            if !is_reserved(host) || *host != host.to_ascii_lowercase() || host.len() > 253 {
                faults.push(format!(
                    "the host `{host}` is not a name in lower case below `.test`"
                ));
            }
            for name in upstreams {
                match has_address(name) {
                    Some(true) => {}
                    Some(false) => faults.push(format!(
                        "the host `{host}` names `{name}`, whose address is not an IPv4 one"
                    )),
                    None => faults.push(format!(
                        "the host `{host}` names the upstream `{name}`, which is not there"
                    )),
                }
            }
        }
        faults
    }
}

/// Where each host name leads now; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Arc<Mutex<BTreeMap<String, Option<Ipv4Addr>>>>);

/// The result of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    Found(Ipv4Addr),
    /// There is no such name, or no upstream of that name runs: containers that do not run have no name.
    NotFound,
}

impl Names {
    pub(crate) fn set(&self, host: &str, address: Option<Ipv4Addr>) {
        self.table().insert(host.to_owned(), address);
    }

    pub(crate) fn lookup(&self, host: &str) -> Lookup {
        let address = self.table().get(&host.to_ascii_lowercase()).copied();
        address.flatten().map_or(Lookup::NotFound, Lookup::Found)
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Option<Ipv4Addr>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<DnsPlan, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_name_server_is_on_the_loopback_interface() {
        let with = |address: &str| plan(&format!("address = '{address}'\nttl = 1\nhosts = {{}}"));
        assert!(with("127.0.0.11:1053").is_ok());
        for address in ["10.0.0.1:53", "127.0.0.11", "127.0.0.11:0", "[::1]:53", ""] {
            assert!(with(address).is_err(), "{address}");
        }
    }

    #[test]
    fn hosts_have_reserved_names_and_upstreams_that_there_are() {
        let text = "address = '127.0.0.11:1053'\nttl = 1\n\
                    [hosts]\n'shop.test' = ['a']\n'Shop.test' = ['a']\n'example.com' = ['b', 'c']\n";
        let found = plan(text).unwrap().faults(|name| match name {
            "a" => Some(true),
            "b" => Some(false),
            _ => None,
        });
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].contains("`Shop.test` is not a name"));
        assert!(found[1].contains("`example.com` is not a name"));
        assert!(found[2].contains("`b`, whose address is not an IPv4 one"));
        assert!(found[3].contains("`c`, which is not there"));
    }

    #[test]
    fn a_name_leads_where_it_was_set_last() {
        let names = Names::default();
        let shared = names.clone();
        assert_eq!(names.lookup("shop.test"), Lookup::NotFound);
        shared.set("shop.test", Some(Ipv4Addr::new(127, 0, 0, 2)));
        let found = Lookup::Found(Ipv4Addr::new(127, 0, 0, 2));
        assert_eq!(names.lookup("Shop.TEST"), found);
        shared.set("shop.test", None);
        assert_eq!(names.lookup("shop.test"), Lookup::NotFound);
    }
}
