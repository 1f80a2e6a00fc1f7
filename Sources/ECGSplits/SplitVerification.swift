import ECGCore
import Reproducibility

extension Split {
  /// Makes sure that no recording stands twice and none without a name, as far as that can be seen without the store.
  ///
  /// - Throws: ``SplitError`` `invalid-split`. O(recordings).
  public func checkParts() throws(SplitError) {
    var partOf: [RecordingID: Partition] = [:]
    for partition in Partition.allCases {
      for id in identifiers(in: partition) {
        let earlier = partOf.updateValue(partition, forKey: id)
        guard earlier == nil, !id.text.isEmpty else {
          throw SplitError(
            .invalidSplit, at: ErrorPlace("split", .item(partition.rawValue), .record(id.text)),
            found: earlier.map { "a recording that stands in \($0.rawValue) too" } ?? "a recording without a name",
            expected: "each recording once", advice: "Make the split anew")
        }
      }
    }
  }

  /// Makes sure that this is a split of the store that `input` describes: same digest, every id there, no patient on two
  /// sides, and each recording where the protocol and seed put it.
  ///
  /// - Returns: The audit, and whether the split was made again: not where no protocol has its name.
  /// - Throws: ``SplitError`` `store-mismatch` or `invalid-split`; `missing-column` or `unknown-patient` where the
  ///   protocol does not work on this store. O(recordings).
  public func verify(against input: SplitInput) throws(SplitError) -> (audit: SplitAudit, isMadeAgain: Bool) {
    try check(against: input)
    let audit = SplitAudit(split: self, input: input)
    if let patient = audit.patientsOnSeveralSides.first {
      throw SplitError(
        .invalidSplit, at: ErrorPlace("split", .item("patient \(patient)")),
        found: "recordings of \(audit.patientsOnSeveralSides.count) patients in more than one part, of this one first",
        expected: "each patient on one side", advice: "Make the split anew with a protocol that knows patients")
    }
    guard let rule = SplitProtocol.all.first(where: { $0.id == self.protocol }) else { return (audit, false) }
    let made = try rule.split(input, seed: seed)
    for partition in Partition.allCases {
      let (found, expected) = (identifiers(in: partition), made.identifiers(in: partition))
      let missing = Set(expected).subtracting(found).min()
      guard let odd = missing ?? (found == expected ? nil : zip(found, expected).first { $0 != $1 }?.0 ?? found.last)
      else { continue }
      throw SplitError(
        .invalidSplit, at: ErrorPlace("split", .item(partition.rawValue), .record(odd.text)),
        found: missing == nil ? "a recording out of its place" : "no such recording in this part",
        expected: "what \(self.protocol) with seed \(seed) makes of this store",
        advice: "The file was changed: make the split anew")
    }
    return (audit, true)
  }
}
