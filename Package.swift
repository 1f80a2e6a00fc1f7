// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "Einthoven",
  platforms: [.macOS(.v15)],
  products: [
    .library(
      name: "Einthoven",
      targets: [
        "Reproducibility", "ECGCore", "WFDB", "ECGSynthesis", "ECGDatasets", "ECGSplits", "ECGTraining", "ECGBenchmark",
      ])
  ],
  targets: [
    // C libraries: a module map and inline shims, nothing else.
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // The floor everything stands on.
    .target(name: "Reproducibility", dependencies: ["CLibCrypto"]),
    .target(name: "ECGCore", dependencies: ["Reproducibility"]),

    // Recordings: read from records.
    .target(name: "WFDB", dependencies: ["Reproducibility"]),

    // Recordings: made from a model.
    .target(name: "ECGSynthesis", dependencies: ["Reproducibility", "ECGCore"]),

    // Datasets: layouts, manifests and labels over records.
    .target(name: "ECGDatasets", dependencies: ["Reproducibility", "ECGCore", "WFDB"]),

    // Who trains, who validates, who is tested.
    .target(name: "ECGSplits", dependencies: ["Reproducibility", "ECGCore"]),

    // Networks: kernels in C, everything else in Swift.
    .target(name: "CKernels"),
    .target(name: "ECGTraining", dependencies: ["Reproducibility", "CKernels"]),

    // Tasks, models, metrics, runs.
    .target(name: "ECGBenchmark", dependencies: ["Reproducibility", "ECGTraining"]),

    // Tests.
    .target(name: "TestSupport", dependencies: ["Reproducibility", "ECGCore"], path: "Tests/Support"),
    .testTarget(name: "ReproducibilityTests", dependencies: ["Reproducibility", "TestSupport"]),
    .testTarget(name: "ECGCoreTests", dependencies: ["ECGCore", "TestSupport"]),
    .testTarget(name: "WFDBTests", dependencies: ["WFDB", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "ECGSynthesisTests", dependencies: ["ECGSynthesis", "TestSupport"]),
    .testTarget(name: "ECGDatasetsTests", dependencies: ["ECGDatasets", "TestSupport"]),
    .testTarget(name: "ECGSplitsTests", dependencies: ["ECGSplits", "TestSupport"]),
    .testTarget(name: "ECGTrainingTests", dependencies: ["ECGTraining", "TestSupport"]),
    .testTarget(name: "ECGBenchmarkTests", dependencies: ["ECGBenchmark", "TestSupport"], exclude: ["Golden"]),
  ]
)
