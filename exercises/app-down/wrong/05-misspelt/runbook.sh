svc start shp
