"""Offline verification of e-signatures: ASiC-E containers with XAdES, time stamps, trusted lists.

It knows no institution, person or registration, and imports nothing else of the service. `verify` of
`verifier` is the way in; importing it loads the libraries of signatures, so do it when one is asked for.
"""
