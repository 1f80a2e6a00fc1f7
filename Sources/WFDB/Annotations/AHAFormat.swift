import Reproducibility

/// The other format of annot(5), that of the AHA database's tapes: 16 bytes a mark. Not read here, but recognised, since
/// its bytes would pass for marks of the MIT format.
enum AHAFormat {
  private static let codes = Set("NVFREPQUO[]".utf8)

  /// Whether `bytes` begin as AHA marks do: a zero, a letter of the AHA's, and serial numbers that rise by one. Two
  /// marks decide, or one of a file that has no more: the chance that marks of the MIT format look so is nil in
  /// practice.
  static func matches(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 16, bytes[0] == 0, let first = serialNumber(bytes, at: 0) else { return false }
    guard bytes.count >= 32 else { return first == 1 }
    return bytes[16] == 0 && serialNumber(bytes, at: 16) == first + 1
  }

  private static func serialNumber(_ bytes: [UInt8], at offset: Int) -> Int? {
    codes.contains(bytes[offset + 1]) ? Int(bytes[offset + 6]) | Int(bytes[offset + 7]) << 8 : nil
  }

  static func refusal(_ path: String) -> WFDBError {
    WFDBError(
      .unsupportedFormat, at: ErrorPlace(path), found: "annotations in the AHA format, 16 bytes a mark",
      expected: "annotations in the MIT format",
      advice: "Convert the file first with a program of the WFDB software package, such as rdann and wrann")
  }
}
