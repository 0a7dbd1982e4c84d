nginx -t
nginx -s reload
