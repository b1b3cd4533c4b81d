"""What holds for every test: no test is about how long it takes on this machine."""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
