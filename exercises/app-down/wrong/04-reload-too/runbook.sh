svc start shop
nginx -s reload
