"""The gateway's own pages and addresses, in Flask: everything that is not forwarded."""
