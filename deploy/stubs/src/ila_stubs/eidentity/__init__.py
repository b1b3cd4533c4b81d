"""A stand-in for the state e-identity: a real OpenID provider whose users are personas."""
