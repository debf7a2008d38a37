"""Messages to people, and what is needed to send one safely."""
