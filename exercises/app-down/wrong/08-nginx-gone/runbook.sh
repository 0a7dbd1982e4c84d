svc start shop
nginx -s stop
