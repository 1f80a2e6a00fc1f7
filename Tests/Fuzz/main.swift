import Foundation
import Reproducibility

// Feeds damaged headers, signal files and annotation files to the reader. Whatever comes out has to be a value or an error
// that says where, soon, and without memory that the files do not justify; a crash ends the program and is a failure.
//
//     swift run -c release wfdb-fuzz [ROUNDS] [SEED]

/// Peak memory of this process in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  #if os(Linux)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  #else
    getrusage(RUSAGE_SELF, &usage)
    return Int(usage.ru_maxrss)
  #endif
}

let arguments = CommandLine.arguments.dropFirst()
let rounds = arguments.first.flatMap { Int($0) } ?? 100_000
let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? 1
var fuzzer = Fuzzer(
  corpus: try Corpus(root: ProcessInfo.processInfo.environment["EINTHOVEN_HOME"] ?? "."), seed: seed)

// Memory is compared with what the first rounds took; an absurd request fails at once under this limit.
let warmUp = min(rounds, 2000)
for round in 0..<warmUp { fuzzer.feed(round) }
let before = peakMemory()
#if os(Linux)
  var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
  setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
#endif
for round in warmUp..<rounds { fuzzer.feed(round) }
let growth = peakMemory() - before

let tally = fuzzer.tally
var faults = tally.faults
if growth > 64 << 20 { faults.append("memory grew by \(growth >> 20) MiB") }
let kinds = tally.errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
print("\(rounds) damaged files: \(tally.values) read; errors: \(kinds)")
print("slowest \(Int((tally.slowest * 1e3).rounded())) ms, memory grew by \(growth >> 10) KiB")
for fault in faults.prefix(20) { print("FAULT \(fault)") }
exit(faults.isEmpty ? 0 : 1)
