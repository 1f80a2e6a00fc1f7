import Foundation
import Reproducibility
import Testing

/// The C library is the independent source here: it is within 1 unit in the last place of the truth.
@Suite struct PortableMathTests {
  private func unitsApart(_ value: Double, _ reference: Double) -> Double {
    abs(value - reference) / max(reference.ulp, 0x1p-1060)
  }

  @Test func exponentialAndLogarithmAgreeWithTheCLibrary() {
    for step in -7000...7000 {
      let x = Double(step) / 10.01
      #expect(unitsApart(PortableMath.exp(x), exp(x)) <= 4, "exp(\(x))")
      let y = exp(x)
      if y > 0 { #expect(unitsApart(PortableMath.log(y), log(y)) <= 4, "log(\(y))") }
    }
    for step in 1...4000 {
      let x = Double(step) / 1000
      #expect(abs(PortableMath.log(x) - log(x)) <= 4 * max(log(x).magnitude.ulp, 0x1p-54), "log(\(x))")
    }
    #expect(PortableMath.exp(0) == 1)
    #expect(PortableMath.exp(-800) == 0)
    #expect(PortableMath.exp(800) == .infinity)
    #expect(PortableMath.log(0) == -.infinity)
    #expect(PortableMath.log(-1).isNaN)
  }

  @Test func sineAndCosineAgreeWithTheCLibrary() {
    for step in -20_000...20_000 {
      let x = Double(step) * 0.0317
      let (sine, cosine) = PortableMath.sineAndCosine(x)
      #expect(abs(sine - sin(x)) <= 3e-16, "sin(\(x))")
      #expect(abs(cosine - cos(x)) <= 3e-16, "cos(\(x))")
    }
  }
}
