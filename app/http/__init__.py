"""What all doors share: access, sessions, headers, errors, forms, words, logs."""
