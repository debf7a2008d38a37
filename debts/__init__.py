"""PASSES THROUGH: what a person owes, for one visit. Nothing here has a way to be kept."""
