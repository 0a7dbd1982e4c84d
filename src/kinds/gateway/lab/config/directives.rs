//! The directives that labs accept. A name in none of these lists never reaches nginx, whatever its modules.

pub(super) fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == name)
}

/// Directives that affect nothing but nginx's own behaviour.
pub(super) const PLAIN: &str = "
    absolute_redirect accept_mutex accept_mutex_delay add_header add_trailer addition_types aio
    allow ancient_browser ancient_browser_value auth_basic auth_delay auth_request_set autoindex
    autoindex_exact_size autoindex_format autoindex_localtime break charset charset_map
    charset_types chunked_transfer_encoding client_body_buffer_size client_body_in_file_only
    client_body_in_single_buffer client_body_timeout client_header_buffer_size
    client_header_timeout client_max_body_size connection_pool_size default_type deny directio
    directio_alignment disable_symlinks empty_gif etag events expires fastcgi_buffer_size
    fastcgi_buffering fastcgi_buffers fastcgi_busy_buffers_size fastcgi_catch_stderr
    fastcgi_connect_timeout fastcgi_hide_header fastcgi_ignore_client_abort fastcgi_ignore_headers
    fastcgi_index fastcgi_intercept_errors fastcgi_keep_conn fastcgi_next_upstream fastcgi_param
    fastcgi_pass_header fastcgi_pass_request_body fastcgi_pass_request_headers fastcgi_read_timeout
    fastcgi_request_buffering fastcgi_send_timeout fastcgi_split_path_info geo grpc_buffer_size
    grpc_connect_timeout grpc_read_timeout grpc_send_timeout grpc_set_header gunzip gunzip_buffers
    gzip gzip_buffers gzip_comp_level gzip_disable gzip_http_version gzip_min_length gzip_proxied
    gzip_static gzip_types gzip_vary hash http http2 http2_max_concurrent_streams if
    if_modified_since ignore_invalid_headers internal ip_hash keepalive keepalive_disable
    keepalive_min_timeout keepalive_requests keepalive_time keepalive_timeout
    large_client_header_buffers least_conn limit_conn limit_conn_dry_run limit_conn_log_level
    limit_conn_status limit_conn_zone limit_except limit_rate limit_rate_after limit_req
    limit_req_dry_run limit_req_log_level limit_req_status limit_req_zone lingering_close
    lingering_time lingering_timeout location log_format log_not_found log_subrequest map
    map_hash_bucket_size map_hash_max_size max_headers max_ranges merge_slashes mirror_request_body
    modern_browser modern_browser_value msie_padding msie_refresh multi_accept open_file_cache
    open_file_cache_errors open_file_cache_min_uses open_file_cache_valid open_log_file_cache
    output_buffers override_charset pcre_jit port_in_redirect postpone_output proxy_bind
    proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size proxy_cache
    proxy_cache_background_update proxy_cache_bypass proxy_cache_convert_head proxy_cache_key
    proxy_cache_lock proxy_cache_lock_age proxy_cache_lock_timeout proxy_cache_max_range_offset
    proxy_cache_methods proxy_cache_min_uses proxy_cache_revalidate proxy_cache_use_stale
    proxy_cache_valid proxy_connect_timeout proxy_cookie_domain proxy_cookie_flags
    proxy_cookie_path proxy_force_ranges proxy_headers_hash_bucket_size proxy_headers_hash_max_size
    proxy_hide_header proxy_http_version proxy_ignore_client_abort proxy_ignore_headers
    proxy_intercept_errors proxy_limit_rate proxy_max_temp_file_size proxy_method
    proxy_next_upstream proxy_next_upstream_timeout proxy_next_upstream_tries proxy_no_cache
    proxy_pass_header proxy_pass_request_body proxy_pass_request_headers proxy_pass_trailers
    proxy_read_timeout proxy_redirect proxy_request_buffering proxy_send_lowat proxy_send_timeout
    proxy_set_body proxy_set_header proxy_socket_keepalive proxy_ssl_ciphers proxy_ssl_name
    proxy_ssl_protocols proxy_ssl_server_name proxy_ssl_session_reuse proxy_ssl_verify
    proxy_ssl_verify_depth proxy_store_access proxy_temp_file_write_size random read_ahead
    real_ip_header real_ip_recursive recursive_error_pages referer_hash_bucket_size
    referer_hash_max_size request_pool_size reset_timedout_connection resolver_timeout return
    rewrite_log satisfy scgi_param secure_link secure_link_md5 secure_link_secret send_lowat
    send_timeout sendfile sendfile_max_chunk server_name server_name_in_redirect
    server_names_hash_bucket_size server_names_hash_max_size server_tokens set set_real_ip_from
    slice source_charset split_clients ssi ssi_last_modified ssi_min_file_chunk ssi_silent_errors
    ssi_types ssi_value_length ssl_ciphers ssl_prefer_server_ciphers ssl_protocols
    ssl_session_cache ssl_session_tickets ssl_session_timeout ssl_verify_client ssl_verify_depth
    stub_status sub_filter sub_filter_last_modified sub_filter_once sub_filter_types
    subrequest_output_buffer_size tcp_nodelay tcp_nopush thread_pool timer_resolution types
    types_hash_bucket_size types_hash_max_size underscores_in_headers uninitialized_variable_warn
    upstream use userid userid_domain userid_expires userid_mark userid_name userid_p3p userid_path
    userid_service uwsgi_param valid_referers variables_hash_bucket_size variables_hash_max_size
    worker_aio_requests worker_connections worker_rlimit_nofile worker_shutdown_timeout zone
";

/// Directives whose first argument is an upstream address or the name of a pool.
pub(super) const PASSES: &str = "
    fastcgi_pass grpc_pass memcached_pass proxy_pass scgi_pass uwsgi_pass
";

pub(super) const PATHS: &str = "
    access_log alias auth_basic_user_file client_body_temp_path error_log fastcgi_temp_path pid
    proxy_cache_path proxy_ssl_certificate proxy_ssl_certificate_key proxy_ssl_trusted_certificate
    proxy_temp_path root scgi_temp_path ssl_certificate ssl_certificate_key
    ssl_client_certificate ssl_dhparam ssl_password_file ssl_trusted_certificate uwsgi_temp_path
";

/// Directives whose arguments may all be files, or request paths that map to files.
pub(super) const FILE_LISTS: &str = "
    add_after_body add_before_body auth_request error_page index mirror try_files
";

/// Directives with rules of their own.
pub(super) const SPECIAL: &str = "listen resolver rewrite server worker_processes";

/// Directives that no lab needs, and what to do instead.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("daemon", "leave it out: the lab starts nginx itself"),
    (
        "dav_methods",
        "leave it out: a lab writes no files of others",
    ),
    ("debug_points", "leave it out"),
    (
        "env",
        "leave it out: nginx starts with an empty environment here",
    ),
    (
        "include",
        "write what the file holds into nginx.conf itself",
    ),
    (
        "load_module",
        "leave it out: labs work with what nginx has built in",
    ),
    ("lock_file", "leave it out"),
    ("mail", "leave it out: labs are about HTTP"),
    (
        "master_process",
        "leave it out: without a master process nginx cannot reload",
    ),
    ("perl", "leave it out"),
    ("perl_modules", "leave it out"),
    (
        "proxy_store",
        "leave it out: a lab writes no files of others",
    ),
    ("ssl_engine", "leave it out"),
    ("state", "leave it out"),
    ("stream", "leave it out: labs are about HTTP"),
    ("user", "leave it out: the lab chooses the user"),
    ("worker_cpu_affinity", "leave it out"),
    ("worker_priority", "leave it out"),
    ("worker_rlimit_core", "leave it out"),
    (
        "working_directory",
        "leave it out: relative paths are below the lab's folder",
    ),
];
