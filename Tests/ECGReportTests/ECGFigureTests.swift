import ECGCore
import Foundation
import Testing

@testable import ECGReport

@Suite struct ECGFigureTests {
  private func excerpt(
    leads: [String] = ["I"], hertz: Double = 100, _ millivolts: [[Double]], first: Int = 0
  ) throws -> ECGExcerpt {
    try ECGExcerpt(
      leadNames: leads, samplingFrequency: try #require(SamplingFrequency(hertz: hertz)), firstSample: first,
      millivolts: millivolts)
  }

  private let twelve = Lead.standard12.map(\.name)

  /// The points of the trace paths, in mm.
  private func traces(_ svg: String) -> [[(x: Double, y: Double)]] {
    svg.split(separator: "\n").filter { $0.contains("stroke-linejoin") }.map { line in
      let path = line.split(separator: "\"")[1]
      return path.split(whereSeparator: { "ML".contains($0) }).map { point in
        let numbers = point.split(separator: " ").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  @Test func aSecondIs25MillimetresAndAMillivoltTen() throws {
    // 1 s at 0 mV, in it one sample of 1 mV at 0.5 s.
    var values = [Double](repeating: 0, count: 101)
    values[50] = 1
    let trace = try #require(traces(try ECGFigure(of: excerpt([values]), title: "t").svg).first)
    #expect(trace.count == 101)
    #expect(abs(trace[100].x - trace[0].x - 25) < 0.002)
    #expect(abs(trace[50].x - trace[0].x - 12.5) < 0.002)
    #expect(abs(trace[0].y - trace[50].y - 10) < 0.002)
  }

  @Test func theMedianLiesOnALineOfTheGrid() throws {
    let values = (0..<200).map { $0 % 20 == 0 ? 7.25 : 6.25 }
    let trace = try #require(traces(try ECGFigure(of: excerpt([values]), title: "t").svg).first)
    #expect(trace[1].y.truncatingRemainder(dividingBy: 5) == 0)
  }

  @Test func twelveLeadsOfTenSecondsAreLaidOutAsOnTheUsualPage() throws {
    let signal = excerptOfTwelve(seconds: 10)
    let svg = try ECGFigure(of: try excerpt(leads: twelve, signal), title: "t").svg
    let traces = traces(svg)
    #expect(traces.map(\.count) == Array(repeating: 250, count: 12) + [1000])
    // The second column begins a quarter of 250 mm after the first.
    #expect(abs(traces[1][0].x - traces[0][0].x - 62.5) < 0.002)
    let names = svg.components(separatedBy: "paint-order=\"stroke\">").dropFirst().compactMap {
      $0.components(separatedBy: "<").first
    }
    #expect(
      names == ["I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6", "II"])
  }

  @Test func otherRecordingsGetARowForEachLead() throws {
    let svg = try ECGFigure(of: try excerpt(leads: twelve, excerptOfTwelve(seconds: 11)), title: "t").svg
    #expect(traces(svg).map(\.count) == Array(repeating: 1100, count: 12))
    #expect(throws: ReportError.self) {
      try ECGFigure(of: excerpt([[0, 1]]), title: "t", layout: .standard)
    }
  }

  private func excerptOfTwelve(seconds: Int) -> [[Double]] {
    (0..<12).map { lead in (0..<seconds * 100).map { Double(($0 * (lead + 1)) % 50) / 50 } }
  }

  @Test func aMissingSampleBreaksTheTrace() throws {
    let svg = try ECGFigure(of: excerpt([[0, 0, .nan, 0, 0]]), title: "t").svg
    let line = try #require(svg.split(separator: "\n").first { $0.contains("stroke-linejoin") })
    #expect(line.split(separator: "\"")[1].filter { $0 == "M" }.count == 2)
    #expect(!svg.contains("nan"))
    // A lead without any sample is an empty row, not an error.
    #expect(traces(try ECGFigure(of: excerpt([[.nan, .nan]]), title: "t").svg).isEmpty)
  }

  @Test func aTraceFarOffItsLineIsCutAndTheFigureSaysSo() throws {
    let svg = try ECGFigure(of: excerpt([[0, 0, 0, 9, 0]]), title: "t").svg
    let trace = try #require(traces(svg).first)
    #expect(abs(trace[0].y - trace[3].y - ECGFigure.reach) < 0.002)
    #expect(svg.contains("are cut there"))
    #expect(!(try ECGFigure(of: excerpt([[0, 0, 0, 3, 0]]), title: "t").svg).contains("are cut there"))
  }

  @Test func fiducialsStandAtTheirSamples() throws {
    var part = try excerpt([[Double](repeating: 0, count: 200)], first: 1000)
    part.beats = [
      Beat([.pOnset: 1010, .pPeak: 1015, .pOffset: 1020, .qrsOnset: 1030, .rPeak: 1035]),
      Beat([.pOnset: 10, .pOffset: 20, .rPeak: 900]),  // before the excerpt
    ]
    let svg = try ECGFigure(of: part, title: "t").svg
    let start = try #require(traces(svg).first?.first?.x)
    let dots = svg.components(separatedBy: "<circle cx=\"").dropFirst().compactMap {
      Double($0.split(separator: "\"")[0])
    }
    // Two peaks; the other three dots are the legend's.
    #expect(dots.prefix(2).map { (($0 - start) / 0.25).rounded() } == [15, 35])
    #expect(dots.count == 5)
    #expect(svg.components(separatedBy: "fill-opacity").count == 2)
  }

  @Test func textCannotLeaveItsElement() throws {
    let svg = try ECGFigure(of: excerpt(leads: ["<V1&"], [[0, 1]]), title: "a<b>\u{1}&", captions: ["<script>"]).svg
    #expect(svg.contains("&lt;V1&amp;") && svg.contains("&lt;script&gt;") && svg.contains("a&lt;b&gt;"))
    #expect(!svg.contains("\u{1}"))
    _ = try XMLDocumentCheck(svg)
  }

  @Test func whatCannotBeDrawnIsAnError() throws {
    #expect(throws: ReportError.self) { try excerpt([[]]) }
    #expect(throws: ReportError.self) { try excerpt(leads: [], []) }
    #expect(throws: ReportError.self) { try excerpt(leads: ["I", "II"], [[0], [0, 1]]) }
    #expect(throws: ReportError.self) { try excerpt(hertz: 1, [[Double](repeating: 0, count: 121)]) }
  }
}

/// Tags are closed in the order opened: enough to see that no text broke out of its element.
private struct XMLDocumentCheck {
  struct Unbalanced: Error {}

  init(_ text: String) throws {
    var open: [Substring] = []
    for piece in text.split(separator: "<").dropFirst(0) {
      guard let end = piece.firstIndex(of: ">") else { throw Unbalanced() }
      let tag = piece[..<end]
      if tag.hasSuffix("/") { continue }
      let name = tag.prefix { $0 != " " && $0 != "\n" }
      if name.hasPrefix("/") {
        guard open.popLast() == name.dropFirst() else { throw Unbalanced() }
      } else {
        open.append(name)
      }
    }
    guard open.isEmpty else { throw Unbalanced() }
  }
}
