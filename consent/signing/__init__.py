"""What the signer's own process does (SEC-19, SEC-48).

`asked` is what it is asked with, `checks` the rules by which it refuses, `once` what it remembers
of permissions for one use, `claims` what it says, `sign` the errands themselves. Other processes
hold no key and go through `consent.signer`.
"""
