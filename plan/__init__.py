"""KEPT: what a person pays. Never what they owe."""
