"""Words that weigh nothing. Data only: English function words, the phrases of every abstract, and the words
with which people ask for papers. All in the form that `core.tokens` gives them, plurals taken off."""

from __future__ import annotations

# Words that hold a sentence together. A keyword of nothing else finds nothing, unless it is quoted.
FUNCTION = frozenset(
    "a about above across after afterward again against all almost alone along already also although always am "
    "among amongst an and another any anyhow anyone anything anyway anywhere are around as at back be became "
    "because become becoming been before beforehand behind being below beside besides between beyond both but by "
    "can cannot could de did do does doing done down due during each eg either else elsewhere enough et etc even "
    "ever every everyone everything everywhere except few for former formerly from further furthermore get give "
    "given go had has hasn have having he hence her here hereby herein him himself his how however i ie if in "
    "indeed inside instead into is isn it its itself just keep latter least less let lot made mainly make making "
    "many may me meanwhile might more moreover most mostly much must my myself namely near nearly need neither "
    "never nevertheless next no nobody none nor not nothing now nowhere of off often on once one only onto or "
    "other others otherwise our ours ourselves out over own per perhaps please put quite rather re really same "
    "see seem several shall she should since so some somehow someone something sometimes somewhere still such "
    "take than that the their them themselves then thence there thereby therefore therein these they this those "
    "though through throughout thus to together too toward towards two under unless until up upon us use used "
    "using usually various very via wa was we well were what whatever when whence whenever where whereas whereby "
    "wherein wherever whether which while who whoever whole whom whose why will with within without would yet "
    "you your yours yourself don doesn didn won wouldn couldn shouldn aren ll ve".split()
)

# What every abstract says of itself: no subject among it.
SCHOLARLY = frozenset(
    "paper article work study propose proposed present presented introduce introduced show shown demonstrate "
    "demonstrated describe described investigate investigated explore examine find found finding result approach "
    "method methodology technique novel new recent recently existing previous prior current state art "
    "significant significantly extensive experiment experimental outperform achieve achieved achieving improve "
    "improved improvement improving performance effective effectively effectiveness important challenge "
    "challenging however address problem issue aim first second third finally code available http https www com "
    "github project page based different particular specific specifically general high low large small good "
    "better best many main key main simple framework conduct conducted provide provided enable enabling "
    "require rely limited limitation typically fail lack struggle directly substantially exhibit leverage leveraging "
    "reveal offer identify remain significant superior advance advanced suggest report consider considered include including across "
    "compared comparison respectively several number order case fact year promising potential".split()
)

# How people ask: weightless in what they type, and a subject, perhaps, in a paper ("points of interest").
ASKING = frozenset(
    "category rate rated fit multiple support align abstract advancement analysing analyzing analyse analyze anything appreciate area articulate avoid care clever "
    "closely consideration contain core count cover creative criteria criterion curious deal discuss discussed "
    "discussing discussion dive don enjoy especially etc examination example exclude explicit explicitly favor "
    "favorite favour favourite field find focu focus focused focusing follow following friend fundamentally give "
    "goal great help highly idea ideally include innovative insight insightful interest interested interesting "
    "irrelevant keen keep kind know learn like likely look looking love meaningful mention mentioned minor must "
    "notable note novelty paradigm particularly please prefer preferably preference preferred primarily primary "
    "priority profile publication purely rank read reader reading recommend relate related relating relevance "
    "relevant remember research researcher scope see seek send similar solid specialize strong subject suggestion "
    "surprising tbd thing topic track trick type unrelated useful want wish worth would".split()
)
