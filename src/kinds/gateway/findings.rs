//! What a lab needs of this machine, or can use.

use super::lab::modules::{Advisory, CARRIED, MODULES, Module};
use super::lab::nginx::Nginx;
use super::lab::ports;
use crate::check::{CheckError, Context};
use crate::kind::Finding;

/// Where nginx publishes its faults.
const ADVISORIES: &str = "nginx.org/en/security_advisories.html";

/// What stands in for a program of the lab's shell that is not there.
const STAND_IN: &str = "not here; a lab's shell has a small one of its own";

pub(super) fn all(context: &Context) -> Result<Vec<Finding>, CheckError> {
    let nginx = Nginx::required(context).map(|nginx| described(&nginx, context));
    Ok(vec![
        Finding::of("nginx", nginx)?,
        nginx_faults(context),
        ipv6(),
        program("curl", context),
        program("ss", context),
    ])
}

fn described(nginx: &Nginx, context: &Context) -> String {
    let released = if nginx.is_carried(context) {
        format!(", released on {}", CARRIED.1)
    } else {
        String::new()
    };
    let described = nginx.describe(context);
    let described = described.strip_prefix("nginx ").unwrap_or(&described);
    let lacking: Vec<_> = nginx.lacking().map(|module| module.name).collect();
    let modules = if lacking.is_empty() {
        "with every module that labs know".to_owned()
    } else {
        format!("without the modules {}", lacking.join(", "))
    };
    format!("{described}{released}, {modules}")
}

/// Tells of the published faults of the nginx that labs run, and what is done about them.
fn nginx_faults(context: &Context) -> Finding {
    let nginx = Nginx::find(context);
    let open = |module: &Module| -> Vec<&'static str> {
        let version = nginx.as_ref().map(Nginx::version);
        let here = nginx.as_ref().is_some_and(|nginx| nginx.has(module));
        let version = version.filter(|_| here);
        let open = version
            .into_iter()
            .flat_map(|it| module.open_advisories(it));
        open.map(|Advisory { cve, .. }| *cve).collect()
    };
    let with = |indispensable: bool| -> Vec<String> {
        let modules = MODULES.iter();
        let modules = modules.filter(|module| module.indispensable == indispensable);
        let named = modules.map(|module| (module.name, open(module)));
        let named = named.filter(|(_, open)| !open.is_empty());
        named
            .map(|(name, open)| format!("{name} ({})", open.join(", ")))
            .collect()
    };
    let (refused, confined) = (with(false), with(true));
    let found = refused.is_empty() && confined.is_empty();
    let text = if found {
        format!("none known of the modules that labs use ({ADVISORIES})")
    } else {
        format!(
            "in {}, whose directives `gradus grade` refuses; in {}, which stay allowed: a graded \
             nginx has a network of its own and writes to its own folder alone ({ADVISORIES})",
            refused.join(", "),
            confined.join(", ")
        )
    };
    Finding {
        name: "nginx faults",
        found,
        text,
    }
}

fn ipv6() -> Finding {
    let found = ports::has_v6();
    let text = if found {
        "the address ::1 is there"
    } else {
        "the address ::1 is switched off; one lab needs it"
    };
    Finding {
        name: "IPv6",
        found,
        text: text.to_owned(),
    }
}

fn program(name: &'static str, context: &Context) -> Finding {
    let found = context
        .environment
        .find_program(name, &["/usr/sbin", "/sbin"]);
    Finding {
        name,
        found: found.is_some(),
        text: found.map_or_else(|| STAND_IN.to_owned(), |path| path.display().to_string()),
    }
}
