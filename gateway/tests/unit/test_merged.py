"""One document out of several."""

from ila_gateway.merged import MergedDocument, merge, own_document
from ila_gateway.reader import arrange


def _service(name, schema):
    reference = {"$ref": "#/components/schemas/Thing"}
    return {
        "paths": {
            f"/api/{name}/v1/things": {
                "post": {
                    "summary": f"Make a thing of {name}.",
                    "operationId": "make",
                    "x-roles": ["learner"],
                    "security": [{"identity_token": []}],
                    "requestBody": {"content": {"application/json": {"schema": reference}}},
                    "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
                    "responses": {
                        "200": {"description": "a thing"},
                        "422": {"description": "invalid-request"},
                    },
                }
            },
            "/health/live": {"get": {"responses": {}}},
            "/api/other/v1/x": {"get": {"responses": {}}},
        },
        "components": {"schemas": {"Thing": schema, "Money": {"type": "object"}}},
    }


ONE = _service("funding", {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}})
OTHER = _service("catalog", {"type": "object", "properties": {"b": {"type": "integer"}}})


def test_names_that_mean_two_things_get_the_services_name_in_front():
    document = merge(own_document(), {"funding": ONE, "catalog": OTHER}, "https://ila.example")
    schemas = document["components"]["schemas"]
    assert schemas["FundingThing"]["required"] == ["a"]
    assert "Thing" not in schemas
    assert schemas["Money"] == {"type": "object"}
    operation = document["paths"]["/api/catalog/v1/things"]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/CatalogThing"}
    assert operation["operationId"] == "catalog_make"
    assert operation["security"] == [{"session": []}, {"access_token": []}]


def test_what_the_door_may_answer_stands_beside_what_the_service_answers():
    document = merge(own_document(), {"funding": ONE}, "https://ila.example")
    answers = document["paths"]["/api/funding/v1/things"]["post"]["responses"]
    assert list(answers) == ["200", "422", "429", "503", "504"]
    assert answers["429"]["description"] == "too-many-requests"


def test_a_service_describes_its_own_public_paths_only():
    paths = merge(own_document(), {"funding": ONE}, "https://ila.example")["paths"]
    assert "/api/other/v1/x" not in paths
    assert paths["/health/live"] == own_document()["paths"]["/health/live"]


def test_a_service_that_goes_down_keeps_its_last_known_part():
    now, parts = [0.0], [ONE]
    merged = MergedDocument({"funding": lambda: parts[0]}, "https://ila.example", clock=lambda: now[0])
    assert "/api/funding/v1/things" in merged.current()["paths"]
    now[0], parts[0] = 61, None
    assert "/api/funding/v1/things" in merged.current()["paths"]
    assert "x-missing" not in merged.current()


def test_a_part_that_was_never_read_is_named():
    merged = MergedDocument({"funding": lambda: None}, "https://ila.example")
    assert merged.current()["x-missing"] == ["funding"]


def test_the_reader_shows_what_goes_in_and_what_comes_out():
    document = merge(own_document(), {"funding": ONE}, "https://ila.example")
    groups = arrange(document)
    assert list(groups) == ["funding", "gateway"]
    entry = groups["funding"][0]
    assert (entry.method, entry.path, entry.roles) == ("POST", "/api/funding/v1/things", ["learner"])
    assert [(field.name, field.kind) for field in entry.parameters] == [("limit", "query: integer")]
    assert [(field.name, field.required) for field in entry.body] == [("a", True)]
    assert [one.status for one in entry.answers] == ["200"]
    assert [one.text for one in entry.problems][:2] == ["invalid-request", "too-many-requests"]
