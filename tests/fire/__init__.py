"""Conservation under fire: people pay, workers take and give back, and everything is killed.

`python -m tests.fire --kills 1000 --seed 1` plays until so many processes were killed, lets the
workers come to rest, and has an independent judge compare the database with the payment service's
own books: 0 pence lost, 0 doubled.
"""
