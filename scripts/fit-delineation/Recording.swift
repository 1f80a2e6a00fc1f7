import Foundation

/// A signal that `recordings.py` wrote, as `index.json` names it.
struct Recording: Decodable {
  let name: String
  let leads: Int
  /// Hz.
  let samplingFrequency: Double
  /// Samples of the manual beats; beats are looked for where there are none.
  var beats: [Int]?
  /// Stretches of ventricular flutter: first and last sample.
  var flutter: [[Int]]?
  /// Whether beats before the first and behind the last manual one were left unmarked.
  var isMarkedInPart: Bool?

  /// The recordings of a folder, in the order of its index.
  static func all(in folder: URL) throws -> [Recording] {
    try JSONDecoder().decode([Recording].self, from: Data(contentsOf: folder.appending(path: "index.json")))
  }

  /// Its leads in mV.
  func signals(in folder: URL) throws -> [[Float]] {
    let data = try Data(contentsOf: folder.appending(path: name + ".f32"))
    let values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let count = values.count / leads
    return (0..<leads).map { Array(values[$0 * count..<($0 + 1) * count]) }
  }
}
