/// How chunks are compressed. Any HDF5 reads both without a plugin.
public enum Codec: String, CaseIterable, Codable, Sendable {
  /// Byte shuffle, then zlib's format: HDF5's own `shuffle` and `deflate` filters.
  case deflate
  /// As they are.
  case none
}
