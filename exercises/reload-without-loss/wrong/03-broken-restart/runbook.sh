nginx -s stop
nginx
