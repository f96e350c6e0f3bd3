"""The product dies, sleeps, is interrupted or meets itself at every step of a run (faults.md section 2)."""
