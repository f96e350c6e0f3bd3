"""Floor 1, pure: one view of each result, drawn by one renderer a form. Makes strings, never prints."""
