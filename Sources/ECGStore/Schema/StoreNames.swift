import ECGCore

/// Names of datasets in a shard, in one place for the writer and the reader.
enum StoreNames {
  static let signal = "/signal"
  static let offset = "/offset"
  static let gain = "/gain"
  static let baseline = "/baseline"
  static let missing = "/missing"

  static let id = "/record/id"
  static let samplingFrequency = "/record/sampling_frequency"
  static let patient = "/record/patient_id"
  static let age = "/record/age"
  static let sex = "/record/sex"
  static let source = "/record/source"
  static let sourceDigest = "/record/source_sha256"
  static let leadNames = "/record/lead_names"
  static let contentDigest = "/record/content_sha256"

  /// Columns of `/record` that every store has: a source may not add one of these names.
  static let reserved = Set(
    [id, samplingFrequency, patient, age, sex, source, sourceDigest, leadNames, contentDigest]
      .map { String($0.dropFirst("/record/".count)) })

  static let annotationOffset = "/annotation/offset"
  static let annotationSample = "/annotation/sample"
  static let annotationSymbol = "/annotation/symbol"
  static let annotationSubtype = "/annotation/subtype"
  static let annotationChannel = "/annotation/channel"
  static let annotationNumber = "/annotation/number"
  static let annotationAuxiliary = "/annotation/auxiliary"

  static let annotationColumns = [
    annotationSample, annotationSymbol, annotationSubtype, annotationChannel, annotationNumber, annotationAuxiliary,
  ]

  static let fiducialOffset = "/fiducial/offset"
  static let fiducialSource = "/fiducial/source"
  static func fiducial(_ fiducial: Fiducial) -> String { "/fiducial/" + fiducial.rawValue }

  static let intervalSource = "/interval/source"
  static func interval(_ kind: IntervalKind) -> String { "/interval/" + kind.rawValue }

  static func column(_ group: ColumnDefinition.Group, _ name: String) -> String { "/\(group.rawValue)/\(name)" }

  /// One value for each recording, its content digest apart.
  static let perRecording =
    [
      id, samplingFrequency, patient, age, sex, source, sourceDigest, leadNames, fiducialSource, intervalSource,
    ] + IntervalKind.allCases.map { interval($0) }

  static let groups = ["/record", "/annotation", "/fiducial", "/interval", "/label"]

  /// Lead names in one text, separated by spaces; a space inside a name stands as `%20` and a per cent as `%25`.
  static func join(leads names: [String]) -> String {
    names.map { name in
      var escaped = ""
      for character in name.withoutTrailingZeros {
        switch character {
        case " ": escaped += "%20"
        case "%": escaped += "%25"
        default: escaped.append(character)
        }
      }
      return escaped
    }.joined(separator: " ")
  }

  /// The inverse of `join(leads:)`.
  static func split(leads text: String) -> [String] {
    text.split(separator: " ").map { name in
      // In this order: `%2520` stands for a name with `%20` in it.
      name.split(separator: "%25", omittingEmptySubsequences: false)
        .map { part in part.split(separator: "%20", omittingEmptySubsequences: false).joined(separator: " ") }
        .joined(separator: "%")
    }
  }
}
