import Reproducibility

/// A real copy of a network's parameters and running statistics: later training does not touch it.
public struct Weights: Sendable, Equatable {
  /// One named array of numbers.
  public struct Entry: Sendable, Equatable {
    /// PyTorch's name.
    public let name: String
    /// PyTorch's shape.
    public let shape: [Int]
    /// Row-major.
    public let values: [Float]

    /// An entry of as many values as the shape says.
    public init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Sorted by name.
  public let entries: [Entry]

  /// These entries, sorted by name.
  public init(entries: [Entry]) {
    self.entries = entries.sorted { $0.name < $1.name }
  }

  /// A copy of what `layer` holds now. O(numbers).
  public init(copying layer: any Layer) {
    self.init(
      entries: layer.parameters.map { Entry(name: $0.name, shape: $0.shape, values: $0.values) }
        + layer.statistics.map { Entry(name: $0.name, shape: [$0.values.count], values: $0.values) })
  }

  /// SHA-256 over names, shapes and bits.
  public var digest: Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven weights 1")
    for entry in entries {
      hasher.update(entry.name)
      hasher.update(array: entry.shape)
      hasher.update(array: entry.values)
    }
    return hasher.digest
  }

  /// Writes these numbers into `layer`, which keeps its own under names that begin with one of `excluded`.
  ///
  /// - Throws: ``TrainingError`` `unsuitable-weights` naming the first tensor that is missing or has another shape;
  ///   nothing has been written then.
  public func load(into layer: any Layer, excluding excluded: [String] = [], named file: String) throws(TrainingError) {
    func wanted(_ name: String) -> Bool { !excluded.contains { name.hasPrefix($0) } }
    var found: [String: Entry] = [:]
    for entry in entries { found[entry.name] = entry }
    func entry(_ name: String, _ shape: [Int]) throws(TrainingError) -> Entry {
      guard let entry = found[name], entry.shape == shape else {
        throw TrainingError(
          .unsuitableWeights, at: ErrorPlace(file, .item(name)),
          found: found[name].map { "shape \($0.shape)" } ?? "no such tensor", expected: "shape \(shape)",
          advice: "Use weights of the same network")
      }
      return entry
    }
    let parameters = layer.parameters.filter { wanted($0.name) }
    let statistics = layer.statistics.filter { wanted($0.name) }
    for parameter in parameters { _ = try entry(parameter.name, parameter.shape) }
    for statistic in statistics { _ = try entry(statistic.name, [statistic.values.count]) }
    for parameter in parameters {
      let values = try entry(parameter.name, parameter.shape).values
      values.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { parameter.value.update(from: base, count: parameter.count) }
      }
    }
    for statistic in statistics {
      statistic.values = try entry(statistic.name, [statistic.values.count]).values
    }
  }
}
