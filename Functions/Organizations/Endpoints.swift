import API

/// Organizations of the signed-in user: list, create, read, change, delete.
let endpoints: [Endpoint] = [
    .changeOrganization,
    .countMembers,
    .createOrganization,
    .deleteOrganization,
    .listOrganizations,
    .readOrganization,
]
