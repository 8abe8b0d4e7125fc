"""Pages that open over the window: each asks for one thing, or shows one. None stops what runs."""
