"""Words by what they say about the words beside them, in the languages that operators write to each other in.

Everything is folded: lower case, no accents. A word in several lists counts as the first of `ROLES` that has it.

The lists are short on purpose. A word that is missing here is an ordinary word; names that matter are in the inventory.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What comes before a number, or a single letter, that says which one.
_PLACES = _words(
    "odf mdf idf panel panels rack racks cabinet cabinets shelf shelves slot slots subslot bay bays row aisle room"
    " suite cage floor tray frame"
    " frames subrack subframe chassis hut manhole pole splice closure locker building block unit mast tower raum etage"
    " stock schrank schranke gestell einschub reihe kabine zimmer halle gebaude muffe schacht mast baie baies armoire"
    " salle etage chassis tiroir emplacement allee chambre regard poteau batiment bastidor armario sala planta piso"
    " ranura fila arqueta edificio bandeja armadio telaio stanza piano scaffale alloggiamento pozzetto palazzo kast"
    " verdieping zaal gang rij lade sleuf gebouw kamer bastidor armario sala andar prateleira lat latitude lon"
    " longitude gps coordinates coordinate coords koordinaten coordonnees coordenadas coordinate breitengrad"
    " langengrad geo utm highway route km-marker milepost sn"
)
_INTERFACES = _words(
    "port ports interface interfaces vlan vlans svlan cvlan s-vlan c-vlan vlan-id vni vxlan evi label labels vc-id"
    " vcid pw-id pwid lambda wavelength channel ont onu olt pon gpon epon xgs-pon dslam line-card linecard card cards"
    " module lag ae bundle bundle-ether port-channel portchannel eth-trunk po eth ethernet gigabitethernet"
    " tengigabitethernet gi te fa hu tengige hundredgige fastethernet loopback lo tunnel bvi irb bdi serial pos nve"
    " ifindex mgmt management-interface subinterface sub-interface fiber fibre fibers fibres pair pairs strand"
    " strands faser"
    " fasern adrian ader adern cable kabel steckplatz karte baugruppe wellenlange kanal anschluss porte carte"
    " interface voie fibre brin longueur puerto tarjeta fibra hilo canal porta scheda canale poort kaart vezel kanaal"
    " encap dot1q s-tag c-tag isid i-sid mtid"
)
_NUMBERS = _words(
    "ticket tickets case cases incident incidents tt rfc chg crq inc change request reference ref order ordernumber"
    " account acct contract wo workorder work-order job task po s/n sn serial serials part p/n pn asset version"
    " versions firmware release rev revision build image patch software sw fw os ios junos sros vrp nxos eos asn as"
    " autonomous peer-as remote-as rd rt route-target route-distinguisher community communities localpref med area pid"
    " uid gid id ids identifier wmt vorgang vorgangsnummer storung storungsnummer auftrag auftragsnummer kundennummer"
    " vertrag seriennummer fassung kennung dossier commande contrat numero numeros serie compte incidente caso pedido"
    " contrato cuenta orden serie numero pratica ordine contratto conto seriale zaak melding opdracht contractnummer"
    " serienummer chamado protocolo conta pin code password passwort secret key"
)
_CIRCUITS = _words(
    "circuit circuits cid ckt circuitid line-id lineid cct trunk span segment link links leitung leitungen strecke"
    " trasse leitungsnummer liaison liaisons ligne circuito circuitos enlace linea tratta collegamento lijn verbinding"
    " tronco"
)
_HOSTS = _words(
    "host hosts hostname router routers device devices node nodes switch switches site sites pop pops server servers"
    " element ne bras bng pe ce p-router rr firewall msan exchange olt dslam roadm lsp lsps vrf vrfs vpn vsi vpls evpn"
    " tunnel-id neighbor neighbour peer gateway cluster zone clli colo datacenter datacentre metro cell enodeb gnodeb"
    " nodeb bts knoten gerat vermittlungsstelle standort rechner netzelement routeur noeud equipement hote site"
    " commutateur nodo equipo sitio enrutador apparato sito centrale knooppunt toestel locatie apparaat roteador"
)
# Titles that nothing else is called by, in any case; and those that only a capital letter tells.
_TITLES = _words(
    "mr mrs herr herrn frau mme mlle madame monsieur signor signora signore senor senora meneer mevrouw prof dr"
)
_TITLES_CAPITAL = _words("ms m sr sra sig ing dipl fr hr dhr mw sir miss mister dott mag eng")
_ROLES = _words(
    "contact contacts engineer engineers technician technicians tech manager operator dispatcher supervisor attn"
    " attention coordinator responsible owner author requester requestor assignee caller reporter escort guard"
    " landlord janitor on-call oncall duty shift lead leader colleague foreman installer splicer approver"
    " ansprechpartner ansprechpartnerin techniker technikerin ingenieur ingenieurin bereitschaft leiter leiterin"
    " verantwortlich kollege kollegin kontakt monteur meister zustandig hausmeister technicien technicienne"
    " responsable interlocuteur collegue gardien chef ingenieure contacto ingeniero ingeniera tecnico tecnica"
    " encargado tecnico responsabile contatto ingegnere referente contactpersoon verantwoordelijke collega tecnico"
    " contato responsavel engenheiro"
)
_HEADERS = _words(
    "from to cc bcc sender recipient name contact engineer technician author owner signed reporter requester assignee"
    " manager by attn von an name ansprechpartner techniker bearbeiter de nom contact para nombre da nome van naam"
    " caller operator"
)
_SIGN_OFFS = _words(
    "regards sincerely thanks cheers dear hi hello hallo bonjour hola ciao cordialement salutations grusse gruss"
    " grussen saludos saluti groeten liebe lieber geehrter geehrte cher chere estimado estimada caro cara beste"
    " geachte brgds rgds atenciosamente prezado yours cordiali cordiales"
)
_ORGANISATIONS = _words(
    "support service services team teams desk helpdesk center centre operations operation operational customer"
    " customers client clients network networks noc help management manager account department group control change"
    " care office company partner partners provider carrier operator inc ltd llc gmbh ag sa sas bv nv plc corp telecom"
    " telecommunications fiber fibre direct portal planned planning maintenance global internal sir madam all"
    " colleagues colleague kollegen kolleginnen zusammen everybody everyone tous toutes todos tutti tutte allemaal"
    " valued user users desk notification notifications technical engineering field online kundenservice kunde kunden"
    " kundin kundinnen damen herren leitstelle zentrale abteilung betrieb betriebs netz netze netzbetrieb technik"
    " dienst dienste equipe client clients madame monsieur exploitation reseau soutien cliente clientes equipo soporte"
    " servicio senores squadra assistenza rete servizio klant klanten heer mevrouw dienst netwerk equipe suporte"
    " atendimento security data web sales billing project supply vendor emergency local remote on-site onsite hands"
    " hub centro zentrum crown castle equinix colt zayo lumen"
)
_USERS = _words(
    "user username userid user-id login logon account-name benutzer benutzername utilisateur usuario utente gebruiker"
)
_STREETS = _words(
    "street st str road rd avenue ave boulevard blvd lane ln drive drv parkway pkwy terrace square crescent quay"
    " wharf strasse platz allee gasse damm weg ufer ring chaussee straat laan gracht kade plein gata gatan vagen vej"
    " gade veien veg katu tie utca ulica ulice ut namesti"
)
_STREETS_BEFORE = _words(
    "rue avenue boulevard quai chemin impasse allee place via viale piazza corso largo vicolo calle avenida plaza paseo"
    " carrer rambla rua praca travessa ul ulica aleja al plac ulitsa str strada bulevardul"
)
_WORDS_BEFORE = _words("via place corso largo strada al plac str avenue boulevard quai")
_CONNECTORS = _words(
    "no nr num nos number numbers id ids is are was named called name # nummer numero code type label tag"
)
_LISTING = _words("and to or und bis oder et ou y e o en tot through til till a al au")
_UNITS = _words(
    "km m cm mm nm um ft mi mile miles metre metres meter meters percent prozent ms s sec secs second seconds sekunde"
    " sekunden min mins minute minutes minuten minuti minutos h hr hrs hour hours stunde stunden heure heures hora"
    " horas ore ora uur day days tag tage jour jours dia dias giorno giorni dag dagen week weeks woche wochen semaine"
    " semaines semana semanas settimana settimane month months monat monate mois mes meses year years jahr jahre"
    " jahren an ans anos anni gb mb tb gbps mbps kbps gbit mbit kbit g ge gige gbe db dbm w kw v a times mal fois"
    " veces am pm customers kunden clients clientes clienti hops units"
)
_ABBREVIATIONS = _words(
    "noc bgp ospf isis mpls vpls evpn dwdm cwdm otdr otn sdh sonet pdh roadm edfa osnr ber fec los lof ais rdi lag"
    " lacp stp rstp mstp bfd vrrp hsrp qos cpu ram ups ac dc hvac ats pdu led sfp xfp cfp qsfp oss bss nms ems sla slo"
    " kpi mttr mtbf rfo rca eta etr tbc tbd tba utc gmt cet cest est edt cst cdt pst pdt mst bst jst sgt hkt ist aest"
    " msk wib faq am pm sms sip voip pstn isdn lte gsm umts ip ipv tcp udp icmp snmp ntp dns dhcp http https ftp ssh"
    " tls vpn lan wan man mtu arp acl nat cdn ixp isp pop poi cpe cpes nte ont olt onu gpon adsl vdsl sdsl ftth fttb"
    " fttc hfc catv iptv emea apac latam amer eu uk us usa uae fyi asap eod cob na ok nok ko rx tx poe elan vpws tdm"
    " wdm up down link port slot failed lost fault alarm loss of signal on off in out no not and the is was due to for"
    " all has been will be at by our your we you are from with this that router switch circuit service planned"
    " maintenance fiber fibre cable cut power outage site status impact notice please note start end date time type"
    " customer network reminder update emergency completed cancelled rescheduled scheduled critical major minor high"
    " low input output open closed resolved dear sir madam may can new old none yes duration hours hour min minutes"
    " day days work works hit hits switch"
)
_FIRST_NAMES = _words(
    "aaron adam adrian agnes ahmed alain alan albert alejandro alessandro alexander alexandra alexandre alfonso"
    " alfred ali alice alicia amelia amina amit amy ana andrea andreas andreea andrej andres andrew andrzej angela"
    " anil anita anja ann anna anne annette annika antoine anton antonio arjun arnaud arthur astrid barbara beatrice"
    " ben benjamin benoit bernard bernd bert bianca bjorn bob bogdan brian brigitte bruno camille carla carlo carlos"
    " carmen carol caroline catherine cecile charles chen chiara christian christina christine christoph christophe"
    " christopher claire clara claude claudia claudio colin cristina dagmar damien daniel daniela daniele danielle"
    " dave david deborah denis dennis diana diego dieter dimitri dirk dmitri dominik dominique dorota edward eduardo"
    " ekaterina elena elisabeth elizabeth ella ellen emil emilia emily emma eric erik ernst esther eva fabian fabio"
    " fabrice fatima federico felipe fernando filip florian francesca francesco francisco franck francois francoise"
    " franz fredrik friedrich gabriel gabriela gary georg george georges gerard gerhard giovanni giulia giuseppe"
    " gonzalo graham greta guillaume gunter gustav hannah hans harald harry hassan heike heinz helen helena helene"
    " helmut henri henrik henry herbert hiroshi holger hugo ian ibrahim igor ines ingrid irena irene isabel isabelle"
    " ivan jaakko jack jacob jacques jaime jakob jakub james jana jane janet javier jean jeff jennifer jens jeremy"
    " jerome jessica jim joachim joan joana joao johan johann johanna johannes john jonas jonathan jorg jorge jose"
    " josef joseph joshua juan judith julia julian julie julien jurgen karen karin karl karsten katarina katarzyna"
    " kate katharina katrin keith kenji kevin klaus krzysztof kumar lars laura laurence laurent lea lena leon lena"
    " liam lisa lorenzo louis louise luc luca lucas lucia luigi luis luisa lukas maciej magdalena malte manfred manuel"
    " manuela marc marcel marcin marco marcus maren margaret maria marianne marie mario marion markus marta martha"
    " martin martina mary mateusz mathieu matteo matthew matthias maurice maurizio maximilian mehmet mia michael"
    " michal michel michele michelle miguel mikael mike mikhail mohamed mohammed monica monika monique moritz muhammad"
    " murat nadia nancy natalia natalie natasha nathalie nicholas nick nicola nicolas nicole niels nikolai nils nina"
    " noah nora olaf oleg olga oliver olivia olivier omar oscar otto pablo paola paolo pascal patricia patrick paul"
    " paula pauline pavel pawel pedro pete peter petra philip philipp philippe pierre pietro piotr priya rachel rafael"
    " raj rajesh ralf ramon raphael rebecca reinhard renate rene ricardo riccardo richard rita robert roberta roberto"
    " rodrigo roger roland roman ronald rosa ruth ryan sabine samantha samuel sandeep sandra sanjay sara sarah sascha"
    " sebastian sergei sergey sergio sharon silvia simon simone sofia sofie sophia sophie stefan stefania stefano"
    " stephan stephane stephanie stephen steve steven sunil susan susanne suresh svetlana sven sylvia sylvie takeshi"
    " tamara tanja tatiana teresa theo theresa thierry thomas thorsten tim timo tobias tom tomas tomasz torsten"
    " tristan ulrich ulrike ursula uwe valentina valerie vera veronica veronika victor viktor vijay vincent vincenzo"
    " vladimir volker walter wei werner wilhelm william wolfgang xavier xin yan yannick yasmin ying yolanda yuki yusuf"
    " yves yvonne zofia zoe amran hiro akira chloe ethan jason justin kim lee linda margarita mathias nikola rainer"
    " hanna"
)
_NO_NAME_IN_LOWER_CASE = _words(
    "christian roman rosa vera mia ben lea ella marie nancy martin luc noah ali ana tom tim otto theo bob bert per"
)
# First names that are ordinary words or places too: only before another capital letter.
_FIRST_NAMES_WEAK = _words(
    "mark frank max grace ray dean rose grant bill jack lee long rich victoria sydney carol art van may kim eva iris"
)

KEYWORD_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        word: label
        for label, words in (
            ("name", _HOSTS),
            ("circuit", _CIRCUITS),
            ("number", _NUMBERS),
            ("interface", _INTERFACES),
            ("place", _PLACES),
        )
        for word in words
    }
)
"""What stands after these words says which one: a number, a letter, a code."""

NAMING_KEYWORDS: Final = _HOSTS | _CIRCUITS | _words("serial serials serialnumber sn seriennummer asset")
"""Those after which a word of capital letters is a name too."""

ABBREVIATIONS: Final = _ABBREVIATIONS
FIRST_NAMES: Final = _FIRST_NAMES - _FIRST_NAMES_WEAK
FIRST_NAMES_IN_ANY_CASE: Final = FIRST_NAMES - _NO_NAME_IN_LOWER_CASE
SIGN_OFFS: Final = _SIGN_OFFS
HEADERS: Final = _HEADERS

ROLES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("T", _TITLES),
    ("u", _USERS),
    ("s", _SIGN_OFFS),
    ("E", _words("epl evpl iplc iepl ipl eline dplc eplan evplan")),
    (".", _words("dot punkt point punto ponto")),
    ("f", _CONNECTORS),
    ("&", _LISTING),
    ("%", _UNITS),
    ("O", _ORGANISATIONS - _ROLES - _HOSTS - _CIRCUITS - _INTERFACES),
    ("r", _ROLES),
    ("e", _STREETS_BEFORE - _WORDS_BEFORE),
    ("a", _STREETS),
)
CAPITAL_ROLES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("t", _TITLES_CAPITAL),
    ("e", _STREETS_BEFORE),
    ("S", _words("san santa saint sankt sao st ste port fort los las")),
)
WEAK_FIRST_NAMES: Final = _FIRST_NAMES_WEAK

AFTER_USER: Final = _words(
    "traffic access data equipment experience experiences interface plane name account accounts side impact group"
    " groups can may will is has who with to and or in on at for from of that was reports reported should must cannot"
    " does side base port line guide manual panel count demand device devices level load perspective premises site"
    " support"
)
"""What follows the word `user` when it is no name."""

NO_STREET_NAMES: Final = _words(
    "the of on in under along near at a for to and from by hours hour days minutes km customers services sites"
    " circuits links cables per der die das den dem im am auf unter neben an la le les du sur sous dans el en il nel"
    " sul een de het op in"
)
"""What stands between a number and the word `street` when it is no address."""

ALWAYS_NAMING: Final = _words("lsp lsps vrf vrfs vsi vpls evpn pop pops bng msan olt dslam roadm bts clli")
"""Abbreviations among the naming words, which are written in capitals without shouting."""

SHORT_ENDINGS: Final = _words("up in on by to of at me us go do it no so an la le de re ce y ci ut")
"""What `start-up` and the like end with; other short endings make a name of a compound."""

SHORT_BEGINNINGS: Final = _ABBREVIATIONS | _words(
    "re co on off pre non sub de in up out by un mid low top two one six ten end all air sea day set cut hot dry wet bi"
    " tri add tie fly sit run log go no to so as at if far old new big bad red raw eye ex pay bug fix air via dis mis"
    " est la au ci mi peu dix bas sur eux lui en vis ad ab an vor um aus bei mit zu ein pro neu na bis inter con anti"
)
"""What compounds begin with that are no names, such as `re-routed`; other short beginnings make a name of one."""

NO_PLURALS: Final = _words(
    "this does was has its plus pas mais dans sans les des est als bis aus das den then when been les seen gegen wegen"
)
"""What follows a number and is not what it counts, although it ends so."""

SHORT_OF_A_PAIR: Final = _words("in on up or and he h s a b z n no ja ok")
"""Short words that stand beside a slash without being a piece of something longer."""

STREETS: Final = _STREETS | _STREETS_BEFORE
TITLES: Final = _TITLES
ABBREVIATED_TITLES: Final = _TITLES_CAPITAL - _words("m ms eng sir miss mister")
"""Titles also in small letters, when a full stop follows."""
UNITS: Final = _UNITS
USERS: Final = _USERS
AMBIGUOUS: Final = _words("te fa ne po hu porte se med pin")
"""Words before numbers that are too often something else when they are written small."""
