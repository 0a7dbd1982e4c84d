//! nginx's modules: which directives each brings, how a build tells that it has it, and which published
//! faults are open in it.

mod table;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::config::{Config, Fault as Refusal};
pub(crate) use table::MODULES;

/// The version of a release of nginx.
pub(crate) type Version = (u32, u32, u32);

/// The version of nginx that Gradus carries, and the day of its release.
pub(crate) const CARRIED: (Version, &str) = ((1, 28, 3), "2026-03-24");

/// A part of nginx that a build may lack.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Its word in `needs`, and in what is said about it.
    pub name: &'static str,
    /// How its build option is called, without `--with-` or `--without-`.
    option: &'static str,
    /// Whether a build has it without being asked for it.
    default: bool,
    /// Its directives, those that labs accept.
    directives: &'static str,
    /// Published faults.
    pub faults: &'static [Fault],
    /// Whether labs cannot do without it: it stays allowed in a grading, faults or not.
    pub indispensable: bool,
}

/// A published fault of nginx, from <https://nginx.org/en/security_advisories.html> as of 2026-07-21.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number.
    pub cve: &'static str,
    /// What goes wrong.
    pub what: &'static str,
    /// The first version that has it.
    pub since: Version,
    /// The versions in which it is fixed: the first of its branch, and of every later branch.
    pub fixed: &'static [Version],
}

impl Module {
    const fn new(name: &'static str, option: &'static str, directives: &'static str) -> Self {
        Self {
            name,
            option,
            default: true,
            directives,
            faults: &[],
            indispensable: false,
        }
    }

    const fn on_request(mut self) -> Self {
        self.default = false;
        self
    }

    const fn with_faults(mut self, faults: &'static [Fault]) -> Self {
        self.faults = faults;
        self
    }

    const fn indispensable(mut self) -> Self {
        self.indispensable = true;
        self
    }

    /// Returns the module that is called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        MODULES.iter().find(|module| module.name == name)
    }

    /// Returns the module that the directive `name` belongs to; `None` for one that every build has.
    pub(crate) fn of_directive(name: &str) -> Option<&'static Self> {
        static INDEX: OnceLock<BTreeMap<&str, &Module>> = OnceLock::new();
        let index = INDEX.get_or_init(|| {
            let modules = MODULES.iter();
            let pairs = modules.flat_map(|module| module.directives().map(move |it| (it, module)));
            pairs.collect()
        });
        index.get(name).copied()
    }

    /// Returns the names of its directives.
    pub(crate) fn directives(&self) -> impl Iterator<Item = &'static str> {
        self.directives.split_ascii_whitespace()
    }

    /// Returns whether a build with these arguments of `configure` has it. One that would have to be
    /// loaded first does not count: a lab loads nothing.
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

    /// Returns its faults that are open in `version`.
    pub(crate) fn open_faults(&self, version: Version) -> impl Iterator<Item = &'static Fault> {
        let faults = self.faults.iter();
        faults.filter(move |fault| fault.is_open_in(version))
    }
}

impl Fault {
    /// Returns whether the nginx of this `version` has it.
    pub(crate) fn is_open_in(&self, version: Version) -> bool {
        let branch = |(major, minor, _): Version| (major, minor);
        let is_fixed = |fixed: &Version| {
            let newest = self.fixed.iter().max() == Some(fixed);
            version >= *fixed && (newest || branch(version) == branch(*fixed))
        };
        version >= self.since && !self.fixed.iter().any(is_fixed)
    }
}

/// Returns the modules that the directives of `config` belong to, each once, in their order.
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

/// Returns what a grading refuses in `config` where nginx has this `version`: each directive of a module
/// in which a published fault is open, since whoever hands it in may know how to use that.
pub(crate) fn refused(config: &Config, version: Version) -> Vec<Refusal> {
    let mut refused = Vec::new();
    for directive in config.all() {
        let name = &directive.name;
        let module = Module::of_directive(&name.text);
        let Some(module) = module.filter(|module| !module.indispensable) else {
            continue;
        };
        if let Some(fault) = module.open_faults(version).next() {
            let (major, minor, patch) = version;
            let message = format!(
                "`{}` is refused in a grading: nginx {major}.{minor}.{patch} has an open fault in \
                 its module `{}` ({}: {})",
                name.text, module.name, fault.cve, fault.what
            );
            let help = "solve it without this module";
            refused.push(Refusal::harmful(name.line, message, help));
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
            let refused = refused(&config, version).into_iter();
            refused
                .map(|fault| (fault.line, fault.is_harmful()))
                .collect::<Vec<_>>()
        };
        assert_eq!(refused_in(CARRIED.0), [(3, true)]);
        assert_eq!(refused_in((1, 32, 0)), []);
    }
}
