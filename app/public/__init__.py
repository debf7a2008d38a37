"""The public door: pages for everybody, signed in or not, and the ways out."""
