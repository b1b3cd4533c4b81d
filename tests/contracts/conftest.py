"""The four services, without a database."""

import pytest
from operations import SERVICES, application


@pytest.fixture(scope="session")
def apps():
    return {service: application(service) for service in SERVICES}
