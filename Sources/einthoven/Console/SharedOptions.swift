import ArgumentParser
import Reproducibility

/// How many threads work.
struct JobOptions: ParsableArguments {
  @Option(name: .customLong("jobs"), help: "Worker threads. Results do not depend on it. Default: all processors.")
  var jobs: Int?

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1, not \(jobs).") }
  }

  var workers: Workers { jobs.map { Workers($0) } ?? .all }
}
