// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "Einthoven",
  platforms: [.macOS(.v15)],
  products: [
    .library(
      name: "Einthoven",
      targets: [
        "Reproducibility", "ECGCore", "WFDB", "ECGSynthesis", "ECGDatasets", "ECGStore", "ECGSplits", "ECGTraining",
        "ECGBenchmark", "ECGReport", "ECGDelineation",
      ]),
    .executable(name: "einthoven", targets: ["einthoven"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // C libraries: a module map and inline shims, nothing else.
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CAEC", providers: [.apt(["libaec-dev"]), .brew(["libaec"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    // Looked for when the program runs, so that neither its headers nor the library are needed to build.
    .systemLibrary(name: "CFLAC"),

    // The floor everything stands on.
    .target(name: "Reproducibility", dependencies: ["CLibCrypto"]),
    .target(name: "ECGCore", dependencies: ["Reproducibility"]),

    // Vector kernels in C, one source for every instruction set; everything else is Swift.
    .target(name: "CKernels"),

    // Recordings: read from records, made from a model, listed as datasets.
    .target(name: "WFDB", dependencies: ["Reproducibility", "CKernels", "CFLAC"]),
    .target(name: "ECGSynthesis", dependencies: ["Reproducibility", "ECGCore", "CKernels"]),
    .target(name: "ECGDatasets", dependencies: ["Reproducibility", "ECGCore", "WFDB"]),

    // The converted form: folders of HDF5 shards; and who trains, who validates, who is tested.
    .target(name: "ECGStore", dependencies: ["Reproducibility", "ECGCore", "CKernels", "CHDF5", "CDeflate", "CAEC"]),
    .target(name: "ECGSplits", dependencies: ["Reproducibility", "ECGCore"]),
    .target(name: "ECGDelineation", dependencies: ["Reproducibility", "ECGCore"]),

    // Networks.
    .target(name: "ECGTraining", dependencies: ["Reproducibility", "CKernels"]),

    // Tasks, models, metrics, runs; boards.
    .target(
      name: "ECGBenchmark", dependencies: ["Reproducibility", "ECGCore", "ECGStore", "ECGSplits", "ECGTraining"]),
    .target(name: "ECGReport", dependencies: ["Reproducibility", "ECGCore", "ECGBenchmark"]),

    // The command.
    .executableTarget(
      name: "einthoven",
      dependencies: [
        "Reproducibility", "CKernels", "ECGCore", "WFDB", "ECGSynthesis", "ECGDelineation", "ECGDatasets", "ECGStore",
        "ECGSplits", "ECGBenchmark", "ECGReport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests.
    .target(name: "TestSupport", dependencies: ["Reproducibility", "ECGCore"], path: "Tests/Support"),
    .executableTarget(name: "wfdb-fuzz", dependencies: ["Reproducibility", "WFDB"], path: "Tests/Fuzz"),
    .executableTarget(
      name: "training-check",
      dependencies: ["Reproducibility", "ECGCore", "ECGSynthesis", "ECGTraining", "ECGBenchmark"],
      path: "Tests/TrainingCheck"),
    .executableTarget(
      name: "delineation-check", dependencies: ["Reproducibility", "ECGDelineation", "WFDB"],
      path: "Tests/DelineationCheck"),
    .testTarget(name: "ReproducibilityTests", dependencies: ["Reproducibility", "TestSupport"]),
    .testTarget(name: "ECGCoreTests", dependencies: ["ECGCore", "TestSupport"]),
    .testTarget(
      name: "WFDBTests", dependencies: ["WFDB", "CKernels", "TestSupport", "wfdb-fuzz"], exclude: ["Golden"]),
    .testTarget(name: "ECGSynthesisTests", dependencies: ["ECGSynthesis", "CKernels", "TestSupport"]),
    .testTarget(name: "ECGDatasetsTests", dependencies: ["ECGDatasets", "TestSupport"]),
    .testTarget(
      name: "ECGStoreTests", dependencies: ["ECGStore", "CAEC", "CKernels", "TestSupport"], exclude: ["Python"]),
    .testTarget(name: "ECGSplitsTests", dependencies: ["ECGSplits", "TestSupport"]),
    .testTarget(
      name: "ECGTrainingTests", dependencies: ["ECGTraining", "TestSupport"], exclude: ["Golden", "Python"]),
    .testTarget(
      name: "ECGBenchmarkTests", dependencies: ["ECGBenchmark", "ECGTraining", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "ECGReportTests", dependencies: ["ECGReport", "TestSupport"]),
    .testTarget(name: "ECGDelineationTests", dependencies: ["ECGDelineation", "WFDB", "TestSupport"]),
    .testTarget(
      name: "CommandTests", dependencies: ["einthoven", "Reproducibility", "ECGStore", "TestSupport"],
      exclude: ["Snapshots"]),
  ]
)
