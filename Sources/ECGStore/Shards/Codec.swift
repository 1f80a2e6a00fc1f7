/// How chunks are compressed: standard HDF5 filters, so that no reader needs a plugin.
public enum Codec: String, CaseIterable, Codable, Sendable {
  /// Byte shuffle, then zlib's format: HDF5's own `shuffle` and `deflate` filters, which every HDF5 reads.
  case deflate
  /// Nearest-neighbour differences, then Golomb-Rice codes: HDF5's `szip` filter, which some builds of HDF5 lack.
  case szip
  /// As they are.
  case none

  /// Levels that can be chosen, from fast to small, but that 1, our own encoder's, is about as small as 4; nil
  /// where there is no choice.
  public var levels: ClosedRange<Int>? { self == .deflate ? 1...12 : nil }

  /// The level where none is chosen; see docs/convert.md for what each costs on ECGs.
  public var defaultLevel: Int? { self == .deflate ? ChunkTools.ownLevel : nil }
}
