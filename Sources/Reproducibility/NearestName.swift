/// Suggestions for names that nobody knows.
public enum NearestName {
  /// The candidate nearest to `name` by edit distance, where that is close enough to be meant. Ties go to the first.
  public static func suggestion(for name: String, among candidates: [String]) -> String? {
    let scored = candidates.map { (name: $0, distance: distance(from: Array(name.utf8), to: Array($0.utf8))) }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, name.utf8.count / 2) ? best.name : nil
  }

  /// Insertions, deletions and replacements between two byte strings (Levenshtein). O(product of the lengths).
  static func distance(from first: [UInt8], to second: [UInt8]) -> Int {
    var row = Array(0...second.count)
    for (i, byte) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (byte == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }

  /// `Known: a, b, c.` with `Did you mean 'b'?` in front where one is near: the advice of every unknown-name error.
  public static func advice(for name: String, among candidates: [String]) -> String {
    let known = "Known: " + candidates.joined(separator: ", ")
    guard let near = suggestion(for: name, among: candidates) else { return known }
    return "Did you mean '\(near)'? " + known
  }
}
