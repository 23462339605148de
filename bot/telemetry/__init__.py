"""What an operator sees of a running bot: its log, and its answer to a health probe."""
