/// One ECG channel under its standard name; a name that is not standard stays as the dataset writes it.
public struct Lead: Hashable, Sendable, CustomStringConvertible {
  /// `I`, `aVR`, `V1`, `MLII`, ...
  public let name: String
  /// The lead named `name`, as written.
  public init(_ name: String) { self.name = name }
  /// The name.
  public var description: String { name }

  /// The twelve standard leads in the usual order.
  public static let standard12: [Lead] =
    ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"].map { Lead($0) }

  /// The eight independent ones: the other four are sums of I and II.
  public static let independent8: [Lead] = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"].map { Lead($0) }

  /// The standard lead that `name` spells in any case (`AVR`, `avr`), else a lead of that very name.
  public static func standardised(_ name: String) -> Lead {
    spellings[name] ?? spellings[name.lowercased()] ?? Lead(name)
  }

  /// Standard leads by their name, and in lower and upper case.
  private static let spellings = Dictionary(
    standard12.flatMap { lead in [lead.name, lead.name.lowercased(), lead.name.uppercased()].map { ($0, lead) } }
  ) { first, _ in first }
}

/// One or more different leads in order.
public struct LeadSet: Hashable, Sendable {
  /// In order; none twice, never empty.
  public let leads: [Lead]

  /// These leads in this order.
  ///
  /// - Throws: ``ECGCoreError`` `invalid-leads` where there is none or one stands twice.
  public init(_ leads: [Lead]) throws(ECGCoreError) {
    // Most recordings have the twelve, and hashing names takes longer than comparing them.
    guard leads == Lead.standard12 || !leads.isEmpty && Set(leads).count == leads.count else {
      throw ECGCoreError(
        .invalidLeads, at: .init("leads"), found: leads.map(\.name).joined(separator: " "),
        expected: "at least one lead, none twice")
    }
    self.leads = leads
  }

  private init(checked leads: [Lead]) { self.leads = leads }

  /// The twelve standard leads.
  public static let standard12 = LeadSet(checked: Lead.standard12)
  /// I, II, V1 to V6.
  public static let independent8 = LeadSet(checked: Lead.independent8)

  /// How many.
  public var count: Int { leads.count }
  /// Their names.
  public var names: [String] { leads.map(\.name) }
  /// Where `lead` stands, or nil.
  public func index(of lead: Lead) -> Int? { leads.firstIndex(of: lead) }

  /// Where each of `wanted` stands here.
  ///
  /// - Throws: ``ECGCoreError`` `missing-lead` naming the first that is absent.
  public func indexes(of wanted: LeadSet) throws(ECGCoreError) -> [Int] {
    var indexes: [Int] = []
    for lead in wanted.leads {
      guard let index = index(of: lead) else {
        throw ECGCoreError(
          .missingLead, at: .init("leads", .lead(lead.name)), found: names.joined(separator: " "),
          expected: "lead \(lead.name) among them", advice: "Choose leads that the store or record has")
      }
      indexes.append(index)
    }
    return indexes
  }
}
