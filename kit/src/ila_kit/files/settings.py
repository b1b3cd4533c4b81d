"""Settings of a service that keeps files."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ila_kit.files.blobs import Blobs
from ila_kit.files.directory import DirectoryBlobs
from ila_kit.files.kept import KeptFiles
from ila_kit.files.s3 import S3Blobs
from ila_kit.files.scanner import Clamd, NoScanner
from ila_kit.service_settings import ServiceSettings
from ila_kit.settings import setting

DEVELOPMENT_FILES = "file:///var/tmp/ila-files"


@dataclass(frozen=True, kw_only=True)
class FileSettings(ServiceSettings):
    """Where files are kept, and who looks at them before."""

    files_url: str = setting(
        "Where files are kept: `file:///folder` or `s3://key:secret@host/bucket?region=…` (`s3+http://` in"
        " development); each service has a part of its own in it; production needs its own.",
        default=DEVELOPMENT_FILES,
        secret=True,
    )
    clamd_url: str = setting(
        "Virus scanner asked before a file is kept: `tcp://host:port` or `unix:///path`; empty: none.",
        default="",
    )

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        return super().faults() + self._files_faults() + self._clamd_faults()

    def kept_files(self, service: str) -> KeptFiles:
        """Return the store of a service's files; nothing is opened yet."""
        scanner = Clamd(self.clamd_url) if self.clamd_url else NoScanner()
        return KeptFiles(self._blobs(service), scanner)

    def _blobs(self, service: str) -> Blobs:
        url = urlsplit(self.files_url)
        if url.scheme == "file":
            return DirectoryBlobs(Path(unquote(url.path)) / service)
        return S3Blobs(self.files_url, service)

    def _files_faults(self) -> list[str]:
        try:
            url = urlsplit(self.files_url)
            bucket = url.path.strip("/")
            store = bool(url.hostname and url.username and url.password and bucket and "/" not in bucket)
            known = {"file": not url.netloc and len(url.path) > 1, "s3": store, "s3+http": store}
            good = known.get(url.scheme, False) and (url.port is None or url.port > 0)
        except ValueError:
            return ["FILES_URL is no address of a store of files"]
        if not good:
            return ["FILES_URL is no address of a store of files"]
        if self.production and self.files_url == DEVELOPMENT_FILES:
            return ["FILES_URL is the one of development"]
        plain = self.production and url.scheme == "s3+http"
        return ["FILES_URL sends files without TLS"] if plain else []

    def _clamd_faults(self) -> list[str]:
        try:
            url = urlsplit(self.clamd_url)
            good = {"": not self.clamd_url, "tcp": bool(url.hostname and url.port), "unix": bool(url.path)}
        except ValueError:
            return ["CLAMD_URL is no address of a scanner"]
        return [] if good.get(url.scheme, False) else ["CLAMD_URL is no address of a scanner"]
