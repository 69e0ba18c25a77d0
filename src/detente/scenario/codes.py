"""Conflict-cooperation scores of event types.

PLOVER types and modes with the scores of the PLOVER manual (ACCUSE is printed 3 there; its modes
are all negative, so -3 here), and CAMEO codes with Goldstein (1992) scores from the CAMEO code
book. Both run from -10, the most hostile, to 10, the most cooperative.
"""

from typing import Final

#: Score by PLOVER type, or type and mode joined by a point.
PLOVER: Final[dict[str, float]] = {
    "AGREE": 2.5,
    "CONSULT": 2.5,
    "CONSULT.visit": 4.0,
    "CONSULT.third-party": 1.0,
    "CONSULT.multilateral": 4.0,
    "CONSULT.phone": 1.5,
    "SUPPORT": 5.0,
    "CONCEDE": 4.5,
    "COOPERATE": 9.5,
    "AID": 10.0,
    "RETREAT": 6.5,
    "RETREAT.withdraw": 8.0,
    "RETREAT.release": 6.5,
    "RETREAT.disarm": 10.0,
    "RETREAT.ceasefire": 7.5,
    "RETREAT.access": 6.5,
    "RETREAT.resign": 4.5,
    "REQUEST": 0.0,
    "REQUEST.assist": 0.5,
    "REQUEST.change": -1.0,
    "REQUEST.yield": -1.0,
    "REQUEST.meet": 0.0,
    "ACCUSE": -3.0,
    "ACCUSE.disapprove": -2.0,
    "ACCUSE.investigate": -3.5,
    "ACCUSE.allege": -3.5,
    "REJECT": -2.0,
    "REJECT.assist": -1.5,
    "REJECT.change": -2.0,
    "REJECT.yield": -2.0,
    "REJECT.meet": -2.0,
    "THREATEN": -3.5,
    "THREATEN.restrict": -3.0,
    "THREATEN.arrest": -3.5,
    "THREATEN.relations": -3.5,
    "THREATEN.expel": -3.5,
    "THREATEN.territory": -4.0,
    "THREATEN.violence": -3.5,
    "PROTEST": -5.0,
    "SANCTION": -6.0,
    "SANCTION.convict": -6.0,
    "SANCTION.expel": -5.5,
    "SANCTION.withdraw": -6.0,
    "SANCTION.discontinue": -6.0,
    "MOBILIZE": -5.5,
    "MOBILIZE.troops": -6.5,
    "MOBILIZE.weapons": -6.5,
    "MOBILIZE.police": -5.5,
    "MOBILIZE.militia": -6.0,
    "COERCE": -7.0,
    "COERCE.seize": -7.0,
    "COERCE.restrict": -7.0,
    "COERCE.cyber": -7.0,
    "ASSAULT": -9.0,
    "ASSAULT.aerial": -9.5,
    "ASSAULT.drone": -9.5,
    "ASSAULT.heavy-weapons": -9.5,
    "ASSAULT.unconventional": -10.0,
}

#: Score by CAMEO code.
CAMEO: Final[dict[str, float]] = {
    "01": 0.0,  # make public statement
    "010": 0.0,  # make statement
    "011": -0.1,  # decline comment
    "012": -0.4,  # make pessimistic comment
    "013": 0.4,  # make optimistic comment
    "014": 0.0,  # consider policy option
    "015": 0.0,  # acknowledge or claim responsibility
    "016": -5.0,  # deny responsibility
    "017": 0.0,  # engage in symbolic act
    "018": 3.4,  # make empathetic comment
    "019": 3.4,  # express accord
    "02": 3.0,  # appeal
    "020": 3.0,  # make an appeal or request
    "021": 3.4,  # appeal for material cooperation
    "0211": 3.4,  # appeal for economic cooperation
    "0212": 3.4,  # appeal for military cooperation
    "0213": 3.4,  # appeal for judicial cooperation
    "0214": 3.4,  # appeal for intelligence
    "022": 3.4,  # appeal for diplomatic cooperation (such as policy support)
    "023": 3.4,  # appeal for aid
    "0231": 3.4,  # appeal for economic aid
    "0232": 3.4,  # appeal for military aid
    "0233": 3.4,  # appeal for humanitarian aid
    "0234": 3.4,  # appeal for military protection or peacekeeping
    "024": -0.3,  # appeal for political reform
    "0241": -0.3,  # appeal for change in leadership
    "0242": -0.3,  # appeal for policy change
    "0243": -0.3,  # appeal for rights
    "0244": -0.3,  # appeal for change in institutions, regime
    "025": -0.3,  # appeal to yield
    "0251": -0.3,  # appeal for easing of administrative sanctions
    "0252": -0.3,  # appeal for easing of political dissent
    "0253": -0.3,  # appeal for release of persons or property
    "0254": -0.3,  # appeal for easing of economic sanctions, boycott, or embargo
    "0255": -0.3,  # appeal for target to allow international involvement (non-mediation)
    "0256": -0.3,  # appeal for de-escalation of military engagement
    "026": 4.0,  # appeal to others to meet or negotiate
    "027": 4.0,  # appeal to others to settle dispute
    "028": 4.0,  # appeal to engage in or accept mediation
    "03": 4.0,  # express intent to cooperate
    "030": 4.0,  # express intent to cooperate
    "031": 5.2,  # express intent to engage in material cooperation
    "0311": 5.2,  # express intent to cooperate economically
    "0312": 5.2,  # express intent to cooperate militarily
    "0313": 5.2,  # express intent to cooperate on judicial matters
    "0314": 5.2,  # express intent to cooperate on intelligence
    "032": 4.5,
    "033": 5.2,  # express intent to provide material aid
    "0331": 5.2,  # express intent to provide economic aid
    "0332": 5.2,  # express intent to provide military aid
    "0333": 5.2,  # express intent to provide humanitarian aid
    "0334": 6.0,  # express intent to provide military protection or peacekeeping
    "034": 7.0,  # express intent to institute political reform
    "0341": 7.0,  # express intent to change leadership
    "0342": 7.0,  # express intent to change policy
    "0343": 7.0,  # express intent to provide rights
    "0344": 7.0,  # express intent to change institutions, regime
    "035": 7.0,  # express intent to yield
    "0351": 7.0,  # express intent to ease administrative sanctions
    "0352": 7.0,  # express intent to ease popular dissent
    "0353": 7.0,  # express intent to release persons or property
    "0354": 7.0,  # express intent to ease economic sanctions, boycott, or embargo
    "0355": 7.0,  # express intent to allow international involvement (non-mediation)
    "0356": 7.0,  # express intent to de-escalate military engagement
    "036": 4.0,  # express intent to meet or negotiate
    "037": 5.0,  # express intent to settle dispute
    "038": 7.0,  # express intent to accept mediation
    "039": 5.0,  # express intent to mediate
    "04": 1.0,  # consult
    "040": 1.0,  # consult
    "041": 1.0,  # discuss by telephone
    "042": 1.9,  # make a visit
    "043": 2.8,  # host a visit
    "044": 2.5,  # meet at a 'third' location
    "045": 5.0,  # mediate
    "046": 7.0,  # engage in negotiation
    "05": 3.5,  # engage in diplomatic cooperation
    "050": 3.5,  # engage in diplomatic cooperation
    "051": 3.4,  # praise or endorse
    "052": 3.5,  # defend verbally
    "053": 3.8,  # rally support on behalf of
    "054": 6.0,  # grant diplomatic recognition
    "055": 7.0,  # apologize
    "056": 7.0,  # forgive
    "057": 8.0,  # sign formal agreement
    "06": 6.0,  # engage in material cooperation
    "060": 6.0,  # engage in material cooperation
    "061": 6.4,  # cooperate economically
    "062": 7.4,  # cooperate militarily
    "063": 7.4,  # engage in judicial cooperation
    "064": 7.0,  # share intelligence or information
    "07": 7.0,  # provide aid
    "070": 7.0,  # provide aid
    "071": 7.4,  # provide economic aid
    "072": 8.3,  # provide military aid
    "073": 7.4,  # provide humanitarian aid
    "074": 8.5,  # provide military protection or peacekeeping
    "075": 7.0,  # grant asylum
    "08": 5.0,  # yield
    "080": 5.0,  # yield
    "081": 5.0,  # ease administrative sanctions
    "0811": 5.0,  # ease restrictions on political freedoms
    "0812": 5.0,  # ease ban on political parties or politicians
    "0813": 5.0,  # ease curfew
    "0814": 5.0,  # ease state of emergency or martial law
    "082": 5.0,  # ease political dissent
    "083": 5.0,  # accede to requests or demands for political reform
    "0831": 5.0,  # accede to demands for change in leadership
    "0832": 5.0,  # accede to demands for change in policy
    "0833": 5.0,  # accede to demands for rights
    "0834": 5.0,  # accede to demands for change in institutions, regime
    "084": 7.0,  # return, release
    "0841": 7.0,  # return, release person(s)
    "0842": 7.0,  # return, release property
    "085": 7.0,  # ease economic sanctions, boycott, embargo
    "086": 9.0,  # allow international involvement
    "0861": 9.0,  # receive deployment of peacekeepers
    "0862": 9.0,  # receive inspectors
    "0863": 9.0,  # allow humanitarian access
    "087": 9.0,  # de-escalate military engagement
    "0871": 9.0,  # declare truce, ceasefire
    "0872": 9.0,  # ease military blockade
    "0873": 9.0,  # demobilize armed forces
    "0874": 10.0,  # retreat or surrender militarily
    "09": -2.0,  # investigate
    "090": -2.0,  # investigate
    "091": -2.0,  # investigate crime, corruption
    "092": -2.0,  # investigate human rights abuses
    "093": -2.0,  # investigate military action
    "094": -2.0,  # investigate war crimes
    "10": -5.0,  # demand
    "100": -5.0,  # demand
    "101": -5.0,  # demand material cooperation
    "1011": -5.0,  # demand economic cooperation
    "1012": -5.0,  # demand military cooperation
    "1013": -5.0,  # demand judicial cooperation
    "1014": -5.0,  # demand intelligence cooperation
    "102": -5.0,  # demand diplomatic cooperation (such as policy support)
    "103": -5.0,  # demand material aid
    "1031": -5.0,  # demand economic aid
    "1032": -5.0,  # demand military aid
    "1033": -5.0,  # demand humanitarian aid
    "1034": -5.0,  # demand military protection or peacekeeping
    "104": -5.0,  # demand political reform
    "1041": -5.0,  # demand change in leadership
    "1042": -5.0,  # demand policy change
    "1043": -5.0,  # demand rights
    "1044": -5.0,  # demand change in institutions, regime
    "105": -5.0,  # demand that target yields
    "1051": -5.0,  # demand easing of administrative sanctions
    "1052": -5.0,  # demand easing of political dissent
    "1053": -5.0,  # demand release of persons or property
    "1054": -5.0,  # demand easing of economic sanctions, boycott, or embargo
    "1055": -5.0,  # demand that target allows international involvement (non-mediation)
    "1056": -5.0,  # demand de-escalation of military engagement
    "106": -5.0,  # demand meeting, negotiation
    "107": -5.0,  # demand settling of dispute
    "108": -5.0,  # demand mediation
    "11": -2.0,  # disapprove
    "110": -2.0,  # disapprove
    "111": -2.0,  # criticize or denounce
    "112": -2.0,  # accuse
    "1121": -2.0,  # accuse of crime, corruption
    "1122": -2.0,  # accuse of human rights abuses
    "1123": -2.0,  # accuse of aggression
    "1124": -2.0,  # accuse of war crimes
    "1125": -2.0,  # accuse of espionage, treason
    "113": -2.0,  # rally opposition against
    "114": -2.0,  # complain officially
    "115": -2.0,  # bring lawsuit against
    "116": -2.0,  # find guilty or liable (legally)
    "12": -4.0,  # reject
    "120": -4.0,  # reject
    "121": -4.0,  # reject material cooperation
    "1211": -4.0,  # reject economic cooperation
    "1212": -4.0,  # reject military cooperation
    "1213": -4.0,  # reject judicial cooperation
    "122": -4.0,  # reject request or demand for material aid
    "1221": -4.0,  # reject request for economic aid
    "1222": -4.0,  # reject request for military aid
    "1223": -4.0,  # reject request for humanitarian aid
    "1224": -4.0,  # reject request for military protection or peacekeeping
    "123": -4.0,  # reject request or demand for political reform
    "1231": -4.0,  # reject request for change in leadership
    "1232": -4.0,  # reject request for policy change
    "1233": -4.0,  # reject request for rights
    "1234": -4.0,  # reject request for change in institutions, regime
    "124": -4.0,  # refuse to yield
    "1241": -4.0,  # refuse to ease administrative sanctions
    "1242": -4.0,  # refuse to ease popular dissent
    "1243": -4.0,  # refuse to release persons or property
    "1244": -4.0,  # refuse to ease economic sanctions, boycott, or embargo
    "1245": -4.0,  # refuse to allow international involvement (non mediation)
    "1246": -4.0,  # refuse to de-escalate military engagement
    "125": -5.0,  # reject proposal to meet, discuss, or negotiate
    "126": -5.0,  # reject mediation
    "127": -5.0,  # reject plan, agreement to settle dispute
    "128": -5.0,  # defy norms, law
    "129": -5.0,  # veto
    "13": -6.0,  # threaten
    "130": -4.4,  # threaten
    "131": -5.8,  # threaten non-force
    "1311": -5.8,  # threaten to reduce or stop aid
    "1312": -5.8,  # threaten with sanctions, boycott, embargo
    "1313": -5.8,  # threaten to reduce or break relations
    "132": -5.8,  # threaten with administrative sanctions
    "1321": -5.8,  # threaten with restrictions on political freedoms
    "1322": -5.8,  # threaten to ban political parties or politicians
    "1323": -5.8,  # threaten to impose curfew
    "1324": -5.8,  # threaten to impose state of emergency or martial law
    "133": -5.8,  # threaten with political dissent, protest
    "134": -5.8,  # threaten to halt negotiations
    "135": -5.8,  # threaten to halt mediation
    "136": -7.0,  # threaten to halt international involvement (non-mediation)
    "137": -7.0,  # threaten with repression
    "138": -7.0,  # threaten with military force
    "1381": -7.0,  # threaten blockade
    "1382": -7.0,  # threaten occupation
    "1383": -7.0,  # threaten unconventional violence
    "1384": -7.0,  # threaten conventional attack
    "1385": -7.0,  # threaten attack with wmd
    "139": -7.0,  # give ultimatum
    "14": -6.5,  # protest
    "140": -6.5,  # engage in political dissent
    "141": -6.5,  # demonstrate or rally
    "1411": -6.5,  # demonstrate for leadership change
    "1412": -6.5,  # demonstrate for policy change
    "1413": -6.5,  # demonstrate for rights
    "1414": -6.5,  # demonstrate for change in institutions, regime
    "142": -6.5,  # conduct hunger strike
    "1421": -6.5,  # conduct hunger strike for leadership change
    "1422": -6.5,  # conduct hunger strike for policy change
    "1423": -6.5,  # conduct hunger strike for rights
    "1424": -6.5,  # conduct hunger strike for change in institutions, regime
    "143": -6.5,  # conduct strike or boycott
    "1431": -6.5,  # conduct strike or boycott for leadership change
    "1432": -6.5,  # conduct strike or boycott for policy change
    "1433": -6.5,  # conduct strike or boycott for rights
    "1434": -6.5,  # conduct strike or boycott for change in institutions, regime
    "144": -7.5,  # obstruct passage, block
    "1441": -7.5,  # obstruct passage to demand leadership change
    "1442": -7.5,  # obstruct passage to demand policy change
    "1443": -7.5,  # obstruct passage to demand rights
    "1444": -7.5,  # obstruct passage to demand change in institutions, regime
    "145": -7.5,  # protest violently, riot
    "1451": -7.5,  # engage in violent protest for leadership change
    "1452": -7.5,  # engage in violent protest for policy change
    "1453": -7.5,  # engage in violent protest for rights
    "1454": -7.5,  # engage in violent protest for change in institutions, regime
    "15": -7.2,  # exhibit force posture
    "150": -7.2,  # demonstrate military or police power
    "151": -7.2,  # increase police alert status
    "152": -7.2,  # increase military alert status
    "153": -7.2,  # mobilize or increase police power
    "154": -7.2,  # mobilize or increase armed forces
    "16": -4.0,  # reduce relations
    "160": -4.0,  # reduce relations
    "161": -4.0,  # reduce or break diplomatic relations
    "162": -5.6,  # reduce or stop material aid
    "1621": -5.6,  # reduce or stop economic assistance
    "1622": -5.6,  # reduce or stop military assistance
    "1623": -5.6,  # reduce or stop humanitarian assistance
    "163": -8.0,  # impose embargo, boycott, or sanctions
    "164": -6.5,  # halt negotiations
    "165": -7.0,  # halt mediation
    "166": -7.0,  # expel or withdraw
    "1661": -7.0,  # expel or withdraw peacekeepers
    "1662": -7.0,  # expel or withdraw inspectors, observers
    "1663": -7.0,  # expel or withdraw aid agencies
    "17": -7.0,  # coerce
    "170": -7.0,  # coerce
    "171": -9.2,  # seize or damage property
    "1711": -9.2,  # confiscate property
    "1712": -9.2,  # destroy property
    "172": -5.0,  # impose administrative sanctions
    "1721": -5.0,  # impose restrictions on political freedoms
    "1722": -5.0,  # ban political parties or politicians
    "1723": -5.0,  # impose curfew
    "1724": -5.0,  # impose state of emergency or martial law
    "173": -5.0,  # arrest, detain, or charge with legal action
    "174": -5.0,  # expel or deport individuals
    "175": -9.0,  # use tactics of violent repression
    "18": -9.0,  # assault
    "180": -9.0,  # use unconventional violence
    "181": -9.0,  # abduct, hijack, or take hostage
    "182": -9.5,  # physically assault
    "1821": -9.0,  # sexually assault
    "1822": -9.0,  # torture
    "1823": -10.0,  # kill by physical assault
    "183": -10.0,  # conduct suicide, car, or other non-military bombing
    "1831": -10.0,  # carry out suicide bombing
    "1832": -10.0,  # carry out car bombing
    "1833": -10.0,  # carry out roadside bombing
    "184": -8.0,  # use as human shield
    "185": -8.0,  # attempt to assassinate
    "186": -10.0,  # assassinate
    "19": -10.0,  # fight
    "190": -10.0,  # use conventional military force
    "191": -9.5,  # impose blockade, restrict movement
    "192": -9.5,  # occupy territory
    "193": -10.0,  # fight with small arms and light weapons
    "194": -10.0,  # fight with artillery and tanks
    "195": -10.0,  # employ aerial weapons
    "196": -9.5,  # violate ceasefire
    "20": -10.0,  # use unconventional mass violence
    "200": -10.0,  # use unconventional mass violence
    "201": -9.5,  # engage in mass expulsion
    "202": -10.0,  # engage in mass killings
    "203": -10.0,  # engage in ethnic cleansing
    "204": -10.0,  # use weapons of mass destruction
    "2041": -10.0,  # use chemical, biological, or radiological weapons
    "2042": -10.0,  # detonate nuclear weapons
}
