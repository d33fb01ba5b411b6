import API

/// Messages: send one as a person (text, file, poll), list those of a channel, explain any of them; and the files to send.
///
/// A message that is sent is a row in the outbox before anything leaves; with `Idempotency-Key` a repeat finds that row.
/// The machines are silent in its conversation from then on, as with any person's answer.
let endpoints: [Endpoint] = [
    .explainMessage,
    .listChannelMessages,
    .readFile,
    .sendMedia,
    .sendPoll,
    .sendText,
    .uploadFile,
]
