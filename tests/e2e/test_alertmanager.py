"""A real alert: Prometheus sees a metric go bad, Alertmanager tells aurora, northlink gives a receipt; and its end."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.record.strictjson import Json
from tests.network import INTERCONNECT_PORT, INVENTORY, partner_policy
from tests.operators import Folder, Operator, free_ports, until

PROMETHEUS, ALERTMANAGER = shutil.which("prometheus"), shutil.which("prometheus-alertmanager")
STREAM = "aurora/northlink"

pytestmark = [
    pytest.mark.alertmanager,
    pytest.mark.slow,
    pytest.mark.skipif(not (PROMETHEUS and ALERTMANAGER), reason="needs prometheus and prometheus-alertmanager"),
]

PROMETHEUS_YAML = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
alerting:
  alertmanagers:
    - static_configs: [{{targets: ["127.0.0.1:{alertmanager}"]}}]
scrape_configs:
  - job_name: network
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
"""
RULES_YAML = """\
groups:
  - name: network
    rules:
      - alert: InterfaceDown
        expr: interface_up == 0
        labels: {severity: critical, alarm_type: communicationsAlarm}
        annotations: {summary: "{{ $labels.resource }} is down"}
"""
ALERTMANAGER_YAML = """\
route: {{receiver: aurora, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: aurora
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config: {{authorization: {{credentials_file: {token_file}}}}}
"""


class Exporter:
    """One interface of aurora's, as a metric; `value` is what the next scrape sees."""

    def __init__(self) -> None:
        self.value = 1
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f'interface_up{{resource="{INTERCONNECT_PORT}"}} {exporter.value}\n'.encode()
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    running = Exporter()
    yield running
    running.close()


def start_monitoring(folder: Folder, aurora: Operator, exporter: Exporter) -> None:
    prometheus, alertmanager = free_ports(2)
    rules, config = folder.path / "rules.yml", folder.path / "prometheus.yml"
    rules.write_text(RULES_YAML)
    config.write_text(PROMETHEUS_YAML.format(rules=rules, alertmanager=alertmanager, exporter=exporter.port))
    receiver = folder.path / "alertmanager.yml"
    receiver.write_text(ALERTMANAGER_YAML.format(url=aurora.alertmanager_url, token_file=aurora.ingest_token_file))
    folder.program(
        "alertmanager",
        str(ALERTMANAGER),
        f"--config.file={receiver}",
        f"--storage.path={folder.path / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{alertmanager}",
        "--cluster.listen-address=",
    )
    folder.program(
        "prometheus",
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder.path / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{prometheus}",
    )


def receipted(aurora: Operator, northlink: Operator, state: str) -> Json | None:
    """Return northlink's newest alarm entry if it has this state and aurora holds a receipt that covers it."""
    found = [
        (index, entry)
        for index, entry in enumerate(northlink.entries(STREAM))
        if entry["data"]["@type"] == "Alarm" and entry["data"]["state"] == state
    ]
    if not found or aurora.delivery(STREAM).acknowledged <= found[-1][0]:
        return None
    return found[-1][1]


def test_a_real_alert_and_its_end_are_receipted_entries_at_the_partner(tmp_path: Path, exporter: Exporter) -> None:
    with Folder(tmp_path) as folder:
        aurora, northlink = folder.pair()
        aurora.load(INVENTORY)
        aurora.publish(partner_policy())
        processes = [one.start(zone) for one in (aurora, northlink) for zone in ("inside", "outside")]
        for process in processes:
            until(lambda process=process: process.has_announced("listens on"), 60)
        start_monitoring(folder, aurora, exporter)

        bad_at = time.monotonic()
        exporter.value = 0
        raised = until(lambda: receipted(aurora, northlink, "raised"), 60, "the alert is a receipted entry")
        good_at = time.monotonic()
        exporter.value = 1
        cleared = until(lambda: receipted(aurora, northlink, "cleared"), 60, "its end is a receipted entry")
        print(  # noqa: T201 - the figures are a result
            f"\nmetric bad to receipted entry {good_at - bad_at:.1f} s, "
            f"metric good to receipted end {time.monotonic() - good_at:.1f} s"
        )

        assert raised["type"] == "org.demarc.alarm.raised.v1"
        assert cleared["type"] == "org.demarc.alarm.cleared.v1"
        assert raised["subject"] == cleared["subject"]
        assert raised["data"]["perceivedSeverity"] == "critical"
        assert raised["data"]["affectedService"] == [{"id": "svc-100001", "name": "EVPL London - Frankfurt"}]
        assert "alarmClearedTime" in cleared["data"]
        assert INTERCONNECT_PORT not in json.dumps(northlink.entries(STREAM))

        until(lambda: aurora.is_through(northlink), 30)
        statuses = [
            entry["data"].get("operatingStatus")
            for entry in northlink.entries(STREAM)
            if entry["data"]["@type"] == "Service"
        ]
        assert statuses[-2:] == ["failed", "running"]
        assert northlink.lines_inside(STREAM) == northlink.lines(STREAM)
        for operator in (aurora, northlink):
            assert f"receipted up to {len(northlink.lines(STREAM))}" in operator.verify()
