"""Words that weigh nothing. Data only: English function words, the phrases of every abstract, and the words
with which people ask for papers. All in the form that `core.text` gives them, plurals taken off."""

from __future__ import annotations


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that hold a sentence together. A keyword of nothing else finds nothing, unless it is quoted.
FUNCTION = _listed(
    """
    a about above across after afterward again against all almost alone along already also although
    always am among amongst an and another any anyhow anyone anything anyway anywhere are aren around as
    at back be became because become becoming been before beforehand behind being below beside besides
    between beyond both but by can cannot could couldn de did didn do does doesn doing don done down due
    during each eg either else elsewhere enough et etc even ever every everyone everything everywhere
    except few for former formerly from further furthermore get give given go had has hasn have having
    he hence her here hereby herein him himself his how however i ie if in indeed inside instead into is
    isn it its itself just keep latter least less let ll lot made mainly make making many may me
    meanwhile might more moreover most mostly much must my myself namely near nearly need neither never
    nevertheless next no nobody none nor not nothing now nowhere of off often on once one only onto or
    other others otherwise our ours ourselves out over own per perhaps please put quite rather re really
    same see seem several shall she should shouldn since so some somehow someone something sometimes
    somewhere still such take than that the their them themselves then thence there thereby therefore
    therein these they this those though through throughout thus to together too toward towards two
    under unless until up upon us use used using usually various ve very via wa was we well were what
    whatever when whence whenever where whereas whereby wherein wherever whether which while who whoever
    whole whom whose why will with within without won would wouldn yet you your yours yourself
    """
)

# What every abstract says of itself: no subject among it.
SCHOLARLY = _listed(
    """
    achieve achieved achieving across address advance advanced aim approach art article available based
    best better case challenge challenging com compared comparison conduct conducted consider
    considered current demonstrate demonstrated describe described different directly effective
    effectively effectiveness enable enabling examine exhibit existing experiment experimental explore
    extensive fact fail finally find finding first found framework github good however http
    https identify important improve improved improvement improving include including introduce
    introduced investigate investigated issue key lack large leverage leveraging limitation limited low
    main many method methodology new novel offer order outperform page paper particular
    performance potential present presented previous prior problem project promising propose proposed
    provide provided recent recently rely remain report require respectively result reveal second
    several show shown significant significantly simple small specific specifically struggle study
    substantially suggest superior technique third typically work www year
    """
)

# How people ask: weightless in what they type, and a subject, perhaps, in a paper ("points of interest").
ASKING = _listed(
    """
    abstract advancement align analyse analysing analyze analyzing anything appreciate area articulate
    avoid care category clever closely consideration contain core count cover creative criteria criterion
    curious currently deal discuss discussed discussing discussion dive don enjoy especially etc
    examination example exclude explicit explicitly favor favorite favour favourite field find fit focu
    focus focused focusing follow following friend fundamentally give goal great help highly idea ideally
    include innovative insight insightful interest interested interesting irrelevant keen keep kind know
    learn like likely look looking love meaningful mention mentioned minor multiple must notable note
    novelty paradigm particularly phd please postdoc postdoctoral prefer preferably preference preferred
    primarily primary priority professor profile publication purely rank rate rated read reader reading
    recommend relate related relating relevance relevant remember research researcher scope see seek send
    similar solid specialize strong subject suggestion support surprising tbd thing topic track trick type
    university unrelated useful want wish worth would
    """
)

# The trade's own words: in a paper the tools, in what people type hardly ever the subject. Alone, or with one
# another ("deep learning", "neural network models"), they weigh nothing in a text that says more.
TRADE = _listed(
    """
    ai algorithm artificial data deep intelligence learning machine ml model modeling modelling network
    neural system task technique training
    """
)
