"""Journeys need a running suite: `make journeys` starts one."""

import pytest
import suite


@pytest.fixture
def learner() -> suite.Caller:
    """learner-01, with nothing open."""
    somebody = suite.persona("learner-01")
    suite.clear(somebody)
    return somebody
