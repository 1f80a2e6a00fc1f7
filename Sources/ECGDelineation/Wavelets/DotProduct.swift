/// The sum of products of `count` numbers from each pointer, eight partial sums at a time, which are added in a fixed order
/// at the end: the same bits on every machine, whatever its vectors.
///
/// - Precondition: `count` is a multiple of 8.
@inline(__always)
func dotProduct(_ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, count: Int) -> Float {
  var sums = SIMD8<Float>.zero
  let (one, other) = (UnsafeRawPointer(one), UnsafeRawPointer(other))
  for offset in stride(from: 0, to: count * 4, by: 32) {
    sums +=
      one.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      * other.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
  }
  let four = sums.lowHalf + sums.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
