//! nginx's modules: the directives of each, how a build shows that it has it, and its open security
//! advisories.

mod table;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::config::{Config, ConfigError};
pub(crate) use table::MODULES;

/// A version of nginx: major, minor, patch.
pub(crate) type NginxVersion = (u32, u32, u32);

/// The version and release date of the nginx that Gradus carries.
pub(crate) const CARRIED: (NginxVersion, &str) = ((1, 28, 3), "2026-03-24");

/// A module of nginx, which a build may lack.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name in `needs` and in messages.
    pub name: &'static str,
    /// Its `configure` option, without `--with-` or `--without-`.
    option: &'static str,
    /// Whether it is built by default.
    default: bool,
    /// Its directives that labs accept.
    directives: &'static str,
    /// Its security advisories.
    pub advisories: &'static [Advisory],
    /// Whether labs depend on it: a grading allows it in spite of open advisories.
    pub indispensable: bool,
}

/// A security advisory on nginx, from <https://nginx.org/en/security_advisories.html> as of 2026-07-21.
#[derive(Debug, PartialEq, Eq)]
pub struct Advisory {
    /// The CVE number.
    pub cve: &'static str,
    /// The vulnerability in a few words.
    pub what: &'static str,
    /// The first vulnerable version.
    pub since: NginxVersion,
    /// The first fixed versions: of each maintained branch, and of every later one.
    pub fixed: &'static [NginxVersion],
}

impl Module {
    const fn new(name: &'static str, option: &'static str, directives: &'static str) -> Self {
        Self {
            name,
            option,
            default: true,
            directives,
            advisories: &[],
            indispensable: false,
        }
    }

    const fn on_request(mut self) -> Self {
        self.default = false;
        self
    }

    const fn with_advisories(mut self, advisories: &'static [Advisory]) -> Self {
        self.advisories = advisories;
        self
    }

    const fn indispensable(mut self) -> Self {
        self.indispensable = true;
        self
    }

    /// Finds a module by its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MODULES.iter().find(|module| module.name == name)
    }

    /// The module of the directive `name`; `None` if every build has the directive.
    pub(crate) fn of_directive(name: &str) -> Option<&'static Self> {
        static INDEX: OnceLock<BTreeMap<&str, &Module>> = OnceLock::new();
        let index = INDEX.get_or_init(|| {
            let modules = MODULES.iter();
            let pairs = modules.flat_map(|module| module.directives().map(move |it| (it, module)));
            pairs.collect()
        });
        index.get(name).copied()
    }

    pub(crate) fn directives(&self) -> impl Iterator<Item = &'static str> {
        self.directives.split_ascii_whitespace()
    }

    /// Whether a build with these `configure` arguments has it. A dynamic module does not count: labs load
    /// none.
    pub(crate) fn is_in(&self, arguments: &str) -> bool {
        let mut words = arguments.split_ascii_whitespace();
        let option = if self.default {
            "--without-"
        } else {
            "--with-"
        };
        let named = words.any(|word| word.strip_prefix(option) == Some(self.option));
        named != self.default
    }

    pub(crate) fn open_advisories(
        &self,
        version: NginxVersion,
    ) -> impl Iterator<Item = &'static Advisory> {
        let advisories = self.advisories.iter();
        advisories.filter(move |fault| fault.is_open_in(version))
    }
}

impl Advisory {
    pub(crate) fn is_open_in(&self, version: NginxVersion) -> bool {
        let branch = |(major, minor, _): NginxVersion| (major, minor);
        let is_fixed = |fixed: &NginxVersion| {
            let newest = self.fixed.iter().max() == Some(fixed);
            version >= *fixed && (newest || branch(version) == branch(*fixed))
        };
        version >= self.since && !self.fixed.iter().any(is_fixed)
    }
}

/// The modules that `config` uses, in order of first use.
pub(crate) fn used(config: &Config) -> Vec<&'static Module> {
    let mut used = Vec::new();
    for directive in config.all() {
        let module = Module::of_directive(&directive.name.text);
        if let Some(module) = module.filter(|module| !used.contains(module)) {
            used.push(module);
        }
    }
    used
}

/// The directives of `config` that a grading rejects with this `version`: those of modules with an open
/// advisory, which a submission could exploit.
pub(crate) fn rejected(config: &Config, version: NginxVersion) -> Vec<ConfigError> {
    let mut refused = Vec::new();
    for directive in config.all() {
        let name = &directive.name;
        let module = Module::of_directive(&name.text);
        let Some(module) = module.filter(|module| !module.indispensable) else {
            continue;
        };
        if let Some(fault) = module.open_advisories(version).next() {
            let (major, minor, patch) = version;
            let message = format!(
                "`{}` is refused in a grading: nginx {major}.{minor}.{patch} has an open fault in \
                 its module `{}` ({}: {})",
                name.text, module.name, fault.cve, fault.what
            );
            let help = "solve it without this module";
            refused.push(ConfigError::harmful(name.line, message, help));
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::table::SSI;
    use super::*;

    #[test]
    fn a_directive_belongs_to_one_module_at_most() {
        let mut all: Vec<_> = MODULES.iter().flat_map(Module::directives).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(Module::of_directive("gzip_types").unwrap().name, "gzip");
        assert_eq!(Module::of_directive("proxy_pass"), None);
    }

    #[test]
    fn a_build_says_which_modules_it_has() {
        let gzip = Module::named("gzip").unwrap();
        let realip = Module::named("realip").unwrap();
        assert!(gzip.is_in("--prefix=. --with-threads") && !realip.is_in("--prefix=."));
        assert!(!gzip.is_in("--without-http_gzip_module"));
        assert!(realip.is_in("--with-http_realip_module"));
        assert!(!realip.is_in("--with-http_realip_module=dynamic"));
    }

    #[test]
    fn a_fault_is_open_up_to_the_fix_of_its_branch() {
        let open = |version| SSI[0].is_open_in(version);
        assert!(open((1, 28, 3)) && open((1, 30, 3)) && open((1, 31, 2)) && open((1, 29, 9)));
        assert!(!open((1, 30, 4)) && !open((1, 31, 3)) && !open((1, 32, 0)) && !open((0, 7, 0)));
    }

    #[test]
    fn a_grading_refuses_what_has_an_open_fault_with_its_line() {
        let text = "http {\n gzip on;\n ssi on;\n map $a $b { ~x 1; }\n rewrite ^ /x;\n}";
        let config = Config::parse(text).unwrap();
        let refused_in = |version| {
            let refused = rejected(&config, version).into_iter();
            refused
                .map(|fault| (fault.line, fault.is_harmful()))
                .collect::<Vec<_>>()
        };
        assert_eq!(refused_in(CARRIED.0), [(3, true)]);
        assert_eq!(refused_in((1, 32, 0)), []);
    }
}
