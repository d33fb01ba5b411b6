import Domain
import Store

/// The channel's persona, guided by the campaign that is active there.
struct PersonaResponder: Responder {
    let composer: Composer

    let name = "persona"
    let author = OutboundMessage.Author.ai

    func answers(_ answer: AnswerDecision.Answer) -> Bool {
        if case .persona = answer { true } else { false }
    }

    func respond(to turn: TurnToAnswer) async throws -> TurnResponse {
        TurnResponse(
            try await composer.compose(
                ComposeRequest(
                    organization: turn.conversation.organization, channel: turn.conversation.channel,
                    conversation: turn.conversation.id, turn: turn.turn, history: turn.history,
                    now: turn.effects.clock.now(), timeout: turn.timeout, effects: turn.effects)))
    }
}
