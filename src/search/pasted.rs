//! Lines that people paste, against the symptoms of the built-in course.

use super::log::LogReader;
use super::{Hit, symptom};
use crate::course::{Course, Symptom, builtin, load};
use crate::kinds::KINDS;

/// Lines of a day without a fault.
const ORDINARY: &str = r#"203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"
203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "GET /502 HTTP/1.1" 200 502 "-" "curl/8.5.0"
203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "GET /error/504?code=502x HTTP/2.0" 304 0 "https://shop.test/500" "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0"
203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "POST /cart HTTP/1.1" 201 504 "-" "curl/8.5.0" 78 0.001 [default-shop-80] [] 10.244.1.7:3000 12 0.000 201 8a1f
203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "GET /a HTTP/1.1" 404 153 "-" "curl/8.5.0"
203.0.113.9 - - [22/Nov/2026:11:38:12 +0000] "GET / HTTP/1.1" 200 11 "-" "-" 42 "shop@docker" "http://172.18.0.5:80" 1ms
2026/11/22 11:00:00 [notice] 1#1: start worker processes
2026/11/22 11:00:00 [notice] 1#1: signal 1 (SIGHUP) received from 70, reconfiguring
2026/11/22 11:00:00 [notice] 1#1: worker process 812 exited with code 0
2026/11/22 11:00:00 [notice] 1#1: gracefully shutting down
2026/11/22 11:00:00 [info] 71#71: *3 client 203.0.113.9 closed keepalive connection
2026/11/22 11:00:00 [error] 71#71: *3 user "shop" was not found in "/etc/nginx/users", client: 203.0.113.9, server: shop.test, request: "GET / HTTP/1.1", host: "shop.test"
2026/11/22 11:00:00 [error] 71#71: *3 access forbidden by rule, client: 203.0.113.9, server: shop.test, request: "GET /.git HTTP/1.1", host: "shop.test"
nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
nginx: configuration file /etc/nginx/nginx.conf test is successful
203.0.113.9:51000 [22/Nov/2026:11:00:00.000] web shop/app1 0/0/1/4/5 200 4096 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"
http 2026-11-22T11:00:00.000000Z app/shop/50dc6c495c0c9188 203.0.113.9:51000 10.0.0.7:80 0.001 0.004 0.000 200 200 94 272 "GET http://shop.test:80/ HTTP/1.1" "curl/8.5.0" - -
2026-11-22T11:00:00.000000Z shop 203.0.113.9:51000 10.0.0.7:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://shop.test:80/ HTTP/1.1" "curl/8.5.0" - -
[2026-11-22T11:00:00.000Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 91 3 2 "-" "curl/8.5.0" "8a1" "shop.test" "10.0.0.7:3000"
[Sun Nov 22 11:00:01.100200 2026] [mpm_event:notice] [pid 812] AH00489: Apache/2.4.62 (Debian) configured -- resuming normal operations
[Sun Nov 22 11:00:01.100200 2026] [core:notice] [pid 812] AH00094: Command line: '/usr/sbin/apache2'
[2026-11-22 11:00:00 +0000] [7] [INFO] Booting worker with pid: 11
[2026-11-22 11:00:00 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)
[22-Nov-2026 11:00:00] NOTICE: fpm is running, pid 1
[22-Nov-2026 11:00:00] NOTICE: ready to handle connections
[22-Nov-2026 11:00:00] NOTICE: [pool www] child 22612 exited with code 0 after 7.1 seconds from start
Nov 22 11:00:00 host systemd[1]: Started shop.service - The shop.
Nov 22 11:00:00 host systemd[1]: Reloaded nginx.service - A high performance web server and a reverse proxy server.
Nov 22 11:00:00 host sshd[812]: Failed password for invalid user admin from 203.0.113.9 port 51000 ssh2
Nov 22 11:00:00 host kernel: [ 2170.372798] eth0: renamed from veth502
{"level":"info","ts":1795345200.1,"logger":"http.log.access","msg":"handled request","request":{"method":"GET","uri":"/"},"status":200,"size":502}
{"ClientAddr":"203.0.113.9:51000","DownstreamStatus":200,"OriginStatus":200,"Duration":504}
time="2026-11-22T11:00:00Z" level=info msg="Configuration loaded from flags."
Server is listening on port 5000
INFO:     203.0.113.9:51000 - "GET / HTTP/1.1" 200 OK
HTTP/1.1 200 OK
HTTP/2 301
Server: nginx/1.28.3
curl: option --foo: is unknown
100  502  100  502    0     0   5020      0 --:--:-- --:--:-- --:--:--  5020
total 502
the order 50294 was shipped"#;

/// Lines in the forms of other versions and settings, each with its hop and how the cause begins.
const FORMS: &[(&str, &str, &str)] = &[
    (
        "[Sun Nov 22 11:00:00.123456 2024] [proxy:error] [pid 100:tid 140] (111)Connection refused: AH00957: http: attempt to connect to 127.0.0.1:8080 (127.0.0.1:8080) failed",
        "Apache to app",
        "Nothing listens on the",
    ),
    (
        "[Sun Nov 22 11:00:00.123456 2024] [proxy_http:error] [pid 100:tid 140] [client 203.0.113.9:51000] AH01114: HTTP: failed to make connection to backend: app, referer: http://x/",
        "Apache to app",
        "Nothing listens on the",
    ),
    (
        "[Sun Nov 22 11:00:00 2012] [error] (111)Connection refused: proxy: HTTP: attempt to connect to 127.0.0.1:8080 (*) failed",
        "Apache to app",
        "Nothing listens on the",
    ),
    (
        "[Sun Nov 22 11:00:00 2012] [error] [client 10.0.0.1] (104)Connection reset by peer: proxy: error reading status line from remote server 127.0.0.1",
        "Apache to app",
        "The app closed the",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [proxy_fcgi:error] [pid 1:tid 2] [client 203.0.113.9:51000] AH01071: Got error 'Primary script unknown'",
        "Apache to app",
        "PHP-FPM does not find the",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [proxy_fcgi:error] [pid 1:tid 2] (70007)The timeout specified has expired: [client 203.0.113.9:51000] AH01075: Error dispatching request to : (polling)",
        "Apache to app",
        "The app was too slow: no",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [proxy:error] [pid 1:tid 2] (13)Permission denied: AH02454: FCGI: attempt to connect to Unix domain socket /run/php/php8.1-fpm.sock (localhost:8000) failed",
        "Apache",
        "A security policy such as",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [proxy_balancer:error] [pid 1:tid 2] [client 203.0.113.9:5] AH01167: balancer://app: All workers are in error state for route ((null))",
        "Apache to app",
        "Every server of Apache's",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [ssl:error] [pid 1:tid 2] [remote 10.0.0.1:443] AH02039: Certificate Verification: Error (20): unable to get local issuer certificate",
        "Apache to app",
        "TLS between Apache and the",
    ),
    (
        "[Sun Nov 22 11:00:00.1 2024] [proxy:error] [pid 1] [client 203.0.113.9:5] AH00898: Error during SSL Handshake with remote server returned by /",
        "Apache to app",
        "TLS between Apache and the",
    ),
    (
        r#"haproxy[1]: Server be/s1 is DOWN, reason: Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: 2ms. 0 active and 0 backup servers left."#,
        "HAProxy to server",
        "A health check of HAProxy",
    ),
    (
        "haproxy[1]: backend be has no server available!",
        "HAProxy",
        "Every server of the backend",
    ),
    (
        r#"haproxy[1]: 10.0.0.1:3 [22/Nov/2026:10:00:00.1] fe be/s1 0/0/0/-1/60002 504 198 - - sH-- 1/1/0/0/0 0/0 {host} "POST /x HTTP/1.1""#,
        "HAProxy to server",
        "sH: no response header",
    ),
    (
        r#"haproxy[1]: 10.0.0.1:3 [22/Nov/2026:10:00:00.1] fe be/<NOSRV> 0/-1/-1/-1/0 503 216 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
        "HAProxy",
        "Every server of the backend",
    ),
    (
        r#"haproxy[1]: 10.0.0.1:3 [22/Nov/2026:10:00:00.1] fe be/s1 1/0/-1/-1/3004 503 216 - - SC-- 1/1/0/0/+3 0/0 "GET / HTTP/1.1""#,
        "HAProxy to server",
        "SC: the server refused the",
    ),
    (
        "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>",
        "HAProxy",
        "Every server of the backend",
    ),
    (
        r#"2026-11-22T10:11:12Z DBG github.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:117 > 502 Bad Gateway error="dial tcp 10.0.0.5:80: connect: connection refused""#,
        "Traefik to service",
        "Nothing listens at this",
    ),
    (
        r#"{"level":"debug","error":"dial tcp 10.0.0.5:80: connect: connection refused","time":"2026-11-22T10:11:12Z","message":"502 Bad Gateway"}"#,
        "gateway to upstream",
        "Nothing listens on the",
    ),
    (
        r#"time="2026-11-22T10:11:12Z" level=debug msg="'500 Internal Server Error' caused by: x509: cannot validate certificate for 10.0.0.5 because it doesn't contain any IP SANs""#,
        "Traefik to service",
        "Traefik and the service",
    ),
    (
        r#"time="2026-11-22T10:11:12Z" level=debug msg="'502 Bad Gateway' caused by: read tcp 10.0.0.2:4->10.0.0.5:80: read: connection reset by peer""#,
        "Traefik to service",
        "The service closed the",
    ),
    (
        r#"time="2026-11-22T10:11:12Z" level=debug msg="'502 Bad Gateway' caused by: dial tcp: lookup web on 127.0.0.11:53: no such host""#,
        "Traefik to service",
        "The name of the service is",
    ),
    (
        r#"{"level":"error","ts":1,"logger":"http.log.error.log0","msg":"dial tcp [::1]:3000: connect: connection refused","request":{},"status":502,"err_id":"x","err_trace":"reverseproxy.statusError (reverseproxy.go:1299)"}"#,
        "Caddy to app",
        "Nothing listens where",
    ),
    (
        r#"2026/11/22 10:11:12.123 ERROR http.log.error dialing backend: dial unix /run/php/php-fpm.sock: connect: permission denied {"request": {}, "duration": 0.1, "status": 502}"#,
        "Caddy to app",
        "Caddy cannot use the Unix",
    ),
    (
        r#"2026/11/22 10:11:12.123 ERROR http.log.error read tcp 127.0.0.1:5->127.0.0.1:3000: read: connection reset by peer {"status": 502}"#,
        "Caddy to app",
        "The app closed the",
    ),
    (
        r#"[2026-11-22T10:11:12.123Z] "GET /api HTTP/2" 503 UF,URX upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_111} - "delayed_connect_error:_111" 0 152 30 - "-" "x" "y" "h" "10.0.0.9:80" outbound|80||svc - - - -"#,
        "Envoy to upstream",
        "UF: Envoy got no",
    ),
    (
        r#"[2026-11-22T10:11:12.123Z] "GET /api HTTP/1.1" 502 UPE upstream_reset_before_response_started{protocol_error} - "-" 0 87 1 - "#,
        "Envoy to upstream",
        "UPE: the app's answer is",
    ),
    (
        r#"[2026-11-22T10:11:12.123Z] "GET /api HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "#,
        "Envoy to upstream",
        "NR: Envoy has no route for",
    ),
    (
        r#"[2026-11-22T10:11:12.123Z] "GET /api HTTP/1.1" 0 DC downstream_remote_disconnect - "-" 0 0 9000 - "#,
        "client to gateway",
        "DC: the client hung up",
    ),
    (
        r#"{"response_code":"503","response_flags":"UC","upstream_host":"10.0.0.9:80"}"#,
        "Envoy to upstream",
        "UC: the app closed the",
    ),
    (
        "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
        "Envoy to upstream",
        "UC: the app closed the",
    ),
    (
        "no healthy upstream",
        "Envoy to upstream",
        "UH: Envoy has no healthy",
    ),
    (
        r#"https 2026-11-22T10:11:12.1Z app/lb/abc 203.0.113.9:51000 10.0.1.1:80 0.000 0.001 -1 502 - 34 277 "GET https://x:443/ HTTP/1.1" "-" ECDHE-RSA TLSv1.2"#,
        "ALB to target",
        "The target closed the",
    ),
    (
        r#"h2 2026-11-22T10:11:12.1Z app/lb/abc 203.0.113.9:51000 10.0.1.1:80 -1 -1 -1 504 - 34 277 "GET https://x:443/ HTTP/2.0" "-""#,
        "ALB to target",
        "No connection to the target",
    ),
    (
        r#"2026-11-22T10:11:12.1Z lb 203.0.113.9:51000 - -1 -1 -1 503 0 0 0 "GET http://x:80/ HTTP/1.1" "-" - -"#,
        "ALB to target",
        "A classic load balancer got",
    ),
    (
        "curl: (22) The requested URL returned error: 504",
        "nginx to upstream",
        "A gateway's timeout",
    ),
    (
        "curl: (52) Empty reply from server",
        "client to nginx",
        "The other side closed",
    ),
    (
        "curl: (56) OpenSSL SSL_read: OpenSSL/3.0.2: error:0A000126:SSL routines::unexpected eof while reading, errno 0",
        "upstream",
        "The other side reset the",
    ),
    (
        "curl: (28) SSL connection timeout",
        "client to nginx",
        "The client got no",
    ),
    (
        "curl: (60) SSL certificate problem: self-signed certificate",
        "client to nginx",
        "TLS between client and",
    ),
    (
        "curl: (92) HTTP/2 stream 0 was not closed cleanly: INTERNAL_ERROR (err 2)",
        "client to nginx",
        "The other side closed",
    ),
    (
        "< HTTP/2 502",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "< HTTP/1.1 502 Bad Gateway",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "2026-11-22 10:11:12 ERROR 502: Bad Gateway.",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: https://x/",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "AxiosError: Request failed with status code 502",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "WebSocket connection to 'wss://shop.test/live' failed: Error during WebSocket handshake: Unexpected response code: 502",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "Failed to load resource: the server responded with a status of 504 (Gateway Timeout)",
        "nginx to upstream",
        "A gateway's timeout",
    ),
    (
        "Failed to load resource: net::ERR_CONNECTION_REFUSED",
        "client to nginx",
        "Nothing listens on the",
    ),
    (
        "GET https://x/ 502",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "java.io.IOException: Server returned HTTP response code: 502 for URL: https://x",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "fatal: unable to access 'https://git.test/x/': The requested URL returned error: 502",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "error pulling image: received unexpected HTTP status: 502 Bad Gateway",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        r#"rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway); transport: received unexpected content-type "text/html""#,
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "Error 502 Bad gateway",
        "nginx to upstream",
        "A gateway got no usable",
    ),
    (
        "Error 524: A timeout occurred",
        "Cloudflare to origin",
        "The origin took the request",
    ),
    ("HTTP/2 521", "Cloudflare to origin", "The origin refused"),
    (
        "error code: 1033",
        "Cloudflare to origin",
        "Cloudflare does not get to",
    ),
    (
        r#"2026-11-22T10:11:12Z ERR Request failed error="Unable to reach the origin service. The service may be down: dial tcp [::1]:80: connect: connection refused" connIndex=2"#,
        "Cloudflare to origin",
        "cloudflared gets no",
    ),
    (
        "Warning  Unhealthy  5s (x3 over 25s)  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 503",
        "ingress to pod",
        "The pod runs and is not",
    ),
    (
        "Warning  BackOff  5s  kubelet  Back-off restarting failed container app in pod app-1",
        "upstream",
        "The app in the pod ends",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: shop.test, request: "GET / HTTP/2.0", upstream: "http://10.244.0.8:80/", host: "shop.test""#,
        "nginx to upstream",
        "Nothing listens at this",
    ),
    (
        "[2026-11-22 10:11:12 +0000] [1] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?",
        "upstream",
        "A worker of the app was",
    ),
    (
        "[2026-11-22 10:11:12 +0000] [1] [ERROR] Worker (pid:9) exited with code 3",
        "upstream",
        "The app did not start, or",
    ),
    (
        "[2026-11-22 10:11:12 +0000] [1] [ERROR] Reason: Worker failed to boot.",
        "upstream",
        "The app did not start, or",
    ),
    (
        "[2026-11-22 10:11:12 +0000] [1] [ERROR] Connection in use: ('0.0.0.0', 8000)",
        "upstream",
        "The app did not start:",
    ),
    (
        "Mon Jan  8 10:11:12 2024 - *** HARAKIRI ON WORKER 1 (pid: 5, try: 1) ***",
        "upstream",
        "The app's own manager",
    ),
    (
        r#"Mon Jan  8 10:11:12 2024 - *** uWSGI listen queue of socket ":3031" (fd: 3) full !!! (101/100) ***"#,
        "upstream",
        "More connections wait than",
    ),
    (
        "Mon Jan  8 10:11:12 2024 - uwsgi_response_write_body_do(): Broken pipe [core/writer.c line 341] during GET /x (10.0.0.1)",
        "client to nginx",
        "The app answered and nobody",
    ),
    (
        "DAMN ! worker 1 (pid: 5) died, killed by signal 9 :( trying respawn ...",
        "upstream",
        "A worker of the app was",
    ),
    (
        "--- no python application found, check your startup logs for errors ---",
        "upstream",
        "The app did not start, or",
    ),
    (
        "[22-Nov-2026 10:11:12] WARNING: [pool www] server reached max_children setting (5), consider raising it",
        "upstream",
        "Every worker (or database",
    ),
    (
        "[22-Nov-2026 10:11:12] WARNING: [pool www] child 5 exited on signal 9 (SIGKILL) after 7.1 seconds from start",
        "upstream",
        "A worker of the app was",
    ),
    (
        r#"[22-Nov-2026 10:11:12] WARNING: [pool www] child 5, script '/x.php' (request: "GET /x.php") executing too slow (6.1 sec), logging"#,
        "upstream",
        "A PHP script ran too long:",
    ),
    (
        "[22-Nov-2026 10:11:12] ERROR: unable to bind listening socket for address '127.0.0.1:9000': Address already in use (98)",
        "upstream",
        "PHP-FPM did not start: the",
    ),
    (
        "node:internal/errors:496 Error: listen EADDRINUSE: address already in use :::3000",
        "upstream",
        "The app did not start:",
    ),
    (
        "<--- Last few GCs ---> FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory",
        "upstream",
        "The app used up the memory",
    ),
    (
        r#"Exception in thread "main" java.net.BindException: Address already in use"#,
        "upstream",
        "The app did not start:",
    ),
    (
        "java.lang.OutOfMemoryError: Java heap space",
        "upstream",
        "The app used up the memory",
    ),
    (
        "HikariPool-1 - Connection is not available, request timed out after 30000ms.",
        "upstream",
        "Every worker (or database",
    ),
    (
        "Web server failed to start. Port 8080 was already in use.",
        "upstream",
        "The app did not start:",
    ),
    (
        "panic: listen tcp :8080: bind: address already in use",
        "upstream",
        "The app did not start:",
    ),
    (
        "kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,task=node,pid=5,uid=1000",
        "upstream",
        "The kernel was out of",
    ),
    (
        "kernel: Memory cgroup out of memory: Killed process 5 (node) total-vm:1kB",
        "upstream",
        "The kernel was out of",
    ),
    (
        "kernel: php-fpm[812]: segfault at 0 ip 00005 sp 00007 error 4 in opcache.so",
        "upstream",
        "A process of the app",
    ),
    (
        "systemd[1]: shop.service: Failed with result 'exit-code'.",
        "upstream",
        "The app ended, or did not",
    ),
    (
        "systemd[1]: shop.service: Start request repeated too quickly.",
        "upstream",
        "The app failed to start so",
    ),
    (
        "systemd[1]: shop.service: A process of this unit has been killed by the OOM killer.",
        "upstream",
        "The kernel was out of",
    ),
    (
        "systemd[1]: nginx.service: Control process exited, code=exited, status=1/FAILURE",
        "nginx",
        "nginx did not start, or was",
    ),
    (
        "systemd[1]: Failed to start nginx.service - A high performance web server and a reverse proxy server.",
        "nginx",
        "nginx did not start, or was",
    ),
    (
        "systemd[1]: Failed to start The PHP 8.2 FastCGI Process Manager.",
        "upstream",
        "The app ended, or did not",
    ),
    (
        "Failed to restart php7.4-fpm.service: Unit php7.4-fpm.service not found.",
        "upstream",
        "The app ended, or did not",
    ),
    (
        "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
        "nginx",
        "Something already listens",
    ),
    (
        "nginx: [emerg] bind() to [::]:443 failed (13: Permission denied)",
        "nginx",
        "The user that starts nginx",
    ),
    (
        "nginx: [emerg] still could not bind()",
        "nginx",
        "Something already listens",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 upstream sent no valid HTTP/1.0 header while reading response header from upstream, client: 203.0.113.9",
        "nginx to upstream",
        "The port that proxy_pass",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 connect() to unix:/run/php/php7.4-fpm.sock failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, server: x, request: "GET / HTTP/1.1", upstream: "fastcgi://unix:/run/php/php7.4-fpm.sock:", host: "x""#,
        "nginx to upstream",
        "Nothing listens where",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 connect() to unix:/run/gunicorn.sock failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, server: x, request: "GET / HTTP/1.1", upstream: "http://unix:/run/gunicorn.sock:/", host: "x""#,
        "nginx to upstream",
        "Nothing listens on the",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 recv() failed (104: Connection reset by peer) while sending request to upstream, client: 203.0.113.9",
        "upstream",
        "The app reset the",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 writev() failed (32: Broken pipe) while sending request to upstream, client: 203.0.113.9, server: x, request: "POST /u HTTP/1.1", upstream: "http://127.0.0.1:8000/u", host: "x""#,
        "upstream",
        "The app closed while nginx",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 upstream prematurely closed FastCGI stdout while reading response header from upstream, client: 203.0.113.9",
        "upstream",
        "A child of PHP-FPM ended in",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 SSL_do_handshake() failed (SSL: error:14094438:SSL routines:ssl3_read_bytes:tlsv1 alert internal error:SSL alert number 80) while SSL handshaking to upstream, client: 203.0.113.9, upstream: "https://1.2.3.4:443/""#,
        "nginx to upstream",
        "The upstream speaks TLS and",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 SSL_do_handshake() failed (SSL: error:1408F10B:SSL routines:ssl3_get_record:wrong version number) while SSL handshaking to upstream, client: 203.0.113.9",
        "nginx to upstream",
        "TLS with the upstream",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream, client: 203.0.113.9",
        "nginx to upstream",
        "TLS with the upstream",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 connect() failed (101: Network is unreachable) while connecting to upstream, client: 203.0.113.9, upstream: "http://[2001:db8::1]:80/""#,
        "nginx to upstream",
        "nginx's machine or",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 upstream timed out (10060: A connection attempt failed because the connected party did not properly respond after a period of time) while connecting to upstream, client: 203.0.113.9",
        "nginx to upstream",
        "The connection was not",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 kevent() reported that connect() failed (61: Connection refused) while connecting to upstream, client: 127.0.0.1, upstream: "http://[::1]:3000/""#,
        "nginx to upstream",
        "nginx took `localhost` as",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 kevent() reported about an closed connection (54: Connection reset by peer) while reading response header from upstream, client: 127.0.0.1",
        "upstream",
        "The app reset the",
    ),
    (
        "2026/11/22 10:11:12 [error] 33#33: *8 recv() failed (10054: An existing connection was forcibly closed by the remote host) while reading response header from upstream, client: 127.0.0.1",
        "upstream",
        "The app reset the",
    ),
    (
        "2026/11/22 10:11:12 [warn] 33#33: *8 upstream server temporarily disabled while connecting to upstream, client: 203.0.113.9",
        "nginx to upstream",
        "A server of a pool failed",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 upstream sent duplicate header line: "Transfer-Encoding: chunked", previous value: "Transfer-Encoding: chunked" while reading response header from upstream"#,
        "upstream",
        "The app describes the",
    ),
    (
        r#"2026/11/22 10:11:12 [error] 33#33: *8 upstream rejected request with error 2 while reading response header from upstream, client: 203.0.113.9, upstream: "grpc://203.0.113.9:510000051""#,
        "upstream",
        "The gRPC app (HTTP/2)",
    ),
    (
        r#"2026/11/22 10:11:12 [crit] 33#33: *8 open() "/var/lib/nginx/tmp/client_body/0000000004" failed (13: Permission denied), client: 203.0.113.9"#,
        "nginx",
        "nginx may not write to its",
    ),
    (
        r#"2026/11/22 10:11:12 [emerg] 33#33: host not found in upstream "app" in /etc/nginx/nginx.conf:3"#,
        "nginx",
        "nginx looked the name up",
    ),
    (
        r#"192.0.2.1 - - [22/Nov/2026:10:11:12 +0000] "POST /x HTTP/1.1" 502 497 "-" "Go-http-client/1.1""#,
        "nginx to upstream",
        "A 502 in an access log.",
    ),
    (
        r#"192.0.2.1 - - [22/Nov/2026:10:11:12 +0000] "GET / HTTP/1.1" 504 569 "-" "Mozilla/5.0""#,
        "nginx to upstream",
        "A timeout of nginx towards",
    ),
    (
        r#"type=AVC msg=audit(1.1:1): avc:  denied  { name_connect } for  pid=1 comm="nginx" dest=3000 scontext=system_u:system_r:httpd_t:s0 tclass=tcp_socket permissive=0"#,
        "nginx",
        "SELinux (or AppArmor)",
    ),
    (
        "Error: connect ECONNREFUSED /run/app.sock",
        "gateway to upstream",
        "Nothing listens on the",
    ),
    (
        "[HPM] Error occurred while trying to proxy request /api from localhost:3000 to http://localhost:5000 (ECONNREFUSED) (https://nodejs.org/api/errors.html)",
        "gateway to upstream",
        "Nothing listens on the",
    ),
    (
        "[HPM] Error occurred while proxying request localhost:3000/api to http://localhost:5000/ [ECONNRESET]",
        "gateway to upstream",
        "The other side closed the",
    ),
    (
        "Proxy error: Could not proxy request /api from localhost:3000 to http://localhost:5000/.",
        "gateway to upstream",
        "A development proxy got no",
    ),
    (
        "Error: getaddrinfo EAI_AGAIN db",
        "gateway to upstream",
        "The name of the other",
    ),
    (
        "Jan 08 10:11:12 host gunicorn[5]: OSError: [Errno 98] Address already in use",
        "upstream",
        "The app did not start:",
    ),
    (
        "app_1  | exited with code 1",
        "upstream",
        "The container's program",
    ),
    (
        r#"The proxy server received an invalid response from an upstream server.<br /> The proxy server could not handle the request <em><a href="/">GET&nbsp;/</a></em>."#,
        "Apache to app",
        "This page is Apache's. Its",
    ),
];

/// What carries a line from elsewhere.
const CARRIERS: &[&str] = &[
    "",
    "shop-1  | ",
    "Nov 22 11:00:00 host nginx[71]: ",
    "2026-11-22T11:00:00.1Z stderr F ",
];

fn course() -> Course {
    load(&builtin::tree(), KINDS).0
}

/// Returns the symptom that a log of this line has.
fn symptom_in<'a>(reader: &LogReader<'a>, line: &str) -> Option<&'a Symptom> {
    let survey = reader.survey(line.as_bytes()).unwrap();
    survey.known.first().map(|known| known.symptom)
}

#[test]
fn the_example_of_a_symptom_has_it_first_however_it_is_carried() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    let lessons = course.lessons.iter();
    for symptom in lessons.flat_map(|lesson| lesson.symptoms.iter()) {
        let example = &symptom.example;
        let json = serde_json::json!({ "log": format!("{example}\n"), "stream": "stderr" });
        let carried = CARRIERS.iter().map(|before| format!("{before}{example}"));
        for line in carried.chain([json.to_string()]) {
            let found = symptom_in(&reader, &line).map(|symptom| symptom.pattern.source());
            assert_eq!(found, Some(symptom.pattern.source()), "{line}");
        }
    }
}

#[test]
fn a_search_for_a_line_finds_what_a_log_of_it_has() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    // Every seventh: the engine of searches is slow in a build for tests.
    for (line, ..) in FORMS.iter().step_by(7) {
        let first = symptom::find(&course, line).into_iter().next();
        let found = symptom_in(&reader, line).expect("each form has a symptom");
        let is_it =
            |hit| matches!(hit, Hit::Symptom { symptom, .. } if std::ptr::eq(symptom, found));
        assert!(first.is_some_and(is_it), "{line}");
    }
}

#[test]
fn other_forms_of_a_line_have_its_cause() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    for (line, hop, words) in FORMS {
        let symptom = symptom_in(&reader, line);
        let found = symptom.map(|it| (it.hop.as_str(), it.cause.starts_with(words)));
        assert_eq!(found, Some((*hop, true)), "{line}: {symptom:?}");
    }
}

#[test]
fn ordinary_lines_are_no_symptom_and_no_error() {
    let course = course();
    let reader = LogReader::new(&course).unwrap();
    for line in ORDINARY.lines() {
        let survey = reader.survey(line.as_bytes()).unwrap();
        let found = survey.known.first();
        assert!(found.is_none(), "{line}: {found:?}");
        let is_error = line.contains("[error]");
        assert_eq!(survey.unknown.len(), usize::from(is_error), "{line}");
    }
}
