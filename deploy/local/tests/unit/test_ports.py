"""Ports are free, apart from each other, and the same at the next start."""

import socket

from ila_local.data_dir import DataDir
from ila_local.ports import free_port, is_free, remembered_ports


def test_each_role_has_its_own_port_and_keeps_it(tmp_path):
    first = remembered_ports(DataDir(tmp_path), ["one", "two", "three"])
    assert len(set(first.values())) == 3
    assert remembered_ports(DataDir(tmp_path), ["three", "two", "one"]) == first


def test_a_port_taken_by_somebody_is_given_up(tmp_path):
    first = remembered_ports(DataDir(tmp_path), ["one", "two"])
    with socket.socket() as other:
        other.bind(("127.0.0.1", first["one"]))
        other.listen()
        assert not is_free(first["one"])
        again = remembered_ports(DataDir(tmp_path), ["one", "two"])
    assert again["one"] not in first.values()
    assert again["two"] == first["two"]


def test_ports_lie_below_those_of_outgoing_connections():
    with socket.socket() as outgoing:
        outgoing.bind(("127.0.0.1", 0))
        assert free_port() < outgoing.getsockname()[1]
