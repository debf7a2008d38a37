"""`svd bank …`: what an operator does at the paying account, under the worker's role.

Statements are read in, what did not match is sorted out, and money received elsewhere is recorded.
Files stay with the operator and the bank; what is kept of them is in the inventory.
"""
