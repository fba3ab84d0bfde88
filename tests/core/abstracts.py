"""Forty short abstracts, written for these tests: eight on each of five subjects. Nobody's papers."""

# ruff: noqa: E501

from __future__ import annotations

import datetime as dt

from digest.model import Paper

SUBJECTS: dict[str, str] = {
    "splatting": """
Fast Gaussian Splatting from Few Photographs | We rebuild a scene as a cloud of anisotropic Gaussians and render new views in real time from nine photographs.
Radiance Fields That Forget the Weather | A neural radiance field is fitted to tourist photographs while rain and haze are explained away by a learned appearance code.
Streaming City-Scale Splats | Gaussians of a whole town are paged by level of detail, so that novel view synthesis runs on a telephone.
Surfaces out of Splats | We pull flat Gaussians onto the surface and extract a watertight mesh, improving geometry over volumetric rendering.
Relightable Neural Scenes | Material and light are separated inside a radiance field, and the scene is rendered under a new sky.
Editing Splatted Scenes with a Brush | Strokes drawn in one view select Gaussians in all views; objects are removed and the hole is filled.
Compressing Three-Dimensional Gaussians | Codebooks for colour and covariance shrink splatting models thirtyfold at equal rendering quality.
Moving People as Dynamic Radiance Fields | Deformation of a canonical volume lets us render a dancer from new viewpoints.
""",
    "proteins": """
Folding Proteins without Alignments | A protein language model predicts backbone structure from a single amino acid sequence.
Designing Enzymes by Diffusion | Backbones drawn from a diffusion model hold a given active site; eleven enzymes fold and are active in the laboratory.
Docking as Flow Matching | Ligand poses flow from noise into the binding pocket of a protein, with calibrated confidence.
Mutations Read by a Language Model | The likelihood of an amino acid sequence ranks the effect of mutations on protein stability.
Antibodies from Sequence Alone | We generate antibody loops that bind a chosen epitope and measure affinity by plate assay.
Cryo-EM Maps to Atomic Models | Density maps are traced into protein chains by an equivariant network.
Peptides That Cross Membranes | A generative model of cyclic peptides is steered towards permeability and tested in cells.
Residue Contacts Revisited | Coevolution between residues still tells contacts that structure prediction networks miss.
""",
    "driving": """
Lane Graphs from Onboard Cameras | A vehicle draws the lane graph around it in bird's-eye view, without a high-definition map.
Forecasting Pedestrians at Crossings | Trajectories of pedestrians are forecast jointly with the plan of the autonomous vehicle.
LiDAR Segmentation in Snow | Returns from falling snow are removed before segmentation, so that autonomous driving stays safe in winter.
Planning with Rare Collisions | A driving policy is trained on simulated near-collisions found by search.
End-to-End Driving Needs Memory | A recurrent planner remembers occluded vehicles and drives through dense traffic in simulation.
Cooperative Perception over Poor Radio | Vehicles share features of the road scene and decide what is worth its bandwidth.
Traffic Simulation with Learned Drivers | Agents imitate human drivers and respond to the tested vehicle in closed loop.
Occupancy Forecasts from Radar | Automotive radar predicts which space around a car will be occupied in three seconds.
""",
    "speech": """
Recognising Speech in Kitchens | A speech recogniser is adapted at test time to running water and clattering pans.
Voices Cloned from Three Seconds | A codec language model continues a speaker's voice in text-to-speech from a short prompt.
Enhancing Speech with Bone Microphones | Speech enhancement fuses bone-conducted and airborne sound for noisy streets.
Whispered Vowels across Languages | Formants of whispered vowels are compared in eleven languages with a new corpus of recordings.
Streaming Transducers on Hearing Aids | Speech separation runs within two milliseconds on a hearing aid's processor.
Who Spoke When, and to Whom | Diarisation of meetings finds speakers and addressees from audio.
Emotional Prosody by Instruction | Text-to-speech prosody follows an instruction such as tired but friendly.
Children's Speech Is Not Small Speech | Recognisers trained on adults fail on children's speech; pitch augmentation helps.
""",
    "quantum": """
Surface Codes under Leakage | Quantum error correction with surface codes tolerates leaking qubits when they are reset each round.
Decoding by Matching on a Chip | A minimum-weight matching decoder for quantum error correction runs within a microsecond.
Variational Circuits without Plateaus | Initialising a variational quantum circuit near the identity avoids barren plateaus.
Simulating Spin Chains on Ions | A trapped-ion quantum computer follows the dynamics of a spin chain beyond exact diagonalisation.
Magic States Cheaply | Distillation of magic states takes half as many qubits with a new code.
Noise Tailoring by Twirling | Coherent errors of qubits become stochastic, and error mitigation gains accuracy.
Compiling to Neutral Atoms | Circuits are scheduled for moving neutral atoms, with fewer two-qubit gates.
Bosonic Codes in Cavities | A cat code in a microwave cavity outlives its best uncorrected qubit.
""",
}


def papers() -> list[Paper]:
    """All forty, numbered from 1 in an order that mixes the subjects."""
    lines = [text.strip().splitlines() for text in SUBJECTS.values()]
    mixed = [line for row in zip(*lines, strict=True) for line in row]
    found = []
    for number, line in enumerate(mixed, start=1):
        title, abstract = line.split(" | ")
        found.append(
            Paper(
                id=number,
                title=title,
                abstract=abstract,
                arxiv_id=f"2604.9{number:04d}",
                first_listed=dt.date(2026, 4, 20),
            )
        )
    return found


def subject_of() -> dict[int, str]:
    """Each paper's subject, by id."""
    subjects = list(SUBJECTS)
    return {number: subjects[(number - 1) % len(subjects)] for number in range(1, 41)}
