"""The build of a film: what steps a project needs, each step's key, running them, the cache."""
