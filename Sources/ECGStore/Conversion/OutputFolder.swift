import Reproducibility

/// The folder that a conversion writes into: the target itself, or, where that is to be replaced, one beside it.
final class OutputFolder {
  let folder: String
  private let target: String
  private let replaces: Bool
  /// Whether what is there is gone on with, so that a failure leaves it for the next time.
  private let continues: Bool
  private var created = false

  /// - Throws: ``StoreError`` `already-exists` where something is there that `options` do not allow to touch.
  init(_ path: String, options: ConversionOptions) throws(StoreError) {
    var target = path
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    self.target = target
    if FileBytes.exists(target), !FileBytes.isFolder(target) {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "a file", expected: "a new or empty folder",
        advice: "Choose another name for the store")
    }
    let contents = try Folder.contents(target)
    continues = options.resume || options.part != nil
    let isOurs = contents.allSatisfy { UnsealedStore.isOurs($0) && !FileBytes.isFolder(target + "/" + $0) }
    replaces = !contents.isEmpty && !(continues && isOurs)
    if replaces, !options.force {
      let isUnfinished = contents.contains(ConversionPlan.fileName) && isOurs
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "a folder with \(contents.count) files in it",
        expected: "a new or empty folder",
        advice: isUnfinished
          ? "Go on with the conversion that was begun here with --resume, or replace it with --force"
          : "Choose another folder, or replace this one with --force")
    }
    // No store has folders in it: replacing one that has would delete somebody's work.
    if let inner = contents.first(where: { FileBytes.isFolder(target + "/" + $0) }) {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "the folder '\(inner)' in it, so it is not a store",
        expected: "a store to replace", advice: "--force replaces stores only: choose another folder")
    }
    folder = replaces ? AtomicFile.temporaryName(for: target) : target
  }

  func prepare() throws {
    created = !FileBytes.exists(folder)
    try AtomicFile.makeFolder(folder)
  }

  func publish() throws(StoreError) {
    guard replaces else { return }
    let old = AtomicFile.temporaryName(for: target)
    try Folder.rename(target, to: old)
    do throws(StoreError) {
      try Folder.rename(folder, to: target)
    } catch {
      try Folder.rename(old, to: target)
      throw error
    }
    Folder.remove(old)
  }

  /// Removes what the conversion made, unless it is to be gone on with.
  func abandon() {
    if continues { return }
    if created {
      Folder.remove(folder)
    } else {
      try? UnsealedStore(folder: folder).removeAllBut(nil)
    }
  }
}
