svc start shop
svc stop shop
