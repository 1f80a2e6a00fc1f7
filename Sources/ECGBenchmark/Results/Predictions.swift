import ECGCore
import Reproducibility

/// What a run predicted for the validation and test partitions, one row a recording, in the split's order.
/// The file `predictions.csv`: `partition,id,patient,truth,<output>...`, where the outputs are one `prediction` in the
/// target's unit, or one score for each class.
public struct Predictions: Sendable, Equatable {
  /// One recording's row.
  public struct Row: Sendable, Equatable {
    /// `validation` or `test`.
    public let partition: String
    /// The recording.
    public let id: RecordingID
    /// Its patient, for the bootstrap; the recording's own id where the dataset tells no patient.
    public let patient: String
    /// The target's value, or the class's index.
    public let truth: Double
    /// The prediction, or one score a class.
    public let outputs: [Double]

    /// A row.
    public init(partition: String, id: RecordingID, patient: String, truth: Double, outputs: [Double]) {
      self.partition = partition
      self.id = id
      self.patient = patient
      self.truth = truth
      self.outputs = outputs
    }
  }

  /// Names of the output columns.
  public let outputNames: [String]
  /// Validation rows, then test rows.
  public let rows: [Row]

  /// Rows with as many outputs as there are names.
  public init(outputNames: [String], rows: [Row]) {
    self.outputNames = outputNames
    self.rows = rows
  }

  /// The rows of one partition.
  public func rows(of partition: String) -> [Row] { rows.filter { $0.partition == partition } }

  /// The csv text: numbers in their shortest form that reads back to the same bits, lines ended by a newline.
  public var csv: String {
    var text = (["partition", "id", "patient", "truth"] + outputNames).map(Self.quoted).joined(separator: ",") + "\n"
    for row in rows {
      let numbers = ([row.truth] + row.outputs).map { "\($0)" }
      text += ([row.partition, row.id.text, row.patient].map(Self.quoted) + numbers).joined(separator: ",") + "\n"
    }
    return text
  }

  /// Reads what ``csv`` wrote; `path` stands in errors.
  ///
  /// - Throws: `ECGCoreError` `malformed-table`, or ``BenchmarkError`` `invalid-result` naming the line.
  public init(parsing bytes: [UInt8], path: String) throws {
    let table = try DelimitedText(parsing: bytes, path: path)
    guard Array(table.header.prefix(4)) == ["partition", "id", "patient", "truth"], table.header.count > 4 else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(path, .line(1)), found: table.header.joined(separator: ","),
        expected: "partition,id,patient,truth and outputs", advice: "Make the run anew")
    }
    outputNames = Array(table.header.dropFirst(4))
    rows = try zip(table.rows, table.lines).map { fields, line in
      let numbers = fields.dropFirst(3).compactMap { Double($0) }
      guard numbers.count == fields.count - 3 else {
        throw BenchmarkError(
          .invalidResult, at: ErrorPlace(path, .line(line)), found: fields.joined(separator: ","),
          expected: "numbers behind the patient", advice: "Make the run anew")
      }
      return Row(
        partition: fields[0], id: RecordingID(fields[1]), patient: fields[2], truth: numbers[0],
        outputs: Array(numbers.dropFirst()))
    }
  }

  /// A csv field, quoted where RFC 4180 asks for it.
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
