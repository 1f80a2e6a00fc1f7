import Reproducibility
import Testing

@Suite struct NearestNameTests {
  @Test func aSlipOfTheFingerFindsItsNameAndNonsenseFindsNone() {
    let names = ["ptb-xl", "mit-bih", "qtdb", "synthetic"]
    #expect(NearestName.suggestion(for: "ptbxl", among: names) == "ptb-xl")
    #expect(NearestName.suggestion(for: "mitbih", among: names) == "mit-bih")
    #expect(NearestName.suggestion(for: "zzzzzzzzzzzzzzzzz", among: names) == nil)
    #expect(
      NearestName.advice(for: "qtd", among: names)
        == "Did you mean 'qtdb'? Known: ptb-xl, mit-bih, qtdb, synthetic")
  }

  @Test func jsonOfAnyShapeKeepsItsDigestWhateverItsWhiteSpaceAndOrder() throws {
    let first = try CanonicalJSON.decode(
      JSONValue.self, from: Array(#"{"a": 1, "b": [true, null, 0.1, "x"]}"#.utf8), named: "a")
    let second = try CanonicalJSON.decode(
      JSONValue.self, from: Array(#"{"b":[true,null,0.1,"x"],"a":1}"#.utf8), named: "b")
    let third = try CanonicalJSON.decode(
      JSONValue.self, from: Array(#"{"b":[true,null,0.1,"x"],"a":1,"c":0}"#.utf8), named: "c")
    #expect(try CanonicalJSON.digest(of: first) == CanonicalJSON.digest(of: second))
    #expect(try CanonicalJSON.digest(of: first) != CanonicalJSON.digest(of: third))
    #expect(
      String(decoding: try CanonicalJSON.compact(second), as: UTF8.self)
        == #"{"a":1,"b":[true,null,0.1,"x"]}"#)
  }
}
