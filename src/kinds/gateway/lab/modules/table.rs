//! The table of nginx's modules: their directives that labs accept, and their published faults.

use super::{Advisory, Module, NginxVersion};

/// The fixes of summer 2026 went into the branches 1.30 and 1.31 only.
const JULY: &[NginxVersion] = &[(1, 30, 4), (1, 31, 3)];
const JUNE: &[NginxVersion] = &[(1, 30, 3), (1, 31, 2)];
const MAY: &[NginxVersion] = &[(1, 30, 2), (1, 31, 1)];
const APRIL: &[NginxVersion] = &[(1, 30, 1), (1, 31, 0)];

const fn advisory(
    cve: &'static str,
    what: &'static str,
    since: NginxVersion,
    fixed: &'static [NginxVersion],
) -> Advisory {
    Advisory {
        cve,
        what,
        since,
        fixed,
    }
}

const REWRITE: &[Advisory] = &[
    advisory("CVE-2026-42945", "buffer overflow", (0, 6, 27), APRIL),
    advisory(
        "CVE-2026-9256",
        "buffer overflow with overlapping captures",
        (0, 1, 17),
        MAY,
    ),
];
const MAP: &[Advisory] = &[advisory(
    "CVE-2026-42533",
    "buffer overflow with regular expressions",
    (0, 9, 6),
    JULY,
)];
const SCGI: &[Advisory] = &[advisory(
    "CVE-2026-42946",
    "buffer overread",
    (0, 8, 42),
    APRIL,
)];
const CHARSET: &[Advisory] = &[
    advisory("CVE-2026-42934", "buffer overread", (0, 3, 50), APRIL),
    advisory("CVE-2026-48142", "buffer overread", (0, 3, 50), JUNE),
];
pub(super) const SSI: &[Advisory] = &[advisory(
    "CVE-2026-56434",
    "use after free",
    (0, 8, 11),
    JULY,
)];
const GRPC: &[Advisory] = &[advisory(
    "CVE-2026-42055",
    "buffer overflow",
    (1, 13, 10),
    JUNE,
)];
const SLICE: &[Advisory] = &[advisory(
    "CVE-2026-60005",
    "memory disclosure",
    (1, 15, 8),
    JULY,
)];
const SSL: &[Advisory] = &[advisory(
    "CVE-2026-40701",
    "use after free when OCSP resolves a name",
    (1, 19, 0),
    APRIL,
)];

/// All modules whose directives labs accept.
pub(crate) static MODULES: &[Module] = &[
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
    .with_advisories(CHARSET),
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
    .with_advisories(GRPC),
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
    .with_advisories(MAP)
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
    .with_advisories(REWRITE)
    .indispensable(),
    Module::new(
        "scgi",
        "http_scgi_module",
        "scgi_param scgi_pass scgi_temp_path",
    )
    .with_advisories(SCGI),
    Module::new(
        "secure_link",
        "http_secure_link_module",
        "secure_link secure_link_md5 secure_link_secret",
    )
    .on_request(),
    Module::new("slice", "http_slice_module", "slice")
        .on_request()
        .with_advisories(SLICE),
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
    .with_advisories(SSI),
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
    .with_advisories(SSL),
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
    .with_advisories(SCGI),
    Module::new("v2", "http_v2_module", "http2 http2_max_concurrent_streams").on_request(),
    Module::new("zone", "http_upstream_zone_module", "zone"),
];
