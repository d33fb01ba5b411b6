import API

/// The inbox: conversations, their messages, who answers them, and live updates by cursor.
///
/// Taking over silences the machines at once; a person's reply takes over first. Repeating either changes nothing.
let endpoints: [Endpoint] = [
    .changeConversation,
    .listConversationMessages,
    .listConversations,
    .listEvents,
    .readConversation,
    .reply,
    .returnConversation,
    .takeOverConversation,
]
