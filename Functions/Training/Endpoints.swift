import API

/// What the assistant knows and how it speaks: training on the business profile, knowledge items, keys of model providers,
/// and the personas there are.
let endpoints: [Endpoint] = [
    .createKnowledgeItem,
    .deleteCredential,
    .deleteKnowledgeItem,
    .listCredentials,
    .listKnowledge,
    .listModels,
    .listPersonas,
    .replaceKnowledgeItem,
    .setCredential,
    .train,
    .trainingState,
]
