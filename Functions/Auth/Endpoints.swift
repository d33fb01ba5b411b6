import API

/// Sign-up, login, logout, and who am I.
///
/// Sign-up and login answer with the cookie `wa.sid` for browsers and a bearer token for machines; both end with the session.
/// Tries are limited per 15 minutes, per address and per account. Nothing here names an organization but the list of those
/// the user belongs to.
let endpoints: [Endpoint] = [
    .logIn,
    .logOut,
    .signUp,
    .signedInUser,
]
