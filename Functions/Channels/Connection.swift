import API
import Access
import Domain
import Store
import Web

// What is asked of a line's connection. 202: the session worker does it; the line's events tell when.

extension Endpoint {
    static let reconnectChannel = Endpoint(
        .post, "/api/v1/channels/{id}/reconnect", also: formerRoutes("POST", rest: "/{id}/reconnect"),
        "Connects a line, whatever stopped it; one that isn't linked shows a code.",
        for: .member(.admin), answers: .accepted(ChannelView.answer), faults: [.notLinkable], repeats: .once,
        limits: .connecting
    ) { call in try await call.ask(.connect) }

    static let disconnectChannel = Endpoint(
        .post, "/api/v1/channels/{id}/disconnect", also: formerRoutes("POST", rest: "/{id}/disconnect"),
        "Closes a line's connection; it stays linked unless it is to log out.",
        for: .member(.admin), takes: .body(Disconnection.form, isOptional: true), limit: 4 << 10,
        answers: .accepted(ChannelView.answer), faults: [.notLinkable], repeats: .once, example: ["log_out": true]
    ) { call, wanted in try await call.ask(wanted.logsOut ? .logOut : .disconnect) }

    static let askPairingCode = Endpoint(
        .post, "/api/v1/channels/{id}/pairing-code", also: formerRoutes("POST", rest: "/{id}/pairing-code"),
        "Asks for a code that a phone types in, instead of scanning; that phone rings.",
        for: .member(.admin), takes: .body(PairingPhone.form), limit: 4 << 10, answers: .accepted(ChannelView.answer),
        faults: [.notLinkable], repeats: .once, limits: .connecting, example: ["phone": .string(Example.phone)]
    ) { call, pairing in
        try await call.ask(.pairingCode(phone: try await call.phoneNumber(pairing.phone).digits))
    }
}

private struct Disconnection: Sendable {
    var logsOut = false

    static let form = Form(Disconnection()) {
        $0.optional("log_out", \.logsOut, .boolean, about: "Unlinks the device on the phone too.")
    }
}

private struct PairingPhone: Sendable {
    var phone = ""

    static let form = Form(PairingPhone()) {
        $0.required("phone", \.phone, .text(1...40), about: "Local numbers are read in the organization's country.")
    }
}

extension Call where Caller == Member {
    fileprivate func ask(_ wanted: LineRequest) async throws -> ChannelView {
        let line = try await linkState().channel
        return try await api.channels.ask(wanted, of: line.id, in: organization, at: now)
    }

    /// Of a line that is linked by scanning.
    func linkState() async throws -> LinkState {
        let channel = try await api.channels.channel(try id(of: "channel"), of: organization).found("channel")
        guard let state = try await api.channels.linkState(channel.id, of: organization) else {
            throw Fault.conflict("not-linkable", "This number belongs to a provider; there is nothing to scan.")
        }
        return state
    }
}

extension DocumentedFault {
    static let notLinkable = DocumentedFault(
        409, "not-linkable", "The number belongs to a provider; there is nothing to scan.")
}
