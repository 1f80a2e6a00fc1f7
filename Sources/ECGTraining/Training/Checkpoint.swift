import Reproducibility

/// Where a training leaves checkpoints, and goes on from.
public struct Checkpointing: Sendable {
  /// The file: replaced whole by each checkpoint, at the end of every epoch.
  public let file: String
  /// Besides after so many optimiser steps; nil for no more.
  public let everySteps: Int?
  /// What decides the bits and only the caller knows, by name: digests of data and initial weights, the program's version.
  public let identity: [String: String]

  /// Checkpoints in `file`.
  public init(file: String, everySteps: Int? = nil, identity: [String: String] = [:]) {
    self.file = file
    self.everySteps = everySteps
    self.identity = identity
  }
}

/// A training between two steps as a safetensors file: tensors `model.*` (parameters and running statistics),
/// `first_moment.*` and `second_moment.*` (the optimiser's), `best.*` (the best epoch's weights); in the metadata
/// `checkpoint`, the JSON of ``Header``, and `digest`, over that text and the tensors.
struct Checkpoint {
  /// Everything but tensors.
  struct Header: Codable {
    /// 1.
    let schema: Int
    /// What decides the bits, by name.
    let identity: [String: String]
    /// Where training stands.
    let state: TrainingState
  }

  let header: Header
  let tensors: Weights

  private static let modelPrefix = "model."
  private static let firstPrefix = "first_moment."
  private static let secondPrefix = "second_moment."
  private static let bestPrefix = "best."

  /// What `network` holds now. O(numbers).
  init(of network: any Layer, best: Weights?, state: TrainingState, identity: [String: String]) {
    header = Header(schema: 1, identity: identity, state: state)
    let moments = network.parameters.flatMap { parameter in
      [
        Weights.Entry(
          name: Self.firstPrefix + parameter.name, shape: parameter.shape,
          values: Array(UnsafeBufferPointer(start: parameter.firstMoment, count: parameter.count))),
        Weights.Entry(
          name: Self.secondPrefix + parameter.name, shape: parameter.shape,
          values: Array(UnsafeBufferPointer(start: parameter.secondMoment, count: parameter.count))),
      ]
    }
    tensors = Weights(
      entries: Weights(copying: network).entries(addingPrefix: Self.modelPrefix) + moments
        + (best?.entries(addingPrefix: Self.bestPrefix) ?? []))
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: ``TrainingError`` `malformed-weights` where the file is no checkpoint or does not have its own digest; file
  ///   and JSON errors.
  init(reading path: String) throws {
    let contents = try Safetensors.contents(ofFile: path)
    tensors = contents.weights
    guard let text = contents.metadata["checkpoint"],
      contents.metadata["digest"] == Self.digest(text, contents.weights).hex
    else {
      throw TrainingError(
        .malformedWeights, at: ErrorPlace(path), found: "no checkpoint, or one that was changed",
        expected: "a file with its own digest", advice: "Remove it to begin anew")
    }
    header = try CanonicalJSON.decode(Header.self, from: Array(text.utf8), named: "\(path), checkpoint")
  }

  /// Replaces the file at `path`, which is whole at any moment.
  func write(to path: String) throws {
    let text = String(decoding: try CanonicalJSON.compact(header), as: UTF8.self)
    try Safetensors.write(
      tensors, metadata: ["checkpoint": text, "digest": Self.digest(text, tensors).hex], to: path)
  }

  private static func digest(_ text: String, _ tensors: Weights) -> Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven checkpoint 1")
    hasher.update(text)
    hasher.update(tensors.digest)
    return hasher.digest
  }

  /// - Throws: ``TrainingError`` `unsuitable-checkpoint` with everything that differs from `identity`.
  func check(against identity: [String: String], path: String) throws(TrainingError) {
    let names = Set(identity.keys).union(header.identity.keys).sorted()
    let differing = names.filter { identity[$0] != header.identity[$0] }
    guard differing.isEmpty, header.schema == 1 else {
      func told(_ values: [String: String]) -> String {
        differing.map { "\($0) \(values[$0] ?? "unknown")" }.joined(separator: ", ")
      }
      throw TrainingError(
        .unsuitableCheckpoint, at: ErrorPlace(path),
        found: "a checkpoint of another training: \(told(header.identity))", expected: told(identity),
        advice: "Train with the same settings and data, or remove the file to begin anew")
    }
  }

  /// Puts everything back into `network` and returns the best epoch's weights. Nothing has been written where it throws.
  ///
  /// - Throws: ``TrainingError`` `unsuitable-weights` naming a tensor.
  func restore(into network: any Layer, path: String) throws(TrainingError) -> Weights? {
    let entries = Dictionary(uniqueKeysWithValues: tensors.entries.map { ($0.name, $0) })
    func moment(_ prefix: String, _ parameter: Parameter) throws(TrainingError) -> [Float] {
      guard let entry = entries[prefix + parameter.name], entry.shape == parameter.shape else {
        throw TrainingError(
          .unsuitableWeights, at: ErrorPlace(path, .item(prefix + parameter.name)),
          found: entries[prefix + parameter.name].map { "shape \($0.shape)" } ?? "no such tensor",
          expected: "shape \(parameter.shape)", advice: "Remove the file to begin anew")
      }
      return entry.values
    }
    let parameters = network.parameters
    var moments: [(first: [Float], second: [Float])] = []
    for parameter in parameters {
      moments.append((try moment(Self.firstPrefix, parameter), try moment(Self.secondPrefix, parameter)))
    }
    try Weights(entries: tensors.entries(droppingPrefix: Self.modelPrefix)).load(into: network, named: path)
    for (parameter, moment) in zip(parameters, moments) {
      for index in 0..<parameter.count {
        parameter.firstMoment[index] = moment.first[index]
        parameter.secondMoment[index] = moment.second[index]
      }
    }
    return header.state.best.map { _ in Weights(entries: tensors.entries(droppingPrefix: Self.bestPrefix)) }
  }
}

extension Weights {
  fileprivate func entries(addingPrefix prefix: String) -> [Entry] {
    entries.map { Entry(name: prefix + $0.name, shape: $0.shape, values: $0.values) }
  }

  fileprivate func entries(droppingPrefix prefix: String) -> [Entry] {
    entries.filter { $0.name.hasPrefix(prefix) }.map {
      Entry(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
    }
  }
}

/// Writes the checkpoints of one training and reads the one that is there.
struct CheckpointKeeper {
  private let place: Checkpointing
  private let network: any Layer
  private let identity: [String: String]

  /// For a training of `network` with `identity`, to which that of `place` is added.
  init(_ place: Checkpointing, network: any Layer, identity: [String: String]) {
    self.place = place
    self.network = network
    var hasher = ContentHasher()
    for parameter in network.parameters {
      hasher.update(parameter.name)
      hasher.update(array: parameter.shape)
    }
    self.identity = identity.merging(place.identity) { $1 }.merging(["network": hasher.digest.hex]) { $1 }
  }

  /// State and best weights of the file, its tensors put back into the network; nil where there is no file.
  func restore() throws -> (TrainingState, Weights?)? {
    guard FileBytes.exists(place.file) else { return nil }
    let checkpoint = try Checkpoint(reading: place.file)
    try checkpoint.check(against: identity, path: place.file)
    let best = try checkpoint.restore(into: network, path: place.file)
    return (checkpoint.header.state, best)
  }

  /// Replaces the file.
  func save(_ state: TrainingState, _ best: Weights?) throws {
    try Checkpoint(of: network, best: best, state: state, identity: identity).write(to: place.file)
  }

  /// Replaces the file where it is time to.
  func afterStep(_ state: TrainingState, _ best: Weights?) throws {
    guard let everySteps = place.everySteps, state.step.isMultiple(of: max(1, everySteps)) else { return }
    try save(state, best)
  }
}
