import API

/// Organizations of the signed-in user: list, create, read, change, delete.
let endpoints: [Endpoint] = [
    .changeOrganization,
    .createOrganization,
    .deleteOrganization,
    .listOrganizations,
    .readOrganization,
]
