import API

/// The monthly reset and the pruning, for the host's schedules and for whoever has the secret.
let endpoints: [Endpoint] = [.resetUsage]
