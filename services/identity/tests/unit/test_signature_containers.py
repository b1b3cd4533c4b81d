"""The archive around a signature is hostile until every byte of it is accounted for."""

import io
import struct
import zipfile

import pytest
from ila_identity.signatures import container
from ila_identity.signatures.container import read_container, read_entries
from ila_identity.signatures.report import Checks, Finding
from ila_stubs.signing.containers import MEDIA_TYPE, entries_of, manifest, packed
from signing_pki import FILES

ENTRIES = entries_of(FILES, b"<x/>")


def refused(content, **limits):
    """Return why the archive is refused."""
    with pytest.raises(Finding) as found:
        read_entries(content, **limits)
    return found.value.reason


def not_passed(entries, method=zipfile.ZIP_STORED):
    checks = Checks()
    read_container(packed(entries, method), checks)
    return [(check.code, check.reason) for check in checks.made() if check.outcome != "passed"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_file_is_read_by_its_name(method):
    assert read_entries(packed(ENTRIES, method)) == ENTRIES


def test_an_archive_written_to_a_stream_is_read():
    class Stream(io.RawIOBase):
        written = b""

        def writable(self):
            return True

        def write(self, part):
            self.written += bytes(part)
            return len(part)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ENTRIES.items():
            archive.writestr(name, content)

    assert read_entries(stream.written) == ENTRIES


def test_folders_are_no_files():
    assert "META-INF/" not in read_entries(packed({"META-INF/": b"", **ENTRIES}))
    assert refused(packed({"META-INF/": b"x"})) == "folder_with_content"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../x",
        "a/../x",
        "a/./x",
        "a//x",
        "a\\x",
        "C:x",
        "a\nx",
        "a\x7fx",
        "a\u202ex",
        "a\u0085x",
    ],
)
def test_a_hostile_name_is_refused(name):
    assert refused(packed({"mimetype": b"x", name: b"x"})) == "hostile_name"


def test_a_name_with_a_nul_is_refused():
    content = packed({"mimetype": b"x", "aXb.txt": b"x"}).replace(b"aXb.txt", b"a\0b.txt")

    assert refused(content) == "hostile_name"


@pytest.mark.parametrize("twin", ["A.txt", "a.TXT"])
def test_two_files_that_are_one_to_some_system_are_refused(twin):
    assert refused(packed({"a.txt": b"x", twin: b"y"})) == "name_twice"
    assert refused(packed({"ā.txt": b"x", "a\u0304.txt": b"y"})) == "name_twice"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", b"x")
        archive.writestr("a.txt", b"y")

    assert refused(written.getvalue()) == "name_twice"


def test_too_many_entries_are_refused():
    assert (
        refused(packed({f"{one}.txt": b"" for one in range(container.MOST_ENTRIES + 1)}))
        == "too_many_entries"
    )


def test_a_file_that_is_too_large_is_not_even_opened():
    assert refused(b"PK\x03\x04" + bytes(container.MOST_IN)) == "file_too_large"


def test_a_bomb_is_refused_while_it_is_read():
    assert refused(packed({"a.txt": bytes(4 * 2**20)}, zipfile.ZIP_DEFLATED)) == "bomb"


def test_a_size_that_is_stated_too_small_is_not_believed():
    content = packed({"a.txt": bytes(4 * 2**20)}, zipfile.ZIP_DEFLATED)
    lying = content.replace(struct.pack("<L", 4 * 2**20), struct.pack("<L", 10))

    assert refused(lying) in ("archive_broken", "bomb")


def test_contents_are_counted_over_all_files():
    content = packed({"a.txt": bytes(600), "b.txt": bytes(600)})

    assert len(read_entries(content, most_out=1200)) == 2
    assert refused(content, most_out=1199) == "unpacks_too_large"


def overlapping():
    """Return an archive in which two names of the directory lie over the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", b"x" * 100)
        archive.writestr("b.txt", b"y")
        archive.getinfo("b.txt").header_offset = archive.getinfo("a.txt").header_offset
    return written.getvalue()


def test_entries_that_overlap_are_refused():
    assert refused(overlapping()) in ("entries_overlap", "headers_differ")


def test_an_entry_inside_another_one_is_refused():
    inner = packed({"b.txt": b"y"})
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", inner)
        archive.writestr("b.txt", b"y")
        archive.getinfo("b.txt").header_offset = 30 + len("a.txt")

    assert refused(written.getvalue()) == "entries_overlap"


def test_bytes_between_before_and_behind_are_refused():
    good = packed({"a.txt": b"x"})
    start = zipfile.ZipFile(io.BytesIO(good)).start_dir
    between = bytearray(good[:start] + b"hidden" + good[start:])
    between[-6:-2] = struct.pack("<L", start + 6)

    assert refused(bytes(between)) == "hidden_bytes"
    assert refused(b"hidden" + good) == "not_a_container"
    assert refused(good + b"hidden") in ("archive_broken", "directory_twice")
    assert refused(good + packed({"b.txt": b"y"})) == "hidden_bytes"


def test_a_second_directory_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", b"x")
        archive.comment = packed({"b.txt": b"y"})[-40:]

    assert refused(written.getvalue()) in ("directory_twice", "archive_broken", "hidden_bytes")


def test_a_header_that_differs_from_the_directory_is_refused():
    content = packed({"a.txt": b"x"})

    assert refused(content.replace(b"a.txt", b"b.txt", 1)) == "headers_differ"


def test_an_encrypted_file_is_refused():
    content = bytearray(packed({"a.txt": b"x"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert refused(bytes(content)) == "encrypted"


def test_a_rare_compression_is_refused():
    assert refused(packed({"a.txt": b"x"}, zipfile.ZIP_BZIP2)) == "compression_unknown"


def test_content_that_does_not_fit_its_checksum_is_refused():
    assert refused(packed({"a.txt": b"xyz"}).replace(b"xyz", b"xyy")) == "archive_broken"


def test_a_good_container_is_in_order():
    assert not_passed(ENTRIES) == []


def test_a_mimetype_in_another_place_is_noted_and_stops_nothing():
    last = {
        **{name: body for name, body in ENTRIES.items() if name != "mimetype"},
        "mimetype": MEDIA_TYPE.encode(),
    }

    assert not_passed(last) == [("mimetype", "mimetype_not_first")]
    assert not_passed(ENTRIES, zipfile.ZIP_DEFLATED) == [("mimetype", "mimetype_not_first")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mimetype": b"application/zip"}, ("mimetype", "mimetype_other")),
        ({"mimetype": MEDIA_TYPE.encode() + b"\n"}, ("mimetype", "mimetype_other")),
        ({"mimetype": None}, ("mimetype", "mimetype_missing")),
        ({"META-INF/manifest.xml": None}, ("manifest", "manifest_missing")),
        ({"META-INF/manifest.xml": b"<x/>"}, ("manifest", "xml_other")),
        ({"META-INF/manifest.xml": b"<x"}, ("manifest", "xml_broken")),
        ({"META-INF/manifest.xml": manifest([*FILES, *FILES])}, ("manifest", "manifest_names_twice")),
        ({"META-INF/manifest.xml": manifest([*FILES, "c.txt"])}, ("manifest", "file_missing")),
        ({"META-INF/manifest.xml": manifest(FILES, "text/plain")}, ("manifest", "manifest_other_type")),
        ({"c.txt": b"x"}, ("manifest", "file_not_in_manifest")),
        ({"META-INF/x.bin": b"x"}, ("meta_folder", "meta_file_unknown")),
        ({"meta-inf/signatures9.xml": b"x"}, ("meta_folder", "meta_file_unknown")),
    ],
)
def test_what_is_not_as_it_must_be_is_named(change, reason):
    entries = {name: body for name, body in {**ENTRIES, **change}.items() if body is not None}

    assert reason in not_passed(entries)


def test_a_container_without_documents_is_refused():
    assert ("manifest", "nothing_to_sign") in not_passed(entries_of({}, b"<x/>"))
