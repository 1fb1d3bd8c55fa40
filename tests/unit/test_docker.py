"""The image and the compose files: clean to the linters, and as tight as `docker/README.md` says."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

DOCKER = Path(__file__).parent.parent.parent / "docker"
COMPOSE = sorted(DOCKER.glob("compose.*.yaml"))
TOOLS = Path(sys.executable).parent
INSIDE_VOLUME = re.compile(r"(?:.+-)?inside")


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool that is installed beside this Python."""
    return subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, check=False, timeout=60)


def services(file: Path) -> dict[str, dict[str, Any]]:
    with file.open(encoding="utf-8") as stream:
        document = YAML(typ="safe", pure=True).load(stream)
    found: dict[str, dict[str, Any]] = document["services"]
    return found


def networks(file: Path) -> dict[str, dict[str, Any]]:
    with file.open(encoding="utf-8") as stream:
        found: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(stream)["networks"]
    return found


EVERY = [pytest.param(file, name, id=f"{file.name}:{name}") for file in COMPOSE for name in services(file)]
RUNNING = [case for case in EVERY if not case.values[1].startswith("setup")]
OUTSIDES = [case for case in RUNNING if case.values[1].endswith("outside")]
INSIDES = [case for case in RUNNING if case.values[1].endswith("inside")]


def test_hadolint_has_nothing_to_say_about_the_dockerfile():
    done = tool("hadolint", DOCKER / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.name)
def test_compose_files_follow_the_specification(file):
    done = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_file_for_one_operator_and_one_for_a_pair():
    assert [file.name for file in COMPOSE] == ["compose.operator.yaml", "compose.pair.yaml"]
    assert set(services(COMPOSE[0])) == {"setup", "inside", "outside"}
    assert {name for name in services(COMPOSE[1]) if not name.startswith("setup")} == {
        f"{operator}-{zone}" for operator in ("aurora", "northlink") for zone in ("inside", "outside")
    }


class TestDockerfile:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")

    def test_it_runs_as_a_fixed_user_that_is_not_root(self):
        assert re.findall(r"^USER (.+)$", self.text, re.MULTILINE) == ["10001:10001"]
        assert self.text.rindex("\nUSER ") > self.text.rindex("\nRUN "), "nothing after USER needs root"

    def test_its_base_is_an_argument_and_its_only_foreign_name(self):
        assert re.findall(r"^ARG BASE=(.+)$", self.text, re.MULTILINE) == ["python:3.11-slim-bookworm"]
        assert set(re.findall(r"^FROM (\S+)", self.text, re.MULTILINE)) == {"${BASE}"}

    def test_it_installs_by_hash_and_keeps_no_installer(self):
        installs = re.findall(r"pip install (.+)", self.text)
        assert all("--require-hashes" in line or "--no-index" in line for line in installs)
        assert "pip uninstall --yes setuptools pip" in self.text

    def test_it_takes_no_folder_in_which_keys_may_lie(self):
        copied = re.findall(r"^COPY (?!--from)(.+)$", self.text, re.MULTILINE)
        sources = {source for line in copied for source in line.split()[:-1]}
        assert {"keys", "keys/", "."}.isdisjoint(sources)

    def test_it_says_how_healthy_it_is_with_its_own_command(self):
        assert re.search(r'^HEALTHCHECK .* CMD \["demarc", "health"\]$', self.text, re.MULTILINE)


@pytest.mark.parametrize(("file", "name"), EVERY)
def test_every_service_is_locked_down(file, name):
    service = services(file)[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"]
    assert not service.keys() & {"privileged", "cap_add", "user", "pid", "devices"}


@pytest.mark.parametrize(("file", "name"), RUNNING)
def test_every_running_service_has_a_health_check_of_its_zone(file, name):
    zone = name.rpartition("-")[2]
    assert services(file)[name]["healthcheck"]["test"] == ["CMD", "demarc", "health", zone]
    assert services(file)[name]["command"] == ["serve", zone]


@pytest.mark.parametrize(("file", "name"), OUTSIDES)
def test_no_outside_mounts_an_inside_volume(file, name):
    mounted = [volume.split(":")[0] for volume in services(file)[name]["volumes"]]
    assert mounted
    assert not any(INSIDE_VOLUME.fullmatch(volume) for volume in mounted)


@pytest.mark.parametrize(("file", "name"), INSIDES)
def test_every_inside_stands_on_internal_networks_only_and_publishes_nothing(file, name):
    service = services(file)[name]
    assert service["networks"]
    assert all(networks(file)[network].get("internal") is True for network in service["networks"])
    assert "ports" not in service


@pytest.mark.parametrize(("file", "name"), INSIDES)
def test_every_inside_has_tls_because_it_is_not_on_loopback(file, name):
    environment = services(file)[name]["environment"]
    assert {"DEMARC_INSIDE__TLS_CERTIFICATE", "DEMARC_INSIDE__TLS_KEY"} <= environment.keys()
    assert "/keys/inside/" in environment["DEMARC_INSIDE__TLS_KEY"], "the outside must not hold this key"


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.name)
def test_inside_and_outside_share_no_network(file):
    all_services = services(file)
    inside = {one for name in all_services if name.endswith("inside") for one in all_services[name]["networks"]}
    outside = {one for name in all_services if name.endswith("outside") for one in all_services[name]["networks"]}
    assert not inside & outside


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.name)
def test_compose_files_name_no_registry(file):
    assert {service["image"] for service in services(file).values()} == {"demarc:local"}


class TestSetup:
    """`docker/setup.py` as the setup service runs it."""

    @staticmethod
    def run(inside: Path, outside: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, DOCKER / "setup.py", f"--inside={inside}", f"--outside={outside}"]
        options = ["--ingest-host=inside", "--", "--operator=aurora", "--name=Aurora", "--host=localhost"]
        environment = {"PYTHONPATH": str(DOCKER.parent)}
        return subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, env=environment, timeout=120
        )

    @pytest.fixture(scope="class")
    @classmethod
    def instance(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("volumes")
        for name in ("inside", "outside"):
            (folder / name).mkdir()  # as the mount point of an empty volume is there already
        done = cls.run(folder / "inside", folder / "outside")
        assert done.returncode == 0, done.stderr
        assert "Fingerprint" in done.stdout
        return folder

    def test_each_folder_has_the_keys_and_the_store_of_its_zone_only(self, instance):
        names = {zone: {path.name for path in (instance / zone).rglob("*")} for zone in ("inside", "outside")}
        assert {"seal.key.pem", "pseudonym.master.hex", "inside.db", "ingest.key.pem"} <= names["inside"]
        assert {"receipt.key.pem", "tls-server.key.pem", "outside.db"} <= names["outside"]
        assert names["inside"] & names["outside"] == {"demarc.toml", "descriptor.json", "keys"}

    def test_private_files_stay_private(self, instance):
        private = [path for path in instance.rglob("*") if path.name.endswith((".key.pem", ".hex", ".token", ".db"))]
        assert len(private) >= 9
        assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}

    def test_it_overwrites_nothing(self, instance):
        before = {path: path.read_bytes() for path in instance.rglob("*") if path.is_file()}
        done = self.run(instance / "inside", instance / "outside")
        assert done.returncode == 1
        assert "not empty" in done.stderr
        assert {path: path.read_bytes() for path in instance.rglob("*") if path.is_file()} == before
