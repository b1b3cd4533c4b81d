"""What this service can do; one file per aggregate, one transaction each."""
