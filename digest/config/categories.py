"""A word in, the arXiv categories that it names out; or those that were perhaps meant. Asks nobody.

The taxonomy is that of https://arxiv.org/category_taxonomy, with the archives that newer ones have
subsumed (https://arxiv.org/archive), which stand for their successors.
"""

from __future__ import annotations

import difflib
import functools

_TAXONOMY = """
cs.AI Artificial Intelligence
cs.AR Hardware Architecture
cs.CC Computational Complexity
cs.CE Computational Engineering, Finance, and Science
cs.CG Computational Geometry
cs.CL Computation and Language
cs.CR Cryptography and Security
cs.CV Computer Vision and Pattern Recognition
cs.CY Computers and Society
cs.DB Databases
cs.DC Distributed, Parallel, and Cluster Computing
cs.DL Digital Libraries
cs.DM Discrete Mathematics
cs.DS Data Structures and Algorithms
cs.ET Emerging Technologies
cs.FL Formal Languages and Automata Theory
cs.GL General Literature
cs.GR Graphics
cs.GT Computer Science and Game Theory
cs.HC Human-Computer Interaction
cs.IR Information Retrieval
cs.IT Information Theory
cs.LG Machine Learning
cs.LO Logic in Computer Science
cs.MA Multiagent Systems
cs.MM Multimedia
cs.MS Mathematical Software
cs.NA Numerical Analysis
cs.NE Neural and Evolutionary Computing
cs.NI Networking and Internet Architecture
cs.OH Other Computer Science
cs.OS Operating Systems
cs.PF Performance
cs.PL Programming Languages
cs.RO Robotics
cs.SC Symbolic Computation
cs.SD Sound
cs.SE Software Engineering
cs.SI Social and Information Networks
cs.SY Systems and Control
econ.EM Econometrics
econ.GN General Economics
econ.TH Theoretical Economics
eess.AS Audio and Speech Processing
eess.IV Image and Video Processing
eess.SP Signal Processing
eess.SY Systems and Control
math.AC Commutative Algebra
math.AG Algebraic Geometry
math.AP Analysis of PDEs
math.AT Algebraic Topology
math.CA Classical Analysis and ODEs
math.CO Combinatorics
math.CT Category Theory
math.CV Complex Variables
math.DG Differential Geometry
math.DS Dynamical Systems
math.FA Functional Analysis
math.GM General Mathematics
math.GN General Topology
math.GR Group Theory
math.GT Geometric Topology
math.HO History and Overview
math.IT Information Theory
math.KT K-Theory and Homology
math.LO Logic
math.MG Metric Geometry
math.MP Mathematical Physics
math.NA Numerical Analysis
math.NT Number Theory
math.OA Operator Algebras
math.OC Optimization and Control
math.PR Probability
math.QA Quantum Algebra
math.RA Rings and Algebras
math.RT Representation Theory
math.SG Symplectic Geometry
math.SP Spectral Theory
math.ST Statistics Theory
astro-ph.CO Cosmology and Nongalactic Astrophysics
astro-ph.EP Earth and Planetary Astrophysics
astro-ph.GA Astrophysics of Galaxies
astro-ph.HE High Energy Astrophysical Phenomena
astro-ph.IM Instrumentation and Methods for Astrophysics
astro-ph.SR Solar and Stellar Astrophysics
cond-mat.dis-nn Disordered Systems and Neural Networks
cond-mat.mes-hall Mesoscale and Nanoscale Physics
cond-mat.mtrl-sci Materials Science
cond-mat.other Other Condensed Matter
cond-mat.quant-gas Quantum Gases
cond-mat.soft Soft Condensed Matter
cond-mat.stat-mech Statistical Mechanics
cond-mat.str-el Strongly Correlated Electrons
cond-mat.supr-con Superconductivity
gr-qc General Relativity and Quantum Cosmology
hep-ex High Energy Physics - Experiment
hep-lat High Energy Physics - Lattice
hep-ph High Energy Physics - Phenomenology
hep-th High Energy Physics - Theory
math-ph Mathematical Physics
nlin.AO Adaptation and Self-Organizing Systems
nlin.CD Chaotic Dynamics
nlin.CG Cellular Automata and Lattice Gases
nlin.PS Pattern Formation and Solitons
nlin.SI Exactly Solvable and Integrable Systems
nucl-ex Nuclear Experiment
nucl-th Nuclear Theory
physics.acc-ph Accelerator Physics
physics.ao-ph Atmospheric and Oceanic Physics
physics.app-ph Applied Physics
physics.atm-clus Atomic and Molecular Clusters
physics.atom-ph Atomic Physics
physics.bio-ph Biological Physics
physics.chem-ph Chemical Physics
physics.class-ph Classical Physics
physics.comp-ph Computational Physics
physics.data-an Data Analysis, Statistics and Probability
physics.ed-ph Physics Education
physics.flu-dyn Fluid Dynamics
physics.gen-ph General Physics
physics.geo-ph Geophysics
physics.hist-ph History and Philosophy of Physics
physics.ins-det Instrumentation and Detectors
physics.med-ph Medical Physics
physics.optics Optics
physics.plasm-ph Plasma Physics
physics.pop-ph Popular Physics
physics.soc-ph Physics and Society
physics.space-ph Space Physics
q-bio.BM Biomolecules
q-bio.CB Cell Behavior
q-bio.GN Genomics
q-bio.MN Molecular Networks
q-bio.NC Neurons and Cognition
q-bio.OT Other Quantitative Biology
q-bio.PE Populations and Evolution
q-bio.QM Quantitative Methods
q-bio.SC Subcellular Processes
q-bio.TO Tissues and Organs
q-fin.CP Computational Finance
q-fin.EC Economics
q-fin.GN General Finance
q-fin.MF Mathematical Finance
q-fin.PM Portfolio Management
q-fin.PR Pricing of Securities
q-fin.RM Risk Management
q-fin.ST Statistical Finance
q-fin.TR Trading and Market Microstructure
quant-ph Quantum Physics
stat.AP Applications
stat.CO Computation
stat.ME Methodology
stat.ML Machine Learning
stat.OT Other Statistics
stat.TH Statistics Theory
"""

CATEGORIES: dict[str, str] = {
    line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in _TAXONOMY.split("\n") if line
}
"""Every current category with its title."""

SUBSUMED: dict[str, str] = {
    "acc-phys": "physics.acc-ph",
    "adap-org": "nlin.AO",
    "alg-geom": "math.AG",
    "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph",
    "bayes-an": "physics.data-an",
    "chao-dyn": "nlin.CD",
    "chem-ph": "physics.chem-ph",
    "cmp-lg": "cs.CL",
    "comp-gas": "nlin.CG",
    "dg-ga": "math.DG",
    "funct-an": "math.FA",
    "mtrl-th": "cond-mat.mtrl-sci",
    "patt-sol": "nlin.PS",
    "plasm-ph": "physics.plasm-ph",
    "q-alg": "math.QA",
    "solv-int": "nlin.SI",
    "supr-con": "cond-mat.supr-con",
}
"""Archives of the 1990s and what they became."""

# What people write when they mean something that arXiv calls otherwise. Keys in lower case.
_CONFUSIONS: dict[str, tuple[str, ...]] = {
    "ai": ("cs.AI",),
    "bio": ("q-bio.QM", "q-bio.NC"),
    "cs.asr": ("eess.AS", "cs.SD"),
    "cs.as": ("eess.AS", "cs.SD"),
    "cs.crypto": ("cs.CR",),
    "cs.hci": ("cs.HC",),
    "cs.iv": ("eess.IV", "cs.CV"),
    "cs.ml": ("cs.LG", "stat.ML"),
    "cs.nlp": ("cs.CL",),
    "cs.nn": ("cs.NE", "cs.LG"),
    "cs.qc": ("quant-ph", "cs.ET"),
    "cs.rl": ("cs.LG", "cs.AI"),
    "cs.sec": ("cs.CR",),
    "cs.sp": ("eess.SP", "cs.SD"),
    "cs.st": ("stat.ML", "cs.LG"),
    "cs.th": ("cs.CC", "cs.DS"),
    "cs.vision": ("cs.CV",),
    "cv": ("cs.CV",),
    "eess.cv": ("eess.IV", "cs.CV"),
    "eess.ml": ("eess.SP", "cs.LG"),
    "hep": ("hep-ph", "hep-th", "hep-ex", "hep-lat"),
    "math.ml": ("stat.ML", "cs.LG"),
    "math.stat": ("math.ST",),
    "ml": ("cs.LG", "stat.ML"),
    "nlp": ("cs.CL",),
    "quantum": ("quant-ph",),
    "ro": ("cs.RO",),
    "stat.ai": ("cs.AI", "stat.ML"),
    "stat.lg": ("stat.ML", "cs.LG"),
    "stat.st": ("math.ST", "stat.TH"),
    "vision": ("cs.CV",),
}


@functools.cache
def _spellings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {old: (new,) for old, new in SUBSUMED.items()}
    for name in CATEGORIES:
        found[name.lower()] = (name,)
        archive, dot, _ = name.partition(".")
        if dot:  # an archive stands for all of its categories: a feed of a whole archive is cut
            found[archive] = (*found.get(archive, ()), name)
    return found


def resolve(word: str) -> tuple[str, ...]:
    """The categories that `word` names, in any case; an archive names all of its own; () if none.

    >>> resolve("cs.cl"), resolve("cmp-lg"), resolve("eess")[:2], resolve("cs.ML")
    (('cs.CL',), ('cs.CL',), ('eess.AS', 'eess.IV'), ())
    """
    return _spellings().get(word.strip().lower(), ())


def suggest(word: str) -> tuple[str, ...]:
    """Up to four categories that `word` may have meant, the likeliest first; () if it is like none.

    >>> suggest("cs.ML"), suggest("robotics"), suggest("q-bio.NCC")
    (('cs.LG', 'stat.ML'), ('cs.RO',), ('q-bio.NC',))
    """
    wanted = word.strip().lower()
    if wanted in _CONFUSIONS:
        return _CONFUSIONS[wanted]
    titled = tuple(name for name, title in CATEGORIES.items() if title.lower() == wanted)
    if titled:
        return titled
    near = difflib.get_close_matches(wanted, _spellings(), n=4, cutoff=0.7)
    if near:
        best = difflib.SequenceMatcher(None, wanted, near[0]).ratio()
        close = [w for w in near if difflib.SequenceMatcher(None, wanted, w).ratio() > best - 0.1]
        return tuple(dict.fromkeys(name for word in close for name in _spellings()[word]))[:4]
    titles = {title.lower(): name for name, title in CATEGORIES.items()}
    return tuple(titles[title] for title in difflib.get_close_matches(wanted, titles, n=2, cutoff=0.6))
