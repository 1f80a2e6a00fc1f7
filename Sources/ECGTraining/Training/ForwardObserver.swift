/// Is shown what a forward pass makes, layer by layer. A pass that carries none pays nothing.
protocol ForwardObserver: AnyObject {
  /// The output of the layer called `name`.
  func look(at output: TensorView, of name: String)
  /// The output of a layer without a name.
  func look(at output: TensorView, of layer: Any.Type)
  /// What the layer called `name` reads and works out on the way.
  func look(at activation: Activation, readBy name: String, _ pass: Pass)
}

extension ForwardObserver {
  func look(at activation: Activation, readBy name: String, _ pass: Pass) {}
}
