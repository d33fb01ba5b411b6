import API
import Access
import Domain
import FoundationEssentials
import QRCode
import Store
import Web

// Admins only: whoever shows the code to a phone gives that phone's account to this organization. Codes are read from what
// the session worker wrote last; they change every 20 seconds, each change is an event `channel.qr`.

extension Endpoint {
    static let showQRCode = Endpoint(
        .get, "/api/v1/channels/{id}/qr", also: formerRoutes("GET", rest: "/{id}/qr"),
        "The code to scan, as JSON, text or a picture.",
        for: .member(.admin), takes: .query(CodeQuery.form),
        answers: .one(ShownCode.answer, or: "text/plain", "image/png", "image/svg+xml"),
        faults: [
            .notLinkable, DocumentedFault(409, "already-linked", "The line is linked and connected."),
            DocumentedFault(409, "no-code", "There is no code to scan now; the answer says why."),
        ]
    ) { call, query in
        let state = try await call.linkState()
        guard query.format != .json else { return .shown(try ShownCode(state)) }
        guard let text = state.qr else { throw Fault.noCode(state) }
        return .other(try query.picture(of: text))
    }

    static let showPairingCode = Endpoint(
        .get, "/api/v1/channels/{id}/pairing-code", also: formerRoutes("GET", rest: "/{id}/pairing-code"),
        "The code that a phone types in, while it is valid.",
        for: .member(.admin), answers: .one(LinkState.pairing), faults: [.notLinkable]
    ) { call in try await call.linkState() }
}

private struct CodeQuery: Sendable {
    enum Format: String, CaseIterable { case json, text, png, svg }

    var format = Format.json
    var scale = 6

    static let form = Form(CodeQuery()) {
        $0.optional("format", \.format, .word(), about: "json when absent.")
        $0.optional("scale", \.scale, .integer(1...32), about: "Pixels per module of the PNG; 6 when absent.")
    }

    func picture(of text: String) throws -> Response {
        switch format {
        case .json, .text: .text(text + "\n")
        case .svg: .text(try QRCode(text).svg, type: "image/svg+xml")
        case .png:
            Response(
                status: 200, headers: Headers([("content-type", "image/png")]), body: try QRCode(text).png(scale: scale)
            )
        }
    }
}

/// Everything the link dialog shows.
private struct ShownCode: Sendable {
    var state: LinkState
    /// The code as a data URL.
    var image: String?

    init(_ state: LinkState) throws {
        self.state = state
        image = try state.qr.map {
            "data:image/svg+xml;base64," + Data(try QRCode($0).svg.utf8).base64EncodedString()
        }
    }

    static let answer = Answer<ShownCode> {
        $0.include(LinkState.pairing, \.state)
        $0.field("qr", \.state.qr, about: "Text of the code, while it is valid.")
        $0.field("image", \.image, about: "The code as a data URL.")
        $0.field("seconds_left", \.state.qrSecondsLeft)
    }
}

extension LinkState {
    fileprivate static let pairing = Answer<LinkState> {
        $0.field("id", \.channel.id)
        $0.field("status", \.channel.status)
        $0.field("status_reason", \.channel.statusReason)
        $0.field("next_step", \.channel.nextStep)
        $0.field("pairing", shape: .choice(["qr", "code"])) { .string($0.pairing) }
        $0.field("phone", \.shownPhone)
        $0.field("pairing_code", \.pairingCode)
        $0.field("pairing_code_seconds_left", \.pairingCodeSecondsLeft)
    }

    private var shownPhone: String? { pairingPhone.map { "+\($0)" } }
    fileprivate var qrSecondsLeft: Int? { qr == nil ? nil : Self.whole(qrSeconds) }
    private var pairingCodeSecondsLeft: Int? { pairingCode == nil ? nil : Self.whole(pairingCodeSeconds) }

    private static func whole(_ seconds: Double?) -> Int? {
        seconds.map { Int(min(max(0, $0), 86_400)) }
    }
}

extension Fault {
    /// Says why there is no code and what to do, instead of an empty picture.
    fileprivate static func noCode(_ state: LinkState) -> Fault {
        if state.channel.status.isConnected { return .conflict("already-linked", "The line is linked and connected.") }
        let words = [state.channel.statusReason, state.channel.nextStep].filter { !$0.isEmpty }
        var fault = conflict("no-code", words.isEmpty ? "There is no code to scan now." : words.joined(separator: " "))
        fault.retryAfter = 2
        return fault
    }
}
