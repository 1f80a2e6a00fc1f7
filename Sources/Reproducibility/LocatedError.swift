/// An error that says where it happened, what was found, what was expected and what to do about it.
///
/// Every module has one public error type, an alias of ``ModuleError``, so that callers can match on
/// ``code`` and people can read ``description``: always one line.
public protocol LocatedError: Error, Sendable, CustomStringConvertible {
  /// Stable name of the kind of failure, for scripts: `malformed-header`, `checksum-mismatch`, ...
  var codeName: String { get }
  /// The file and the place in it.
  var place: ErrorPlace { get }
  /// What was found there.
  var found: String { get }
  /// What was expected instead.
  var expected: String { get }
  /// The next useful action.
  var advice: String { get }
  /// The failure underneath, where there is one.
  var cause: (any Error)? { get }
}

extension LocatedError {
  /// One line: place, found, expected, advice. The same text on the terminal and in reports.
  public var description: String {
    var text = "\(place): \(found)"
    if !expected.isEmpty { text += "; expected \(expected)" }
    if let cause { text += " (\(cause))" }
    if !advice.isEmpty { text += ". \(advice)" }
    return text.split(whereSeparator: \.isNewline).joined(separator: " ").withoutControls
  }
}

/// Where an error happened: a file and zero or more finer coordinates inside it.
public struct ErrorPlace: Hashable, Sendable, CustomStringConvertible {
  /// One coordinate inside a file.
  public enum Coordinate: Hashable, Sendable, CustomStringConvertible {
    /// 1-based line of a text file.
    case line(Int)
    /// 0-based byte offset.
    case byte(Int)
    /// 0-based byte offsets.
    case bytes(Range<Int>)
    /// 0-based sample or frame number.
    case sample(Int)
    /// Lead or signal, by name.
    case lead(String)
    /// Record or recording, by name.
    case record(String)
    /// A named part: an HDF5 dataset, a JSON key, a column.
    case item(String)

    /// The coordinate as it stands in an error message.
    public var description: String {
      switch self {
      case .line(let number): "line \(number)"
      case .byte(let offset): "byte \(offset)"
      case .bytes(let range): "bytes \(range.lowerBound) to \(max(range.lowerBound, range.upperBound - 1))"
      case .sample(let number): "sample \(number)"
      case .lead(let name): "lead \(name)"
      case .record(let name): "record \(name)"
      case .item(let name): name
      }
    }
  }

  /// The file, as the user named it, or another short name where there is no file.
  public let file: String
  /// From coarse to fine.
  public let coordinates: [Coordinate]

  /// A place in `file`, from coarse to fine.
  public init(_ file: String, _ coordinates: Coordinate...) { self.init(file, coordinates) }

  /// A place in `file`, from coarse to fine.
  public init(_ file: String, _ coordinates: [Coordinate]) {
    self.file = file
    self.coordinates = coordinates
  }

  /// `file, line 3, byte 12`.
  public var description: String {
    ([file] + coordinates.map(\.description)).joined(separator: ", ")
  }
}

/// The error struct that each module instantiates with its own domain type, as in
/// `public typealias WFDBError = ModuleError<WFDBErrorDomain>`.
public struct ModuleError<Domain: Sendable>: LocatedError {
  /// Stable name of a kind of failure. New ones are added as static members in the module, which breaks nobody.
  public struct Code: Hashable, Sendable, RawRepresentable {
    /// The name, in lower case with hyphens.
    public let rawValue: String
    /// A code with the name `rawValue`.
    public init(rawValue: String) { self.rawValue = rawValue }
  }

  /// The kind of failure.
  public let code: Code
  /// The file and the place in it.
  public let place: ErrorPlace
  /// What was found there.
  public let found: String
  /// What was expected instead.
  public let expected: String
  /// The next useful action.
  public let advice: String
  /// The failure underneath, where there is one.
  public let cause: (any Error)?
  /// The code's name.
  public var codeName: String { code.rawValue }

  /// An error of this module; `found` and `expected` are phrases without a final stop, `advice` is a sentence
  /// without one.
  public init(
    _ code: Code, at place: ErrorPlace, found: String, expected: String = "", advice: String = "",
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.place = place
    self.found = found
    self.expected = expected
    self.advice = advice
    self.cause = cause
  }
}

extension String {
  /// The same with control characters written out, since text from files must not steer a terminal.
  public var withoutControls: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.properties.generalCategory == .control {
        text += scalar.escaped(asASCII: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}
