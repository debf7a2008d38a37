"""Letters on paper: what they say, and how they become tagged PDFs without touching a disk."""
