nginx -t
kill -9 "$(cat "$LOGS/nginx.pid")"
until nginx; do :; done
