import ECGReport
import Testing

@Suite struct FormatTests {
  @Test func numbersHaveExactlyTheDecimalsAskedForWhateverTheLocale() {
    #expect(1.0.fixed(2) == "1.00")
    #expect(0.125.fixed(2) == "0.12")
    #expect(0.375.fixed(2) == "0.38")
    #expect((-0.001).fixed(2) == "0.00")
    #expect((-12.5).fixed(1) == "-12.5")
    #expect(7.05.fixed(0) == "7")
    #expect(Double.nan.fixed(3) == "nan")
  }

  @Test func aTableIsPaddedAndItsBarsAreEscaped() {
    let table = Table(columns: [.init("name"), .init("n", isNumeric: true)], rows: [["a|b", "1"], ["c", "200"]])
    #expect(
      table.markdown == """
        | name |   n |
        | ---- | --: |
        | a\\|b |   1 |
        | c    | 200 |

        """)
  }
}
