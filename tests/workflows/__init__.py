"""The workflows, run step by step as they are written, against the simulator and a stand-in for GitHub."""
