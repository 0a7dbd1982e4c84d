# What you would type, line by line. `svc --help` and `nginx -h` tell the words of a lab.
