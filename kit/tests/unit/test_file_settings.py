"""Settings of files say where they are kept; each fault is named, and production takes no default."""

from pathlib import Path

import pytest
from ila_kit.cli import offline_environment
from ila_kit.files.directory import DirectoryBlobs
from ila_kit.files.s3 import S3Blobs
from ila_kit.files.scanner import Clamd, NoScanner
from ila_kit.files.settings import FileSettings


def settings(**more):
    return FileSettings(**offline_environment() | more)


def test_a_folder_has_a_part_for_each_service(tmp_path):
    kept = settings(files_url=f"file://{tmp_path}").kept_files("identity")

    assert isinstance(kept.blobs, DirectoryBlobs)
    assert isinstance(kept.scanner, NoScanner)
    assert kept.blobs._root == tmp_path / "identity"


def test_a_bucket_and_a_scanner_are_named_by_their_addresses():
    kept = settings(files_url="s3://key:secret@store.example/ila", clamd_url="unix:///run/clamd").kept_files(
        "x"
    )

    assert isinstance(kept.blobs, S3Blobs)
    assert isinstance(kept.scanner, Clamd)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file://",
        "file://host/x",
        "/var/files",
        "s3://store/ila",
        "s3://a:b@store",
        "s3://a:b@store:x/ila",
        "s3://a:b@store/ila/deep",
        "ftp://a:b@store/ila",
    ],
)
def test_an_address_that_is_none_is_named(url):
    assert settings(files_url=url).faults() == ["FILES_URL is no address of a store of files"]


@pytest.mark.parametrize("url", ["clamd", "tcp://clamd", "tcp://:3310", "http://clamd:3310", "tcp://clamd:x"])
def test_a_scanner_that_is_none_is_named(url):
    assert settings(clamd_url=url).faults() == ["CLAMD_URL is no address of a scanner"]


def test_production_takes_neither_the_default_folder_nor_a_store_without_tls():
    assert settings(ila_env="production").faults() == ["FILES_URL is the one of development"]
    plain = settings(ila_env="production", files_url="s3+http://a:b@store/ila")
    assert plain.faults() == ["FILES_URL sends files without TLS"]
    assert settings(ila_env="production", files_url="file:///srv/ila").faults() == []


def test_the_address_holds_a_secret_and_is_not_shown():
    assert "secret" not in repr(settings(files_url="s3://key:secret@store.example/ila"))


def test_making_the_store_opens_nothing():
    assert settings().kept_files("identity")
    assert not Path("/var/tmp/ila-files/identity").exists()
