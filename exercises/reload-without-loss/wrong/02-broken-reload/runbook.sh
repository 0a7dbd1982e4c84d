nginx -s reload
