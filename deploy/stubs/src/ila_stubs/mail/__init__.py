"""A stand-in mail server: takes letters by SMTP, shows them over HTTP, and misbehaves when told to."""
