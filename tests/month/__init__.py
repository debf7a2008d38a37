"""A month of simulated time: at its end each department's book is the sum of what people paid.

`python -m tests.month --people 12 --days 92 --kills 200 --seed 1` plays a longer one.
"""
