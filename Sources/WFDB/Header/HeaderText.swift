import Reproducibility

extension Header {
  /// The header file's text, every field written out; reading it gives this header back.
  ///
  /// - Throws: ``WFDBError`` `not-writable` where a field does not fit header(5): a name with blanks, a comment or
  ///   description of several lines, a frequency that has no plain decimal form.
  public func text() throws(WFDBError) -> String {
    var text = try recordLine() + "\n"
    for signal in signals { text += try line(of: signal) + "\n" }
    for segment in segments { text += "\(try word(segment.name, "segment's name")) \(segment.sampleCount)\n" }
    for comment in comments {
      guard !comment.contains(where: \.isNewline) else { throw notWritable("a comment of several lines", "one line") }
      text += "# \(comment)\n"
    }
    // What the format cannot say comes back as something else: a name that begins with #, blanks around a description.
    guard let back = try? Header(parsing: Array(text.utf8), path: recordName), back == self else {
      throw notWritable(
        "a field that would be read as something else", "names, numbers and texts as header(5) has them")
    }
    return text
  }

  private func recordLine() throws(WFDBError) -> String {
    var line = try word(recordName, "record name")
    if let segmentCount { line += "/\(segmentCount)" }
    line += " \(signalCount) \(try plain(samplingFrequency))"
    if let counterFrequency {
      line += "/\(try plain(counterFrequency))"
      if let baseCounter { line += "(\(try plain(baseCounter)))" }
    }
    // Time and date stand behind the length, so that they need one.
    guard sampleCount != nil || baseTime != nil else { return line }
    line += " \(sampleCount ?? 0)"
    guard let baseTime else { return line }
    line += " \(try word(baseTime, "time"))"
    if let baseDate { line += " \(try word(baseDate, "date"))" }
    return line
  }

  private func line(of signal: SignalSpecification) throws(WFDBError) -> String {
    var line = "\(try word(signal.fileName, "file name")) \(signal.format)"
    if signal.samplesPerFrame != 1 { line += "x\(signal.samplesPerFrame)" }
    if signal.skew != 0 { line += ":\(signal.skew)" }
    if signal.byteOffset != 0 { line += "+\(signal.byteOffset)" }
    guard signal.gain.isFinite, signal.gain != 0 else { throw notWritable("a gain of \(signal.gain)", "another") }
    line += " \(number(signal.gain))(\(signal.baseline))/\(try word(signal.units, "unit"))"
    line += " \(signal.adcResolution) \(signal.adcZero)"
    // Every field behind needs the ones before.
    let name = signal.description
    guard signal.initialValue != nil || signal.checksum != nil || signal.blockSize != 0 || !name.isEmpty else {
      return line
    }
    line += " \(signal.initialValue ?? 0) \(signal.checksum ?? 0) \(signal.blockSize)"
    guard !name.contains(where: \.isNewline) else { throw notWritable("signal name '\(name)'", "one line") }
    return name.isEmpty ? line : line + " " + name
  }

  /// `200` rather than `200.0`.
  private func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func plain(_ value: Double) throws(WFDBError) -> String {
    let text = number(value)
    guard value.isFinite, !text.contains("e") else { throw notWritable("\(value)", "a number without exponent") }
    return text
  }

  private func word(_ text: String, _ what: String) throws(WFDBError) -> String {
    guard !text.isEmpty, !text.contains(where: { $0.isWhitespace || $0 == "#" && what == "record name" }) else {
      throw notWritable("\(what) '\(text)'", "a word without blanks")
    }
    return text
  }

  private func notWritable(_ found: String, _ expected: String) -> WFDBError {
    WFDBError(
      .notWritable, at: ErrorPlace(recordName + ".hea"), found: found, expected: expected,
      advice: "Change this field of the header")
  }
}
