import ECGBenchmark
import ECGCore
import ECGSynthesis
import ECGTraining
import Foundation
import Reproducibility

// The Swift half of benchmarks/performance/training/compare_with_pytorch.py: writes what PyTorch has to begin with, and
// what this engine makes of it.
//
//     training-check ecg|noise FOLDER LENGTH RECORDINGS   one batch: signals, weights, outputs, loss, gradients
//         [activations]                                   ... and what every rectifier and maximum came to
//     training-check layers FOLDER RECORDINGS             every layer alone: input, output, gradients
//     training-check data FOLDER RECORDINGS LENGTH        synthetic recordings and their QT intervals
//     training-check train FOLDER SEED EPOCHS             trains on that data; prints the best validation error
do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  let withActivations = arguments.count == 5 && arguments[4] == "activations"
  switch (arguments.first, arguments.count) {
  case ("ecg", 4...5):
    let examples = try ECGExamples(count: try number(arguments[3]), length: try number(arguments[2]))
    try writeGradients(of: examples, to: arguments[1], withActivations: withActivations)
  case ("noise", 4...5):
    let examples = NoiseExamples(count: try number(arguments[3]), length: try number(arguments[2]))
    try writeGradients(of: examples, to: arguments[1], withActivations: withActivations)
  case ("layers", 3):
    try writeLayers(to: arguments[1], recordings: try number(arguments[2]))
  case ("data", 4):
    try SyntheticQT.write(to: arguments[1], count: try number(arguments[2]), length: try number(arguments[3]))
  case ("train", 4):
    print(try train(on: arguments[1], seed: UInt64(try number(arguments[2])), epochs: try number(arguments[3])))
  default:
    throw UsageError(description: "usage: training-check ecg|noise|layers|data|train FOLDER NUMBER [NUMBER]")
  }
} catch {
  FileHandle.standardError.write(Data("training-check: \(error)\n".utf8))
  exit(1)
}

struct UsageError: Error, CustomStringConvertible {
  let description: String
}

func number(_ text: String) throws -> Int {
  guard let value = Int(text), (0..<1_000_000).contains(value) else {
    throw UsageError(description: "'\(text)' is not a number from 0 to 999999")
  }
  return value
}
