svc start shop
nginx -s stop
sleep 0.2
nginx
