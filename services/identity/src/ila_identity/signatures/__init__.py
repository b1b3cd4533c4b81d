"""Offline verification of e-signatures: ASiC-E containers with XAdES, PDF, time stamps, trusted lists.

It knows no institution, person or registration, and imports nothing else of the service. `verify` of
`verifier` is the way in; importing it loads the libraries of signatures, so do it when one is asked for.

Read in this order: `report` (what an outcome is), `verifier` (every rule in its order), then what it asks:
`container` and `xades` (on `xml`, `algorithms`) or `pdf` (on `cms_signers`), `stamps`, `judging` with
`certificates` and `revocation`, at last `second_opinion`. Who is trusted is read before, by `trust`: lists
on `signed_lists`, their signers in `list_of_lists`.
"""
