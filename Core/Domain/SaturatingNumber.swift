extension FixedWidthInteger {
    /// The whole number next to a decimal one that may come from outside: what is too large is the largest there is, what is no number
    /// is 0. `Int(_: Double)` ends the process instead.
    package init(saturating value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        let rounded = value.rounded()
        self = Self(exactly: rounded) ?? (rounded < 0 ? .min : .max)
    }
}
