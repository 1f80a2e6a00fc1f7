import Reproducibility

/// Files of a record, with the module's own errors.
enum RecordFile {
  static func read(_ path: String) throws(WFDBError) -> [UInt8] {
    do {
      return try FileBytes.read(path)
    } catch {
      throw WFDBError(
        .missingFile, at: error.place, found: error.found, expected: error.expected,
        advice: "Check the path, or fetch the record again")
    }
  }
}
