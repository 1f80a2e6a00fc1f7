import Foundation

/// What a result records about the program and the machine. Never part of a digest.
public enum SystemFacts {
  /// The version of this package.
  public static let packageVersion = "0.1.0"

  /// Processors that this process may use.
  public static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// The CPU's own name, or its architecture where the system does not tell.
  public static var processorName: String {
    if let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) {
      for line in text.split(separator: "\n") where line.hasPrefix("model name") {
        if let colon = line.firstIndex(of: ":") {
          return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
      }
    }
    #if arch(arm64)
      return "arm64"
    #else
      return "x86-64"
    #endif
  }
}
