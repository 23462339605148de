"""Every word, embed and view that a person sees, and the one place that turns an error into words."""
