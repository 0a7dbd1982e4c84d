//! nginx's modules: which directives each brings, how a build tells that it has it, and which published
//! faults are open in it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::config::{Config, Fault as Refusal};

/// The version of a release of nginx.
pub type Version = (u32, u32, u32);

/// The version of nginx that Gradus carries, and the day of its release.
pub const CARRIED: (Version, &str) = ((1, 28, 3), "2026-03-24");

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
    pub fn of_directive(name: &str) -> Option<&'static Self> {
        static INDEX: OnceLock<BTreeMap<&str, &Module>> = OnceLock::new();
        let index = INDEX.get_or_init(|| {
            let modules = MODULES.iter();
            let pairs = modules.flat_map(|module| module.directives().map(move |it| (it, module)));
            pairs.collect()
        });
        index.get(name).copied()
    }

    /// Returns the names of its directives.
    pub fn directives(&self) -> impl Iterator<Item = &'static str> {
        self.directives.split_ascii_whitespace()
    }

    /// Returns whether a build with these arguments of `configure` has it. One that would have to be
    /// loaded first does not count: a lab loads nothing.
    pub fn is_in(&self, arguments: &str) -> bool {
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
    pub fn open_faults(&self, version: Version) -> impl Iterator<Item = &'static Fault> {
        let faults = self.faults.iter();
        faults.filter(move |fault| fault.is_open_in(version))
    }
}

impl Fault {
    /// Returns whether the nginx of this `version` has it.
    pub fn is_open_in(&self, version: Version) -> bool {
        let branch = |(major, minor, _): Version| (major, minor);
        let is_fixed = |fixed: &Version| {
            let newest = self.fixed.iter().max() == Some(fixed);
            version >= *fixed && (newest || branch(version) == branch(*fixed))
        };
        version >= self.since && !self.fixed.iter().any(is_fixed)
    }
}

/// Returns the modules that the directives of `config` belong to, each once, in their order.
pub fn used(config: &Config) -> Vec<&'static Module> {
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
pub fn refused(config: &Config, version: Version) -> Vec<Refusal> {
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

/// The fixes of summer 2026 were made in the branches 1.30 and 1.31 alone.
const JULY: &[Version] = &[(1, 30, 4), (1, 31, 3)];
const JUNE: &[Version] = &[(1, 30, 3), (1, 31, 2)];
const MAY: &[Version] = &[(1, 30, 2), (1, 31, 1)];
const APRIL: &[Version] = &[(1, 30, 1), (1, 31, 0)];

const fn fault(
    cve: &'static str,
    what: &'static str,
    since: Version,
    fixed: &'static [Version],
) -> Fault {
    Fault {
        cve,
        what,
        since,
        fixed,
    }
}

const REWRITE: &[Fault] = &[
    fault("CVE-2026-42945", "buffer overflow", (0, 6, 27), APRIL),
    fault(
        "CVE-2026-9256",
        "buffer overflow with overlapping captures",
        (0, 1, 17),
        MAY,
    ),
];
const MAP: &[Fault] = &[fault(
    "CVE-2026-42533",
    "buffer overflow with regular expressions",
    (0, 9, 6),
    JULY,
)];
const SCGI: &[Fault] = &[fault(
    "CVE-2026-42946",
    "buffer overread",
    (0, 8, 42),
    APRIL,
)];
const CHARSET: &[Fault] = &[
    fault("CVE-2026-42934", "buffer overread", (0, 3, 50), APRIL),
    fault("CVE-2026-48142", "buffer overread", (0, 3, 50), JUNE),
];
const SSI: &[Fault] = &[fault("CVE-2026-56434", "use after free", (0, 8, 11), JULY)];
const GRPC: &[Fault] = &[fault(
    "CVE-2026-42055",
    "buffer overflow",
    (1, 13, 10),
    JUNE,
)];
const SLICE: &[Fault] = &[fault(
    "CVE-2026-60005",
    "memory disclosure",
    (1, 15, 8),
    JULY,
)];
const SSL: &[Fault] = &[fault(
    "CVE-2026-40701",
    "use after free when OCSP resolves a name",
    (1, 19, 0),
    APRIL,
)];

/// Every module whose directives labs accept.
pub static MODULES: &[Module] = &[
    Module::new("access", "http_access_module", "allow deny"),
    Module::new(
        "addition",
        "http_addition_module",
        "add_after_body add_before_body addition_types",
    )
    .on_request(),
    Module::new(
        "auth_basic",
        "http_auth_basic_module",
        "auth_basic auth_basic_user_file",
    ),
    Module::new(
        "auth_request",
        "http_auth_request_module",
        "auth_request auth_request_set",
    )
    .on_request(),
    Module::new(
        "autoindex",
        "http_autoindex_module",
        "autoindex autoindex_exact_size autoindex_format autoindex_localtime",
    ),
    Module::new(
        "browser",
        "http_browser_module",
        "ancient_browser ancient_browser_value modern_browser modern_browser_value",
    ),
    Module::new(
        "cache",
        "http-cache",
        "proxy_cache proxy_cache_background_update proxy_cache_bypass proxy_cache_convert_head
         proxy_cache_key proxy_cache_lock proxy_cache_lock_age proxy_cache_lock_timeout
         proxy_cache_max_range_offset proxy_cache_methods proxy_cache_min_uses proxy_cache_path
         proxy_cache_revalidate proxy_cache_use_stale proxy_cache_valid proxy_no_cache",
    ),
    Module::new(
        "charset",
        "http_charset_module",
        "charset charset_map charset_types override_charset source_charset",
    )
    .with_faults(CHARSET),
    Module::new("empty_gif", "http_empty_gif_module", "empty_gif"),
    Module::new(
        "fastcgi",
        "http_fastcgi_module",
        "fastcgi_buffer_size fastcgi_buffering fastcgi_buffers fastcgi_busy_buffers_size
         fastcgi_catch_stderr fastcgi_connect_timeout fastcgi_hide_header
         fastcgi_ignore_client_abort fastcgi_ignore_headers fastcgi_index
         fastcgi_intercept_errors fastcgi_keep_conn fastcgi_next_upstream fastcgi_param
         fastcgi_pass fastcgi_pass_header fastcgi_pass_request_body
         fastcgi_pass_request_headers fastcgi_read_timeout fastcgi_request_buffering
         fastcgi_send_timeout fastcgi_split_path_info fastcgi_temp_path",
    ),
    Module::new("geo", "http_geo_module", "geo"),
    Module::new(
        "grpc",
        "http_grpc_module",
        "grpc_buffer_size grpc_connect_timeout grpc_pass grpc_read_timeout grpc_send_timeout
         grpc_set_header",
    )
    .with_faults(GRPC),
    Module::new("gunzip", "http_gunzip_module", "gunzip gunzip_buffers").on_request(),
    Module::new(
        "gzip",
        "http_gzip_module",
        "gzip gzip_buffers gzip_comp_level gzip_disable gzip_http_version gzip_min_length
         gzip_proxied gzip_types gzip_vary",
    ),
    Module::new("gzip_static", "http_gzip_static_module", "gzip_static").on_request(),
    Module::new("hash", "http_upstream_hash_module", "hash"),
    Module::new("ip_hash", "http_upstream_ip_hash_module", "ip_hash"),
    Module::new("keepalive", "http_upstream_keepalive_module", "keepalive"),
    Module::new(
        "least_conn",
        "http_upstream_least_conn_module",
        "least_conn",
    ),
    Module::new(
        "limit_conn",
        "http_limit_conn_module",
        "limit_conn limit_conn_dry_run limit_conn_log_level limit_conn_status limit_conn_zone",
    ),
    Module::new(
        "limit_req",
        "http_limit_req_module",
        "limit_req limit_req_dry_run limit_req_log_level limit_req_status limit_req_zone",
    ),
    Module::new(
        "map",
        "http_map_module",
        "map map_hash_bucket_size map_hash_max_size",
    )
    .with_faults(MAP)
    .indispensable(),
    Module::new("memcached", "http_memcached_module", "memcached_pass"),
    Module::new("mirror", "http_mirror_module", "mirror mirror_request_body"),
    Module::new("random", "http_upstream_random_module", "random"),
    Module::new(
        "realip",
        "http_realip_module",
        "real_ip_header real_ip_recursive set_real_ip_from",
    )
    .on_request(),
    Module::new(
        "referer",
        "http_referer_module",
        "referer_hash_bucket_size referer_hash_max_size valid_referers",
    ),
    Module::new(
        "rewrite",
        "http_rewrite_module",
        "break if return rewrite rewrite_log set uninitialized_variable_warn",
    )
    .with_faults(REWRITE)
    .indispensable(),
    Module::new(
        "scgi",
        "http_scgi_module",
        "scgi_param scgi_pass scgi_temp_path",
    )
    .with_faults(SCGI),
    Module::new(
        "secure_link",
        "http_secure_link_module",
        "secure_link secure_link_md5 secure_link_secret",
    )
    .on_request(),
    Module::new("slice", "http_slice_module", "slice")
        .on_request()
        .with_faults(SLICE),
    Module::new(
        "split_clients",
        "http_split_clients_module",
        "split_clients",
    ),
    Module::new(
        "ssi",
        "http_ssi_module",
        "ssi ssi_last_modified ssi_min_file_chunk ssi_silent_errors ssi_types ssi_value_length",
    )
    .with_faults(SSI),
    Module::new(
        "ssl",
        "http_ssl_module",
        "proxy_ssl_certificate proxy_ssl_certificate_key proxy_ssl_ciphers proxy_ssl_name
         proxy_ssl_protocols proxy_ssl_server_name proxy_ssl_session_reuse
         proxy_ssl_trusted_certificate proxy_ssl_verify proxy_ssl_verify_depth ssl_certificate
         ssl_certificate_key ssl_ciphers ssl_client_certificate ssl_dhparam ssl_password_file
         ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_tickets
         ssl_session_timeout ssl_trusted_certificate ssl_verify_client ssl_verify_depth",
    )
    .on_request()
    .with_faults(SSL),
    Module::new("stub_status", "http_stub_status_module", "stub_status").on_request(),
    Module::new(
        "sub",
        "http_sub_module",
        "sub_filter sub_filter_last_modified sub_filter_once sub_filter_types",
    )
    .on_request(),
    Module::new("threads", "threads", "thread_pool").on_request(),
    Module::new(
        "userid",
        "http_userid_module",
        "userid userid_domain userid_expires userid_mark userid_name userid_p3p userid_path
         userid_service",
    ),
    Module::new(
        "uwsgi",
        "http_uwsgi_module",
        "uwsgi_param uwsgi_pass uwsgi_temp_path",
    )
    .with_faults(SCGI),
    Module::new("v2", "http_v2_module", "http2 http2_max_concurrent_streams").on_request(),
    Module::new("zone", "http_upstream_zone_module", "zone"),
];

#[cfg(test)]
mod tests {
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
                .map(|fault| (fault.line, fault.harmful))
                .collect::<Vec<_>>()
        };
        assert_eq!(refused_in(CARRIED.0), [(3, true)]);
        assert_eq!(refused_in((1, 32, 0)), []);
    }
}
