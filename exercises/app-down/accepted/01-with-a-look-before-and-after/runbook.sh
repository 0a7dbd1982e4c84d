svc status shop
curl -s -o /dev/null $URL
svc start shop
curl -s $URL
