import ECGCore
import Reproducibility
import Testing

@Suite struct DelimitedTextTests {
  private func table(_ text: String) throws(ECGCoreError) -> DelimitedText {
    try DelimitedText(parsing: Array(text.utf8), path: "t.csv")
  }

  @Test func quotesCommasAndLineBreaksWithinFieldsAreKept() throws {
    let table = try table("a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n,\"\"\n")
    #expect(table.header == ["a", "b"])
    #expect(table.rows == [["x, \"y\"\nz", "2"], ["", ""]])
    #expect(table.lines == [2, 4])
    #expect(try table.column("b") == 1)
  }

  @Test(arguments: [("", 1), ("a,b\n1\n", 2), ("a\n\"x\n\n", 2), ("a\n\"x\"y\n", 2)])
  func malformedTextIsAnErrorThatNamesTheLine(text: String, line: Int) {
    let error = #expect(throws: ECGCoreError.self) { try table(text) }
    #expect(error?.place == ErrorPlace("t.csv", .line(line)))
  }
}
