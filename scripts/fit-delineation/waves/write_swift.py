"""Prints FittedWaveOdds.swift: python write_swift.py FOLDER

FOLDER has first.json, p.json and t.json; what is not there yet gets no weights.
"""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from swift import lines


WIDTHS = {"first": 16, "p": 17, "t": 19}


def network(name, comment, kind):
    parts = dict(weights=[], offsets=[], outputs=[], direct=[0] * WIDTHS[kind])
    path = os.path.join(sys.argv[1], kind + ".json")
    if os.path.exists(path):
        with open(path) as file:
            parts = json.load(file)
    arrays = ",\n".join(
        f"    {part}: [\n{lines(parts[part])}\n    ]" for part in ("weights", "offsets", "outputs", "direct"))
    none = f",\n    none: {parts['none']:.4g}" if "none" in parts else ""
    return f"  /// {comment}\n  static let {name} = WaveOdds(\n{arrays}{none})\n"


print("/// The numbers of ``WaveOdds``; `docs/delineation.md` says what they are fitted on.\nenum FittedWaveOdds {")
print(network("firstFlank", "Of ``FlankFeatures``.", "first"))
print(network("p", "Of ``WaveFeatures/ofP(_:complex:earliest:)``.", "p"))
print(network("t", "Of ``WaveFeatures/ofT(_:complex:)``.", "t") + "}")
