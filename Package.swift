// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "Einthoven",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Einthoven", targets: ["Reproducibility", "ECGCore"])
  ],
  targets: [
    // C libraries: a module map and inline shims, nothing else.
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // The floor everything stands on.
    .target(name: "Reproducibility", dependencies: ["CLibCrypto"]),
    .target(name: "ECGCore", dependencies: ["Reproducibility"]),

    // Tests.
    .target(name: "TestSupport", dependencies: ["Reproducibility", "ECGCore"], path: "Tests/Support"),
    .testTarget(name: "ReproducibilityTests", dependencies: ["Reproducibility", "TestSupport"]),
    .testTarget(name: "ECGCoreTests", dependencies: ["ECGCore", "TestSupport"]),
  ]
)
