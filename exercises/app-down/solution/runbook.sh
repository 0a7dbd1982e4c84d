svc status
svc start shop
