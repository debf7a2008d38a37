"""The other side of each wire, for demonstrations and tests. Production code never imports it."""
