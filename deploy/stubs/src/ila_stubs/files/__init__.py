"""Stand-ins for what is around files: a virus scanner and an S3-compatible store."""
