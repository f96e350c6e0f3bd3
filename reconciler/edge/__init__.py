"""Floor 1, the windows: files, environment and the platform. Touches the outside and never decides."""
