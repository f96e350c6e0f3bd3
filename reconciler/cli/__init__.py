"""Floor 3: words on the command line and exit codes; no decisions."""
