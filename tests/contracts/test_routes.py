"""The gateway's routes table and the services name the same operations, and ask the same of their callers."""

import pytest
from ila_gateway.routes import PUBLIC, load
from operations import OPERATIONS, SERVICES, mapped

TABLE = load()
LINES = {(route.neighbour, route.method, route.template): route for route in TABLE.all if route.audience}


def line(operation):
    """Return the line of the routes table that an operation needs."""
    says = {
        "callers": "public" if operation.roles == ["public"] else None,
        "scope": operation.scope,
        "assurance": None if operation.told["x-assurance"] == "low" else operation.told["x-assurance"],
        "body": "upload" if operation.takes_files else None,
    }
    return _written(operation, says)


def standing(operation, route):
    """Return the line there is, without what the gateway alone decides: rate and time."""
    neighbour = TABLE.neighbours[operation.service]
    says = {
        "callers": "public" if route.callers == PUBLIC else None,
        "scope": route.scope,
        "assurance": None if route.assurance == "low" else route.assurance,
        "body": "upload" if route.upload_bytes == neighbour.upload_bytes else None,
    }
    return _written(operation, says)


def _written(operation, says):
    path = operation.path.removeprefix(TABLE.neighbours[operation.service].prefix)
    values = ", ".join(f'{name} = "{value}"' for name, value in says.items() if value)
    return (
        f'"{operation.method} {path}" = {{ {values} }}' if values else f'"{operation.method} {path}" = {{}}'
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_has_a_line_for_every_operation(service):
    mine = [one for one in OPERATIONS if one.service == service]
    lacking = [line(one) for one in mine if (service, one.method, one.path) not in LINES]

    assert not lacking, f"add to routes/{service}.toml:\n" + "\n".join(lacking)


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_of_the_table_is_an_operation(service):
    declared = {(one.service, one.method, one.path) for one in OPERATIONS}
    gone = [f"{key[1]} {key[2]}" for key in LINES if key[0] == service and key not in declared]

    assert not gone, f"no such operation; take from routes/{service}.toml:\n" + "\n".join(gone)


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_asks_of_callers_what_the_service_asks(service):
    pairs = [(one, LINES[key]) for one in OPERATIONS if (key := (service, one.method, one.path)) in LINES]
    wrong = [line(one) for one, route in pairs if standing(one, route) != line(one)]

    assert not wrong, f"routes/{service}.toml should say:\n" + "\n".join(wrong)


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_and_the_url_map_name_the_same_operations(apps, service):
    of_table = {(method, template) for neighbour, method, template in LINES if neighbour == service}

    assert of_table == mapped(apps[service])


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_request_finds_its_operation(operation):
    assert TABLE.find(operation.method, operation.path).template == operation.path


def test_who_is_let_in_by_scope_is_a_machine_alone():
    mixed = [str(one) for one in OPERATIONS if not one.scope and any("." in role for role in one.roles)]

    assert mixed == [], "people and machines ask different operations"
