/// A column that a dataset adds to each recording, beyond id, patient, age and sex.
public struct ColumnDefinition: Sendable, Equatable {
  /// Which group of the store it belongs to.
  public enum Group: String, Sendable {
    /// `/record/<name>`: facts about the recording, such as site, device, fold.
    case record
    /// `/label/<name>`: what the recording is said to show.
    case label
  }

  /// What values it holds.
  public enum Kind: Sendable, Equatable {
    /// Whole numbers, -1 where unknown unless `meaning` says otherwise.
    case integer
    /// Numbers, NaN where unknown.
    case real
    /// UTF-8 text, empty where unknown.
    case text
    /// One class of `vocabulary` by its index, -1 for none.
    case category(vocabulary: [String])
    /// Any number of classes of `vocabulary`: one 0 or 1 for each.
    case flags(vocabulary: [String])
  }

  /// In snake case, unique within its group.
  public let name: String
  /// Where it is stored.
  public let group: Group
  /// What it holds.
  public let kind: Kind
  /// One sentence for people.
  public let meaning: String

  /// A column.
  public init(name: String, group: Group, kind: Kind, meaning: String) {
    self.name = name
    self.group = group
    self.kind = kind
    self.meaning = meaning
  }

  /// The classes of a category or flags column; empty for the others.
  public var vocabulary: [String] {
    switch kind {
    case .category(let vocabulary), .flags(let vocabulary): vocabulary
    case .integer, .real, .text: []
    }
  }
}

/// The value of one column for one recording; its case follows the column's kind.
public enum ColumnValue: Sendable, Equatable {
  /// For `integer`.
  case integer(Int64)
  /// For `real`; NaN where unknown.
  case real(Double)
  /// For `text`.
  case text(String)
  /// For `category`: an index into the vocabulary, or -1.
  case category(Int)
  /// For `flags`: as many as the vocabulary has classes.
  case flags([Bool])
}
