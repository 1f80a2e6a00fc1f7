/// What comments at sample 0 say of their file. The WFDB library writes two kinds: `## time resolution: 360`, and lines
/// `number symbol description` between `## annotation type definitions` and `## end of definitions`.
struct AnnotationMetadata {
  static let resolution = "## time resolution: "
  static let beginning = "## annotation type definitions"
  static let end = "## end of definitions"
  /// How all comments begin that the library keeps for itself.
  static let mark = "## "

  private(set) var timeResolution: Double?
  private(set) var definitions: [AnnotationDefinition] = []
  private(set) var comments: [String] = []
  private var isInDefinitions = false

  /// A comment that should be a definition and is none.
  struct Problem: Error {
    let found: String
    let expected: String
  }

  /// Understands one comment. The first time resolution counts, as in wfdb-python.
  ///
  /// - Throws: ``Problem`` for a definition that names no code or no symbol.
  mutating func take(_ text: String) throws(Problem) {
    if text == Self.end {
      isInDefinitions = false
    } else if isInDefinitions {
      definitions.append(try Self.definition(text))
    } else if text == Self.beginning {
      isInDefinitions = true
    } else if let hertz = Self.frequency(text) {
      timeResolution = timeResolution ?? hertz
    } else if !text.isEmpty {
      comments.append(text)
    }
  }

  /// Hz of a comment about the time resolution; nil for another comment, or for 0, which says nothing.
  private static func frequency(_ text: String) -> Double? {
    guard text.hasPrefix(resolution) else { return nil }
    let digits = text.dropFirst(resolution.count).prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard let hertz = Double(digits), hertz > 0, hertz.isFinite else { return nil }
    return hertz
  }

  /// One line `number symbol description`; the description ends with the line and may be missing.
  private static func definition(_ text: String) throws(Problem) -> AnnotationDefinition {
    let line = text.prefix { !$0.isNewline }.drop { $0.isWhitespace }
    let digits = line.prefix { !$0.isWhitespace }
    let rest = line[digits.endIndex...].drop { $0.isWhitespace }
    let symbol = rest.prefix { !$0.isWhitespace }
    guard let number = UInt8(digits), number < AnnotationFile.Word.skip, !symbol.isEmpty else {
      throw Problem(found: "the definition '\(line)'", expected: "a code from 0 to 58, a symbol and a description")
    }
    return AnnotationDefinition(
      number: number, symbol: String(symbol), description: String(rest[symbol.endIndex...].dropFirst()))
  }

  /// The comments that say what `set` says of itself, in the order in which ``take(_:)`` understands them.
  static func lines(of set: AnnotationSet) -> [String] {
    var lines: [String] = []
    if let hertz = set.timeResolution {
      lines.append(resolution + (Int64(exactly: hertz).map { "\($0)" } ?? "\(hertz)"))
    }
    if !set.definitions.isEmpty {
      lines.append(beginning)
      lines += set.definitions.map { "\($0.number) \($0.symbol) \($0.description)" }
      lines.append(end)
    }
    return lines
  }

  /// Why what `set` says of itself cannot be written; nil where it can. Written is only what this reader, the WFDB
  /// library and wfdb-python all read back alike; the last is the strictest of them.
  static func problem(of set: AnnotationSet) -> Problem? {
    for definition in set.definitions {
      if let problem = problem(of: definition) { return problem }
    }
    guard Set(set.definitions.map(\.number)).count == set.definitions.count,
      Set(set.definitions.map(\.symbol)).count == set.definitions.count
    else { return Problem(found: "two definitions of one number or symbol", expected: "each once") }
    var copy = AnnotationMetadata()
    do throws(Problem) {
      for line in lines(of: set) { try copy.take(line) }
    } catch {
      return error
    }
    guard copy.timeResolution == set.timeResolution else {
      return Problem(
        found: "a time resolution of \(set.timeResolution.map { "\($0)" } ?? "nil") Hz",
        expected: "a positive number of Hz that is written without an exponent")
    }
    return nil
  }

  private static func problem(of definition: AnnotationDefinition) -> Problem? {
    let isReadable =
      1...49 ~= definition.number && 1...3 ~= definition.symbol.utf8.count
      && definition.symbol.utf8.allSatisfy { 0x21...0x7E ~= $0 }
      && !definition.description.isEmpty && !definition.description.contains { $0.isNewline }
    return isReadable
      ? nil
      : Problem(
        found: "the definition of \(definition.number) as '\(definition.symbol)', '\(definition.description)'",
        expected: "a code from 1 to 49, a symbol of 1 to 3 ASCII characters and a description of one line")
  }
}
