"""Identifiers of every kind to plant in sentences, sentences to plant them in, and sentences that hold none.

All of it is made up here. What is mined from published router outputs and notices comes from `tests/mined.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that must not leave; `lead` is a word before it that says what it is, and may stay."""

    kind: str
    secret: str
    lead: str = ""

    @property
    def text(self) -> str:
        """The identifier as it stands in a text."""
        return f"{self.lead} {self.secret}" if self.lead else self.secret


INVENTORY = {
    "device": (
        "core-7.par",
        "fra7-kx3q-agg2",
        "rt1.par.aurora",
        "MUC-PE-03",
        "olt_lyon_12",
        "Corerouter",
        "edge router nord",
    ),
    "site": ("Paris Voltaire", "Telehouse North", "Marseille", "Zürich Hardturm", "Kirchberg"),
    "circuit": ("CKT-00417-LYS", "GTT/ETH/000123", "EPL Paris-Lyon 17", "Rheinlinie", "40GE-LON-AMS-0017"),
    "customer": ("Contoso Bank", "Møller Shipping", "Initech"),
}

_OTHERS = {
    "address": (
        "10.0.0.1 192.0.2.77 203.0.113.254 172.16.31.7/32 198.51.100.0/24 2001:db8::1"
        " fe80::1ff:fe23:4567:890a 2001:db8:a::/48 ::ffff:192.0.2.1 2001:0db8:0000:0000:0000:ff00:0042:8329"
    ),
    "hardware address": "00:1a:2b:3c:4d:5e 00-1A-2B-3C-4D-5E 001a.2b3c.4d5e 001A2B3C4D5E",
    "host name": "core1.fra.example.net ams-edge-01 bng02-ber pe3.lon NYC01SW2 rtr-17.pop.example.com sw01",
    "interface": (
        "Gi0/0/1 xe-0/0/1.100 Ethernet1/49 ge-1/2/3 TenGigE0/0/0/1 Te1/1/1 HundredGigE0/7/0/3 ae12"
        " Bundle-Ether100 Vlan210 Loopback0 lo0 mgmt0 port-channel17 gpon-olt_1/2/3:4 1/1/c3/1 0/1/0/5"
        " Eth-Trunk12 et-0/0/49:2 GigabitEthernet0/0/0.1001 Po12"
    ),
    "circuit": (
        "IC-311222 TTN-0001234567 ABCD/123456//ZYO WS/KJUS/12345/ETH 12/KFGS/123456/NY/CCF DE-FRA-000123-ETH"
        " CRQ1-12345678 ETH1000-111111 666666-DF-ANYWFL00-ANYWFL01 FCC12345678 PN498484"
    ),
    "CLLI": "NYCMNYBWDS0 PARSFR01RT3 CHCGILCLH91",
    "serial": "FOC1234A1B2 JN11C7A6BAFC SSI190301C8 CXC1740316_1-R11A01 210235A1D4H12B000123",
    "version": "15.2(4)M3 20.4R3-S1 7.3.2 v20.3.1.803 V200R019C10SPC500 16.12.04",
    "coordinates": "48.8566,2.3522 48°51'24\"N -33.86882 50.1109N",
    "autonomous system": "AS64500 AS3303 64512 AS4200000001",
    "route": "65000:100 64512:70001 target:65000:300 1.1.1.1:22",
    "ticket": "INC0012345 CHG0031000 TT#998877 #48812 GIN-CHG0123456 SR-20264-004711",
    "phone": "+442079460958 +49-30-1234567 (030)1234567 0800-555-0199 030/1234567",
    "mail": "jean.dupont@example.com noc@carrier.example spradmin@lab",
    "link": "https://portal.example.com/t/4711 http://nms.example/x?y=z www.example.net ssh://10.0.0.7",
    "code": "065ad66cb4e401827f675a56799be7ceb9cd66fc 7f3c2a10-5b1e-4c3d-9f00-aa11bb22cc33 eyJhbGciOiJIUzI1NiJ9",
}

_AFTER_A_WORD = {
    "VLAN": "1204 77",
    "VNI": "10077",
    "rack": "B12 17",
    "Rack": "A-07",
    "slot": "3",
    "shelf": "2",
    "cabinet": "0402",
    "cage": "12",
    "room": "4.12",
    "port": "1/1/7",
    "GigabitEthernet": "0/1 0/0/0.17",
    "label": "30017",
    "LSP": "PAR-LYS-1 to_lyon",
    "VRF": "CUST-A",
    "circuit": "A4711",
    "ticket": "7771",
    "account": "4412",
    "serial": "8812345",
    "version": "21.2",
    "AS": "3303",
    "Frau": "Schmidt",
    "Dr.": "Weber",
    "user": "jdoe7 xkumar",
}

_PHRASES = (
    ("person", "Jean Dupont"),
    ("person", "Maria Rossi"),
    ("person", "Thomas Müller"),
    ("person", "Mr Smith"),
    ("street", "60 Hudson Street"),
    ("street", "12 rue de Rivoli"),
    ("street", "Hauptstraße 5"),
    ("street", "165 Halsey Road"),
    ("phone", "+44 20 7946 0958"),
    ("phone", "030 123 45 67"),
    ("circuit", "HKG TOK EPL 9000156416"),
    ("address", "00 1a 2b 3c 4d 5e"),
    ("coordinates", "48.8566, 2.3522"),
)


def identifiers() -> Iterator[Identifier]:
    """Yield one identifier after the other, those of the inventory first."""
    for kind, names in INVENTORY.items():
        yield from (Identifier(f"{kind} of the inventory", name) for name in names)
    for kind, listed in _OTHERS.items():
        yield from (Identifier(kind, secret) for secret in listed.split())
    for lead, listed in _AFTER_A_WORD.items():
        yield from (Identifier("after a word", secret, lead) for secret in listed.split())
    yield from (Identifier(kind, secret) for kind, secret in _PHRASES)


SENTENCES = (
    ("The fault on ", " was cleared this morning."),
    ("", " is affected by planned work."),
    ("Please check ", ", then close the alarm"),
    ("Die Störung betrifft ", " seit heute früh."),
    ("Les travaux concernent ", " cette nuit."),
    ("Loss of signal\ntowards ", "\nsince the storm"),
)

CLEAN = tuple(
    filter(
        None,
        """
Loss of signal on the receiving side; the line was switched to protection.
The fan tray has failed and a replacement is on its way.
Optical power is below the threshold since this morning.
Please note that this maintenance may cause a short interruption of your service.
We apologise for any inconvenience and thank you for your patience.
A third party has cut the cable during road works.
Work will begin at 22:00 and end at 06:00 UTC.
The outage lasted 45 minutes and affected 3 services.
Expected impact: two interruptions of up to 5 minutes each.
Service was restored on 22 November 2026 at 10:04.
The planned window is 2026-11-22 22:00 - 2026-11-23 06:00 UTC.
Packet loss of 0.5 % was measured between both ends.
A technician is on site and expects to finish within 2 hours.
Our supplier has confirmed that the splicing is complete.
The 100GE interface shows errors after the software upgrade.
Redundancy was lost; traffic is carried over the backup path.
BGP sessions will be reset once during the change window.
The alarm cleared by itself after 12 seconds.
Temperature in the equipment room rose to 41 °C.
Commercial power has failed; the site runs on battery for about 4 hours.
No action is required on your side.
If you have any questions, please contact your account team.
The root cause is still being investigated.
This is a reminder of the maintenance that starts in 24 hours.
The work was postponed because of bad weather.
All services are stable again and the ticket will be closed.
Latency increased from 12 ms to 38 ms during the reroute.
The fibre was damaged by a digger, about 300 m of cable must be replaced.
Customers may see a brief loss of redundancy.
IPv6 and IPv4 traffic are both affected.
The receive level is -28.9 dBm, the threshold is -25 dBm.
Emergency maintenance is needed to prevent a longer outage.
The next update follows at 14:30 CET.
Availability in October was 99.98%.
The line flapped four times within one hour.
Dear Customer, please be advised that the previously announced work has been cancelled.
Best regards, Network Operations
The spare part arrives tomorrow between 9 am and 11 am.
Both power supplies of the shelf report low voltage.
We are working with the cable owner to restore the link.
Die Leitung wurde durch Bauarbeiten beschädigt.
Der Techniker ist vor Ort und tauscht die Baugruppe aus.
Die Wartung beginnt um 23:00 Uhr und dauert etwa 4 Stunden.
Es kommt zu einer kurzen Unterbrechung des Dienstes.
Sehr geehrte Damen und Herren, wir bitten um Ihr Verständnis.
Der optische Pegel liegt unter dem Schwellwert.
Die Entstörung wird voraussichtlich bis 18 Uhr abgeschlossen.
Ein Bagger hat das Kabel an mehreren Stellen getrennt.
Der Verkehr läuft über den Ersatzweg, die Redundanz fehlt.
Die Ursache ist noch nicht bekannt.
Mit freundlichen Grüßen
Le câble a été coupé lors de travaux de voirie.
La maintenance aura lieu dans la nuit du 22 au 23 novembre.
Une coupure de 15 minutes est à prévoir.
L'alimentation électrique du site est rétablie.
Nous vous prions de nous excuser pour la gêne occasionnée.
Le technicien est en route et arrivera vers 14h30.
Le trafic a été basculé sur le lien de secours.
Veuillez nous contacter pour toute question.
Se ha producido un corte de fibra por obras.
El servicio quedó restablecido a las 10:30.
La ventana de mantenimiento durará unas 6 horas.
Lamentamos las molestias ocasionadas.
Il guasto è stato risolto e il servizio è di nuovo attivo.
La manutenzione programmata inizierà alle 23:00.
Ci scusiamo per il disagio.
De storing is verholpen en de dienst werkt weer normaal.
De werkzaamheden beginnen om 22:00 uur en duren ongeveer 3 uur.
Wij verwachten geen onderbreking van uw dienst.
O serviço foi restabelecido após a substituição da placa.
Pedimos desculpa pelo incómodo causado.
Prace rozpoczną się o godzinie 22:00 i potrwają 4 godziny.
Kabeln skadades vid ett grävarbete i natt.
Работы начнутся в 22:00 и продлятся четыре часа.
下記メンテナンスは、24 時間後に開始します。
光ファイバーの断線により、サービスが停止しています。
""".splitlines(),
    )
)
