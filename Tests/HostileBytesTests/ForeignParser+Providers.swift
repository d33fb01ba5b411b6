import Cryptography
import Domain
import Foundation
import Store
import Web

@testable import Access
@testable import Providers

extension ForeignParser {
    static let access: [ForeignParser] = [
        .text("bearer token", [token], shapes: [Shape.repeated("."), Shape.repeated("e.")]) {
            _ = JSONWebToken.claims(of: $0, key: key)
        },
        .text("API key", ["pk_live_0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"]) {
            _ = APIKeySecret($0)
        },
        .text("event's cursor", ["0", Cursor("12", "34").text]) { _ = try? EventPosition(cursor: $0, from: "after") },
        .text("session's cookie", ["session=abc"], shapes: [Shape.distinct(separator: ";") { "c\($0)=v" }]) { text in
            let request = Request(
                method: .get, path: "/", headers: Headers([("user-agent", text), ("cookie", text)]),
                cookies: Cookies.parse([text]))
            _ = (SessionCookie.tokenHash(in: request), SessionCookie.agentHash(in: request))
        },
        .text("stored password", ["$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"]) { text in
            // Of the database, but a damaged one must not fall over; the costly part is left to its own tests.
            guard !text.contains("scrypt") else { return }
            _ = try? PasswordHasher(cost: .init(logRounds: 1, blockSize: 1, parallelism: 1), randomness: .system)
                .verify("a", against: text)
        },
    ]

    static let providers: [ForeignParser] = [
        form("Twilio's message", message) { _ = try? TwilioInbound($0) },
        form("Twilio's status", "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=63018") {
            _ = try? TwilioStatusUpdate($0)
        },
        .text("Twilio's date", ["Fri, 20 Nov 2026 12:00:05 +0100"]) { _ = Date(rfc2822: $0) },
        .text("phone number", ["+14155238886", "+52 1 55 1234 5678"]) { _ = try? PhoneNumber($0, country: "US") },
        .text("date", ["2026-11-21", "24:00"]) { _ = LocalDate($0) },
        .text("scope of a key", ["conversations:read"]) { _ = KeyScope($0) },
        .text("id", ["00000000-0000-0000-0000-000000000000"]) { _ = OrganizationID($0) },
    ]

    private static func form(
        _ name: String, _ sample: String, _ read: @escaping @Sendable (FormFields) -> Void
    ) -> ForeignParser {
        ForeignParser(
            name, samples: [Array(sample.utf8)],
            shapes: [
                Shape.distinct(separator: "&") { "MediaUrl\($0)=v" },
                { Array("\(sample)&Body=".utf8) + Shape.repeated("+%F0%9F%91%A8")($0) },
                { Array("\(sample)&NumMedia=".utf8) + Shape.repeated("9")($0) },
            ]
        ) { bytes in FormFields(decoding: bytes).map(read) }
    }

    private static let message =
        "MessageSid=SM1&From=whatsapp%3A%2B12025550117&To=whatsapp%3A%2B14155238886&Body=Hi&NumMedia=1&MediaUrl0=https%3A%2F%2Fa"
        + "&MediaContentType0=image%2Fpng&ProfileName=Nora&Latitude=1.5&Longitude=2.5"
    private static let key = SecretKey("0123456789abcdef0123456789abcdef".utf8)
    private static let token = JSONWebToken.sign(["sub": "x"], key: key)
}
