"""Floor 1, pure: decides from values and returns values plus problems. No input, no output, no clock."""
