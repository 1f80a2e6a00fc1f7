/// One row of the table of annotation codes of the MIT format: number, symbol, meaning, and whether it marks a beat.
///
/// Numbers and symbols are those of `ecgcodes.h` and of the annotation functions of the WFDB library. Numbers that are
/// not in the table (15, 17 and 42 to 58) are free: a file may define them for itself, see ``AnnotationDefinition``.
public struct AnnotationCode: Sendable, Hashable {
  /// In annotation files: 0 to 49.
  public let number: Int
  /// As people write it.
  public let symbol: String
  /// In words.
  public let meaning: String
  /// Whether it marks a heartbeat: what `isqrs` of the WFDB library says, which counts flutter waves.
  public let isBeat: Bool

  /// All codes by number.
  public static let all: [AnnotationCode] = [
    code(0, " ", "no annotation: a step in time that files may hold between marks"),
    code(1, "N", "normal beat", beat: true),
    code(2, "L", "left bundle branch block beat", beat: true),
    code(3, "R", "right bundle branch block beat", beat: true),
    code(4, "a", "aberrated atrial premature beat", beat: true),
    code(5, "V", "premature ventricular contraction", beat: true),
    code(6, "F", "fusion of ventricular and normal beat", beat: true),
    code(7, "J", "nodal (junctional) premature beat", beat: true),
    code(8, "A", "atrial premature beat", beat: true),
    code(9, "S", "premature or ectopic supraventricular beat", beat: true),
    code(10, "E", "ventricular escape beat", beat: true),
    code(11, "j", "nodal (junctional) escape beat", beat: true),
    code(12, "/", "paced beat", beat: true),
    code(13, "Q", "unclassifiable beat", beat: true),
    code(14, "~", "change in signal quality"),
    code(16, "|", "isolated QRS-like artifact"),
    code(18, "s", "ST segment change"),
    code(19, "T", "T-wave change"),
    code(20, "*", "systole"),
    code(21, "D", "diastole"),
    code(22, "\"", "comment"),
    code(23, "=", "measurement"),
    code(24, "p", "peak of P wave"),
    code(25, "B", "left or right bundle branch block beat", beat: true),
    code(26, "^", "non-captured pacemaker spike"),
    code(27, "t", "peak of T wave"),
    code(28, "+", "change of rhythm"),
    code(29, "u", "peak of U wave"),
    code(30, "?", "beat not classified during learning", beat: true),
    code(31, "!", "ventricular flutter wave", beat: true),
    code(32, "[", "start of ventricular flutter or fibrillation"),
    code(33, "]", "end of ventricular flutter or fibrillation"),
    code(34, "e", "atrial escape beat", beat: true),
    code(35, "n", "supraventricular escape beat", beat: true),
    code(36, "@", "link to external data"),
    code(37, "x", "non-conducted P wave"),
    code(38, "f", "fusion of paced and normal beat", beat: true),
    code(39, "(", "onset of a wave"),
    code(40, ")", "end of a wave"),
    code(41, "r", "R-on-T premature ventricular contraction", beat: true),
  ]

  /// The symbol of `number`; `[15]` and the like for a number without one, as annotation programs print it. O(1).
  public static func symbol(of number: Int) -> String {
    symbols.indices.contains(number) ? symbols[number] : "[\(number)]"
  }

  /// The code with `number`, or nil for a free number. O(1).
  public static func numbered(_ number: Int) -> AnnotationCode? { byNumber[number] }

  /// The code with `symbol`, or nil. O(1).
  public static func symbol(_ symbol: String) -> AnnotationCode? { bySymbol[symbol] }

  private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })
  private static let bySymbol = Dictionary(uniqueKeysWithValues: all.map { ($0.symbol, $0) })
  /// By number, for every number that a mark can have: sets of marks look their symbols up here.
  static let symbols = (0...Int(UInt8.max)).map { byNumber[$0]?.symbol ?? "[\($0)]" }

  private static func code(_ number: Int, _ symbol: String, _ meaning: String, beat: Bool = false) -> AnnotationCode {
    AnnotationCode(number: number, symbol: symbol, meaning: meaning, isBeat: beat)
  }
}
