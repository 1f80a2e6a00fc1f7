import Dispatch
import Foundation
import Synchronization

/// One line that tells how far a step is, its rate and the time left: redrawn at most ten times a second on a terminal,
/// one line a minute elsewhere. Safe to call from any thread; never part of a result.
final class ProgressLine: Sendable {
  private struct State {
    var lastShown: UInt64
    var shownOnce = false
  }

  private let title: String
  private let unit: String
  private let start: UInt64
  private let state: Mutex<State>

  /// A line titled `title` that counts `unit`, such as "recordings".
  init(_ title: String, unit: String) {
    self.title = title
    self.unit = unit
    start = DispatchTime.now().uptimeNanoseconds
    state = Mutex(State(lastShown: start))
  }

  /// Says that `done` of `total` are done.
  func update(done: Int, total: Int, detail: String = "") {
    let now = DispatchTime.now().uptimeNanoseconds
    let interval: UInt64 = Console.progressIsVisible ? 100_000_000 : 60_000_000_000
    let due = state.withLock { state in
      guard now &- state.lastShown >= interval else { return false }
      state.lastShown = now
      state.shownOnce = true
      return true
    }
    guard due else { return }
    let seconds = Double(now - start) / 1e9
    let rate = Double(done) / max(seconds, 1e-9)
    let left = rate > 0 ? Double(total - done) / rate : 0
    var text = "\(title): \(done) of \(total) \(unit), \(Self.short(rate))/s, \(Self.clock(left)) left"
    if !detail.isEmpty { text += ", \(detail)" }
    if Console.progressIsVisible {
      Console.write("\r\u{1B}[2K" + String(text.prefix(110)), to: .standardError)
    } else {
      Console.note(text)
    }
  }

  /// Ends the line with what it came to.
  func finish(_ summary: String) {
    if Console.progressIsVisible { Console.write("\r\u{1B}[2K", to: .standardError) }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    Console.note("\(title): \(summary) in \(Self.clock(seconds))")
  }

  private static func short(_ rate: Double) -> String {
    rate >= 100 ? "\(Int(rate))" : "\((rate * 10).rounded() / 10)"
  }

  /// `8.2 s`, `3 min 05 s`, `2 h 07 min`.
  static func clock(_ seconds: Double) -> String {
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
    return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
  }
}
