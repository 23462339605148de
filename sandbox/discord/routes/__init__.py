"""The REST API, one subject a module. What is not here is answered with 404 and a line in the log."""
