import API

/// Twilio numbers of an organization: search, buy, read, repair the webhook, release.
///
/// The account is the platform's; a number is bought at most once however often the request is repeated
/// (`NumberProvisioning`). Without Twilio credentials every endpoint that needs them says so with 409.
let endpoints: [Endpoint] = [
    .approveNumberRequest,
    .buyNumber,
    .listNumberRequests,
    .listNumbers,
    .readNumber,
    .refuseNumberRequest,
    .releaseNumber,
    .repairNumber,
    .searchNumbers,
]
