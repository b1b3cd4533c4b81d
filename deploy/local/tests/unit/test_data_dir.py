"""The data directory is ours, one runner's at a time, and closed to others."""

import stat

import pytest
from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun


@pytest.fixture
def data(tmp_path) -> DataDir:
    return DataDir(tmp_path / "data")


def test_a_second_holder_is_refused_until_the_first_lets_go(data):
    with data.locked(), pytest.raises(CannotRun, match="is alive"), DataDir(data.path).locked():
        pass
    with DataDir(data.path).locked():
        pass


def test_a_folder_with_other_things_in_it_is_never_taken(tmp_path):
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(CannotRun, match="neither empty nor"), DataDir(tmp_path).locked():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_place_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotRun, match="cannot be used"), DataDir(tmp_path / "file").locked():
        pass


def test_emptying_leaves_the_lock_alone_and_follows_no_link(data, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    with data.locked():
        (data.path / "link").symlink_to(tmp_path / "elsewhere")
        data.password("postgres")
        (data.folder("keys") / "key.pem").touch()
        data.empty()
    assert [path.name for path in data.path.iterdir()] == ["runner.lock"]
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_a_password_is_made_once_and_readable_by_the_owner_alone(data):
    with data.locked():
        first = data.password("postgres")
        assert DataDir(data.path).password("postgres") == first != data.password("valkey")
        assert stat.S_IMODE((data.path / "passwords.json").stat().st_mode) == 0o600


def test_a_json_file_is_replaced_whole(data):
    with data.locked():
        data.write_json("run.json", [1])
        with (data.path / "run.json").open() as reader:
            data.write_json("run.json", [2])
            assert reader.read() == "[\n 1\n]\n"
        assert data.read_json("run.json", None) == [2]
        assert not list(data.path.glob(".run.json*"))
