/// How much of the process anybody may take. Times in seconds.
struct StreamLimits: Sendable {
    /// Streams at once, in all.
    var viewers = 500
    var viewersPerOrganization = 100
    /// Browser tabs and devices of one person, over all their organizations, and whoever streams with an API key they made.
    var viewersPerUser = 20
    /// Open sockets, requests that have not arrived yet included. Below the 1,024 descriptors a function has.
    var connections = 800
    /// Between signs of life.
    var heartbeat = 15.0
    /// Between two looks at whether the viewers' sessions and memberships still stand, all of them in one query.
    var sessionCheck = 2.0
    /// Between two looks at everything that let a viewer with a session in: the expiry of its token, its account.
    var readmission = 60.0
    /// The same for a viewer with an API key, which nobody else looks at.
    var keyCheck = 5.0
    /// How long a viewer may take to make room for the next piece.
    var patience = 20.0
    /// Bytes handed over before a viewer is asked to make room. One event may be longer.
    var piece = 32 << 10
}
