import API

/// Sign-up, login, logout, who am I, and keys for programs.
///
/// Sign-up and login answer with the cookie `wa.sid` for browsers and a bearer token for machines; both end with the session.
/// Tries are limited per 15 minutes, per address and per account. Keys are an organization's.
let endpoints: [Endpoint] = [
    .createAPIKey,
    .listAPIKeys,
    .logIn,
    .logOut,
    .revokeAPIKey,
    .signUp,
    .signedInUser,
]
