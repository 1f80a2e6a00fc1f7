"""Prints FittedWaveOdds.swift: python write_swift.py P.json T.json"""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from swift import lines


def network(name, comment, path):
    with open(path) as file:
        parts = json.load(file)
    arrays = ",\n".join(
        f"    {part}: [\n{lines(parts[part])}\n    ]" for part in ("weights", "offsets", "outputs", "direct"))
    return f"  /// {comment}\n  static let {name} = WaveOdds(\n{arrays})\n"


print("/// The numbers of ``WaveOdds``; `docs/delineation.md` says what they are fitted on.\nenum FittedWaveOdds {")
print(network("p", "Of ``WaveFeatures/ofP(_:complex:earliest:)``.", sys.argv[1]))
print(network("t", "Of ``WaveFeatures/ofT(_:complex:)``.", sys.argv[2]) + "}")
