import Reproducibility

/// The numbers that scripts/golden/inception1d.py computes too: ((7919 i + 104729 salt) mod 2003 - 1001) / 2003.
public func goldenFiller(_ index: Int, salt: Int) -> Double {
  Double((index * 7919 + salt * 104_729) % 2003 - 1001) / 2003
}
