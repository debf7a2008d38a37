"""What other people's software does with the same task, for comparison. Never imported by tests."""
