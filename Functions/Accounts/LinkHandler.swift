import Access
import Domain
import FoundationEssentials
import QRCode
import Store
import Web

/// Linking a line to a phone: the QR code as JSON, text, PNG or SVG, the pairing code, reconnect and disconnect.
///
/// Admins only: whoever shows the code to a phone gives that phone's account to this organization, and whoever asks for a
/// pairing code makes a phone ring. Codes are read from what the session worker wrote last; they change every 20 seconds,
/// each change is an event `channel.qr`.
extension AccountsHandler {
    /// `?format=json` (default), `text`, `png` or `svg`; `?scale=` pixels per module of the PNG, 1...32.
    func qr(_ request: Request, _ caller: Caller) async throws -> Response {
        let query = try request.query(knowing: ["format", "scale"])
        guard let format = QRFormat(rawValue: query["format"] ?? "json") else {
            throw Fault.invalid("format", "Say json, text, png or svg.")
        }
        guard let scale = Int(query["scale"] ?? "6"), (1...32).contains(scale) else {
            throw Fault.invalid("scale", "The scale is a number between 1 and 32.")
        }
        let state = try await linkState(request, caller)
        if format == .json { return .value(try state.json()) }
        guard let text = state.qr else { throw Fault.noCode(state) }
        return try format.response(text, scale: scale)
    }

    func pairingCode(_ request: Request, _ caller: Caller) async throws -> Response {
        .value(try await linkState(request, caller).pairingJSON)
    }

    private struct PairingForm: Decodable {
        var phone: String
    }

    func requestPairingCode(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(PairingForm.self, limit: 4 << 10)
        let number = try checkedNumber(form.phone, field: "phone", country: try await country(of: caller))
        return try await ask(.pairingCode(phone: number.digits), request, caller)
    }

    func reconnect(_ request: Request, _ caller: Caller) async throws -> Response {
        try await ask(.connect, request, caller)
    }

    private struct DisconnectForm: Decodable {
        var log_out: Bool?
    }

    /// `{"log_out": true}` unlinks the device on the phone too; without it the line stays linked.
    func disconnect(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = request.body.isEmpty ? nil : try request.decode(DisconnectForm.self, limit: 4 << 10)
        return try await ask(form?.log_out == true ? .logOut : .disconnect, request, caller)
    }

    /// 202: the session worker does it; the line's events tell when.
    private func ask(_ wanted: LineRequest, _ request: Request, _ caller: Caller) async throws -> Response {
        let id = try await linkState(request, caller).line.id
        return try await writes.once(request, user: caller.user, organization: caller.organization) { _ in
            let asked = try await faulting {
                try await lines.ask(wanted, of: id, in: caller.organization, at: clock.now())
            }
            return .value(asked.json, status: 202)
        }
    }

    private func linkState(_ request: Request, _ caller: Caller) async throws -> LinkState {
        let line = try await line(request, caller)
        guard let state = try await lines.linkState(line.id, of: caller.organization) else {
            throw Fault.conflict("not-linkable", "This number belongs to a provider; there is nothing to scan.")
        }
        return state
    }
}

enum QRFormat: String {
    case json, text, png, svg

    func response(_ text: String, scale: Int) throws -> Response {
        switch self {
        case .json, .text: .text(text + "\n")
        case .svg: .text(try QRCode(text).svg, type: "image/svg+xml")
        case .png:
            Response(
                status: 200, headers: Headers([("content-type", "image/png")]), body: try QRCode(text).png(scale: scale))
        }
    }
}

extension Fault {
    /// Says why there is no code and what to do, instead of an empty picture.
    fileprivate static func noCode(_ state: LinkState) -> Fault {
        if state.line.status.isConnected { return .conflict("already-linked", "The line is linked and connected.") }
        let words = [state.line.statusReason, state.line.nextStep].filter { !$0.isEmpty }
        var fault = conflict("no-code", words.isEmpty ? "There is no code to scan now." : words.joined(separator: " "))
        fault.retryAfter = 2
        return fault
    }
}
