"""What holds for the whole suite."""

from hypothesis import settings

# A busy machine is no reason to fail: no test asserts on speed.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
