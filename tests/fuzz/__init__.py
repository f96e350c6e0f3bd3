"""Fuzz: what comes from outside (files, answers, headers, names) is taken, or refused in words; nothing else."""
