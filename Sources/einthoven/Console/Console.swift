import Foundation
import Reproducibility

/// What the command says, and where: results on stdout, everything else on stderr.
enum Console {
  /// A result, with a newline.
  static func result(_ text: String) {
    write(text + "\n", to: .standardOutput)
  }

  /// Data that is the result, such as samples: what cannot be written is an error.
  ///
  /// - Throws: where stdout is full or closed.
  static func data(_ bytes: Data) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      throw ReproducibilityError(
        .fileSystem, at: ErrorPlace("stdout"), found: "it could not be written", expected: "room for the samples",
        advice: "Check the free space", cause: error)
    }
  }

  /// A step begun or done.
  static func note(_ text: String) {
    write(text + "\n", to: .standardError)
  }

  /// Something that the user should know but that stops nothing.
  static func warning(_ text: String) {
    write("warning: " + text + "\n", to: .standardError)
  }

  /// Whether stderr is a terminal, so that a progress line may be drawn over itself.
  static let progressIsVisible = isatty(FileHandle.standardError.fileDescriptor) == 1

  /// Text as it is. A result that is lost, as on a full disk, ends the program with status 1; what is only said may be.
  static func write(_ text: String, to handle: FileHandle) {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      guard handle === FileHandle.standardOutput else { return }
      try? FileHandle.standardError.write(
        contentsOf: Data(
          "Error: stdout: it could not be written; expected room for the result. Check the free space\n".utf8))
      exit(1)
    }
  }
}
