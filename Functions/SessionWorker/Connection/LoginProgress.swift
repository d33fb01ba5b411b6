/// How far a connection has come, and whether it has come far enough for its age.
enum LoginProgress: Sendable, Comparable {
    /// The handshake is not complete until the server has spoken.
    case connecting
    case spokenTo
    /// `success` came.
    case loggedIn

    /// - Parameter isLinked: a line with a phone has to be let in; one without only waits for its code to be scanned.
    func isEnough(isLinked: Bool) -> Bool {
        self >= (isLinked ? .loggedIn : .spokenTo)
    }
}
