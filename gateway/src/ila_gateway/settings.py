"""Settings of the gateway."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ila_kit.clock import Clock, MovedClock, utc_now
from ila_kit.settings import FromEnv, setting

from ila_gateway.addresses import networks

LEAST_SECRET = 32
REGISTER_SYSTEMS = ("population", "viis", "licences", "legal_persons", "earlier_support")


@dataclass(frozen=True, kw_only=True)
class Settings(FromEnv):
    """Defaults are safe in production and public; anything else has none."""

    ila_env: str = setting("`development` or `production`; production refuses development conveniences.")
    public_url: str = setting(
        "Address under which the world knows this platform, without a slash at its end."
    )
    session_store_url: str = setting("Valkey or Redis that keeps sessions and tokens.", secret=True)
    signing_key_file: str = setting(
        "Private keys (PEM, ES256) of identity tokens: one or several files, separated by commas, "
        "each with one or several keys; the first key signs, all are published."
    )
    clients_file: Path = setting(
        "Machine clients of the suite itself (JSON list): client_id, scopes, jwks, whose keys may have an "
        "`ends_at`. Others are kept by identity."
    )
    eidentity_issuer: str = setting("OpenID provider people sign in with.")
    eidentity_client_id: str = setting("Name of the gateway at the OpenID provider.", default="ila-gateway")
    eidentity_key_file: Path = setting(
        "Private key (PEM, ES256) by which the gateway shows itself to the provider."
    )
    eidentity_scope: str = setting("What is asked of the provider.", default="openid profile")
    secret_key: str = setting("Signs what a browser carries through a sign-in.", secret=True)
    identity_url: str = setting("Internal address of the identity service.")
    catalog_url: str = setting("Internal address of the catalog service.")
    applications_url: str = setting("Internal address of the applications service.")
    funding_url: str = setting("Internal address of the funding service.")
    portal_url: str = setting("Internal address of the portal.")
    internal_url: str = setting("Further address under which machine clients know the gateway.", default="")
    broker_url: str = setting(
        "Broker of the platform's events, amqp:// or pgbus://; the worker alone needs it.",
        default="",
        secret=True,
    )
    bus_prefix: str = setting("First word of the names of exchanges and queues.", default="ila")
    host: str = setting("Address to listen on.", default="127.0.0.1")
    port: int = setting("Port to listen on.", default=8080)
    web_processes: int = setting("Web server processes.", default=1)
    session_idle_minutes: int = setting("Minutes without a request after which a session ends.", default=30)
    session_hours: int = setting("Hours after which a session ends in any case.", default=12)
    person_per_second: int = setting("Requests a person may make in the long run, per second.", default=20)
    person_burst: int = setting("Requests a person may make at once.", default=200)
    client_per_second: int = setting("Requests a machine may make in the long run, per second.", default=500)
    client_burst: int = setting("Requests a machine may make at once.", default=2000)
    address_per_second: int = setting(
        "Requests from one address (IPv6: /64) in the long run, per second.", default=50
    )
    address_burst: int = setting("Requests from one address at once.", default=500)
    rates_times: int = setting(
        "All of these are multiplied by it; 0: by 1 in production, by 100 in development.", default=0
    )
    unlimited_addresses: str = setting(
        "Networks without limit per address, separated by commas: the portal calls for all its visitors.",
        default="127.0.0.0/8,::1",
    )
    trusted_proxies: str = setting(
        "Networks of proxies of ours whose X-Forwarded-For is believed, separated by commas.", default=""
    )
    front_secret: str = setting(
        "What nginx in front of us shows itself by (32 characters or more); empty: there is none.",
        default="",
        secret=True,
    )
    failures: int = setting(
        "Failures of one account or address in five minutes, after which they get 429.", default=10
    )
    population_register_url: str = setting("Address of the population register; empty: away.", default="")
    population_register_secret: str = setting("Our credential there.", default="", secret=True)
    viis_register_url: str = setting(
        "Address of the register of education institutions; empty: away.", default=""
    )
    viis_register_secret: str = setting("Our credential there.", default="", secret=True)
    licences_register_url: str = setting(
        "Address of the register of programme licences; empty: away.", default=""
    )
    licences_register_secret: str = setting("Our credential there.", default="", secret=True)
    legal_persons_register_url: str = setting(
        "Address of the register of legal persons; empty: away.", default=""
    )
    legal_persons_register_secret: str = setting("Our credential there.", default="", secret=True)
    earlier_support_register_url: str = setting(
        "Address of the register of earlier support; empty: away.", default=""
    )
    earlier_support_register_secret: str = setting("Our credential there.", default="", secret=True)
    registers_file: str = setting(
        "Time limits and validities of the registers (TOML); empty: `registers/registers.toml` as shipped.",
        default="",
    )
    routes_folder: str = setting(
        "Folder with the routes table (TOML, a file for each neighbour); empty: `routes/` as shipped.",
        default="",
    )
    clock_file: str = setting(
        "File with the whole seconds the clock is ahead; refused in production.", default=""
    )
    log_level: str = setting("Least severe level that is logged.", default="INFO")

    def faults(self) -> list[str]:
        """Name what is wrong with these values together."""
        checks = {
            "ILA_ENV is neither development nor production": self.ila_env in ("development", "production"),
            "PUBLIC_URL is not an http(s) address without a path": _is_origin(self.public_url),
            "PUBLIC_URL is not https, and this is production": self.secure or not self.production,
            "CLOCK_FILE is for development only": not (self.production and self.clock_file),
            **{
                f"{name.upper()}_REGISTER_URL comes without its secret": bool(secret) or not url
                for name, (url, secret) in self.register_systems().items()
            },
            "UNLIMITED_ADDRESSES or TRUSTED_PROXIES holds something that is no network": _are_networks(
                self.unlimited_addresses, self.trusted_proxies
            ),
            "a limit is less than 1": min(*self.rate_numbers(), self.failures) >= 1,
            f"SECRET_KEY is shorter than {LEAST_SECRET} characters": len(self.secret_key) >= LEAST_SECRET,
            f"FRONT_SECRET is shorter than {LEAST_SECRET} characters": not self.front_secret
            or len(self.front_secret) >= LEAST_SECRET,
        }
        return [fault for fault, holds in checks.items() if not holds]

    @property
    def production(self) -> bool:
        """Whether this is the real thing."""
        return self.ila_env == "production"

    @property
    def secure(self) -> bool:
        """Whether visitors come over TLS."""
        return self.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """Name of the session cookie; browsers accept the `__Host-` prefix only over TLS."""
        return "__Host-ila_session" if self.secure else "ila_session"

    def rate_numbers(self) -> tuple[int, ...]:
        """Return rate and burst of a person, a machine and an address."""
        times = self.rates_times or (1 if self.production else 100)
        names = (
            f"{kind}_{what}" for kind in ("person", "client", "address") for what in ("per_second", "burst")
        )
        return tuple(getattr(self, name) * times for name in names)

    def clock(self) -> Clock:
        """Return the clock by which answers of registers age; that of sessions and tokens never moves."""
        return MovedClock(Path(self.clock_file)) if self.clock_file else utc_now

    def register_systems(self) -> dict[str, tuple[str, str]]:
        """Return address and credential of each system that holds registers."""
        return {
            name: (getattr(self, f"{name}_register_url"), getattr(self, f"{name}_register_secret"))
            for name in REGISTER_SYSTEMS
        }

    def internal_urls(self) -> dict[str, str]:
        """Return the internal address of each neighbour by its name."""
        names = ("identity", "catalog", "applications", "funding", "portal")
        return {name: str(getattr(self, f"{name}_url")) for name in names}


def _are_networks(*settings: str) -> bool:
    try:
        return bool([networks(one) for one in settings])
    except ValueError:
        return False


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and url == f"{parts.scheme}://{parts.netloc}"
    )
