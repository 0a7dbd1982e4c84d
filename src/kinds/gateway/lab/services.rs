//! `services.toml`: the learner's settings of the upstreams.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::learner_toml::{self, diagnostic};
use super::units::{Mode, Time};
use super::upstream::{Address, InitialState, UpstreamPlan};
use crate::check::Diagnostic;
use crate::source::line_of;

pub(crate) const FILE: &str = "services.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServicesFile {
    #[serde(default, rename = "service")]
    services: Vec<Spanned<ServiceSettings>>,
}

/// What a learner may change of an upstream; the rest is the app's own behaviour.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceSettings {
    name: String,
    address: Option<Address>,
    start: Option<bool>,
    mode: Option<Mode>,
    directory_mode: Option<Mode>,
    worker_limit: Option<Time>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

/// Applies `text`, a learner's `services.toml`, to `upstreams`; `listen` is nginx's port.
///
/// # Errors
/// Returns all problems of the file.
pub(crate) fn apply(
    text: &str,
    upstreams: &mut [UpstreamPlan],
    listen: u16,
) -> Result<(), Vec<Diagnostic>> {
    let file: ServicesFile = learner_toml::parse(FILE, text)?;
    let mut faults = Vec::new();
    for spanned in &file.services {
        let line = line_of(text, spanned);
        let service = spanned.get_ref();
        let names: Vec<_> = upstreams.iter().map(|found| found.name.clone()).collect();
        match upstreams
            .iter_mut()
            .find(|found| found.name == service.name)
        {
            Some(upstream) => apply_settings(upstream, service, line, &mut faults),
            None => faults.push(diagnostic(
                FILE,
                line,
                &format!("there is no service `{}`", service.name),
                Some(&format!("this lab has {}", names.join(", "))),
            )),
        }
    }
    let mut taken = vec![(listen, "nginx")];
    for upstream in upstreams.iter() {
        let Some(port) = upstream.address.port() else {
            continue;
        };
        if let Some((_, owner)) = taken.iter().find(|(known, _)| *known == port) {
            let message = format!(
                "{} cannot listen on {}: {owner} listens on that port",
                upstream.name, upstream.address
            );
            faults.push(diagnostic(
                FILE,
                1,
                &message,
                Some("give each a port of its own"),
            ));
        }
        taken.push((port, &upstream.name));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn apply_settings(
    upstream: &mut UpstreamPlan,
    service: &ServiceSettings,
    line: usize,
    faults: &mut Vec<Diagnostic>,
) {
    if let Some(address) = &service.address {
        upstream.address = address.clone();
    }
    if let Some(start) = service.start {
        upstream.state = if start {
            InitialState::Running
        } else {
            InitialState::Stopped
        };
    }
    upstream.mode = service.mode.or(upstream.mode);
    upstream.directory_mode = service.directory_mode.or(upstream.directory_mode);
    upstream.worker_limit = service.worker_limit.or(upstream.worker_limit);
    for (key, value) in &service.settings {
        if upstream.settings.contains_key(key) {
            upstream.settings.insert(key.clone(), value.clone());
        } else {
            let known: Vec<_> = upstream.settings.keys().cloned().collect();
            let help = if known.is_empty() {
                format!("{} has no settings", upstream.name)
            } else {
                format!("it knows {}", known.join(", "))
            };
            let message = format!("{} has no setting `{key}`", upstream.name);
            faults.push(diagnostic(FILE, line, &message, Some(&help)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Vec<UpstreamPlan> {
        let text = "name = 'shop'\naddress = '127.0.0.1:3000'\nsettings = { empty = 'crash' }";
        vec![toml::from_str(text).unwrap()]
    }

    fn faults(text: &str) -> Vec<String> {
        let faults = apply(text, &mut shop(), 8080).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.text).collect()
    }

    #[test]
    fn what_the_file_says_replaces_what_was_declared() {
        let mut upstreams = shop();
        let text = "[[service]]\nname = 'shop'\naddress = '[::1]:3000'\nstart = false\n\
                    worker_limit = '2s'\nsettings = { empty = 'answer' }\n";
        apply(text, &mut upstreams, 8080).unwrap();
        let shop = &upstreams[0];
        assert_eq!(shop.address.to_string(), "[::1]:3000");
        assert_eq!(shop.state, InitialState::Stopped);
        assert_eq!(shop.settings["empty"], "answer");
        assert_eq!(shop.worker_limit.unwrap().0.as_secs(), 2);
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "[[service]]\nname = 'ship'\n[[service]]\nname = 'shop'\n\
                    address = '127.0.0.1:8080'\nsettings = { full = 'x' }\n";
        let found = faults(text);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("services.toml:1: there is no service `ship`\nhelp: this"));
        assert!(found[1].starts_with("services.toml:3: shop has no setting `full`"));
        assert!(found[2].contains("nginx listens on that port"));
        let broken = faults("[[service]]\nname = 'shop'\naddress = '10.0.0.1:1'\n");
        assert!(broken[0].starts_with("services.toml:3: `10.0.0.1:1` is not an address of a lab"));
        assert_eq!(faults("[[service]\n").len(), 1);
    }
}
