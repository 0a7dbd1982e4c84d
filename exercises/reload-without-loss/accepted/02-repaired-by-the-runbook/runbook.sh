sed -i 's/proxy_pas /proxy_pass /' nginx.conf
nginx -t
nginx -s reload
curl -s $URL
