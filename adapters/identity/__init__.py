"""Who is here: sign-in services, each behind its own module."""
