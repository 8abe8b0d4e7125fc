"""The processes that run steps, and the conversation with them."""
