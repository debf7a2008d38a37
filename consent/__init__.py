"""KEPT: who allowed what, and who used it."""
