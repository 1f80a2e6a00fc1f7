"""Prints FittedBeatOdds.swift: python write_swift.py FIRST.json SECOND.json"""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from swift import lines


def network(name, comment, path):
    with open(path) as file:
        parts = json.load(file)
    arrays = "\n".join(f"    {part}: [\n{lines(parts[part])}\n    ]," for part in ("weights", "offsets", "outputs"))
    return f"  /// {comment}\n  static let {name} = BeatOdds(\n{arrays}\n    offset: {parts['offset']:.4g})\n"


print("/// The numbers of ``BeatOdds``; `docs/delineation.md` says what they are fitted on.\nenum FittedBeatOdds {")
print(network("first", "What candidates show by themselves.", sys.argv[1]))
print(network("second", "What they show beside beats.", sys.argv[2]) + "}")
