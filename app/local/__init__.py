"""The demonstration on one machine: embedded PostgreSQL, keys, supervisor. Not production."""
