"""The log of consent events: an RFC 9162 Merkle tree that nobody can rewrite unseen.

`tree` and `proofs` are arithmetic, `note` and `checkpoint` are what is signed, `sequencer` appends
events as leaves, `verify` checks a whole database, `witness` is the outside copy that remembers.
docs/log.md says how somebody outside checks it.
"""
