"""The outside: each module speaks one wire as it is and answers in our words."""
