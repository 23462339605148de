"""Bringing messages and pictures to Discord: download, make fit, post once, edit the status."""
